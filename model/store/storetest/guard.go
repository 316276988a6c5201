package storetest

import (
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
)

func guarding() map[string]func(*testing.T, *fixture) {
	return map[string]func(*testing.T, *fixture){
		"guard/a stale holder saves nothing":          guardStale,
		"guard/the holder saves":                      guardHolder,
		"guard/a stale release saves nothing":         guardStaleRelease,
		"guard/updates at once lose nothing":          guardAtOnce,
		"guard/updates and claims at once":            guardClaims,
		"guard/updates of several releases crosswise": guardCrosswise,
	}
}

func (f *fixture) claimOne(t *testing.T, owner string) *model.Deployment {
	t.Helper()
	claimed, err := f.ClaimDeployments(f.ctx, "prod", owner, time.Minute, 10)
	if err != nil || len(claimed) != 1 {
		t.Fatal(claimed, err)
	}
	return claimed[0]
}

func guardStale(t *testing.T, f *fixture) {
	r := f.create(t, f.waiting("a", 0))
	stale := f.claimOne(t, "first")
	f.clock.Advance(time.Minute)
	f.claimOne(t, "second")
	before := f.load(t, r.ID)
	err := f.UpdateRelease(f.ctx, r.ID, func(r *model.Release) error {
		stale.Build = 7
		r.Deployments[0] = stale
		r.Record(model.Event{Kind: "stale"})
		return nil
	})
	wantCode(t, err, model.CodeConflict)
	wantUnspoiled(t, f, before)
}

func guardHolder(t *testing.T, f *fixture) {
	r := f.create(t, f.waiting("a", 0))
	held := f.claimOne(t, "first")
	f.update(t, r.ID, func(r *model.Release) {
		held.Build, held.LeaseOwner, held.LeaseUntil = 7, "", nil
		r.Deployments[0] = held
	})
	wantSame(t, f.load(t, r.ID).Deployments[0], held)
}

func guardStaleRelease(t *testing.T, f *fixture) {
	r := f.create(t)
	f.update(t, r.ID, func(r *model.Release) { r.Reason = "newer" })
	err := f.UpdateRelease(f.ctx, r.ID, func(stored *model.Release) error {
		stored.Version, stored.Reason = 1, "older"
		return nil
	})
	wantCode(t, err, model.CodeConflict)
	wantEqual(t, "reason", f.load(t, r.ID).Reason, "newer")
}

func guardAtOnce(t *testing.T, f *fixture) {
	const writers = 30
	r := f.create(t, f.waiting("a", 0), f.waiting("b", 0))
	wantAllNil(t, together(writers, func(i int) error {
		return f.UpdateRelease(f.ctx, r.ID, func(r *model.Release) error {
			r.Deployments[i%2].Attempts++
			r.Record(model.Event{Kind: "counted"})
			return nil
		})
	}))
	got := f.load(t, r.ID)
	wantEqual(t, "sum", got.Deployments[0].Attempts+got.Deployments[1].Attempts, writers)
	history, err := f.History(f.ctx, r.ID, 0, 100)
	if err != nil || len(history) != writers {
		t.Fatal(len(history), err)
	}
}

// guardClaims claims and updates the same row at once: each claim and each update must be there in the end.
func guardClaims(t *testing.T, f *fixture) {
	const rounds = 20
	r := f.create(t, f.waiting("a", 0))
	claims := make([]int, 2*rounds)
	wantAllNil(t, together(2*rounds, func(i int) error {
		if i%2 == 0 {
			return f.UpdateRelease(f.ctx, r.ID, func(r *model.Release) error { r.Deployments[0].Attempts++; return nil })
		}
		claimed, err := f.ClaimDeployments(f.ctx, "prod", "w", 0, 1)
		claims[i] = len(claimed)
		return err
	}))
	total := 0
	for _, n := range claims {
		total += n
	}
	got := f.load(t, r.ID).Deployments[0]
	wantEqual(t, "updates", got.Attempts, rounds)
	wantEqual(t, "version", got.Version, int64(1+rounds+total))
}

// guardCrosswise makes transactions wait for each other's message keys in opposite orders.
func guardCrosswise(t *testing.T, f *fixture) {
	first, second := f.create(t), f.create(t)
	keys := [2]string{"x", "y"}
	wantAllNil(t, together(30, func(i int) error {
		id := []int64{first.ID, second.ID}[i%2]
		return f.UpdateRelease(f.ctx, id, func(r *model.Release) error {
			r.Tell(model.Message{Key: keys[i%2]})
			r.Tell(model.Message{Key: keys[1-i%2]})
			return nil
		})
	}))
}

func wantAllNil(t *testing.T, errs []error) {
	t.Helper()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
}
