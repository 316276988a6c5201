package service

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
)

// requests is how many requests the fake Jenkins has seen.
func (w *world) requests() int { return w.jenkins.Ledger().Requests }

func TestAJenkinsThatIsAwayIsNotHammered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.jenkins.Down(true)
	var numbers []string
	for i := range 20 {
		numbers = append(numbers, w.etl(i))
	}
	for range 10 {
		w.clock.Advance(time.Second)
		w.submitDueNow()
	}
	if w.controller().line.away() == nil {
		t.Fatal("the breaker is closed")
	}
	before := w.requests()
	for range 120 { // an hour, without the probe
		w.clock.Advance(30 * time.Second)
		w.submitDueNow()
		if err := w.look(); err != nil && model.CodeOf(err) != model.CodeJenkinsUnavailable {
			t.Fatal(err)
		}
	}
	if n := w.requests() - before; n != 0 {
		t.Errorf("%d requests to a Jenkins that is away", n)
	}
	d := w.release(numbers[0]).Deployments[0]
	if d.Wait != model.WaitJenkins || !strings.HasPrefix(d.Message, "Jenkins「prod」已 ") {
		t.Errorf("the reason shown is %q %q", d.Wait, d.Message)
	}
	if w.probe(t.Context(), w.controller()) {
		t.Fatal("a Jenkins that is down is said to be back")
	}
	w.jenkins.Down(false)
	want := strings.Repeat("succeeded ", 20)
	w.until(want, numbers...)
	var versions []string
	for i := range 20 {
		versions = append(versions, fmt.Sprintf("v%d.0.0", i))
	}
	if got := strings.Fields(w.approved(etlJob)); !slices.Equal(got, versions) {
		t.Errorf("after the recovery built in the order %v", got)
	}
}

func TestRecoveryLetsTheOldestGoFirst(t *testing.T) {
	w := newWorld(t)
	apps := []string{"商城前端", "商城接口服务", "订单服务", "搜索服务"}
	jobs := []string{"mall-web", "mall-api", "mall-order", "mall-search"}
	w.jenkins.Down(true)
	for range tripAfter {
		_ = w.RefreshOnce(t.Context(), "prod") // fails
	}
	for i, app := range apps {
		w.submit("应用名称", app, "实例ID", fmt.Sprint("inst-", i))
		w.turns(3)
	}
	w.turns(10)
	w.jenkins.Down(false)
	w.turns(10)
	var order []string
	for _, trigger := range w.jenkins.Ledger().Triggers {
		order = append(order, strings.TrimPrefix(trigger.Job, "deploy/mall/"))
	}
	if !slices.Equal(order, jobs) {
		t.Errorf("triggered in the order %v: %s", order, w.states("R-1001", "R-1002", "R-1003", "R-1004"))
	}
}

// A wrong token does not pass by itself, and it is no reason to stop looking at what runs.
func TestARefusalIsNotAway(t *testing.T) {
	w := newWorld(t)
	w.jenkins.Fail(401, 40, "")
	w.submit()
	for range 12 {
		w.clock.Advance(time.Second)
		w.submitDueNow()
		_ = w.look() // fails, which is the point
	}
	if away := w.controller().line.away(); away != nil {
		t.Error(away)
	}
	if titles := w.inbox.titles("ops"); len(titles) > 0 {
		t.Errorf("delivered without being asked: %q", titles)
	}
	r := w.release("R-1001")
	if d := r.Deployments[0]; d.Wait != model.WaitAuth || d.NextAt.Sub(w.clock.Now()) < 30*time.Second {
		t.Errorf("%s until %s", d.Wait, d.NextAt)
	}
}

func TestASingleFailureDoesNotTrip(t *testing.T) {
	w := newWorld(t)
	for range tripAfter - 1 {
		w.jenkins.Fail(503, 1, "")
		if err := w.RefreshOnce(t.Context(), "prod"); model.CodeOf(err) != model.CodeJenkinsUnavailable {
			t.Fatal(err)
		}
	}
	if err := w.RefreshOnce(t.Context(), "prod"); err != nil {
		t.Fatal(err)
	}
	for range tripAfter - 1 {
		w.jenkins.Fail(503, 1, "")
		_ = w.RefreshOnce(t.Context(), "prod") // fails
	}
	if away := w.controller().line.away(); away != nil {
		t.Error(away)
	}
}

func TestLateStartIsMentioned(t *testing.T) {
	w := newWorld(t)
	got := w.submit("执行方式", "定时", "执行时间", "2026-11-22 20:01")
	w.clock.Advance(13 * time.Minute)
	w.turns(5)
	r := w.want(got.Number, model.ReleaseSucceeded, model.StateSucceeded)
	history, err := w.History(t.Context(), r.ID, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(history, func(e model.Event) bool { return strings.HasPrefix(e.Message, "比计划晚 12 分") }) {
		t.Errorf("%+v", history)
	}
	if last := w.inbox.got[len(w.inbox.got)-1]; !strings.Contains(last.Markdown, "比计划晚 12 分") {
		t.Error(last.Markdown)
	}
}
