package service

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
)

// twice allows two retries.
func twice(o *Options) { o.Again = AgainRules{Retries: 2} }

// failing lets the first builds of a job end with the results, and what comes then with SUCCESS.
func (w *world) failing(job string, results ...string) {
	w.jenkins.SetJob(job, func(j *jenkinstest.Job) {
		j.ResultOf = func(b jenkinstest.Build) string {
			if b.Number <= len(results) {
				return results[b.Number-1]
			}
			return "SUCCESS"
		}
	})
}

func (w *world) retry(deployment int64) *model.Release {
	w.t.Helper()
	r, err := w.Retry(w.t.Context(), 1001, deployment, "ops", "数据库已恢复")
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

func (w *world) wantTriggers(n int) {
	w.t.Helper()
	if got := len(w.jenkins.Ledger().Triggers); got != n {
		w.t.Errorf("%d triggers, want %d", got, n)
	}
}

func TestRetryOfWhatFailed(t *testing.T) {
	for result, state := range map[string]model.DeploymentState{
		"FAILURE": model.StateFailed, "UNSTABLE": model.StateUnstable, "ABORTED": model.StateAborted, "NOT_BUILT": model.StateFailed,
	} {
		w := newWorld(t, twice)
		w.failing(etlJob, result)
		w.submit(toETL...)
		w.turns(12)
		before := w.want("R-1001", model.ReleaseFailed, state).Deployments[0]
		r := w.retry(0)
		d := r.Deployments[0]
		if r.State != model.ReleaseActive || r.FinishedAt != nil || d.Retries != 1 || d.Build != 0 || d.Result != "" || d.FinishedAt != nil {
			t.Errorf("%s: %s %+v", result, r.State, d)
		}
		w.wantTold("retried", "构建 #1("+result+")之后第 1 次重试：数据库已恢复", "")
		w.turns(15)
		d = w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded).Deployments[0]
		w.wantTriggers(2)
		if len(d.Former) != 1 || d.Former[0].Build != 1 || d.Former[0].State != state || d.Former[0].URL != before.BuildURL || d.Build != 2 {
			t.Errorf("%s: %+v", result, d)
		}
		titles := w.inbox.titles("zhang")
		if len(titles) != 4 || !strings.Contains(titles[2], "重新部署(第 1 次重试)") || titles[3] != "上线单 R-1001 部署成功" {
			t.Errorf("%s: told %q", result, titles)
		}
	}
}

// TestTheFailedBuildIsNeverTakenForTheNewOne, whatever becomes of the POST and of the bridge: the old build has the same release
// number, parameters and user, and began just now.
func TestTheFailedBuildIsNeverTakenForTheNewOne(t *testing.T) {
	for name, c := range map[string]struct {
		job  string
		form []string
		hit  func(w *world, path string)
		reborn,
		cut bool
	}{
		"no answer, and it did not arrive":     {job: etlJob, form: toETL, hit: func(w *world, path string) { w.jenkins.CutBefore(1, path) }},
		"no answer, and it arrived":            {job: etlJob, form: toETL, hit: func(w *world, path string) { w.jenkins.CutAfter(1, path) }},
		"without a number, it did not arrive":  {job: syncJob, form: toSync, hit: func(w *world, path string) { w.jenkins.CutBefore(1, path) }},
		"without a number, and it arrived":     {job: syncJob, form: toSync, hit: func(w *world, path string) { w.jenkins.CutAfter(1, path) }},
		"killed before the POST":               {job: etlJob, form: toETL, hit: func(w *world, path string) { w.jenkins.CutBefore(1, path) }, reborn: true},
		"killed after the POST":                {job: etlJob, form: toETL, hit: func(w *world, path string) { w.jenkins.CutAfter(1, path) }, reborn: true},
		"killed after, without a number":       {job: syncJob, form: toSync, hit: func(w *world, path string) { w.jenkins.CutAfter(1, path) }, reborn: true},
		"busy, and then the POST is forgotten": {job: etlJob, form: toETL, hit: func(w *world, path string) { w.jenkins.Fail(503, 2, path) }},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, twice)
			w.failing(c.job, "FAILURE")
			w.submit(c.form...)
			w.turns(12)
			w.want("R-1001", model.ReleaseFailed, model.StateFailed)
			w.retry(0)
			c.hit(w, "POST /job/"+strings.ReplaceAll(c.job, "/", "/job/")+"/buildWithParameters")
			w.clock.Advance(time.Second)
			w.submitDueNow()
			if c.reborn {
				w.reborn()
			}
			w.turns(150)
			d := w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded).Deployments[0]
			if builds := w.builds(c.job); len(builds) != 2 || d.Build != 2 {
				t.Errorf("holds #%d of %d builds", d.Build, len(builds))
			}
		})
	}
}

