package service

import (
	"strings"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
)

// TestWithdrawn takes an approval back in every way, at every stage of its release.
func TestWithdrawn(t *testing.T) {
	ways := map[string]func(*world){
		"terminated":    func(w *world) { w.receive(event("inst-1", "terminate", "")) },
		"deleted":       func(w *world) { w.receive(event("inst-1", "delete", "")) },
		"revoked later": func(w *world) { w.revoke(); w.receive(event("inst-2", "finish", "agree")) },
	}
	for way, take := range ways {
		t.Run(way, func(t *testing.T) {
			t.Run("scheduled", func(t *testing.T) {
				w := proving(t)
				number := w.proved("执行方式", "定时", "执行时间", "2026-11-22 23:30")
				take(w)
				w.checkNow()
				w.clock.Advance(4 * time.Hour)
				w.turns(3)
				w.want(number, model.ReleaseCancelled, model.StateCancelled)
				w.wantBuilds(t, 0)
				w.wantWithdrawalTold(t, number)
			})
			t.Run("queued", func(t *testing.T) {
				w := proving(t)
				w.jenkins.QuietDown()
				number := w.proved()
				w.turn()
				w.want(number, model.ReleaseActive, model.StateQueued)
				take(w)
				w.checkNow()
				w.turns(3)
				w.jenkins.CancelQuietDown()
				w.turns(3)
				w.want(number, model.ReleaseCancelled, model.StateCancelled)
				w.wantBuilds(t, 0)
				w.wantWithdrawalTold(t, number)
			})
			t.Run("running", func(t *testing.T) {
				w := proving(t)
				number := w.provedLong()
				take(w)
				w.checkNow()
				w.turns(10)
				w.want(number, model.ReleaseSucceeded, model.StateSucceeded)
				w.wantWithdrawalTold(t, number)
			})
			t.Run("running, stop", func(t *testing.T) {
				w := proving(t, func(o *Options) { o.Policy.StopOnRevoke = true })
				number := w.provedLong()
				take(w)
				w.checkNow()
				w.turns(10)
				w.want(number, model.ReleaseFailed, model.StateAborted)
				w.wantWithdrawalTold(t, number)
			})
		})
	}
}

func TestRefusedWhileItWaitsForItsProof(t *testing.T) {
	w := proving(t)
	w.open("inst-1")
	got := w.submit()
	w.desk.change("inst-1", func(a *model.Approval) { a.Status, a.Result = model.ApprovalCompleted, model.ResultRefuse })
	w.clock.Advance(time.Minute)
	w.checkNow()
	w.turns(3)
	r := w.want(got.Number, model.ReleaseCancelled, model.StateCancelled)
	if r.Proof.State != model.ProofWithdrawn || !strings.Contains(r.Proof.Message, "被拒绝") {
		t.Errorf("%+v", r.Proof)
	}
}

func TestARevocationThatIsNotApprovedChangesNothing(t *testing.T) {
	w := proving(t)
	number := w.proved("执行方式", "定时", "执行时间", "2026-11-22 20:30")
	w.revoke()
	w.desk.change("inst-2", func(a *model.Approval) { a.Result = model.ResultRefuse })
	w.receive(event("inst-2", "finish", "agree"))
	w.checkNow()
	w.clock.Advance(31 * time.Minute)
	w.turns(4)
	w.want(number, model.ReleaseSucceeded, model.StateSucceeded)
}

// proved is a release that was proved.
func (w *world) proved(pairs ...string) string {
	w.t.Helper()
	w.open("inst-1", pairs...)
	w.desk.change("inst-1", agree("wang"))
	got := w.submit(pairs...)
	w.checkNow()
	return got.Number
}

// provedLong is a release whose build runs and goes on for a while.
func (w *world) provedLong() string {
	w.t.Helper()
	number := w.proved("项目名称", "数据平台", "应用名称", "离线任务")
	w.turns(2)
	w.want(number, model.ReleaseActive, model.StateRunning)
	return number
}

// revoke puts an approved revocation of inst-1 on the desk.
func (w *world) revoke() {
	w.open("inst-2")
	w.desk.change("inst-2", agree("wang"))
	w.desk.change("inst-2", func(a *model.Approval) { a.Action, a.Main = model.ActionRevoke, "inst-1" })
}

func (w *world) wantBuilds(t *testing.T, n int) {
	t.Helper()
	if got := len(w.jenkins.Ledger().Builds); got != n {
		t.Errorf("%d builds, want %d", got, n)
	}
}

func (w *world) wantWithdrawalTold(t *testing.T, number string) {
	t.Helper()
	told := 0
	for _, title := range w.inbox.titles("ops") {
		if strings.HasPrefix(title, "上线单 "+number+" 的审批不再有效") {
			told++
		}
	}
	if told != 1 {
		t.Errorf("told %d times: %q", told, w.inbox.titles("ops"))
	}
}
