package service

import (
	"strings"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
)

// lookAll looks until nothing is left to look into, and does what follows.
func (w *world) lookAll() {
	w.t.Helper()
	for range 3 {
		w.checkNow()
		w.turns(2)
		w.clock.Advance(5 * time.Second)
	}
}

// TestARevocationThatComesFirst: DingTalk goes on to tell that the revoked approval was approved.
func TestARevocationThatComesFirst(t *testing.T) {
	for name, c := range map[string]struct {
		verify string
		come   func(*world)
	}{
		"before the event":                         {VerifyAuto, func(w *world) { w.receive(event("inst-1", "finish", "agree")) }},
		"before the connector":                     {VerifyAuto, func(w *world) { _, _ = w.Submit(w.t.Context(), form(), "connector") }},
		"before the connector, without a proof":    {VerifyOff, func(w *world) { _, _ = w.Submit(w.t.Context(), form(), "connector") }},
		"before the event that a gap held up, too": {VerifyAuto, func(w *world) { w.receive(event("inst-1", "finish", "agree")); w.submitTwice() }},
	} {
		t.Run(name, func(t *testing.T) {
			w := proving(t, func(o *Options) { o.Policy.Verify = c.verify })
			w.open("inst-1")
			w.desk.change("inst-1", agree("wang"))
			w.revoke()
			w.receive(event("inst-2", "finish", "agree"))
			w.checkNow()
			c.come(w)
			w.lookAll()
			w.wantBuilds(t, 0)
			if titles := w.inbox.titles("ops"); len(titles) == 0 || titles[0] != "上线申请未被接受" {
				t.Errorf("told %q", titles)
			}
		})
	}
}

func (w *world) submitTwice() {
	for range 2 {
		_, err := w.Submit(w.t.Context(), form(), "connector")
		codeIs(w.t, err, model.CodeValidationFailed)
	}
}

// TestWithdrawnByTheFormsRequestID: the connector mapped nothing but the form's own request id.
func TestWithdrawnByTheFormsRequestID(t *testing.T) {
	for name, proved := range map[string]bool{"after its event": true, "without an event": false} {
		t.Run(name, func(t *testing.T) {
			w := proving(t)
			later := []string{"requestId", "q1", "执行方式", "定时", "执行时间", "2026-11-22 23:00"}
			got := w.submit(append(later, "实例ID", "")...)
			w.open("inst-1", later...)
			w.desk.change("inst-1", agree("wang"))
			if proved {
				w.receive(event("inst-1", "finish", "agree"))
				w.checkNow()
			}
			w.revoke()
			w.receive(event("inst-2", "finish", "agree"))
			w.checkNow()
			w.want(got.Number, model.ReleaseCancelled, model.StateCancelled)
		})
	}
}

// TestWhatWasWithdrawnLongAfterIsNotPlannedAnew though nobody is told any more.
func TestWhatWasWithdrawnLongAfterIsNotPlannedAnew(t *testing.T) {
	w := proving(t)
	number := w.proved("执行方式", "定时", "执行时间", "2026-11-22 23:00")
	w.clock.Advance(5 * time.Hour)
	w.turn()
	w.want(number, model.ReleaseExpired, model.StateExpired)
	w.clock.Advance(8 * 24 * time.Hour)
	w.revoke()
	w.receive(event("inst-2", "finish", "agree"))
	w.checkNow()
	_, err := w.Replan(t.Context(), w.release(number).ID, "now", "ops", "")
	codeIs(t, err, model.CodeConflict)
}

// TestALateEventProvesNothingThatWasWithdrawn while its build still runs.
func TestALateEventProvesNothingThatWasWithdrawn(t *testing.T) {
	w := proving(t)
	number := w.provedLong()
	w.receive(event("inst-1", "delete", ""))
	w.checkNow()
	w.receive(event("inst-1", "finish", "agree"))
	w.checkNow()
	if r := w.release(number); r.Proof.State != model.ProofWithdrawn {
		t.Errorf("%+v", r.Proof)
	}
}

// TestALostBuildOfAWithdrawnApprovalIsNotRetried: it would wait for ever for an approval that will not come.
func TestALostBuildOfAWithdrawnApprovalIsNotRetried(t *testing.T) {
	w := proving(t)
	number := w.provedLong()
	w.receive(event("inst-1", "terminate", ""))
	w.checkNow()
	w.jenkins.Kill(0)
	for range 60 {
		w.clock.Advance(30 * time.Second)
		w.turn()
	}
	r := w.want(number, model.ReleaseActive, model.StateLost)
	_, err := w.Retry(t.Context(), r.ID, 0, "ops", "")
	codeIs(t, err, model.CodeConflict)
	if _, err := w.Abandon(t.Context(), r.ID, 0, "ops", ""); err != nil {
		t.Fatal(err)
	}
}

// TestWhatStartsWhileItIsTakenOutOfTheQueue goes on, unless running builds are to be stopped or a person wants it.
func TestWhatStartsWhileItIsTakenOutOfTheQueue(t *testing.T) {
	for name, c := range map[string]struct {
		stop, cancel bool
		end          model.ReleaseState
		app          model.DeploymentState
	}{
		"tell":            {false, false, model.ReleaseSucceeded, model.StateSucceeded},
		"stop":            {true, false, model.ReleaseFailed, model.StateAborted},
		"tell, cancelled": {false, true, model.ReleaseFailed, model.StateAborted},
	} {
		t.Run(name, func(t *testing.T) {
			w := proving(t, func(o *Options) { o.Policy.StopOnRevoke = c.stop })
			w.jenkins.QuietDown()
			number := w.proved("项目名称", "数据平台", "应用名称", "离线任务")
			w.turn()
			w.want(number, model.ReleaseActive, model.StateQueued)
			w.receive(event("inst-1", "terminate", ""))
			w.checkNow()
			if c.cancel {
				if _, err := w.Cancel(t.Context(), w.release(number).ID, 0, "ops", ""); err != nil {
					t.Fatal(err)
				}
			}
			w.jenkins.CancelQuietDown() // before the follower looks
			w.turns(12)
			w.want(number, c.end, c.app)
		})
	}
}

// TestNothingIsConfirmedForAWithdrawnApproval: a pipeline that asks before it deploys is a person's to answer.
func TestNothingIsConfirmedForAWithdrawnApproval(t *testing.T) {
	w := proving(t, allow("^ApproveProd$", nil))
	number := w.proved("项目名称", "支付", "应用名称", "清结算")
	w.turn()
	w.want(number, model.ReleaseActive, model.StateRunning)
	w.receive(event("inst-1", "terminate", ""))
	w.checkNow()
	w.turns(10)
	for path, n := range w.jenkins.Ledger().ByPath {
		if strings.HasPrefix(path, "POST input") {
			t.Errorf("%d times %s", n, path)
		}
	}
	w.want(number, model.ReleaseActive, model.StatePaused)
	asked := 0
	for _, title := range w.inbox.titles("ops") {
		if strings.Contains(title, "等待") {
			asked++
		}
	}
	if asked != 1 {
		t.Errorf("told %q", w.inbox.titles("ops"))
	}
}
