package model

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func twoApps() *Release {
	next := noon
	return &Release{ID: 1042, State: ReleaseActive, Deployments: []*Deployment{
		{ID: 1, State: StateRunning, AppName: "商城前端"},
		{ID: 2, State: StateWaiting, Wait: WaitSchedule, NextAt: &next, JobRef: JobRef{Controller: "prod", FullName: "deploy/order"}},
	}}
}

func TestFireMovesAndRemembers(t *testing.T) {
	r := twoApps()
	d := r.Deployments[0]
	cause := Cause{At: noon, Actor: "jenkins", Code: CodeJenkinsProtocol, Message: "构建结果 FAILURE"}
	if err := r.Fire(d, EventFailed, cause); err != nil {
		t.Fatal(err)
	}
	if d.State != StateFailed || d.Code != cause.Code || d.Message != cause.Message || !d.FinishedAt.Equal(noon) {
		t.Errorf("deployment %+v", d)
	}
	if r.State != ReleaseActive || r.FinishedAt != nil {
		t.Errorf("the release is %s though one app waits", r.State)
	}
	events, messages := r.TakePending()
	want := []Event{{
		DeploymentID: 1, At: noon, Actor: "jenkins", Kind: "failed", From: "running", To: "failed",
		Code: CodeJenkinsProtocol, Message: "构建结果 FAILURE",
	}}
	if diff := cmp.Diff(want, events); diff != "" || len(messages) != 0 {
		t.Errorf("history (-want +got):\n%s, %d messages", diff, len(messages))
	}
}

func TestFireEndsTheReleaseWithItsLastDeployment(t *testing.T) {
	r := twoApps()
	last := noon.Add(time.Minute)
	if err := r.Fire(r.Deployments[0], EventSucceeded, Cause{At: noon, Actor: "jenkins"}); err != nil {
		t.Fatal(err)
	}
	if err := r.Fire(r.Deployments[1], EventCancelled, Cause{At: last, Actor: "ops"}); err != nil {
		t.Fatal(err)
	}
	if r.State != ReleasePartial || r.FinishedAt == nil || !r.FinishedAt.Equal(last) {
		t.Errorf("the release is %s since %v", r.State, r.FinishedAt)
	}
	if d := r.Deployments[1]; d.NextAt != nil || d.Wait != "" {
		t.Errorf("at its end it still waits for %q until %v", d.Wait, d.NextAt)
	}
	events, _ := r.TakePending()
	want := Event{At: last, Actor: "ops", Kind: EventKindRelease, From: "active", To: "partial"}
	if diff := cmp.Diff(want, events[len(events)-1]); diff != "" || len(events) != 3 {
		t.Errorf("%d lines, the last (-want +got):\n%s", len(events), diff)
	}
}

func TestFireClearsWhatWentWrongBefore(t *testing.T) {
	r := twoApps()
	d := r.Deployments[1]
	d.Code, d.Message = CodeJenkinsUnavailable, "Jenkins 暂时无法访问"
	if err := r.Fire(d, EventDue, Cause{At: noon, Actor: "system"}); err != nil {
		t.Fatal(err)
	}
	if d.State != StateSubmitting || d.Code != "" || d.Message != "" || d.FinishedAt != nil || d.NextAt == nil {
		t.Errorf("deployment %+v", d)
	}
}

func TestImpossibleEventChangesNothing(t *testing.T) {
	r := twoApps()
	want := *r.Deployments[1]
	err := r.Fire(r.Deployments[1], EventSucceeded, Cause{At: noon, Actor: "jenkins", Message: "?"})
	if CodeOf(err) != CodeInvalidTransition {
		t.Fatalf("got %v", err)
	}
	events, _ := r.TakePending()
	if diff := cmp.Diff(want, *r.Deployments[1]); diff != "" || len(events) != 0 || r.State != ReleaseActive {
		t.Errorf("%d lines of history, release %s, deployment (-want +got):\n%s", len(events), r.State, diff)
	}
}

func TestPendingIsTakenOnce(t *testing.T) {
	r := twoApps()
	r.Record(Event{Kind: EventKindStop})
	r.Tell(Message{Key: "k"})
	if events, messages := r.TakePending(); len(events) != 1 || len(messages) != 1 {
		t.Errorf("%d events, %d messages", len(events), len(messages))
	}
	if events, messages := r.TakePending(); len(events) != 0 || len(messages) != 0 {
		t.Errorf("taken again: %d events, %d messages", len(events), len(messages))
	}
}

func TestDeploymentByID(t *testing.T) {
	r := twoApps()
	if d, err := r.Deployment(2); err != nil || d != r.Deployments[1] {
		t.Errorf("got %v, %v", d, err)
	}
	if _, err := r.Deployment(3); CodeOf(err) != CodeNotFound {
		t.Errorf("got %v", err)
	}
}

func TestParseNumber(t *testing.T) {
	for in, want := range map[string]int64{
		"R-1042": 1042, "r-1042": 1042, "1042": 1042, " R-1042\n": 1042, "R-1": 1, "9223372036854775807": 1<<63 - 1,
	} {
		if got, err := ParseNumber(in); err != nil || got != want {
			t.Errorf("%q: %d, %v; want %d", in, got, err, want)
		}
	}
	for _, in := range []string{
		"", "R-", "R-0", "0", "-1", "R--1", "+1", "R-+1", "R-1x", "1.0", "0x10", "R-R-1", "9223372036854775808", "１０", "R 1",
	} {
		if got, err := ParseNumber(in); CodeOf(err) != CodeNotFound || got != 0 {
			t.Errorf("%q: %d, %v; want not_found", in, got, err)
		}
	}
}

func TestNumberReadsBack(t *testing.T) {
	for _, id := range []int64{1, 1001, 1 << 40} {
		if got, err := ParseNumber((&Release{ID: id}).Number()); err != nil || got != id {
			t.Errorf("%d reads back as %d, %v", id, got, err)
		}
	}
}
