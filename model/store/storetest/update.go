package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
)

func updating() map[string]func(*testing.T, *fixture) {
	return map[string]func(*testing.T, *fixture){
		"update/every field is saved":              updateEveryField,
		"update/fields can be emptied":             updateEmptied,
		"update/nothing changed, nothing written":  updateNothing,
		"update/only what changed is written":      updateOnlyChanged,
		"update/refused":                           updateRefused,
		"update/panics":                            updatePanics,
		"update/cancelled in the middle":           updateCancelled,
		"update/a message that cannot be stored":   updateUnstorable,
		"update/not found":                         updateNotFound,
		"update/history moves updated_at":          updateTouches,
		"update/a transition in one go":            updateTransition,
		"update/a known message key is dropped":    updateKnownMessage,
		"update/deployments cannot be smuggled in": updateForeign,
	}
}

func updateEveryField(t *testing.T, f *fixture) {
	r := filledRelease(1)
	if err := f.CreateRelease(f.ctx, r, nil, nothing); err != nil {
		t.Fatal(err)
	}
	want := filledRelease(2)
	var changed *model.Release
	f.update(t, r.ID, func(stored *model.Release) {
		want.ID, want.Version = stored.ID, stored.Version
		for i, d := range want.Deployments {
			d.ID, d.ReleaseID, d.Version = stored.Deployments[i].ID, stored.ID, stored.Deployments[i].Version
		}
		*stored = *want
		changed = stored
	})
	wantEqual(t, "version", changed.Version, r.Version+1)
	wantEqual(t, "version of a deployment", changed.Deployments[1].Version, r.Deployments[1].Version+1)
	wantSame(t, f.load(t, r.ID), changed)
}

func updateEmptied(t *testing.T, f *fixture) {
	r := filledRelease(1)
	if err := f.CreateRelease(f.ctx, r, nil, nothing); err != nil {
		t.Fatal(err)
	}
	var want *model.Release
	f.update(t, r.ID, func(stored *model.Release) {
		*stored = model.Release{
			ID: stored.ID, Version: stored.Version, CreatedAt: stored.CreatedAt, UpdatedAt: stored.UpdatedAt,
			Deployments: stored.Deployments,
		}
		for i, d := range stored.Deployments {
			stored.Deployments[i] = &model.Deployment{ID: d.ID, ReleaseID: d.ReleaseID, Version: d.Version}
		}
		want = stored
	})
	wantSame(t, f.load(t, r.ID), want)
}

func updateNothing(t *testing.T, f *fixture) {
	r := filledRelease(1)
	if err := f.CreateRelease(f.ctx, r, nil, nothing); err != nil {
		t.Fatal(err)
	}
	f.clock.Advance(time.Minute)
	f.update(t, r.ID, func(*model.Release) {})
	wantSame(t, f.load(t, r.ID), r)
}

func updateOnlyChanged(t *testing.T, f *fixture) {
	r := f.create(t, f.waiting("a", 0), f.waiting("b", 0))
	f.update(t, r.ID, func(r *model.Release) { r.Deployments[1].Build = 7 })
	got := f.load(t, r.ID)
	wantEqual(t, "version of the release", got.Version, 1)
	wantEqual(t, "version of the first", got.Deployments[0].Version, 1)
	wantEqual(t, "version of the second", got.Deployments[1].Version, 2)
	wantEqual(t, "build", got.Deployments[1].Build, 7)
}

// spoil changes everything there is to change.
func spoil(r *model.Release) {
	r.Reason = "changed"
	r.Deployments[0].Message = "changed"
	r.Record(model.Event{Kind: "changed"})
	r.Tell(model.Message{Key: "changed"})
}

func wantUnspoiled(t *testing.T, f *fixture, r *model.Release) {
	t.Helper()
	wantSame(t, f.load(t, r.ID), r)
	history, err := f.History(f.ctx, r.ID, 0, 10)
	if err != nil || len(history) != 0 {
		t.Fatal(history, err)
	}
	outbox, err := f.Messages(f.ctx, r.ID, 10)
	if err != nil || len(outbox) != 0 {
		t.Fatal(outbox, err)
	}
}

func updateRefused(t *testing.T, f *fixture) {
	r := f.create(t, f.waiting("a", 0))
	err := f.UpdateRelease(f.ctx, r.ID, func(r *model.Release) error { spoil(r); return errRefused })
	wantEqual(t, "error", err, errRefused)
	wantUnspoiled(t, f, r)
	own := model.Errorf(model.CodeInvalidTransition, "no")
	err = f.UpdateRelease(f.ctx, r.ID, func(r *model.Release) error { spoil(r); return own })
	wantEqual(t, "error", err, error(own))
	wantUnspoiled(t, f, r)
}

