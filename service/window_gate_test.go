package service

import (
	"strings"
	"testing"
	"time"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
)

// open lets deployments of every project start only within the windows. It is 20:00 on a Sunday when the world begins.
func open(windows ...Window) func(*Options) {
	return func(o *Options) { o.Policies = []ProjectPolicy{{Windows: windows}} }
}

var officeHours = open(span(10, 17, workdays...))

// goTo lets the time come, the next minute pass, and everything be done.
func (w *world) goTo(clock string) {
	w.t.Helper()
	at := local(w.t, clock, shanghai)
	if at.Before(w.clock.Now()) {
		w.t.Fatalf("%s is over", clock)
	}
	w.clock.Advance(at.Sub(w.clock.Now()))
	w.turns(60)
}

func (w *world) triggers() int { return len(w.jenkins.Ledger().Triggers) }

func TestOutsideTheWindowAReleaseWaitsForTheNextOpening(t *testing.T) {
	w := newWorld(t, officeHours, func(o *Options) { o.Form.Order = model.OrderParallel })
	w.submit("应用名称", `["商城前端","订单服务"]`)
	w.turns(120)
	r := w.want("R-1001", model.ReleaseActive, model.StateWaiting, model.StateWaiting)
	opens := local(t, "2026-11-23 10:00", shanghai)
	for _, d := range r.Deployments {
		if d.Wait != model.WaitWindow || d.NextAt == nil || !d.NextAt.Equal(opens) || d.Slot != nil ||
			d.Message != "现在不在允许上线的时间(周一至周四 10:00-17:00)内，等到 2026-11-23 10:00" {
			t.Errorf("waits for %q until %v, slot %v: %s", d.Wait, d.NextAt, d.Slot, d.Message)
		}
	}
	w.goTo("2026-11-23 09:58")
	if n := w.triggers(); n != 0 {
		t.Fatalf("%d triggers before it opens", n)
	}
	w.goTo("2026-11-23 10:00")
	w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded, model.StateSucceeded)
	told := 0
	for _, title := range w.inbox.titles("zhang") {
		if title == "上线单 R-1001 还不到允许上线的时间" {
			told++
		}
	}
	if told != 1 {
		t.Errorf("told %d times: %q", told, w.inbox.titles("zhang"))
	}
}

func TestEachAppOfASequenceNeedsAnOpening(t *testing.T) {
	w := newWorld(t, open(Window{From: 20 * time.Hour, To: 20*time.Hour + time.Minute}))
	w.jenkins.SetJob(webJob, func(j *jenkinstest.Job) { j.Duration = 90 * time.Second })
	w.submit("应用名称", `["商城前端","订单服务"]`)
	w.turns(120)
	r := w.want("R-1001", model.ReleaseActive, model.StateSucceeded, model.StateWaiting)
	if r.Deployments[1].Wait != model.WaitWindow {
		t.Fatalf("waits for %q", r.Deployments[1].Wait)
	}
	w.goTo("2026-11-23 20:00")
	w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded, model.StateSucceeded)
}

func TestAPersonLetsAReleaseGoOnOutsideItsWindow(t *testing.T) {
	w := newWorld(t, officeHours)
	w.submit("应用名称", `["商城前端","订单服务"]`)
	w.turns(3)
	_, err := w.Start(t.Context(), 1001, "ops", " ")
	codeIs(t, err, model.CodeInvalidRequest)
	w.want("R-1001", model.ReleaseActive, model.StateWaiting, model.StateWaiting)
	if _, err := w.Start(t.Context(), 1001, "ops", "紧急修复"); err != nil {
		t.Fatal(err)
	}
	w.wantTold("override", "紧急修复", "上线单 R-1001 在允许上线的时间之外放行")
	w.turns(10)
	w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded, model.StateSucceeded) // the second one, too
	_, err = w.Start(t.Context(), 1001, "ops", "紧急修复")
	codeIs(t, err, model.CodeConflict)
}

// Whoever has claimed it must not have it wait again.
func TestStartOfWhatIsClaimed(t *testing.T) {
	w := newWorld(t, officeHours)
	w.submit()
	w.turns(2)
	w.clock.Advance(local(t, "2026-11-23 10:00", shanghai).Sub(w.clock.Now()))
	due, err := w.store.ClaimDeployments(t.Context(), "prod", "other/1", w.pace.Lease, 1)
	if err != nil || len(due) != 1 {
		t.Fatalf("claimed %d: %v", len(due), err)
	}
	if _, err := w.Start(t.Context(), 1001, "ops", "紧急修复"); err != nil {
		t.Fatal(err)
	}
	codeIs(t, submitter{worker{w.Service, w.controller()}}.step(t.Context(), due[0]), model.CodeConflict)
	w.turns(5)
	w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded)
	if n := w.triggers(); n != 1 {
		t.Errorf("%d triggers", n)
	}
}

