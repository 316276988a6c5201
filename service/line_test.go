package service

import (
	"fmt"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
)

const etlJob = "deploy/data/data-etl" // takes 4 s and carries our number

// etl submits a release of the slow job.
func (w *world) etl(instance int, pairs ...string) string {
	w.t.Helper()
	return w.submit(append([]string{"项目名称", "数据平台", "应用名称", "离线任务", "实例ID", fmt.Sprint("etl-", instance),
		"VERSION", fmt.Sprintf("v%d.0.0", instance)}, pairs...)...).Number
}

// states are the first deployments' states.
func (w *world) states(numbers ...string) string {
	text := ""
	for _, n := range numbers {
		d := w.release(n).Deployments[0]
		text += string(d.State)
		if d.Wait != "" {
			text += "/" + string(d.Wait)
		}
		text += " "
	}
	return text
}

// until lets turns pass until the states are those.
func (w *world) until(want string, numbers ...string) {
	w.t.Helper()
	for range 400 {
		if w.states(numbers...) == want {
			return
		}
		w.turn()
	}
	w.t.Fatalf("%v are %s, never %s", numbers, w.states(numbers...), want)
}

// approved are the versions built of a job, in the order of their builds.
func (w *world) approved(job string) string {
	text := ""
	for _, b := range w.builds(job) {
		text += b.Parameters["VERSION"] + " "
	}
	return text
}

func TestReleasesOfOneJobRunOneAfterAnother(t *testing.T) {
	w := newWorld(t)
	first, second, third := w.etl(1), w.etl(2), w.etl(3)
	w.until("running waiting/job waiting/job ", first, second, third)
	w.until("succeeded running waiting/job ", first, second, third)
	w.until("succeeded succeeded succeeded ", first, second, third)
	if got := w.approved(etlJob); got != "v1.0.0 v2.0.0 v3.0.0 " {
		t.Errorf("built %s", got)
	}
}

func TestSeveralReleasesOfOneJobAtOnceWhenAllowed(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Controllers[0].MaxParallelPerJob = 2 })
	first, second, third := w.etl(1), w.etl(2), w.etl(3)
	w.turns(2)
	for _, n := range []string{first, second} {
		if d := w.release(n).Deployments[0]; !d.State.Followed() {
			t.Fatalf("%s is %s", n, d.State)
		}
	}
	w.until("succeeded succeeded succeeded ", first, second, third)
	if n := len(w.builds(etlJob)); n != 3 {
		t.Errorf("%d builds", n)
	}
}

// Jenkins folds equal requests while they are queued, and without our number nothing tells them apart.
func TestJobsWithoutOurNumberRunOneAtATime(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Controllers[0].MaxParallelPerJob = 5 })
	var numbers []string
	for i := range 3 { // equal but for the approval
		numbers = append(numbers, w.submit("项目名称", "数据平台", "应用名称", "数据同步", "实例ID", fmt.Sprint("sync-", i)).Number)
	}
	w.turn()
	if got := w.states(numbers[1:]...); got != "waiting/job waiting/job " {
		t.Fatal(got)
	}
	w.until("succeeded succeeded succeeded ", numbers...)
	if n := len(w.builds(syncJob)); n != 3 {
		t.Errorf("%d builds for 3 releases", n)
	}
}

func TestTheEarlierApprovalGoesFirstOfThoseThatAreDue(t *testing.T) {
	w := newWorld(t)
	scheduled := w.etl(1, "执行方式", "定时", "执行时间", "2026-11-22 20:01")
	now, next := w.etl(2), w.etl(3)
	w.turns(2)
	w.until("waiting/schedule running waiting/job ", scheduled, now, next)
	w.clock.Advance(time.Minute)
	w.until("succeeded succeeded succeeded ", scheduled, now, next)
	if got := w.approved(etlJob); got != "v2.0.0 v1.0.0 v3.0.0 " {
		t.Errorf("built %s", got)
	}
}

func TestWhoeverWaitsForJenkinsKeepsItsPlace(t *testing.T) {
	w := newWorld(t)
	w.jenkins.Fail(503, 2, "POST /job/deploy/job/data/job/data-etl/buildWithParameters")
	first := w.etl(1)
	w.submitDueNow()
	if got := w.states(first); got != "waiting/jenkins " {
		t.Fatal(got)
	}
	second := w.etl(2)
	w.until("succeeded succeeded ", first, second)
	if got := w.approved(etlJob); got != "v1.0.0 v2.0.0 " {
		t.Errorf("built %s", got)
	}
}

func TestScheduleMissedInLineExpires(t *testing.T) {
	w := newWorld(t)
	w.jenkins.QuietDown() // the first waits in the queue for ever
	first := w.etl(1)
	late := w.etl(2, "执行方式", "定时", "执行时间", "2026-11-22 20:01")
	w.turns(2)
	w.clock.Advance(time.Minute)
	w.until("queued waiting/job ", first, late)
	w.clock.Advance(31 * time.Minute)
	w.until("queued expired ", first, late)
	if r := w.release(late); r.State != model.ReleaseExpired {
		t.Error(r.State)
	}
}

func TestOneThatLeavesTheLineLetsTheNextGoOn(t *testing.T) {
	w := newWorld(t)
	first, second, third := w.etl(1), w.etl(2), w.etl(3)
	w.until("running waiting/job waiting/job ", first, second, third)
	id, _ := model.ParseNumber(second)
	if _, err := w.Cancel(t.Context(), id, 0, "ops", "计划有变"); err != nil {
		t.Fatal(err)
	}
	w.until("succeeded cancelled succeeded ", first, second, third)
	if got := w.approved(etlJob); got != "v1.0.0 v3.0.0 " {
		t.Errorf("built %s", got)
	}
}

func TestALostBuildHoldsNobodyUp(t *testing.T) {
	w := newWorld(t)
	first, second := w.etl(1), w.etl(2)
	w.until("running waiting/job ", first, second)
	w.jenkins.Kill(0)
	w.until("lost succeeded ", first, second)
}

// The process may die between the end of one and the call of the next.
func TestTheForgottenAreCalled(t *testing.T) {
	w := newWorld(t)
	first, second := w.etl(1), w.etl(2)
	w.until("running waiting/job ", first, second)
	id, _ := model.ParseNumber(first)
	err := w.store.UpdateRelease(t.Context(), id, func(r *model.Release) error { // as Service.change does, without what follows
		return r.Fire(r.Deployments[0], model.EventFailed, model.Cause{At: w.clock.Now(), Actor: actorJenkins})
	})
	if err != nil {
		t.Fatal(err)
	}
	w.reborn()
	w.until("failed succeeded ", first, second)
}

// A build that a version without slots began counts as well.
func TestABuildWithoutASlotIsWaitedFor(t *testing.T) {
	w := newWorld(t)
	first, second := w.etl(1), w.etl(2)
	w.until("running waiting/job ", first, second)
	id, _ := model.ParseNumber(first)
	err := w.store.UpdateRelease(t.Context(), id, func(r *model.Release) error { r.Deployments[0].Slot = nil; return nil })
	if err != nil {
		t.Fatal(err)
	}
	w.turn()
	if got := w.states(second); got != "waiting/job " {
		t.Fatal(got)
	}
	w.until("succeeded succeeded ", first, second)
}