func updatePanics(t *testing.T, f *fixture) {
	r := f.create(t, f.waiting("a", 0))
	func() {
		defer func() { wantEqual(t, "panic", recover(), any(errRefused)) }()
		_ = f.UpdateRelease(f.ctx, r.ID, func(r *model.Release) error { spoil(r); panic(errRefused) })
	}()
	wantUnspoiled(t, f, r)
	f.update(t, r.ID, spoil)
}

func updateCancelled(t *testing.T, f *fixture) {
	r := f.create(t, f.waiting("a", 0))
	ctx, cancel := context.WithCancel(f.ctx)
	err := f.UpdateRelease(ctx, r.ID, func(r *model.Release) error { spoil(r); cancel(); return nil })
	wantEqual(t, "recognisable", errors.Is(err, context.Canceled), true)
	wantUnspoiled(t, f, r)
}

// updateUnstorable fails at the last statement of the transaction.
func updateUnstorable(t *testing.T, f *fixture) {
	r := f.create(t, f.waiting("a", 0))
	err := f.UpdateRelease(f.ctx, r.ID, func(r *model.Release) error {
		spoil(r)
		r.Tell(model.Message{Key: "k", Channel: "a channel whose name is much longer than a column"})
		return nil
	})
	wantCode(t, err, model.CodeInvalidRequest)
	wantUnspoiled(t, f, r)
}

func updateNotFound(t *testing.T, f *fixture) {
	err := f.UpdateRelease(f.ctx, 1001, func(*model.Release) error { t.Fatal("called"); return nil })
	wantCode(t, err, model.CodeNotFound)
}

func updateTouches(t *testing.T, f *fixture) {
	r := f.create(t, f.waiting("a", 0))
	f.clock.Advance(time.Minute)
	f.update(t, r.ID, func(r *model.Release) { r.Deployments[0].LeaseOwner = "me" })
	wantEqual(t, "updated", f.load(t, r.ID).UpdatedAt, r.CreatedAt)
	f.update(t, r.ID, func(r *model.Release) { r.Record(model.Event{Kind: model.EventKindDuplicate}) })
	wantEqual(t, "updated", f.load(t, r.ID).UpdatedAt, f.clock.Now())
}

func updateTransition(t *testing.T, f *fixture) {
	r := f.create(t, f.waiting("a", 0))
	cause := model.Cause{At: f.clock.Now(), Actor: "system"}
	f.update(t, r.ID, func(r *model.Release) {
		for _, event := range []model.DeploymentEvent{model.EventDue, model.EventStarted, model.EventSucceeded} {
			if err := r.Fire(r.Deployments[0], event, cause); err != nil {
				t.Fatal(err)
			}
		}
	})
	got := f.load(t, r.ID)
	wantEqual(t, "state", got.State, model.ReleaseSucceeded)
	wantEqual(t, "deployment's state", got.Deployments[0].State, model.StateSucceeded)
	wantEqual(t, "next", got.Deployments[0].NextAt, nil)
	history, err := f.History(f.ctx, r.ID, 0, 10)
	if err != nil || len(history) != 4 {
		t.Fatal(history, err)
	}
	for i, to := range []string{"submitting", "running", "succeeded", "succeeded"} {
		wantEqual(t, "to", history[i].To, to)
	}
}

func updateKnownMessage(t *testing.T, f *fixture) {
	r := f.create(t)
	f.update(t, r.ID, func(r *model.Release) { r.Tell(model.Message{Key: "k", Title: "first"}) })
	f.update(t, r.ID, func(r *model.Release) {
		r.Tell(model.Message{Key: "k", Title: "second"})
		r.Tell(model.Message{Key: "K", Title: "third"})
		r.Tell(model.Message{Key: "K", Title: "fourth"})
	})
	outbox, err := f.Messages(f.ctx, r.ID, 10)
	if err != nil || len(outbox) != 2 {
		t.Fatal(outbox, err)
	}
	wantEqual(t, "title", outbox[0].Title, "first")
	wantEqual(t, "title", outbox[1].Title, "third")
}

func updateForeign(t *testing.T, f *fixture) {
	r, other := f.create(t, f.waiting("a", 0)), f.create(t, f.waiting("b", 0))
	err := f.UpdateRelease(f.ctx, r.ID, func(r *model.Release) error {
		spoil(r)
		r.Deployments = append(r.Deployments, other.Deployments[0])
		return nil
	})
	if err == nil {
		t.Fatal("a deployment of another release was taken")
	}
	wantUnspoiled(t, f, r)
}
