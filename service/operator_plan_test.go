package service

import (
	"strings"
	"testing"
	"time"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
)

// lasting makes a job's builds take half a minute.
func lasting(j *jenkinstest.Job) { j.Duration = 30 * time.Second }

func (w *world) replanned(at string) {
	w.t.Helper()
	if _, err := w.Replan(w.t.Context(), 1001, at, "ops", "窗口改了"); err != nil {
		w.t.Fatal(err)
	}
}

// comes lets the time come and the next minute pass.
func (w *world) comes(clock string) {
	w.t.Helper()
	at, ok := readWhen("2026-11-22 "+clock, shanghai)
	if !ok || at.Before(w.clock.Now()) {
		w.t.Fatalf("%s is no time to come", clock)
	}
	w.clock.Advance(at.Sub(w.clock.Now()))
	w.turns(60)
}

func TestReplanOfWhatWaits(t *testing.T) {
	w := newWorld(t)
	w.submit("执行方式", "定时", "执行时间", "2026-11-22 20:10")
	w.replanned("2026-11-22 20:30")
	w.wantTold("replan", "改为 2026-11-22 20:30:00：窗口改了", "上线单 R-1001 改期到 2026-11-22 20:30")
	w.comes("20:20")
	r := w.want("R-1001", model.ReleaseActive, model.StateWaiting)
	if n := len(w.jenkins.Ledger().Triggers); n != 0 || r.Deployments[0].Wait != model.WaitSchedule {
		t.Fatalf("%d triggers before the new time, waits for %q", n, r.Deployments[0].Wait)
	}
	w.comes("20:30")
	w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded)
}

func TestReplanToNow(t *testing.T) {
	for _, now := range []string{"now", " NOW ", "立即"} {
		w := newWorld(t)
		w.submit("执行方式", "手动")
		w.replanned(now)
		w.turns(5)
		w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded)
	}
}

func TestReplanOfASequenceThatExpiredBringsBackWhatFollowed(t *testing.T) {
	w := newWorld(t)
	w.submit("应用名称", `["商城前端","订单服务"]`, "执行方式", "定时", "执行时间", "2026-11-22 20:10")
	w.comes("21:00")
	w.want("R-1001", model.ReleaseExpired, model.StateExpired, model.StateCancelled)
	w.replanned("2026-11-22 22:00")
	r := w.want("R-1001", model.ReleaseActive, model.StateWaiting, model.StateWaiting)
	if r.FinishedAt != nil || r.Deployments[0].Message != "" || r.Deployments[1].Wait != model.WaitPredecessor {
		t.Errorf("planned anew: %v %+v", r.FinishedAt, r.Deployments)
	}
	w.wantTold("replanned", "窗口改了", "上线单 R-1001 改期到 2026-11-22 22:00")
	w.comes("22:00")
	w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded, model.StateSucceeded)
	builds := w.jenkins.Ledger().Builds
	if len(builds) != 2 || builds[0].Job != webJob {
		t.Errorf("builds %+v", builds)
	}
	titles := w.inbox.titles("zhang")
	if ends := titles[len(titles)-1]; ends != "上线单 R-1001 部署成功" {
		t.Errorf("told %q", titles)
	}
}

// The app before it is done: nothing would ever call one that waits for it.
func TestReplanOfTheSecondAppThatExpiredAlone(t *testing.T) {
	w := newWorld(t)
	w.jenkins.SetJob(webJob, lasting)
	w.submit("应用名称", `["商城前端","订单服务"]`)
	w.turns(3)
	w.replanned("2026-11-22 20:30") // the first one runs already
	w.turns(60)
	w.want("R-1001", model.ReleaseActive, model.StateSucceeded, model.StateWaiting)
	w.comes("22:00")
	w.want("R-1001", model.ReleasePartial, model.StateSucceeded, model.StateExpired)
	w.replanned("2026-11-22 23:00")
	w.comes("23:00")
	w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded, model.StateSucceeded)
}

// Whoever has claimed it when the plan changes must not go on by the old one.
func TestReplanOfWhatIsClaimed(t *testing.T) {
	w := newWorld(t)
	w.submit()
	due, err := w.store.ClaimDeployments(t.Context(), "prod", "other/1", w.pace.Lease, 1)
	if err != nil || len(due) != 1 {
		t.Fatalf("claimed %d: %v", len(due), err)
	}
	w.replanned("2026-11-22 21:00")
	codeIs(t, submitter{worker{w.Service, w.controller()}}.step(t.Context(), due[0]), model.CodeConflict)
	w.turns(30)
	w.want("R-1001", model.ReleaseActive, model.StateWaiting)
	if n := len(w.jenkins.Ledger().Triggers); n != 0 {
		t.Errorf("%d triggers by the old plan", n)
	}
	w.comes("21:00")
	w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded)
}

func TestReplanThatIsRefused(t *testing.T) {
	w := newWorld(t)
	w.submit("执行方式", "定时", "执行时间", "2026-11-22 20:10")
	for at, want := range map[string]string{
		"2026-11-22 19:59": "已经过去", "1999-01-01 00:00": "已经过去", "gestern": "无法识别", "": "无法识别", "2026-11-22": "无法识别",
		"2028-01-01 00:00": "太远，最多提前一年", "9999-12-31": "太远", "9999-12-31 00:00": "太远",
	} {
		_, err := w.Replan(t.Context(), 1001, at, "ops", "x")
		codeIs(t, err, model.CodeInvalidRequest)
		if got := model.MessageOf(err); !strings.Contains(got, want) {
			t.Errorf("%q: %s, want %s", at, got, want)
		}
	}
	_, err := w.Replan(t.Context(), 99, "now", "ops", "x")
	codeIs(t, err, model.CodeNotFound)
	if _, err = w.Cancel(t.Context(), 1001, 0, "ops", "x"); err != nil {
		t.Fatal(err)
	}
	_, err = w.Replan(t.Context(), 1001, "now", "ops", "x")
	codeIs(t, err, model.CodeConflict)

	started := newWorld(t)
	started.jenkins.SetJob(webJob, lasting)
	started.submit()
	for _, state := range []model.DeploymentState{model.StateRunning, model.StateSucceeded} {
		started.turns(3)
		started.want("R-1001", started.release("R-1001").State, state)
		_, err = started.Replan(t.Context(), 1001, "2026-11-22 23:00", "ops", "x")
		codeIs(t, err, model.CodeConflict)
		started.turns(40)
	}
}
