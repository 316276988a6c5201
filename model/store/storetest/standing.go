package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
)

func standing() map[string]func(*testing.T, *fixture) {
	return map[string]func(*testing.T, *fixture){
		"standing/what is not at its end": standingUnfinished,
		"standing/what succeeded":         standingSucceeded,
		"standing/what succeeded before":  standingBefore,
		"standing/of many jobs":           standingOfMany,
	}
}

func standingUnfinished(t *testing.T, f *fixture) {
	var want []model.Standing
	for _, controller := range []string{"prod", "test"} {
		for i, state := range model.DeploymentStates() {
			d := f.waiting("job-"+string(state), 0)
			d.Controller, d.State, d.Build = controller, state, int64(i)
			r := f.create(t, d)
			if controller == "prod" && !state.Terminal() {
				want = append(want, model.Standing{ID: d.ID, ReleaseID: r.ID, FullName: d.FullName, State: state, Build: d.Build})
			}
		}
	}
	got, err := f.Unfinished(f.ctx, "prod")
	if err != nil {
		t.Fatal(err)
	}
	wantSame(t, got, want)
	if got, err = f.Unfinished(f.ctx, "unknown"); err != nil || len(got) != 0 {
		t.Fatal(got, err)
	}
}

// ended stores a deployment at its end and returns how it stands.
func (f *fixture) ended(t *testing.T, job string, state model.DeploymentState, in time.Duration, version string) model.Standing {
	t.Helper()
	at := f.clock.Now().Add(in)
	d := f.waiting(job, 0)
	d.State, d.NextAt, d.FinishedAt = state, nil, &at
	d.Parameters = []model.ParameterValue{{Name: "VERSION", Value: version, Chosen: true}}
	r := f.create(t, d)
	return model.Standing{ID: d.ID, ReleaseID: r.ID, FullName: job, State: state, FinishedAt: &at, Parameters: d.Parameters}
}

func standingSucceeded(t *testing.T, f *fixture) {
	ok := model.StateSucceeded
	late := f.ended(t, "a", ok, time.Hour, "v2") // ran last, though it was approved first
	f.ended(t, "a", ok, 0, "v1")
	f.ended(t, "a", model.StateFailed, 2*time.Hour, "v3")
	other := f.ended(t, "A", ok, 0, "V1")
	failed := f.ended(t, "b", model.StateFailed, 0, "v1")
	last, err := f.LastSucceeded(f.ctx, "prod")
	if err != nil {
		t.Fatal(err)
	}
	wantSame(t, last, []model.Standing{late, other})

	newest := f.ended(t, "c", ok, 0, "v1")
	for _, c := range []struct {
		after int64
		ids   []int64
		want  []model.Standing
	}{
		{newest.ID, nil, nil},
		{failed.ID, nil, []model.Standing{newest}},
		{failed.ID, []int64{late.ID, failed.ID, 99}, []model.Standing{newest, late}},
		{newest.ID, []int64{other.ID}, []model.Standing{other}},
	} {
		got, err := f.SucceededSince(f.ctx, "prod", c.after, c.ids)
		if err != nil {
			t.Fatal(err)
		}
		if len(got)+len(c.want) > 0 {
			wantSame(t, got, c.want)
		}
	}
	for _, controller := range []string{"test", ""} {
		if got, err := f.SucceededSince(f.ctx, controller, 0, nil); err != nil || len(got) != 0 {
			t.Fatal(got, err)
		}
	}
}

func standingOfMany(t *testing.T, f *fixture) {
	var all []*model.Deployment
	for release := range 11 { // more in all than are read at once
		var some []*model.Deployment
		for i := range 100 {
			d := f.waiting(fmt.Sprintf("job-%d-%d", release, i), 0)
			d.State = model.StateSucceeded
			some = append(some, d)
		}
		f.create(t, some...)
		all = append(all, some...)
	}
	got, err := f.LastSucceeded(f.ctx, "prod")
	if err != nil || len(got) != len(all) {
		t.Fatalf("%d of %d: %v", len(got), len(all), err)
	}
	for i, d := range got {
		wantEqual(t, "job", d.FullName, all[i].FullName)
	}
}

func standingBefore(t *testing.T, f *fixture) {
	start := f.clock.Now()
	release := map[int64]int64{} // by the build
	add := func(job string, build int64, state model.DeploymentState, after time.Duration) {
		d := f.waiting(job, 0)
		d.Build, d.State, d.FinishedAt = build, state, new(start.Add(after))
		d.Parameters = []model.ParameterValue{{Name: "VERSION", Value: "v", Chosen: true}, {Name: "PIN", Value: "1", Secret: true}}
		release[build] = f.create(t, d).ID
	}
	add("a", 1, model.StateSucceeded, time.Hour)
	add("a", 2, model.StateFailed, 2*time.Hour)
	add("a", 3, model.StateSucceeded, 3*time.Hour)
	add("A", 4, model.StateSucceeded, 4*time.Hour)
	add("b", 5, model.StateSucceeded, 4*time.Hour)
	add("a", 6, model.StateSucceeded, 5*time.Hour)
	job := model.JobRef{Controller: "prod", FullName: "a"}
	for _, c := range []struct {
		before  time.Duration
		without int64
		want    int64
	}{{4 * time.Hour, 0, 3}, {6 * time.Hour, 0, 6}, {6 * time.Hour, release[6], 3}, {3 * time.Hour, 0, 1}, {time.Hour, 0, 0}} {
		got, err := f.SucceededBefore(f.ctx, job, start.Add(c.before), c.without)
		if c.want == 0 {
			if model.CodeOf(err) != model.CodeNotFound {
				t.Errorf("before %s: %+v, %v", c.before, got, err)
			}
			continue
		}
		if err != nil || got.Build != c.want || got.ReleaseID != release[c.want] || len(got.Parameters) != 2 || got.Parameters[1].Value != "1" {
			t.Errorf("before %s without %d: %+v, %v; want #%d", c.before, c.without, got, err, c.want)
		}
	}
}
