package service

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
)

const webJob = "deploy/mall/mall-web"

func TestImmediateReleaseDeploysOnceWithWhatWasApproved(t *testing.T) {
	w := newWorld(t)
	got := w.submit()
	if got.Number != "R-1001" || got.State != model.ReleaseActive || got.Duplicate {
		t.Fatalf("receipt %+v", got)
	}
	w.turns(3)
	r := w.want(got.Number, model.ReleaseSucceeded, model.StateSucceeded)

	builds := w.builds(webJob)
	if len(builds) != 1 {
		t.Fatalf("%d builds, want 1", len(builds))
	}
	want := map[string]string{"VERSION": "v2.1.0", "ENV": "prod", "DRY_RUN": "false", "RELEASE_ID": "R-1001", "NOTES": ""}
	if diff := cmp.Diff(want, builds[0].Parameters); diff != "" {
		t.Errorf("parameters (-want +got):\n%s", diff)
	}
	for _, part := range []string{"R-1001", "zhang", "wang", "zhao"} {
		if !strings.Contains(builds[0].Description, part) {
			t.Errorf("description %q lacks %q", builds[0].Description, part)
		}
	}
	if d := r.Deployments[0]; d.Build != 1 || d.Duration != 400*time.Millisecond || !strings.HasSuffix(d.BuildURL, "/job/deploy/job/mall/job/mall-web/1/") {
		t.Errorf("deployment %+v", d)
	}
	for _, who := range []string{"zhang", "wang", "zhao", "ops"} {
		want := []string{"上线单 R-1001 已接收，开始部署", "上线单 R-1001 部署成功"}
		if diff := cmp.Diff(want, w.inbox.titles(who)); diff != "" {
			t.Errorf("notices of %s (-want +got):\n%s", who, diff)
		}
	}
}

func TestHistoryTellsEveryStep(t *testing.T) {
	w := newWorld(t)
	r := w.submit()
	w.turns(3)
	events, err := w.History(t.Context(), 1001, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, e := range events {
		kinds = append(kinds, e.Kind)
	}
	want := []string{"accepted", "due", "queued", "started", "succeeded", "release"}
	if diff := cmp.Diff(want, kinds); diff != "" {
		t.Errorf("history of %s (-want +got):\n%s", r.Number, diff)
	}
}

func TestSequenceKeepsTheFormsOrderAndStopsAtTheFirstFailure(t *testing.T) {
	w := newWorld(t)
	got := w.submit("项目名称", "支付", "应用名称", `["风控服务","退款服务","支付网关"]`)
	w.turn()
	w.want(got.Number, model.ReleaseActive, model.StateRunning, model.StateWaiting, model.StateWaiting)
	w.turns(6)
	r := w.want(got.Number, model.ReleasePartial, model.StateSucceeded, model.StateFailed, model.StateCancelled)
	if n := len(w.builds("deploy/pay/pay-gateway")); n != 0 {
		t.Errorf("the app after the failed one has %d builds", n)
	}
	if !strings.Contains(r.Deployments[2].Message, "退款服务") {
		t.Errorf("cancelled because %q", r.Deployments[2].Message)
	}
	if first, second := w.builds("deploy/pay/pay-risk")[0], w.builds("deploy/pay/pay-refund")[0]; second.Queued.Before(first.Finished) {
		t.Error("the second was given to Jenkins before the first was done")
	}
	if titles := w.inbox.titles("ops"); titles[len(titles)-1] != "上线单 "+got.Number+" 部分部署成功" {
		t.Errorf("notices %q", titles)
	}
}

func TestParallelRunsSideBySide(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Form.Order = model.OrderParallel })
	got := w.submit("应用名称", `["商城前端","搜索服务"]`)
	w.turn()
	w.turns(2)
	w.want(got.Number, model.ReleasePartial, model.StateSucceeded, model.StateUnstable)
	if a, b := w.builds(webJob)[0], w.builds("deploy/mall/mall-search")[0]; !a.Queued.Equal(b.Queued) {
		t.Errorf("queued at %s and %s", a.Queued, b.Queued)
	}
}

