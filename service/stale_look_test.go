package service

import (
	"testing"

	"github.com/oabridge/oabridge/model"
)

// What a replica saw of a lost build before it was suspended says nothing of the build that a person had made instead.
func TestOldLookSaysNothingOfTheNextBuild(t *testing.T) {
	w := newWorld(t)
	slowly(etlJob)(w)
	got := w.submit(toETL...)
	w.turns(2)
	w.want(got.Number, model.ReleaseActive, model.StateRunning)
	stale, err := w.store.FollowedDeployments(t.Context(), "prod")
	if err != nil || len(stale) != 1 {
		t.Fatalf("%d followed: %v", len(stale), err)
	}
	w.jenkins.Kill(0)
	w.turns(125)
	w.want(got.Number, model.ReleaseActive, model.StateLost)
	if _, err := w.Retry(t.Context(), 1001, 0, "ops", "确认没有部署"); err != nil {
		t.Fatal(err)
	}
	w.turns(5)
	w.want(got.Number, model.ReleaseActive, model.StateRunning)
	f := follower{worker{w.Service, w.controller()}}
	err = f.decide(t.Context(), stale[0], func(r *model.Release, d *model.Deployment) error {
		return f.ended(r, d, model.Build{Number: 1, Result: "FAILURE", StartedAt: w.clock.Now()}, nil)
	})
	if err != nil {
		t.Fatal(err)
	}
	w.want(got.Number, model.ReleaseActive, model.StateRunning)
}