// TestAnotherReleaseTakesNoFormerBuild: without a release number it looks the same.
func TestAnotherReleaseTakesNoFormerBuild(t *testing.T) {
	w := newWorld(t, twice)
	w.failing(syncJob, "FAILURE")
	w.submit(toSync...)
	w.turns(12)
	w.want("R-1001", model.ReleaseFailed, model.StateFailed)
	w.jenkins.SetExecutors(0)
	w.submit(append([]string{"实例ID", "inst-2"}, toSync...)...)
	w.jenkins.CutBefore(1, "POST /job/deploy/job/data/job/data-sync/buildWithParameters")
	w.clock.Advance(time.Second)
	w.submitDueNow()
	w.retry(0)
	w.turns(150)
	w.jenkins.SetExecutors(4)
	w.turns(150)
	w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded)
	w.want("R-1002", model.ReleaseSucceeded, model.StateSucceeded)
	w.wantTriggers(3)
	if n := len(w.builds(syncJob)); n != 3 {
		t.Errorf("%d builds", n)
	}
}

func TestRetryNoMoreThanAllowed(t *testing.T) {
	w := newWorld(t, twice)
	w.failing(etlJob, "FAILURE", "FAILURE", "FAILURE")
	w.submit(toETL...)
	for n := 1; n <= 3; n++ {
		w.turns(12)
		w.want("R-1001", model.ReleaseFailed, model.StateFailed)
		w.wantTriggers(n)
		if n <= 2 {
			w.retry(0)
		}
	}
	_, err := w.Retry(t.Context(), 1001, 0, "ops", "doch")
	codeIs(t, err, model.CodeConflict)
	if text := model.MessageOf(err); !strings.Contains(text, "已重试 2 次") || !strings.Contains(text, "retry.max: 2") {
		t.Error(text)
	}
	if titles := w.inbox.titles("zhang"); len(titles) != 6 {
		t.Errorf("told %q", titles)
	}
	never := newWorld(t)
	never.failing(etlJob, "FAILURE")
	never.submit(toETL...)
	never.turns(12)
	_, err = never.Retry(t.Context(), 1001, 0, "ops", "")
	if codeIs(t, err, model.CodeConflict); !strings.Contains(model.MessageOf(err), "retry.max: 0") {
		t.Error(err)
	}
}

func TestRetriesOfWhatFailedAtOnceAreOneBuild(t *testing.T) {
	w := newWorld(t, twice)
	w.failing(etlJob, "FAILURE")
	w.submit(toETL...)
	w.turns(12)
	errs := make([]error, 8)
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() { _, errs[i] = w.Retry(t.Context(), 1001, 0, "ops", "重试") })
	}
	all.Wait()
	if n := len(slices.DeleteFunc(errs, func(err error) bool { return err != nil })); n != 1 {
		t.Errorf("%d went through", n)
	}
	w.turns(15)
	w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded)
	w.wantTriggers(2)
}

// TestASequenceGoesOnAfterARetry: what was cancelled because of the order waits again, what a person cancelled does not, nor
// what stands behind that.
func TestASequenceGoesOnAfterARetry(t *testing.T) {
	const webJob, all = "deploy/mall/mall-web", `["商城前端","订单服务","商城接口服务"]`
	t.Run("all", func(t *testing.T) {
		w := newWorld(t, twice)
		w.failing(webJob, "FAILURE")
		w.submit("应用名称", all)
		w.turns(6)
		w.want("R-1001", model.ReleaseFailed, model.StateFailed, model.StateCancelled, model.StateCancelled)
		r := w.retry(0)
		if d := r.Deployments[1]; d.State != model.StateWaiting || d.Wait != model.WaitPredecessor || d.Retries != 0 {
			t.Errorf("%+v", d)
		}
		w.turns(30)
		w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded, model.StateSucceeded, model.StateSucceeded)
		w.wantTriggers(4)
	})
	t.Run("one was cancelled by a person", func(t *testing.T) {
		w := newWorld(t, twice)
		w.failing(webJob, "FAILURE")
		w.jenkins.SetJob(webJob, func(j *jenkinstest.Job) { j.Duration = 10 * time.Second })
		w.submit("应用名称", all)
		w.turns(3)
		w.cancel(w.release("R-1001").Deployments[1].ID)
		w.turns(20)
		w.want("R-1001", model.ReleaseFailed, model.StateFailed, model.StateCancelled, model.StateCancelled)
		w.retry(0)
		w.turns(40)
		w.want("R-1001", model.ReleasePartial, model.StateSucceeded, model.StateCancelled, model.StateCancelled)
		w.wantTriggers(2)
	})
	t.Run("the second", func(t *testing.T) {
		w := newWorld(t, twice)
		w.failing("deploy/mall/mall-order", "FAILURE")
		w.submit("应用名称", all)
		w.turns(15)
		r := w.want("R-1001", model.ReleasePartial, model.StateSucceeded, model.StateFailed, model.StateCancelled)
		for _, i := range []int{0, 2} {
			_, err := w.Retry(t.Context(), 1001, r.Deployments[i].ID, "ops", "")
			codeIs(t, err, model.CodeConflict)
		}
		w.retry(r.Deployments[1].ID)
		w.turns(30)
		w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded, model.StateSucceeded, model.StateSucceeded)
		w.wantTriggers(4)
	})
}