func TestScheduledReleaseWaitsForItsTime(t *testing.T) {
	w := newWorld(t)
	got := w.submit("执行方式", "定时", "执行时间", "2026-11-22 20:30")
	at := time.Date(2026, 11, 22, 12, 30, 0, 0, time.UTC)
	if got.ScheduledAt == nil || !got.ScheduledAt.Equal(at) {
		t.Fatalf("scheduled at %v", got.ScheduledAt)
	}
	w.clock.Advance(29*time.Minute + 58*time.Second)
	w.turn()
	w.want(got.Number, model.ReleaseActive, model.StateWaiting)
	w.turns(4)
	w.want(got.Number, model.ReleaseSucceeded, model.StateSucceeded)
	if b := w.builds(webJob)[0]; b.Queued.Before(at) {
		t.Errorf("given to Jenkins at %s", b.Queued)
	}
	if titles := w.inbox.titles("zhang"); titles[0] != "上线单 R-1001 已接收，定时 2026-11-22 20:30" {
		t.Errorf("notices %q", titles)
	}
}

func TestMissedScheduleRunsOnlyWithinTheAllowedLateness(t *testing.T) {
	for late, want := range map[time.Duration]model.DeploymentState{
		29 * time.Minute: model.StateSucceeded, 31 * time.Minute: model.StateExpired,
	} {
		t.Run(late.String(), func(t *testing.T) {
			w := newWorld(t)
			got := w.submit("执行方式", "定时", "执行时间", "2026-11-22 20:30")
			w.clock.Advance(30*time.Minute + late)
			w.turns(3)
			r := w.release(got.Number)
			if r.Deployments[0].State != want {
				t.Fatalf("late by %s: %s", late, r.Deployments[0].State)
			}
			if want == model.StateExpired && (len(w.builds(webJob)) != 0 || r.State != model.ReleaseExpired) {
				t.Errorf("expired: release %s, %d builds", r.State, len(w.builds(webJob)))
			}
		})
	}
}

func TestManualReleaseWaitsForAPerson(t *testing.T) {
	w := newWorld(t)
	got := w.submit("执行方式", "手动", "应用名称", `["商城前端","订单服务"]`)
	w.clock.Advance(time.Hour)
	w.turns(2)
	w.want(got.Number, model.ReleaseActive, model.StateWaiting, model.StateWaiting)
	if _, err := w.Start(t.Context(), 1001, "ops-token", "窗口已开"); err != nil {
		t.Fatal(err)
	}
	w.turns(6)
	w.want(got.Number, model.ReleaseSucceeded, model.StateSucceeded, model.StateSucceeded)
	_, err := w.Start(t.Context(), 1001, "ops-token", "窗口已开")
	codeIs(t, err, model.CodeConflict)
}

func TestCancel(t *testing.T) {
	t.Run("waiting", func(t *testing.T) {
		w := newWorld(t)
		got := w.submit("执行方式", "定时", "执行时间", "2026-11-22 20:30", "应用名称", `["商城前端","订单服务"]`)
		if _, err := w.Cancel(t.Context(), 1001, 0, "ops", "计划有变"); err != nil {
			t.Fatal(err)
		}
		w.clock.Advance(time.Hour)
		w.turns(2)
		r := w.want(got.Number, model.ReleaseCancelled, model.StateCancelled, model.StateCancelled)
		if len(w.jenkins.Ledger().Triggers) != 0 || r.Deployments[0].Message != "计划有变" {
			t.Errorf("triggers %v, message %q", w.jenkins.Ledger().Triggers, r.Deployments[0].Message)
		}
		if titles := w.inbox.titles("wang"); titles[len(titles)-1] != "上线单 R-1001 已取消" {
			t.Errorf("notices %q", titles)
		}
		_, err := w.Cancel(t.Context(), 1001, 0, "ops", "")
		codeIs(t, err, model.CodeConflict)
	})
	t.Run("queued", func(t *testing.T) {
		w := newWorld(t)
		w.jenkins.QuietDown() // keeps it in the queue
		got := w.submit()
		w.turns(2)
		w.want(got.Number, model.ReleaseActive, model.StateQueued)
		if _, err := w.Cancel(t.Context(), 1001, 0, "ops", "停"); err != nil {
			t.Fatal(err)
		}
		w.turn()
		w.want(got.Number, model.ReleaseCancelled, model.StateCancelled)
		w.jenkins.CancelQuietDown()
		w.turns(2)
		if n := len(w.builds(webJob)); n != 0 {
			t.Errorf("%d builds of a cancelled release", n)
		}
	})
	t.Run("running", func(t *testing.T) {
		w := newWorld(t)
		got := w.submit("项目名称", "数据平台", "应用名称", "离线任务")
		w.turns(2)
		w.want(got.Number, model.ReleaseActive, model.StateRunning)
		if _, err := w.Cancel(t.Context(), 1001, 0, "ops", "停"); err != nil {
			t.Fatal(err)
		}
		w.turns(2)
		w.want(got.Number, model.ReleaseFailed, model.StateAborted)
		events, err := w.History(t.Context(), 1001, 0, 1000)
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(events, func(e model.Event) bool { return e.Kind == string(model.EventAborted) })
		if i < 0 || events[i].Actor != "ops" {
			t.Errorf("history %+v", events)
		}
	})
}

