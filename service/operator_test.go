package service

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
)

// wantTold checks that the history tells who did something and why, and that the initiator was told.
func (w *world) wantTold(kind, why, title string) {
	w.t.Helper()
	events, err := w.History(w.t.Context(), 1001, 0, 1000)
	if err != nil {
		w.t.Fatal(err)
	}
	if !slices.ContainsFunc(events, func(e model.Event) bool {
		return e.Kind == kind && e.Actor == "ops" && strings.Contains(e.Message, why)
	}) {
		w.t.Errorf("no line of kind %s by ops because of %q in %+v", kind, why, events)
	}
	if _, err := w.deliverDue(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	if titles := w.inbox.titles("zhang"); title != "" && !slices.Contains(titles, title) {
		w.t.Errorf("nobody was told %q, only %q", title, titles)
	}
}

// lost is a release whose first app runs in a Jenkins that is killed and forgets it.
func lost(t *testing.T, pairs ...string) *world {
	w := newWorld(t)
	w.submit(append([]string{"项目名称", "数据平台", "应用名称", "离线任务"}, pairs...)...)
	w.turns(2)
	w.jenkins.Kill(0)
	w.turns(130)
	if d := w.release("R-1001").Deployments[0]; d.State != model.StateLost {
		t.Fatalf("is %s, not lost", d.State)
	}
	return w
}

func TestRetryOfWhatWasLostMakesOneNewBuild(t *testing.T) {
	w := lost(t)
	r, err := w.Retry(t.Context(), 1001, 0, "ops", "线上没有变化")
	if err != nil || r.Deployments[0].State != model.StateWaiting || r.Deployments[0].Build != 0 {
		t.Fatalf("%+v: %v", r.Deployments[0], err)
	}
	w.wantTold("retried", "线上没有变化", "上线单 R-1001：失联的 离线任务 已决定重新构建")
	w.turns(10)
	w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded)
	if n := len(w.jenkins.Ledger().Triggers); n != 2 {
		t.Errorf("%d triggers, want the one that was lost and one more", n)
	}
	_, err = w.Retry(t.Context(), 1001, 0, "ops", "again")
	codeIs(t, err, model.CodeConflict)
}

func TestRetryAdoptsABuildThatIsThereAfterAll(t *testing.T) {
	w := newWorld(t)
	w.submit("项目名称", "数据平台", "应用名称", "离线任务")
	w.turns(3)
	w.jenkins.Fail(404, 200, "GET /job/deploy/job/data/job/data-etl/1/api/json")
	w.turns(130)
	w.want("R-1001", model.ReleaseActive, model.StateLost)
	w.jenkins.Heal()
	if _, err := w.Retry(t.Context(), 1001, 0, "ops", "磁盘已恢复"); err != nil {
		t.Fatal(err)
	}
	w.turns(80)
	w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded)
	if n := len(w.jenkins.Ledger().Triggers); n != 1 {
		t.Errorf("%d triggers: the build was there", n)
	}
}

func TestRetriesAtOnceAreOneBuild(t *testing.T) {
	w := lost(t)
	errs := make([]error, 8)
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() { _, errs[i] = w.Retry(t.Context(), 1001, 0, "ops", "重试") })
	}
	all.Wait()
	went := 0
	for _, err := range errs {
		if err == nil {
			went++
			continue
		}
		codeIs(t, err, model.CodeConflict)
	}
	w.turns(10)
	w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded)
	if n := len(w.jenkins.Ledger().Triggers); went != 1 || n != 2 {
		t.Errorf("%d of %d retries went through, %d triggers", went, len(errs), n)
	}
}

func TestRetryAfterASetTimeLongPastIsNotTooLate(t *testing.T) {
	w := lost(t, "执行方式", "定时", "执行时间", "2026-11-22 20:00:01")
	w.clock.Advance(3 * time.Hour)
	if _, err := w.Retry(t.Context(), 1001, 0, "ops", "补做"); err != nil {
		t.Fatal(err)
	}
	w.turns(10)
	w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded)
}

func TestAbandonEndsItAndWhatWaitsBehindIt(t *testing.T) {
	w := lost(t, "应用名称", `["离线任务","数据同步"]`)
	w.want("R-1001", model.ReleaseActive, model.StateLost, model.StateWaiting)
	if _, err := w.Abandon(t.Context(), 1001, 0, "ops", "改天再发"); err != nil {
		t.Fatal(err)
	}
	r := w.want("R-1001", model.ReleaseFailed, model.StateFailed, model.StateCancelled)
	if got := r.Deployments[0].Message; got != "Jenkins 中找不到构建，已放弃：改天再发" {
		t.Errorf("message %q", got)
	}
	w.wantTold("abandoned", "改天再发", "上线单 R-1001：失联的 离线任务 已决定放弃")
	if titles := w.inbox.titles("zhang"); titles[len(titles)-1] != "上线单 R-1001 部署失败" {
		t.Errorf("the end is not told last: %q", titles)
	}
	w.turns(10)
	if n := len(w.jenkins.Ledger().Triggers); n != 1 {
		t.Errorf("%d triggers after it was given up", n)
	}
	_, err := w.Retry(t.Context(), 1001, 0, "ops", "doch")
	codeIs(t, err, model.CodeConflict)
}

func TestDecisionAboutOneOfSeveral(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Form.Order = model.OrderParallel })
	w.jenkins.SetJob(syncJob, lasting)
	w.submit("项目名称", "数据平台", "应用名称", `["离线任务","数据同步"]`)
	w.turns(2)
	w.jenkins.Kill(0)
	w.turns(130)
	r := w.want("R-1001", model.ReleaseActive, model.StateLost, model.StateLost)
	_, err := w.Abandon(t.Context(), 1001, 99, "ops", "")
	codeIs(t, err, model.CodeNotFound)
	if r, err = w.Abandon(t.Context(), 1001, r.Deployments[1].ID, "ops", ""); err != nil {
		t.Fatal(err)
	}
	if got := r.Deployments[1].Message; got != "Jenkins 中找不到构建，已放弃" {
		t.Errorf("message %q", got)
	}
	_, err = w.Retry(t.Context(), 1001, r.Deployments[1].ID, "ops", "")
	codeIs(t, err, model.CodeConflict)
	if _, err = w.Retry(t.Context(), 1001, r.Deployments[0].ID, "ops", ""); err != nil {
		t.Fatal(err)
	}
	w.turns(10)
	w.want("R-1001", model.ReleasePartial, model.StateSucceeded, model.StateFailed)
	_, err = w.Retry(t.Context(), 99, 0, "ops", "")
	codeIs(t, err, model.CodeNotFound)
}

func TestCancelOfWhatWasLost(t *testing.T) {
	w := lost(t, "应用名称", `["离线任务","数据同步"]`)
	if _, err := w.Cancel(t.Context(), 1001, 0, "ops", "不发了"); err != nil {
		t.Fatal(err)
	}
	w.want("R-1001", model.ReleaseFailed, model.StateFailed, model.StateCancelled)
	w.wantTold("stop", "不发了", "上线单 R-1001 部署失败")
	w.turns(10)
	if n := len(w.jenkins.Ledger().Triggers); n != 1 {
		t.Errorf("%d triggers after the cancel", n)
	}
}
