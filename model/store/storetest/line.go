package storetest

import (
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
)

func lining() map[string]func(*testing.T, *fixture) {
	return map[string]func(*testing.T, *fixture){
		"line/who waits, in the order of approval": lineOrder,
		"line/one holder of a slot":                lineSlot,
		"line/parked until called":                 linePark,
		"line/the forgotten are called":            lineForgotten,
		"line/the late are called":                 lineOverdue,
		"line/slots of what has ended are freed":   lineFreed,
		"line/recalled oldest first":               lineRecall,
		"line/who is busy with a job":              lineOccupants,
		"line/windows are asked about again":       lineReopen,
	}
}

var lineJob = model.JobRef{Controller: "prod", FullName: "web"}

// inLine makes a release with one deployment of the job that waits for the reason.
func (f *fixture) inLine(t *testing.T, wait model.Wait, in time.Duration) *model.Deployment {
	t.Helper()
	d := f.waiting(lineJob.FullName, in)
	d.Wait = wait
	f.create(t, d)
	return d
}

// takeSlot gives a deployment a slot of its job.
func (f *fixture) takeSlot(d *model.Deployment, slot int) error {
	return f.UpdateRelease(f.ctx, d.ReleaseID, func(r *model.Release) error {
		r.Deployments[0].Slot = &slot
		return nil
	})
}

func (f *fixture) wantLine(t *testing.T, taken []int, waiting ...*model.Deployment) {
	t.Helper()
	line, err := f.Line(f.ctx, lineJob, 10)
	if err != nil {
		t.Fatal(err)
	}
	ids := []int64{}
	for _, d := range waiting {
		ids = append(ids, d.ID)
	}
	wantSame(t, append([]int{}, line.Taken...), taken)
	wantSame(t, append([]int64{}, line.Waiting...), ids)
}

func lineOrder(t *testing.T, f *fixture) {
	f.wantLine(t, []int{})
	later := f.inLine(t, model.WaitSchedule, time.Minute)
	away := f.inLine(t, model.WaitJenkins, time.Minute)
	closed := f.inLine(t, model.WaitWindow, time.Minute)
	f.inLine(t, model.WaitPredecessor, 0)
	f.inLine(t, model.WaitManual, 0)
	ready := f.inLine(t, "", 0)
	parked := f.inLine(t, model.WaitJob, 0)
	other := f.waiting("other", 0)
	f.create(t, other)
	f.wantLine(t, []int{}, away, ready, parked)
	f.clock.Advance(time.Minute)
	f.wantLine(t, []int{}, later, away, closed, ready, parked)
	if err := f.takeSlot(away, 2); err != nil {
		t.Fatal(err)
	}
	f.wantLine(t, []int{2}, later, closed, ready, parked)
	old := f.waiting(lineJob.FullName, 0)
	old.State = model.StateRunning
	f.create(t, old)
	line, err := f.Line(f.ctx, lineJob, 1)
	if err != nil || len(line.Waiting) != 1 || line.Waiting[0] != later.ID || line.Others != 1 {
		t.Fatalf("%+v %v", line, err)
	}
}

func lineSlot(t *testing.T, f *fixture) {
	a, b := f.inLine(t, "", 0), f.inLine(t, "", 0)
	elsewhere := f.waiting(lineJob.FullName, 0)
	elsewhere.Controller = "test"
	f.create(t, elsewhere)
	for _, d := range []*model.Deployment{a, elsewhere} {
		if err := f.takeSlot(d, 0); err != nil {
			t.Fatal(err)
		}
	}
	wantCode(t, f.takeSlot(b, 0), model.CodeConflict)
	f.wantLine(t, []int{0}, b)
	if err := f.takeSlot(b, 1); err != nil {
		t.Fatal(err)
	}
	err := f.UpdateRelease(f.ctx, a.ReleaseID, func(r *model.Release) error { r.Deployments[0].Slot = nil; return nil })
	if err != nil {
		t.Fatal(err)
	}
	f.wantLine(t, []int{1}, a)
}