func TestANewPlanEndsAnOverride(t *testing.T) {
	w := newWorld(t, officeHours)
	w.jenkins.SetJob(webJob, lasting)
	w.submit("应用名称", `["商城前端","订单服务"]`)
	w.turns(2)
	if _, err := w.Start(t.Context(), 1001, "ops", "紧急修复"); err != nil {
		t.Fatal(err)
	}
	w.turns(3) // the first one runs
	_, err := w.Replan(t.Context(), 1001, "2026-11-22 22:00", "ops", "窗口改了")
	codeIs(t, err, model.CodeInvalidRequest)
	if got := model.MessageOf(err); got != "执行时间 2026-11-22 22:00 不在允许上线的时间(周一至周四 10:00-17:00)内，最近可以选 2026-11-23 10:00" {
		t.Error(got)
	}
	w.replanned("2026-11-23 16:00")
	w.turns(60)
	w.want("R-1001", model.ReleaseActive, model.StateSucceeded, model.StateWaiting)
	w.replanned("now") // outside: a person still has to let it go on
	w.turns(5)
	r := w.want("R-1001", model.ReleaseActive, model.StateSucceeded, model.StateWaiting)
	if r.Deployments[1].Wait != model.WaitWindow {
		t.Errorf("waits for %q", r.Deployments[1].Wait)
	}
}

func TestAManualReleaseIsStartedTwiceOutsideItsWindow(t *testing.T) {
	w := newWorld(t, officeHours)
	w.submit("执行方式", "手动")
	start := func(reason string) {
		if _, err := w.Start(t.Context(), 1001, "ops", reason); err != nil {
			t.Fatal(err)
		}
		w.turns(5)
	}
	start("")
	if r := w.want("R-1001", model.ReleaseActive, model.StateWaiting); r.Deployments[0].Wait != model.WaitWindow {
		t.Fatalf("waits for %q", r.Deployments[0].Wait)
	}
	start("紧急修复")
	w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded)
}

// The window closed, by a new configuration, between the form and its time.
func TestAScheduledReleaseWaitsNoLongerThanItMayBeLate(t *testing.T) {
	for late, want := range map[time.Duration]model.DeploymentState{30 * time.Minute: model.StateExpired, 24 * time.Hour: model.StateSucceeded} {
		w := newWorld(t, func(o *Options) { o.RunIfLateBy = late })
		w.submit("执行方式", "定时", "执行时间", "2026-11-22 20:30")
		officeHours(&w.options)
		w.reborn()
		w.goTo("2026-11-22 20:30")
		r := w.want("R-1001", model.ReleaseActive, model.StateWaiting)
		if d := r.Deployments[0]; d.Wait != model.WaitWindow || (late < time.Hour) != strings.HasSuffix(d.Message, "超过允许的延迟；到 2026-11-22 21:00 过期") {
			t.Errorf("waits for %q: %s", d.Wait, d.Message)
		}
		w.goTo("2026-11-22 21:00")
		w.goTo("2026-11-23 10:00")
		if got := w.release("R-1001").Deployments[0].State; got != want {
			t.Errorf("may be late by %s: %s, want %s", late, got, want)
		}
	}
}

func TestWhoWaitsForAWindowKeepsNobodyFromTheJob(t *testing.T) {
	w := newWorld(t, officeHours)
	w.submit("实例ID", "inst-1")
	w.submit("实例ID", "inst-2")
	w.turns(20)
	if _, err := w.Start(t.Context(), 1002, "ops", "紧急修复"); err != nil {
		t.Fatal(err)
	}
	w.turns(20)
	w.want("R-1001", model.ReleaseActive, model.StateWaiting)
	w.want("R-1002", model.ReleaseSucceeded, model.StateSucceeded)
	w.goTo("2026-11-23 10:00")
	w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded)
}

func TestNewWindowsCountFromTheStartOn(t *testing.T) {
	w := newWorld(t, func(o *Options) {
		o.Policies = []ProjectPolicy{{Freezes: []Freeze{{From: time.Unix(0, 0), To: local(t, "2026-12-24 00:00", shanghai), Reason: "封网"}}}}
	})
	w.submit()
	w.turns(3)
	if r := w.want("R-1001", model.ReleaseActive, model.StateWaiting); !strings.HasSuffix(r.Deployments[0].Message, "，封网)，等到 2026-12-24 00:00") {
		t.Error(r.Deployments[0].Message)
	}
	w.options.Policies = nil
	w.reborn()
	if !w.reopen(t.Context(), w.controller()) {
		t.Fatal("not asked about again")
	}
	w.turns(3)
	w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded)
}

func TestWindowsOfOtherProjects(t *testing.T) {
	w := newWorld(t, func(o *Options) {
		o.Policies = []ProjectPolicy{
			{Projects: []ProjectPattern{pattern("支付")}, Windows: []Window{span(10, 17, workdays...)}},
			{Projects: []ProjectPattern{pattern("^prod:deploy/data")}, Windows: []Window{}}, // at any time
			{Projects: []ProjectPattern{pattern("^prod:deploy/(pay|data)$")}, Windows: []Window{span(3, 4)}},
		}
	})
	w.submit("实例ID", "1")
	w.submit("实例ID", "2", "项目名称", "支付", "应用名称", "风控服务")
	w.submit("实例ID", "3", "项目名称", "数据平台", "应用名称", "报表服务")
	w.turns(10)
	w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded)
	w.want("R-1003", model.ReleaseSucceeded, model.StateSucceeded)
	w.goTo("2026-11-23 03:00")
	w.want("R-1002", model.ReleaseActive, model.StateWaiting)
	w.goTo("2026-11-23 10:00")
	w.want("R-1002", model.ReleaseSucceeded, model.StateSucceeded)
}
