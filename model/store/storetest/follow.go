package storetest

import (
	"testing"

	"github.com/oabridge/oabridge/model"
)

func following() map[string]func(*testing.T, *fixture) {
	return map[string]func(*testing.T, *fixture){
		"follow/what Jenkins has": followStates,
		"follow/build holders":    followHolders,
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
	hold := func(job string, build int64, state model.DeploymentState) int64 {
		d := f.waiting(job, 0)
		d.Build, d.State = build, state
		f.create(t, d)
		return d.ID
	}
	hold("a", 0, model.StateQueued)
	fourth := hold("a", 4, model.StateSucceeded)
	hold("A", 5, model.StateRunning)
	hold("b", 5, model.StateRunning)
	hold("a", 6, model.StateFailed)
	sixth := hold("a", 6, model.StateRunning) // Jenkins began to count anew: the newer one holds it
	job := model.JobRef{Controller: "prod", FullName: "a"}
	for from, want := range map[int64]map[int64]int64{
		0: {4: fourth, 6: sixth}, 4: {4: fourth, 6: sixth}, 5: {6: sixth}, 7: {},
	} {
		got, err := f.BuildHolders(f.ctx, job, from)
		if err != nil {
			t.Fatal(err)
		}
		wantSame(t, got, want)
	}
}
