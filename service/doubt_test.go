package service

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
)

const (
	syncJob     = "deploy/data/data-sync"
	syncTrigger = "POST /job/deploy/job/data/job/data-sync/buildWithParameters"
)

// A job that was made anew counts its builds from 1 again, though an older deployment holds that number.
func TestBuildOfAJobMadeAnewIsFound(t *testing.T) {
	w := newWorld(t)
	w.submit()
	w.turns(3)
	i := slices.IndexFunc(jenkinstest.Company(), func(j jenkinstest.Job) bool { return j.FullName == webJob })
	w.jenkins.RemoveJob(webJob)
	w.jenkins.AddJob(jenkinstest.Company()[i])
	w.jenkins.CutAfter(1, trigger)
	got := w.submit("实例ID", "inst-2")
	w.turns(5)
	r := w.want(got.Number, model.ReleaseSucceeded, model.StateSucceeded)
	if n := len(w.jenkins.Ledger().Triggers); n != 2 || r.Deployments[0].Build != 1 {
		t.Errorf("%d triggers, build #%d", n, r.Deployments[0].Build)
	}
}

// Jenkins' list of builds ends after 100; our build may be behind them.
func TestBuildBehindAHundredOthersIsFound(t *testing.T) {
	w := newWorld(t)
	w.jenkins.SetJob(webJob, func(j *jenkinstest.Job) { j.Concurrent = true; j.Duration = 0 })
	w.jenkins.CutAfter(1, trigger)
	got := w.submit()
	w.clock.Advance(time.Second)
	w.submitDueNow()
	w.want(got.Number, model.ReleaseActive, model.StateSubmitting)
	for i := range 120 {
		w.byHand("li", "/job/deploy/job/mall/job/mall-web/buildWithParameters?delay=0sec", fmt.Sprintf("VERSION=v%d", i))
		w.clock.Advance(10 * time.Millisecond)
		_ = w.jenkins.Ledger() // lets the item start
	}
	w.turns(6)
	r := w.want(got.Number, model.ReleaseSucceeded, model.StateSucceeded)
	if ours := w.oursIn(got.Number); ours != 1 || r.Deployments[0].Build != 1 {
		t.Errorf("%d builds of ours, #%d", ours, r.Deployments[0].Build)
	}
}

// oursIn counts the builds that carry a release's number.
func (w *world) oursIn(number string) int {
	n := 0
	for _, b := range w.jenkins.Ledger().Builds {
		if b.Parameters["RELEASE_ID"] == number {
			n++
		}
	}
	return n
}

// A request folded into our own queued item must find it, not wait until it is gone and send another.
func TestFoldedIntoOurOwnItem(t *testing.T) {
	w := newWorld(t)
	w.jenkins.QuietDown()
	w.jenkins.Fail(503, 1, trigger)
	got := w.submit()
	w.turn()
	// Jenkins had taken the request that a proxy answered with 503, after the look: the next POST is folded into it.
	due, err := w.store.ClaimDeployments(t.Context(), "prod", "x/1", w.pace.Lease, 1)
	w.clock.Advance(time.Second)
	if err == nil && len(due) == 0 {
		due, err = w.store.ClaimDeployments(t.Context(), "prod", "x/1", w.pace.Lease, 1)
	}
	if err != nil || len(due) != 1 {
		t.Fatalf("claimed %d: %v", len(due), err)
	}
	s := submitter{worker{w.Service, w.controller()}}
	d, err := s.update(t.Context(), due[0], "x/1", unconditionally(s))
	if err != nil {
		t.Fatal(err)
	}
	w.byHand("admin", "/job/deploy/job/mall/job/mall-web/buildWithParameters?delay=0sec",
		"VERSION=v2.1.0&ENV=prod&DRY_RUN=false&NOTES=&RELEASE_ID="+got.Number)
	if err := s.post(t.Context(), d, "x/1"); err != nil {
		t.Fatal(err)
	}
	w.want(got.Number, model.ReleaseActive, model.StateWaiting) // folded
	w.turns(8)
	w.want(got.Number, model.ReleaseActive, model.StateQueued)
	w.jenkins.CancelQuietDown()
	w.turns(5)
	w.want(got.Number, model.ReleaseSucceeded, model.StateSucceeded)
	if n := len(w.builds(webJob)); n != 1 {
		t.Errorf("%d builds, want 1", n)
	}
}