func linePark(t *testing.T, f *fixture) {
	a, b := f.inLine(t, "", 0), f.inLine(t, "", 0)
	wantSame(t, f.claim(t, 10), []string{"web", "web"})
	if err := f.Park(f.ctx, "somebody else", []int64{a.ID}); err != nil {
		t.Fatal(err)
	}
	if err := f.Park(f.ctx, "me", []int64{a.ID, b.ID}); err != nil {
		t.Fatal(err)
	}
	f.clock.Advance(time.Hour)
	wantSame(t, f.claim(t, 10), []string{})
	f.wantLine(t, []int{}, a, b)
	for _, want := range []*model.Deployment{a, b} {
		if called, err := f.CallNext(f.ctx, lineJob); err != nil || !called {
			t.Fatal(called, err)
		}
		claimed, err := f.ClaimDeployments(f.ctx, "prod", "me", time.Minute, 10)
		if err != nil || len(claimed) != 1 || claimed[0].ID != want.ID || claimed[0].Wait != model.WaitJob {
			t.Fatalf("%+v %v", claimed, err)
		}
	}
	if called, err := f.CallNext(f.ctx, lineJob); err != nil || called {
		t.Fatal(called, err)
	}
	wantSame(t, f.claim(t, 10), []string{})
}

func lineForgotten(t *testing.T, f *fixture) {
	running := f.inLine(t, "", 0)
	if err := f.takeSlot(running, 0); err != nil {
		t.Fatal(err)
	}
	first, second := f.inLine(t, "", 0), f.inLine(t, "", 0)
	f.claim(t, 10)
	if err := f.Park(f.ctx, "me", []int64{first.ID, second.ID}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ parallel, want int }{{1, 0}, {2, 1}, {2, 1}, {2, 0}} {
		got, err := f.CallParked(f.ctx, "prod", c.parallel, f.clock.Now())
		if err != nil || got != c.want {
			t.Fatalf("called %d (%v), want %+v", got, err, c)
		}
	}
	wantSame(t, f.claim(t, 10), []string{"web", "web"})
}

