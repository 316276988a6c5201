package service

import (
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
)

// wantDelays checks how often the initiator was told that Jenkins does not take the first release; DingTalk would drop a
// text that it had before.
func (w *world) wantDelays(want int) {
	w.t.Helper()
	messages, err := w.Messages(w.t.Context(), 1001)
	if err != nil {
		w.t.Fatal(err)
	}
	told, texts := 0, map[string]bool{}
	for _, m := range messages {
		if m.Kind == model.NoticeDelayed && m.Recipient == "zhang" {
			told++
			texts[m.Markdown] = true
		}
	}
	if told != want || len(texts) != want {
		w.t.Fatalf("told %d times in %d different texts, want %d", told, len(texts), want)
	}
}

// away lets Jenkins be away for a while, which is known before the submitter looks, every half minute.
func (w *world) away(d time.Duration) {
	w.t.Helper()
	w.jenkins.Down(true)
	for range tripAfter {
		_, _, _ = w.controller().Client.Overview(w.t.Context()) // fails
	}
	for range d / (30 * time.Second) {
		w.clock.Advance(30 * time.Second)
		w.submitDueNow()
	}
	w.jenkins.Down(false)
	if !w.probe(w.t.Context(), w.controller()) {
		w.t.Fatal("Jenkins is not back")
	}
}

func TestEachWaitForJenkinsIsToldOnce(t *testing.T) {
	w := newWorld(t)
	w.submit()
	w.away(4 * time.Minute)
	w.wantDelays(0)
	w.away(30 * time.Minute)
	w.wantDelays(1)
	w.reborn()
	w.away(30 * time.Minute)
	w.wantDelays(1)
	w.replanned("2026-11-22 21:30")
	w.away(25 * time.Minute) // until 21:29
	w.wantDelays(1)
	w.away(10 * time.Minute)
	w.wantDelays(2)
	w.away(10 * time.Minute)
	w.wantDelays(2)
	w.turns(60)
	w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded)
	w.wantDelays(2)
}

// A Jenkins that answers now and then without taking the deployment is one wait, however many POSTs are made.
func TestManyRefusedPOSTsAreOneWait(t *testing.T) {
	w := newWorld(t)
	w.jenkins.Fail(503, 30, trigger)
	w.submit()
	for range 60 {
		w.clock.Advance(30 * time.Second)
		w.submitDueNow()
	}
	w.wantDelays(1)
	w.turns(60)
	w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded)
	w.wantDelays(1)
}

const etlTrigger = "POST /job/deploy/job/data/job/data-etl/buildWithParameters"

// What is built anew after it was lost waits anew.
func TestARetryWaitsAnew(t *testing.T) {
	w := newWorld(t)
	w.jenkins.Fail(401, 1, etlTrigger)
	w.submit("项目名称", "数据平台", "应用名称", "离线任务")
	w.until("running ", "R-1001")
	w.wantDelays(1)
	w.jenkins.Kill(0)
	w.turns(130)
	w.jenkins.Fail(401, 1, etlTrigger)
	if _, err := w.Retry(t.Context(), 1001, 0, "ops", "线上没有变化"); err != nil {
		t.Fatal(err)
	}
	w.turns(5)
	w.wantDelays(2)
}

func TestWhoIsParkedWaitsForJenkinsNoMore(t *testing.T) {
	w := newWorld(t)
	n := w.etl(1)
	w.away(6 * time.Minute)
	w.wantDelays(1)
	before := w.release(n).Deployments[0]
	if before.DelayedSince == nil {
		t.Fatal("does not wait")
	}
	w.clock.Advance(time.Hour)
	due, err := w.store.ClaimDeployments(t.Context(), "prod", "me", time.Minute, 8)
	if err != nil || len(due) != 1 {
		t.Fatal(due, err)
	}
	if err := w.store.Park(t.Context(), "me", []int64{before.ID}); err != nil {
		t.Fatal(err)
	}
	if d := w.release(n).Deployments[0]; d.DelayedSince != nil || d.Wait != model.WaitJob {
		t.Errorf("waits for %s, for Jenkins since %s", d.Wait, d.DelayedSince)
	}
}