// Jenkins lets Admin in as admin, and names admin in the builds.
func TestUserInAnotherCase(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Controllers[0].User = "Admin" })
	flush := w.submit("项目名称", "数据平台", "应用名称", "清理缓存", "VERSION", "", "ENV", "", "DRY_RUN", "")
	w.turns(3)
	w.want(flush.Number, model.ReleaseSucceeded, model.StateSucceeded)
	w.jenkins.CutAfter(1, syncTrigger)
	sync := w.submit("项目名称", "数据平台", "应用名称", "数据同步", "实例ID", "inst-2")
	w.turns(5)
	w.want(sync.Number, model.ReleaseSucceeded, model.StateSucceeded)
	if f, s := len(w.builds("deploy/data/data-cache-flush")), len(w.builds(syncJob)); f != 1 || s != 1 {
		t.Errorf("%d and %d builds, want one each", f, s)
	}
}

func TestCancelLeavesSomebodyElsesItemAlone(t *testing.T) {
	w := newWorld(t)
	w.jenkins.QuietDown()
	got := w.submit()
	w.turns(2)
	r := w.want(got.Number, model.ReleaseActive, model.StateQueued)
	w.jenkins.Kill(0)
	w.jenkins.QuietDown()
	w.byHand("li", "/job/deploy/job/mall/job/mall-web/buildWithParameters", "VERSION=theirs")
	if last := w.jenkins.Ledger().Triggers; last[len(last)-1].QueueID != r.Deployments[0].QueueID {
		t.Fatal("the fake did not reuse the queue id: this test proves nothing")
	}
	if _, err := w.Cancel(t.Context(), 1001, 0, "ops", "停"); err != nil {
		t.Fatal(err)
	}
	w.turns(3)
	w.jenkins.CancelQuietDown()
	w.turns(10)
	if builds := w.builds(webJob); len(builds) != 1 || builds[0].Parameters["VERSION"] != "theirs" {
		t.Errorf("builds %+v", builds)
	}
}

func TestSuspendedProcessPostsNothing(t *testing.T) {
	w := newWorld(t)
	w.submit()
	due, err := w.store.ClaimDeployments(t.Context(), "prod", "slow/1", w.pace.Lease, 1)
	if err != nil || len(due) != 1 {
		t.Fatalf("claimed %d: %v", len(due), err)
	}
	s := submitter{worker{w.Service, w.controller()}}
	d, err := s.update(t.Context(), due[0], "slow/1", unconditionally(s))
	if err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(w.pace.Lease)
	codeIs(t, s.post(t.Context(), d, "slow/1"), model.CodeConflict)
	if n := len(w.jenkins.Ledger().Triggers); n != 0 {
		t.Errorf("%d triggers after the lease", n)
	}
}

// unconditionally makes a deployment due whatever its job is like.
func unconditionally(s submitter) func(*model.Release, *model.Deployment) error {
	return func(r *model.Release, d *model.Deployment) error {
		return s.due(r, d, func(*model.Release, *model.Deployment) *objection { return nil })
	}
}

// A build of another database has our number, and our POST is still on its way: nobody is told to look, and to retry, before nothing
// can come of it any more.
func TestAnOlderBuildDoesNotCutTheSearchShort(t *testing.T) {
	const arrives = "/job/deploy/job/mall/job/mall-web/buildWithParameters?delay=0sec"
	for _, late := range []bool{true, false} {
		w := newWorld(t)
		w.byHand("admin", arrives, "VERSION=v0&RELEASE_ID=R-1001")
		w.turns(600)
		w.jenkins.CutBefore(1, trigger)
		got := w.submit()
		w.turns(4)
		w.want(got.Number, model.ReleaseActive, model.StateSubmitting)
		if late {
			w.byHand("admin", arrives, "VERSION=v2.1.0&ENV=prod&DRY_RUN=false&NOTES=&RELEASE_ID=R-1001")
		}
		w.turns(300)
		if !late {
			w.want(got.Number, model.ReleaseFailed, model.StateFailed)
		} else if d := w.want(got.Number, model.ReleaseSucceeded, model.StateSucceeded).Deployments[0]; d.Build != 2 {
			t.Errorf("holds #%d", d.Build)
		}
	}
}
