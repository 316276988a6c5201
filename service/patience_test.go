package service

import (
	"slices"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
)

func TestScheduleMissedWhileTheOutcomeWasUnknownExpires(t *testing.T) {
	w := newWorld(t)
	w.jenkins.CutBefore(1, trigger)
	got := w.submit("执行方式", "定时", "执行时间", "2026-11-22 20:01")
	w.clock.Advance(61 * time.Second)
	w.submitDueNow()
	w.want(got.Number, model.ReleaseActive, model.StateSubmitting)
	w.jenkins.Down(true)
	for range 60 {
		w.clock.Advance(time.Minute)
		w.submitDueNow()
	}
	w.jenkins.Down(false)
	w.turns(160) // what Jenkins may still have had before it had its time to turn up
	w.want(got.Number, model.ReleaseExpired, model.StateExpired)
	if n := len(w.jenkins.Ledger().Triggers); n != 0 {
		t.Errorf("%d triggers", n)
	}
	if titles := w.inbox.titles("zhang"); !slices.Contains(titles, "上线单 R-1001：商城前端 暂时无法提交到 Jenkins") {
		t.Errorf("nobody was told of the hour in doubt: %q", titles)
	}
}

func TestAnswersThatMeanNothingEndInAPersonsHands(t *testing.T) {
	w := newWorld(t)
	w.jenkins.Fail(302, 1000, trigger) // a proxy that redirects
	got := w.submit()
	w.turns(700)
	r := w.want(got.Number, model.ReleaseFailed, model.StateFailed)
	if d := r.Deployments[0]; d.Attempts != maxRejections {
		t.Errorf("%d attempts", d.Attempts)
	}
}

// Answers that say for sure that nothing was made do not count against a POST that later has none.
func TestOneCutConnectionAfterManyRefusalsIsNotTheEnd(t *testing.T) {
	w := newWorld(t)
	w.jenkins.Fail(503, maxRejections, trigger)
	w.jenkins.CutBefore(1, trigger)
	got := w.submit()
	w.turns(300)
	w.want(got.Number, model.ReleaseSucceeded, model.StateSucceeded)
	if n := len(w.builds(webJob)); n != 1 {
		t.Errorf("%d builds", n)
	}
}

func TestStopThatJenkinsRefusesIsToldOnce(t *testing.T) {
	w := newWorld(t)
	w.submit("项目名称", "支付", "应用名称", "支付网关")
	w.turns(3)
	w.jenkins.Fail(403, 1000, "POST /job/deploy/job/pay/job/pay-gateway/1/stop")
	if _, err := w.Cancel(t.Context(), 1001, 0, "ops", "停"); err != nil {
		t.Fatal(err)
	}
	before := w.jenkins.Ledger().ByPath["POST stop"]
	for range 60 {
		w.clock.Advance(time.Second)
		_ = w.look()
		if _, err := w.deliverDue(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := w.jenkins.Ledger().ByPath["POST stop"] - before; n > 5 {
		t.Errorf("%d POSTs in a minute", n)
	}
	told := 0
	for _, title := range w.inbox.titles("zhang") {
		if title == "上线单 R-1001：支付网关 停不下来" {
			told++
		}
	}
	if told != 1 {
		t.Errorf("told %d times: %q", told, w.inbox.titles("zhang"))
	}
}

// An older listing, as after a restart, is no reason to call what was approved since then changed.
func TestOlderListingIsNoDrift(t *testing.T) {
	w := newWorld(t)
	got := w.submit()
	l := w.listings.all["prod"].listing
	jobs := slices.Clone(l.Jobs)
	for i := range jobs {
		if jobs[i].FullName == webJob {
			jobs[i].Parameters = jobs[i].Parameters[:1]
		}
	}
	w.offer(model.Listing{Controller: "prod", Jobs: jobs, At: l.At.Add(-time.Hour)})
	w.turns(4)
	w.want(got.Number, model.ReleaseSucceeded, model.StateSucceeded)
}

func TestLaterApprovalsWithACopiedRequestIDAreNotSwallowed(t *testing.T) {
	w := newWorld(t)
	numbers := []string{w.submit("实例ID", "", "requestId", "q1").Number}
	for _, instance := range []string{"inst-A", "inst-B"} {
		w.clock.Advance(48 * time.Hour)
		got := w.submit("实例ID", instance, "requestId", "q1")
		if got.Duplicate || slices.Contains(numbers, got.Number) {
			t.Errorf("%s was answered %+v", instance, got)
		}
		numbers = append(numbers, got.Number)
	}
}

func TestTwoApprovalsOfOneFormThatWasCopiedTheSameDay(t *testing.T) {
	w := newWorld(t)
	first := w.submit("实例ID", "", "requestId", "q1")
	if joined := w.submit("实例ID", "inst-A", "requestId", "q1"); !joined.Duplicate || joined.Number != first.Number {
		t.Fatalf("the instance that came later: %+v", joined)
	}
	if other := w.submit("实例ID", "inst-B", "requestId", "q1"); other.Duplicate {
		t.Errorf("another approval was answered %+v", other)
	}
}

// Two approvals of one copied form at the same moment: the release that has no instance yet goes to one of them only.
func TestTwoApprovalsThatWouldJoinTheSameRelease(t *testing.T) {
	w := newWorld(t)
	first := w.submit("实例ID", "", "requestId", "q1")
	seen := w.release(first.Number) // what the second saw before the first had joined
	if got := w.submit("实例ID", "inst-A", "requestId", "q1"); !got.Duplicate {
		t.Fatalf("inst-A: %+v", got)
	}
	joined, err := w.join(t.Context(), seen, Form{Instance: "inst-B", Request: "q1"}, []string{keyInstance + "inst-B"})
	if err != nil || joined {
		t.Errorf("inst-B joined %v: %v", joined, err)
	}
	if got := w.submit("实例ID", "inst-B", "requestId", "q1"); got.Duplicate {
		t.Errorf("inst-B was answered %+v", got)
	}
}
