package service

import (
	"context"
	"testing"
	"time"

	"github.com/oabridge/oabridge/jenkins"
	"github.com/oabridge/oabridge/model"
)

// cutOff is a second replica on the same database, which cannot reach Jenkins.
func (w *world) cutOff() *Service {
	w.t.Helper()
	client, err := jenkins.New(jenkins.Options{Name: "prod", URL: "http://127.0.0.1:1", User: "admin", Token: "admin-token", Now: w.clock.Now})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(client.Close)
	o := w.options
	c := o.Controllers[0]
	c.Client = client
	o.Controllers = []Controller{c}
	s := New(o)
	for range tripAfter {
		_, _, _ = s.ordered[0].Client.Overview(w.t.Context()) // fails
	}
	return s
}

// claimAll lets a replica do one step for all that is due.
func (s *Service) claimAll(t *testing.T) {
	t.Helper()
	c := s.ordered[0]
	due, err := s.store.ClaimDeployments(t.Context(), "prod", s.claimName(), s.pace.Lease, 8)
	if err == nil {
		due, err = s.admit(t.Context(), c, due)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range due {
		if err := (submitter{worker{s, c}}).step(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAReplicaThatIsCutOffLetsAnotherFollow(t *testing.T) {
	w := newWorld(t)
	n := w.etl(1)
	w.submitDueNow()
	other := w.cutOff()
	for range 10 {
		w.clock.Advance(2 * time.Second)
		_, _ = follower{worker{other, other.ordered[0]}}.tick(t.Context()) // fails
		if err := w.look(); err != nil {
			t.Fatal(err)
		}
	}
	if got := w.states(n); got != "succeeded " {
		t.Error(got)
	}
}

func TestAReplicaThatIsCutOffLetsAnotherList(t *testing.T) {
	w := newWorld(t)
	other := w.cutOff()
	w.clock.Advance(time.Hour)
	for range 2 {
		_ = other.RefreshOnce(t.Context(), "prod") // fails
		if err := w.RefreshOnce(t.Context(), "prod"); err != nil {
			t.Fatal(err)
		}
	}
	if at := w.Listed()["prod"]; !at.Equal(w.clock.Now()) {
		t.Errorf("listed at %s, it is %s", at, w.clock.Now())
	}
}

// What a replica puts off that cannot reach Jenkins is taken up at once by one that can, also when it has a time to keep.
func TestWhatACutOffReplicaPutsOffIsTakenUp(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.RunIfLateBy = 3 * time.Minute })
	n := w.etl(1, "执行方式", "定时", "执行时间", "2026-11-22 20:01")
	w.clock.Advance(time.Minute)
	w.cutOff().claimAll(t)
	if d := w.release(n).Deployments[0]; d.Wait != model.WaitJenkins || d.NextAt.Sub(w.clock.Now()) < time.Minute {
		t.Fatalf("%s until %s", d.Wait, d.NextAt)
	}
	w.turns(10)
	if got := w.states(n); got != "succeeded " {
		t.Error(got)
	}
}

func TestABuildIsNotLostBecauseNobodyLooked(t *testing.T) {
	w := newWorld(t)
	n := w.etl(1)
	w.until("running ", n)
	w.clock.Advance(5 * time.Second) // the build has ended
	const build = "GET /job/deploy/job/data/job/data-etl/1/api/json"
	w.jenkins.Fail(404, 1, build)
	if err := w.look(); err != nil || w.release(n).Deployments[0].MissingSince == nil {
		t.Fatal("not missing", err)
	}
	w.jenkins.Down(true)
	for range 70 {
		w.clock.Advance(2 * time.Second)
		_ = w.look() // fails
	}
	w.jenkins.Down(false)
	w.probe(t.Context(), w.controller())
	w.jenkins.Fail(404, 1, build)
	if err := w.look(); err != nil {
		t.Fatal(err)
	}
	w.until("succeeded ", n)
}

// thawing is a Jenkins that freezes with our POST before it and carries it out when it is back.
type thawing struct {
	Jenkins
	frozen bool
	thaw   func()
}

func (j *thawing) Trigger(ctx context.Context, job string, parameterised bool, values []model.ParameterValue) (int64, error) {
	if !j.frozen {
		return j.Jenkins.Trigger(ctx, job, parameterised, values)
	}
	j.frozen = false
	late := context.WithoutCancel(ctx)
	j.thaw = func() { _, _ = j.Jenkins.Trigger(late, job, parameterised, values) } // nobody reads the answer
	return 0, model.Errorf(model.CodeJenkinsUnknown, "没有收到答复")
}

func TestAThawedJenkinsIsGivenTimeForWhatItHad(t *testing.T) {
	var j *thawing
	w := newWorld(t, func(o *Options) {
		j = &thawing{Jenkins: o.Controllers[0].Client, frozen: true}
		o.Controllers[0].Client = j
	})
	n := w.etl(1)
	w.submitDueNow()
	w.jenkins.Down(true)
	for range 150 {
		w.clock.Advance(time.Second)
		w.submitDueNow()
		_ = w.look() // fails
	}
	w.jenkins.Down(false)
	w.turns(5)
	j.thaw()
	w.until("succeeded ", n)
	w.turns(150)
	if builds := len(w.builds(etlJob)); builds != 1 {
		t.Errorf("%d builds", builds)
	}
}

func TestFewerBuildsAtOnceAfterTheConfigurationChanged(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Controllers[0].MaxParallelPerJob = 2 })
	first := w.etl(1)
	w.turns(2)
	second := w.etl(2) // in the second slot
	w.until("succeeded running ", first, second)
	w.options.Controllers[0].MaxParallelPerJob = 1
	w.reborn()
	third := w.etl(3)
	w.submitDueNow()
	if got := w.states(second, third); got != "running waiting/job " {
		t.Fatal(got)
	}
	w.until("succeeded succeeded ", second, third)
}

// A version that knows no slots may end a build that holds one, during an upgrade.
func TestASlotThatWasNotFreedBlocksNobody(t *testing.T) {
	w := newWorld(t)
	first := w.etl(1)
	w.until("running ", first)
	id, _ := model.ParseNumber(first)
	err := w.store.UpdateRelease(t.Context(), id, func(r *model.Release) error {
		slot := r.Deployments[0].Slot
		err := r.Fire(r.Deployments[0], model.EventSucceeded, model.Cause{At: w.clock.Now(), Actor: actorJenkins})
		r.Deployments[0].Slot = slot
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	second := w.etl(2)
	w.until("succeeded succeeded ", first, second)
}

// frozenStore answers nothing of what is said at the end, as a database that is suspended.
type frozenStore struct{ Store }

func (frozenStore) Lease(ctx context.Context, _, _ string, _ time.Duration) (bool, error) {
	<-ctx.Done()
	return false, ctx.Err()
}

func (frozenStore) RemoveReplica(ctx context.Context, _ string) error {
	<-ctx.Done()
	return ctx.Err()
}

func TestASuspendedDatabaseHoldsNoStopUp(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Pace.Step, o.Pace.Grace = time.Hour, time.Hour })
	w.Service.store = frozenStore{w.store}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		w.giveBack(t.Context())
		w.leave(t.Context())
	}()
	await(t, "the end", ended)
}