func lineFreed(t *testing.T, f *fixture) {
	ended, lost, waits := f.inLine(t, "", 0), f.inLine(t, "", 0), f.inLine(t, model.WaitJenkins, 0)
	for slot, d := range []*model.Deployment{ended, lost, waits} {
		if err := f.takeSlot(d, slot); err != nil {
			t.Fatal(err)
		}
	}
	// As a program that knows no slots ends them.
	for d, state := range map[*model.Deployment]model.DeploymentState{ended: model.StateSucceeded, lost: model.StateLost} {
		err := f.UpdateRelease(f.ctx, d.ReleaseID, func(r *model.Release) error { r.Deployments[0].State = state; return nil })
		if err != nil {
			t.Fatal(err)
		}
	}
	next := f.inLine(t, "", 0)
	f.claim(t, 10)
	if err := f.Park(f.ctx, "me", []int64{next.ID}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []int{0, 1} {
		if got, err := f.CallParked(f.ctx, "prod", 2, f.clock.Now()); err != nil || got != want {
			t.Fatalf("called %d (%v), want %d", got, err, want)
		}
	}
	f.wantLine(t, []int{2}, next)
}

func lineRecall(t *testing.T, f *fixture) {
	jobs := []string{"never tried", "later tried", "tried first", "by its time"}
	for i, job := range jobs {
		d := f.waiting(job, time.Hour)
		d.Wait = model.WaitJenkins
		if i == 1 || i == 2 {
			at := f.clock.Now().Add(-time.Duration(i) * time.Minute)
			d.PostedAt, d.State = &at, model.StateSubmitting
		}
		if i == 3 {
			d.Wait = model.WaitSchedule
		}
		f.create(t, d)
	}
	soon := f.waiting("due soon anyway", 29*time.Minute)
	soon.Wait = model.WaitJenkins
	f.create(t, soon)
	n, err := f.Recall(f.ctx, "prod", f.clock.Now().Add(30*time.Minute))
	if err != nil || n != 3 {
		t.Fatal(n, err)
	}
	wantSame(t, f.claim(t, 10), []string{"tried first", "later tried", "never tried"})
}

func lineOverdue(t *testing.T, f *fixture) {
	running := f.inLine(t, "", 0)
	if err := f.takeSlot(running, 0); err != nil {
		t.Fatal(err)
	}
	var ids []int64
	for _, scheduled := range []time.Duration{-time.Hour, -time.Minute} {
		d := f.inLine(t, model.WaitSchedule, 0)
		err := f.UpdateRelease(f.ctx, d.ReleaseID, func(r *model.Release) error {
			r.ScheduledAt = new(f.clock.Now().Add(scheduled))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, d.ID)
	}
	wantSame(t, f.claim(t, 10), []string{"web", "web", "web"})
	if err := f.Park(f.ctx, "me", ids); err != nil {
		t.Fatal(err)
	}
	got, err := f.CallParked(f.ctx, "prod", 1, f.clock.Now().Add(-30*time.Minute))
	if err != nil || got != 1 {
		t.Fatal(got, err)
	}
	claimed, err := f.ClaimDeployments(f.ctx, "prod", "me", time.Minute, 10)
	if err != nil || len(claimed) != 1 || claimed[0].ID != ids[0] {
		t.Fatalf("%+v %v", claimed, err)
	}
}

func lineReopen(t *testing.T, f *fixture) {
	f.inLine(t, model.WaitSchedule, time.Hour)
	f.inLine(t, model.WaitWindow, -time.Second) // due already
	closed := f.inLine(t, model.WaitWindow, time.Hour)
	other := f.waiting("other", time.Hour)
	other.Controller, other.Wait = "test", model.WaitWindow
	f.create(t, other)
	if n, err := f.Reopen(f.ctx, "prod"); err != nil || n != 1 {
		t.Fatal(n, err)
	}
	claimed, err := f.ClaimDeployments(f.ctx, "prod", "me", time.Minute, 10)
	if err != nil || len(claimed) != 2 || claimed[1].ID != closed.ID || claimed[1].Wait != model.WaitWindow {
		t.Fatalf("%+v %v", claimed, err)
	}
	if n, err := f.Reopen(f.ctx, "prod"); err != nil || n != 0 {
		t.Errorf("once more: %d, %v", n, err)
	}
}

func lineOccupants(t *testing.T, f *fixture) {
	waits, done := f.inLine(t, model.WaitSchedule, time.Hour), f.waiting("web", 0)
	f.update(t, waits.ReleaseID, func(r *model.Release) { r.Initiator = model.Person{ID: "zhang", Name: "张三"} })
	done.State = model.StateSucceeded
	f.create(t, done)
	lost, elsewhere := f.waiting("api", 0), f.waiting("web", 0)
	lost.State, elsewhere.Controller = model.StateLost, "test"
	f.create(t, lost)
	f.create(t, elsewhere)
	got, err := f.Occupants(f.ctx, "prod", 10)
	if err != nil || len(got) != 2 {
		t.Fatalf("%+v %v", got, err)
	}
	for i, d := range []*model.Deployment{waits, lost} {
		if o := got[i]; o.JobRef != d.JobRef || o.State != d.State || o.ReleaseID != d.ReleaseID || (o.Initiator.Name == "张三") != (i == 0) {
			t.Errorf("%d: %+v", i, o)
		}
	}
	if got, err = f.Occupants(f.ctx, "prod", 1); err != nil || len(got) != 1 || got[0].ReleaseID != waits.ReleaseID {
		t.Errorf("at most one: %+v %v", got, err)
	}
	if got, err = f.Occupants(f.ctx, "none", 10); err != nil || len(got) != 0 {
		t.Errorf("of nobody: %+v %v", got, err)
	}
}
