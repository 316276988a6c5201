package storetest

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
)

func claiming() map[string]func(*testing.T, *fixture) {
	return map[string]func(*testing.T, *fixture){
		"claim/what is due, the oldest first":      claimOrder,
		"claim/only waiting and submitting":        claimStates,
		"claim/a claim is stored":                  claimStored,
		"claim/a lease holds until it ends":        claimExpiry,
		"claim/a lease given back":                 claimGivenBack,
		"claim/many at once share without overlap": claimAtOnce,
		"claim/nothing to do":                      claimNothing,
	}
}

func (f *fixture) claim(t *testing.T, limit int) []string {
	t.Helper()
	claimed, err := f.ClaimDeployments(f.ctx, "prod", "me", time.Minute, limit)
	if err != nil {
		t.Fatal(err)
	}
	jobs := []string{}
	for _, d := range claimed {
		jobs = append(jobs, d.FullName)
	}
	return jobs
}

func claimOrder(t *testing.T, f *fixture) {
	elsewhere := f.waiting("elsewhere", -time.Hour)
	elsewhere.Controller = "test"
	never := f.waiting("never", 0)
	never.NextAt = nil
	f.create(t, f.waiting("c", -time.Second), f.waiting("later", time.Second), f.waiting("a", -time.Hour), elsewhere)
	f.create(t, f.waiting("d", 0), f.waiting("b", -time.Minute), never, f.waiting("e", 0))
	wantSame(t, f.claim(t, 2), []string{"a", "b"})
	wantSame(t, f.claim(t, 10), []string{"c", "d", "e"})
	f.clock.Advance(time.Second)
	wantSame(t, f.claim(t, 10), []string{"later"})
}

func claimStates(t *testing.T, f *fixture) {
	for _, state := range model.DeploymentStates() {
		d := f.waiting(string(state), 0)
		d.State = state
		f.create(t, d)
	}
	wantSame(t, f.claim(t, 100), []string{"waiting", "submitting"})
}

func claimStored(t *testing.T, f *fixture) {
	r := filledRelease(1)
	d, now := r.Deployments[0], f.clock.Now()
	d.State, d.NextAt, d.LeaseUntil = model.StateSubmitting, &now, &now
	if err := f.CreateRelease(f.ctx, r, nil, nothing); err != nil {
		t.Fatal(err)
	}
	claimed, err := f.ClaimDeployments(f.ctx, d.Controller, "me", time.Minute, 10)
	if err != nil || len(claimed) != 1 {
		t.Fatal(claimed, err)
	}
	until := now.Add(time.Minute)
	d.LeaseOwner, d.LeaseUntil = "me", &until
	d.Version++
	wantSame(t, claimed[0], d)
	wantSame(t, f.load(t, r.ID), r)
}

func claimExpiry(t *testing.T, f *fixture) {
	f.create(t, f.waiting("a", 0))
	wantSame(t, f.claim(t, 1), []string{"a"})
	wantSame(t, f.claim(t, 1), []string{})
	f.clock.Advance(time.Minute - time.Microsecond)
	wantSame(t, f.claim(t, 1), []string{})
	f.clock.Advance(time.Microsecond)
	wantSame(t, f.claim(t, 1), []string{"a"})
}

func claimGivenBack(t *testing.T, f *fixture) {
	r := f.create(t, f.waiting("a", 0))
	f.claimOne(t, "first")
	f.update(t, r.ID, func(r *model.Release) { r.Deployments[0].LeaseOwner, r.Deployments[0].LeaseUntil = "", nil })
	wantEqual(t, "owner", f.claimOne(t, "second").LeaseOwner, "second")
}

func claimAtOnce(t *testing.T, f *fixture) {
	const rows, claimers = 60, 8
	for i := range rows / 3 {
		f.create(t, f.waiting(fmt.Sprint(i), 0), f.waiting(fmt.Sprint(i), 0), f.waiting(fmt.Sprint(i), 0))
	}
	var mu sync.Mutex
	var ids []int64
	wantAllNil(t, together(claimers, func(i int) error {
		for empty := 0; empty < 3; {
			claimed, err := f.ClaimDeployments(f.ctx, "prod", fmt.Sprint(i), time.Minute, 7)
			if err != nil {
				return err
			}
			if len(claimed) == 0 { // others may hold the locks of rows that they do not take in the end
				empty++
			}
			mu.Lock()
			for _, d := range claimed {
				ids = append(ids, d.ID)
			}
			mu.Unlock()
		}
		return nil
	}))
	slices.Sort(ids)
	wantEqual(t, "claimed", len(ids), rows)
	wantEqual(t, "different", len(slices.Compact(ids)), rows)
}

func claimNothing(t *testing.T, f *fixture) {
	wantSame(t, f.claim(t, 10), []string{})
	f.create(t, f.waiting("a", 0))
	wantSame(t, f.claim(t, 0), []string{})
}
