package service

import (
	"testing"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
)

// driftScenarios have a job that changes after the approval, and a person who decides.
func driftScenarios() map[string]scenario {
	robot := []func(*Options){robotsTold}
	change := func(f func(*world)) func(*play) error {
		return func(p *play) error { f(p.world); return nil }
	}
	held := func(p *play) bool {
		all := p.releases()
		return len(all) > 0 && all[0].Deployments[0].Wait == model.WaitDrift
	}
	continues := operates(held, func(p *play, id int64) error {
		_, err := p.Continue(p.t.Context(), id, model.Continuation{By: "ops", Reason: "ENV 不再需要"})
		return err
	})
	return map[string]scenario{
		"held and continued": {adjust: robot, script: []scene{
			{do: change(restore)}, submits("a"), {do: change(unparam("ENV"))}, continues,
		}},
		"held after a POST without an answer": {adjust: robot, script: []scene{
			{do: change(restore)}, {do: change(func(w *world) { w.jenkins.CutBefore(1, trigger) })}, submits("a"),
			{when: state(1, model.StateSubmitting), do: change(unparam("ENV"))}, continues,
		}},
		"held and moved": {adjust: robot, jobs: func(w *world) { moveTo(movedWeb)(w); restore(w); w.relist() }, script: []scene{
			{do: change(restore)}, submits("a"), {do: change(func(w *world) { w.jenkins.RemoveJob(webJob) })}, operates(held, func(p *play, id int64) error {
				_, err := p.Continue(p.t.Context(), id, model.Continuation{Job: movedWeb, By: "ops"})
				return err
			}),
		}},
		"held and cancelled": {adjust: robot, script: []scene{
			{do: change(restore)}, submits("a"),
			{do: change(reparam("ENV", func(p *jenkinstest.Parameter) { p.Choices = []string{"staging"} }))}, operates(held, cancels),
		}, judge: ends(model.ReleaseCancelled, 0)},
	}
}

// Both replicas are asked to let the same go on: one of them does.
func TestContinueAtTwoReplicas(t *testing.T) {
	w := heldWorld(t, unparam("ENV"))
	other := New(w.options)
	if err := other.Warm(t.Context()); err != nil {
		t.Fatal(err)
	}
	c := model.Continuation{By: "ops", Reason: "继续"}
	errs := make(chan error, 2)
	for _, s := range []*Service{w.Service, other} {
		go func() {
			_, err := s.Continue(t.Context(), 1001, c)
			errs <- err
		}()
	}
	one, two := <-errs, <-errs
	if (one == nil) == (two == nil) {
		t.Fatalf("%v and %v", one, two)
	}
	if one == nil {
		one = two
	}
	codeIs(t, one, model.CodeConflict)
	w.turns(4)
	w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded)
	w.wantHistory(model.EventKindContinued, "ops", "继续", 1)
	if w.posts() != 1 {
		t.Errorf("%d POSTs", w.posts())
	}
}
