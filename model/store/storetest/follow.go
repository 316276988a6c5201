package storetest

import (
	"maps"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
)

func following() map[string]func(*testing.T, *fixture) {
	return map[string]func(*testing.T, *fixture){
		"follow/what Jenkins has": followStates,
		"follow/build holders":    followHolders,
		"follow/mark":             followMark,
		"follow/of one job":       followJob,
	}
}

func followStates(t *testing.T, f *fixture) {
	var want []*model.Deployment
	for _, controller := range []string{"prod", "test"} {
		for _, state := range model.DeploymentStates() {
			d := f.waiting(string(state), 0)
			d.Controller, d.State = controller, state
			f.create(t, d)
			if controller == "prod" && state.Followed() {
				want = append(want, d)
			}
		}
	}
	got, err := f.FollowedDeployments(f.ctx, "prod")
	if err != nil {
		t.Fatal(err)
	}
	wantSame(t, got, want)
	got, err = f.FollowedDeployments(f.ctx, "unknown")
	if err != nil || len(got) != 0 {
		t.Fatal(got, err)
	}
}

func followHolders(t *testing.T, f *fixture) {
	first, second := f.clock.Now(), f.clock.Now().Add(time.Hour)
	hold := func(job string, build int64, state model.DeploymentState, started *time.Time) {
		d := f.waiting(job, 0)
		d.Build, d.State, d.StartedAt = build, state, started
		f.create(t, d)
	}
	hold("a", 0, model.StateQueued, nil)
	hold("a", 4, model.StateSucceeded, &first)
	hold("A", 5, model.StateRunning, &first)
	hold("b", 5, model.StateRunning, &first)
	hold("a", 6, model.StateFailed, &first)
	hold("a", 6, model.StateRunning, &second) // the job was made anew and counts its builds from 1 again
	hold("a", 7, model.StateRunning, nil)
	retried := func(build int64, state model.DeploymentState, former ...int64) {
		d := f.waiting("a", 0)
		d.Build, d.State, d.Retries = build, state, len(former)
		for _, n := range former {
			d.Former = append(d.Former, model.FormerBuild{Build: n, StartedAt: &first, State: model.StateFailed, Result: "FAILURE"})
		}
		f.create(t, d)
	}
	retried(0, model.StateWaiting, 3, 9) // it has no new build yet
	retried(12, model.StateRunning, 10, 11)
	job := model.JobRef{Controller: "prod", FullName: "a"}
	again := map[int64][]time.Time{9: {first}, 10: {first}, 11: {first}, 12: {{}}}
	sixth, seventh := []time.Time{first, second}, []time.Time{{}}
	for from, want := range map[int64]map[int64][]time.Time{
		0: {3: {first}, 4: {first}, 6: sixth, 7: seventh}, 4: {4: {first}, 6: sixth, 7: seventh}, 5: {6: sixth, 7: seventh}, 8: {},
	} {
		maps.Copy(want, again)
		got, err := f.BuildHolders(f.ctx, job, from)
		if err != nil {
			t.Fatal(err)
		}
		wantSame(t, got, want)
	}
}

func followMark(t *testing.T, f *fixture) {
	mark := func() model.FollowMark {
		t.Helper()
		mark, err := f.FollowMark(f.ctx, "prod")
		if err != nil {
			t.Fatal(err)
		}
		followed, err := f.FollowedDeployments(f.ctx, "prod")
		if err != nil {
			t.Fatal(err)
		}
		if mark != model.MarkOf(followed) {
			t.Errorf("the mark %+v is not that of %d deployments: %+v", mark, len(followed), model.MarkOf(followed))
		}
		return mark
	}
	if got := mark(); got != (model.FollowMark{}) {
		t.Errorf("without deployments: %+v", got)
	}
	d := f.waiting("a", 0)
	d.State = model.StateRunning
	r := f.create(t, d)
	other := f.waiting("b", 0)
	other.Controller, other.State = "test", model.StateRunning
	f.create(t, other)
	first := mark()
	err := f.UpdateRelease(f.ctx, r.ID, func(r *model.Release) error { r.Deployments[0].QueueID = 7; return nil })
	if err != nil {
		t.Fatal(err)
	}
	if second := mark(); first == second || second.Count != 1 {
		t.Errorf("%+v, after a change %+v", first, second)
	}
}

func followJob(t *testing.T, f *fixture) {
	var want []*model.Deployment
	for _, job := range []string{"a", "A", "b"} {
		for _, state := range model.DeploymentStates() {
			d := f.waiting(job, 0)
			d.State = state
			f.create(t, d)
			if job == "a" && state.Followed() {
				want = append(want, d)
			}
		}
	}
	got, err := f.FollowedOf(f.ctx, model.JobRef{Controller: "prod", FullName: "a"})
	if err != nil {
		t.Fatal(err)
	}
	wantSame(t, got, want)
	if got, err = f.FollowedOf(f.ctx, model.JobRef{Controller: "test", FullName: "a"}); err != nil || len(got) != 0 {
		t.Fatal(got, err)
	}
}