// TestRetryOfWhatAPersonStopped is a person's to decide as well.
func TestRetryOfWhatAPersonStopped(t *testing.T) {
	w := newWorld(t, twice)
	w.jenkins.SetJob(etlJob, lasting)
	w.submit(toETL...)
	w.turns(4)
	w.cancel(0)
	w.turns(4)
	w.want("R-1001", model.ReleaseFailed, model.StateAborted)
	w.jenkins.SetJob(etlJob, func(j *jenkinstest.Job) { j.Duration = time.Second })
	if d := w.retry(0).Deployments[0]; d.Stop != nil {
		t.Errorf("%+v", d.Stop)
	}
	w.turns(15)
	w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded)
}

// TestRetryWaitsForTheWindow, also when somebody let the release go on outside it before, and keeps no slot of the job meanwhile.
func TestRetryWaitsForTheWindow(t *testing.T) {
	w := newWorld(t, twice, open(Window{From: 8 * time.Hour, To: 19 * time.Hour})) // it is 20:00
	w.failing(etlJob, "FAILURE")
	w.submit(toETL...)
	w.turns(2)
	w.want("R-1001", model.ReleaseActive, model.StateWaiting)
	if _, err := w.Start(t.Context(), 1001, "ops", "紧急"); err != nil {
		t.Fatal(err)
	}
	w.turns(12)
	w.want("R-1001", model.ReleaseFailed, model.StateFailed)
	w.retry(0)
	w.turns(3)
	if d := w.want("R-1001", model.ReleaseActive, model.StateWaiting).Deployments[0]; d.Wait != model.WaitWindow || d.Slot != nil {
		t.Errorf("waits for %s with slot %v", d.Wait, d.Slot)
	}
	w.clock.Advance(12 * time.Hour)
	w.turns(15)
	w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded)
	w.wantTriggers(2)
}

// TestRetryLooksAtTheJobOnceMore.
func TestRetryLooksAtTheJobOnceMore(t *testing.T) {
	w := newWorld(t, twice)
	w.failing(etlJob, "FAILURE")
	w.submit(toETL...)
	w.turns(12)
	w.jenkins.SetJob(etlJob, func(j *jenkinstest.Job) { j.Parameters = j.Parameters[1:] })
	w.retry(0)
	w.turns(4)
	if d := w.want("R-1001", model.ReleaseActive, model.StateWaiting).Deployments[0]; d.Wait != model.WaitDrift {
		t.Errorf("waits for %q: %s", d.Wait, d.Message)
	}
	w.wantTriggers(1)
}

func TestNoRetryWithoutAnApproval(t *testing.T) {
	w := proving(t, twice)
	w.failing(etlJob, "FAILURE")
	number := w.proved(toETL...)
	w.turns(12)
	w.want(number, model.ReleaseFailed, model.StateFailed)
	w.receive(event("inst-1", "terminate", ""))
	w.checkNow()
	_, err := w.Retry(t.Context(), w.release(number).ID, 0, "ops", "")
	codeIs(t, err, model.CodeConflict)
	w.turns(10)
	w.wantTriggers(1)
}

// TestNoRetryOfWhatWasGivenUp: nobody knows what its build did.
func TestNoRetryOfWhatWasGivenUp(t *testing.T) {
	w := lost(t)
	w.again.Retries = 2
	if _, err := w.Abandon(t.Context(), 1001, 0, "ops", ""); err != nil {
		t.Fatal(err)
	}
	_, err := w.Retry(t.Context(), 1001, 0, "ops", "")
	codeIs(t, err, model.CodeConflict)
}

// TestRetryOfWhatJenkinsRefused has no build before.
func TestRetryOfWhatJenkinsRefused(t *testing.T) {
	w := newWorld(t, twice)
	w.jenkins.Fail(400, 1, "POST /job/deploy/job/data/job/data-etl/buildWithParameters")
	w.submit(toETL...)
	w.turns(4)
	w.want("R-1001", model.ReleaseFailed, model.StateFailed)
	w.retry(0)
	w.turns(15)
	if d := w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded).Deployments[0]; len(d.Former) != 0 {
		t.Errorf("%+v", d.Former)
	}
}

// TestCancelOfWhatIsRetried takes back what waits again.
func TestCancelOfWhatIsRetried(t *testing.T) {
	w := newWorld(t, twice)
	w.failing("deploy/mall/mall-web", "FAILURE")
	w.submit("应用名称", `["商城前端","订单服务"]`)
	w.turns(6)
	w.retry(0)
	w.cancel(0)
	w.want("R-1001", model.ReleaseCancelled, model.StateCancelled, model.StateCancelled)
	w.turns(10)
	w.wantTriggers(1)
}
