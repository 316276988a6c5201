package storetest

import (
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
)

func checking() map[string]func(*testing.T, *fixture) {
	return map[string]func(*testing.T, *fixture){
		"a check is kept once":                 checkOnce,
		"a check is claimed, put off and done": checkClaimed,
		"a release's checks come with it":      checkOfRelease,
		"instances that nobody looked into":    checkUnknown,
		"until when events could reach us":     checkAttended,
		"checks are pruned":                    checkPruned,
		"an approval that was taken back":      checkWithdrawal,
	}
}

func (f *fixture) keep(t *testing.T, key, instance string) {
	t.Helper()
	at := f.clock.Now()
	c := model.Check{Key: key, Event: model.ApprovalEvent{ID: key, Instance: instance, Kind: "finish", BornAt: at, Via: "stream"}, CreatedAt: at, NextAt: at}
	if err := f.KeepCheck(f.ctx, c); err != nil {
		t.Fatal(err)
	}
}

func (f *fixture) checks(t *testing.T, owner string) []model.Check {
	t.Helper()
	checks, err := f.ClaimChecks(f.ctx, owner, 15*time.Second, 10)
	if err != nil {
		t.Fatal(err)
	}
	return checks
}

func checkOnce(t *testing.T, f *fixture) {
	f.keep(t, "event:1", "inst-1")
	f.keep(t, "event:1", "inst-2")
	got := f.checks(t, "me")
	if len(got) != 1 || got[0].Event.Instance != "inst-1" || got[0].State != model.CheckPending || !got[0].Event.BornAt.Equal(f.clock.Now()) {
		t.Fatalf("%+v", got)
	}
}

func checkClaimed(t *testing.T, f *fixture) {
	f.keep(t, "event:1", "inst-1")
	c := f.checks(t, "me")[0]
	if got := f.checks(t, "you"); len(got) != 0 {
		t.Fatalf("claimed twice: %+v", got)
	}
	c.Attempts, c.NextAt, c.Code, c.Message = 1, f.clock.Now().Add(time.Minute), model.CodeDingTalkUnavailable, "钉钉无法连接"
	if err := f.SettleCheck(f.ctx, c); err != nil {
		t.Fatal(err)
	}
	if err := f.SettleCheck(f.ctx, c); model.CodeOf(err) != model.CodeConflict {
		t.Fatalf("settled without a lease: %v", err)
	}
	if got := f.checks(t, "me"); len(got) != 0 {
		t.Fatalf("claimed before its time: %+v", got)
	}
	f.clock.Advance(time.Minute)
	again := f.checks(t, "you")
	if len(again) != 1 || again[0].Attempts != 1 || again[0].Code != c.Code || again[0].Message != c.Message {
		t.Fatalf("%+v", again)
	}
	again[0].Finish()
	if err := f.SettleCheck(f.ctx, again[0]); err != nil {
		t.Fatal(err)
	}
	f.clock.Advance(time.Hour)
	if got := f.checks(t, "me"); len(got) != 0 {
		t.Fatalf("claimed after its end: %+v", got)
	}
}

func checkOfRelease(t *testing.T, f *fixture) {
	r := &model.Release{State: model.ReleaseVerifying, Proof: model.Proof{State: model.ProofPending, Since: f.clock.Now(), Title: "上线"}}
	err := f.CreateRelease(f.ctx, r, []string{"one"}, func(r *model.Release) error {
		r.Check(model.Check{Key: "verify:" + r.Number(), Event: model.ApprovalEvent{Instance: "inst-1"}})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	got := f.checks(t, "me")
	if len(got) != 1 || got[0].ReleaseID != r.ID || got[0].Key != "verify:"+r.Number() {
		t.Fatalf("%+v", got)
	}
	err = f.UpdateRelease(f.ctx, r.ID, func(r *model.Release) error {
		if r.Proof.State != model.ProofPending || r.Proof.Title != "上线" || !r.Proof.Since.Equal(f.clock.Now()) {
			t.Errorf("%+v", r.Proof)
		}
		r.Prove(model.Cause{At: f.clock.Now(), Actor: "dingtalk"})
		r.Check(model.Check{Key: "again"})
		return nil
	})
	stored, loadErr := f.Release(f.ctx, r.ID)
	if err != nil || loadErr != nil || stored.Proof.State != model.ProofGiven {
		t.Fatal(err, loadErr, stored)
	}
	if got := f.checks(t, "me"); len(got) != 1 || got[0].Key != "again" || got[0].ReleaseID != r.ID {
		t.Fatalf("%+v", got)
	}
}

func checkUnknown(t *testing.T, f *fixture) {
	f.keep(t, "event:1", "inst-1")
	f.keep(t, "reconcile:1", "inst-2")
	for _, c := range f.checks(t, "me") {
		if c.Event.Instance == "inst-2" {
			c.LeaveOpen()
		} else {
			c.Finish()
		}
		if err := f.SettleCheck(f.ctx, c); err != nil {
			t.Fatal(err)
		}
	}
	got, err := f.Unchecked(f.ctx, []string{"inst-3", "inst-1", "inst-2"})
	if err != nil {
		t.Fatal(err)
	}
	wantSame(t, got, []string{"inst-3", "inst-2"})
}

func checkAttended(t *testing.T, f *fixture) {
	if at, err := f.Attended(f.ctx); err != nil || !at.IsZero() {
		t.Fatal(at, err)
	}
	late, early := f.clock.Now(), f.clock.Now().Add(-time.Hour)
	for _, at := range []time.Time{early, late, early, late} {
		if err := f.Attend(f.ctx, at); err != nil {
			t.Fatal(err)
		}
	}
	if at, err := f.Attended(f.ctx); err != nil || !at.Equal(late) {
		t.Fatal(at, err)
	}
}

func checkPruned(t *testing.T, f *fixture) {
	f.keep(t, "event:1", "inst-1")
	c := f.checks(t, "me")[0]
	c.GiveUp()
	if err := f.SettleCheck(f.ctx, c); err != nil {
		t.Fatal(err)
	}
	f.keep(t, "event:2", "inst-2") // pending: stays however old
	f.clock.Advance(time.Hour)
	pruned, err := f.Prune(f.ctx, f.clock.Now())
	if err != nil || pruned.Checks != 1 {
		t.Fatal(pruned, err)
	}
	if got := f.checks(t, "me"); len(got) != 1 || got[0].Key != "event:2" {
		t.Fatalf("%+v", got)
	}
}

func checkWithdrawal(t *testing.T, f *fixture) {
	if why, err := f.Withdrawal(f.ctx, "inst-1"); err != nil || why != "" {
		t.Fatal(why, err)
	}
	for _, why := range []string{"撤销申请已通过", "另一个原因"} {
		if err := f.KeepWithdrawal(f.ctx, "inst-1", why, f.clock.Now()); err != nil {
			t.Fatal(err)
		}
	}
	if why, err := f.Withdrawal(f.ctx, "inst-1"); err != nil || why != "撤销申请已通过" {
		t.Fatal(why, err)
	}
	f.clock.Advance(time.Hour)
	if got := f.checks(t, "me"); len(got) != 0 {
		t.Fatalf("claimed: %+v", got)
	}
	if got, err := f.Unchecked(f.ctx, []string{"inst-1"}); err != nil || len(got) != 0 {
		t.Fatal(got, err) // nobody needs to find it again
	}
}