func TestCancelledInJenkinsIsSaid(t *testing.T) {
	w := newWorld(t)
	w.jenkins.QuietDown()
	got := w.submit()
	w.turns(2)
	r := w.want(got.Number, model.ReleaseActive, model.StateQueued)
	w.byHand("li", "/queue/cancelItem?id="+itoa(r.Deployments[0].QueueID), "")
	w.turn()
	r = w.want(got.Number, model.ReleaseCancelled, model.StateCancelled)
	if r.Deployments[0].Message != "在 Jenkins 队列中被取消" {
		t.Errorf("message %q", r.Deployments[0].Message)
	}
}

func TestParameterlessJobIsNotFoldedIntoAnothersItem(t *testing.T) {
	w := newWorld(t)
	w.jenkins.QuietDown()
	w.byHand("li", "/job/deploy/job/data/job/data-cache-flush/build", "")
	got := w.submit("项目名称", "数据平台", "应用名称", "清理缓存", "VERSION", "", "ENV", "", "DRY_RUN", "")
	w.turns(2)
	r := w.want(got.Number, model.ReleaseActive, model.StateWaiting)
	if r.Deployments[0].Wait != model.WaitFolded {
		t.Fatalf("waits for %q", r.Deployments[0].Wait)
	}
	w.jenkins.CancelQuietDown()
	w.turns(12)
	w.want(got.Number, model.ReleaseSucceeded, model.StateSucceeded)
	if builds := w.builds("deploy/data/data-cache-flush"); len(builds) != 2 || builds[0].User != "li" || builds[1].User != "admin" {
		t.Errorf("builds %+v", builds)
	}
}

func TestFoldedRequestIsNoSuccess(t *testing.T) {
	w := newWorld(t)
	w.jenkins.QuietDown()
	// data-sync declares no RELEASE_ID, so an identical item of somebody else swallows our request.
	w.byHand("li", "/job/deploy/job/data/job/data-sync/buildWithParameters", "VERSION=v2.1.0&ENV=prod&DRY_RUN=false")
	got := w.submit("项目名称", "数据平台", "应用名称", "数据同步")
	w.turns(2)
	r := w.want(got.Number, model.ReleaseActive, model.StateWaiting)
	if r.Deployments[0].Wait != model.WaitFolded {
		t.Fatalf("waits for %q", r.Deployments[0].Wait)
	}
	w.jenkins.CancelQuietDown()
	w.turns(12)
	w.want(got.Number, model.ReleaseSucceeded, model.StateSucceeded)
	if builds := w.builds("deploy/data/data-sync"); len(builds) != 2 {
		t.Errorf("%d builds, want theirs and ours", len(builds))
	}
}

func TestResultsMeanWhatTheySay(t *testing.T) {
	for result, want := range map[string]model.DeploymentState{
		"SUCCESS": model.StateSucceeded, "UNSTABLE": model.StateUnstable, "FAILURE": model.StateFailed,
		"ABORTED": model.StateAborted, "NOT_BUILT": model.StateFailed, "SOMETHING_NEW": model.StateFailed,
	} {
		t.Run(result, func(t *testing.T) {
			w := newWorld(t)
			w.jenkins.SetJob(webJob, func(j *jenkinstest.Job) { j.Result = result })
			got := w.submit()
			w.turns(3)
			if r := w.release(got.Number); r.Deployments[0].State != want || r.Deployments[0].Result != result {
				t.Errorf("%s became %s (%s)", result, r.Deployments[0].State, r.Deployments[0].Result)
			}
		})
	}
}
