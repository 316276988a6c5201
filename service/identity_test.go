package service

import (
	"context"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
)

// madeAnew deletes a job with its builds and makes it again: its builds are counted from 1 once more.
func (w *world) madeAnew(job string) {
	w.t.Helper()
	i := slices.IndexFunc(jenkinstest.Company(), func(j jenkinstest.Job) bool { return j.FullName == job })
	w.jenkins.RemoveJob(job)
	w.jenkins.AddJob(jenkinstest.Company()[i])
}

// syncForm asks for the job that declares no RELEASE_ID.
func syncForm(more ...string) []string {
	return append([]string{"项目名称", "数据平台", "应用名称", "数据同步"}, more...)
}

func TestBuildOfAJobMadeAnewIsFoundWithoutAReleaseParameter(t *testing.T) {
	w := newWorld(t)
	w.submit(syncForm()...)
	w.turns(5)
	w.madeAnew(syncJob)
	w.jenkins.CutAfter(1, syncTrigger)
	got := w.submit(syncForm("实例ID", "inst-2")...)
	w.turns(130)
	w.want(got.Number, model.ReleaseSucceeded, model.StateSucceeded)
	if n := len(w.jenkins.Ledger().Triggers); n != 2 {
		t.Errorf("%d triggers for two releases", n)
	}
}

// The build of a release that is still queued for us is not another's, though it started already.
func TestBuildThatWasNotLookedAtYetIsNotAdoptedByAnother(t *testing.T) {
	w := newWorld(t)
	one := w.submit(syncForm()...)
	w.clock.Advance(time.Second)
	w.submitDueNow()
	w.clock.Advance(time.Second)
	_ = w.jenkins.Ledger() // it starts
	w.jenkins.CutBefore(1, syncTrigger)
	two := w.submit(syncForm("实例ID", "inst-2")...)
	for range 3 {
		w.clock.Advance(time.Second)
		w.submitDueNow()
	}
	w.turns(130)
	a, b := w.want(one.Number, model.ReleaseSucceeded, model.StateSucceeded), w.want(two.Number, model.ReleaseSucceeded, model.StateSucceeded)
	if a.Deployments[0].Build == b.Deployments[0].Build || len(w.builds(syncJob)) != 2 {
		t.Errorf("builds #%d and #%d of %d", a.Deployments[0].Build, b.Deployments[0].Build, len(w.builds(syncJob)))
	}
}

func TestBuildThatJenkinsAnsweredForIsOursWhateverTheClocksSay(t *testing.T) {
	w := newWorld(t)
	w.ahead = 10 * time.Minute
	if _, _, err := w.controller().Client.Overview(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.jenkins.Fail(503, 1, trigger)
	got := w.submit()
	w.turn()
	w.ahead = 0 // somebody set Jenkins' clock right
	w.turns(10)
	w.want(got.Number, model.ReleaseSucceeded, model.StateSucceeded)
}

// A job that was made anew while ours ran: whatever runs there now under our number is somebody else's.
func TestSomebodyElsesBuildIsNeitherStoppedNorAnswered(t *testing.T) {
	const job = "deploy/pay/pay-gateway"
	w := newWorld(t, allow("^Confirm$", nil))
	w.jenkins.SetJob(job, func(j *jenkinstest.Job) { j.Inputs, j.Duration = nil, time.Hour })
	w.submit("项目名称", "支付", "应用名称", "支付网关")
	w.turns(2)
	w.madeAnew(job)
	w.byHand("li", "/job/deploy/job/pay/job/pay-gateway/buildWithParameters?delay=0sec", "VERSION=theirs")
	w.turns(4)
	if _, err := w.Cancel(t.Context(), 1001, 0, "ops", "停"); err != nil {
		t.Fatal(err)
	}
	w.turns(20)
	builds := w.builds(job)
	if theirs := builds[len(builds)-1]; theirs.User != "li" || !theirs.Building || len(theirs.Answers) != 0 {
		t.Errorf("their build: %+v", theirs)
	}
}

func TestCancelledItemOfSomebodyElseIsNotOurs(t *testing.T) {
	w := newWorld(t)
	w.jenkins.QuietDown()
	got := w.submit()
	w.clock.Advance(time.Second)
	w.submitDueNow()
	r := w.want(got.Number, model.ReleaseActive, model.StateQueued)
	w.jenkins.Kill(0)
	w.jenkins.QuietDown()
	w.byHand("li", "/job/deploy/job/mall/job/mall-web/buildWithParameters", "VERSION=theirs")
	w.byHand("li", "/queue/cancelItem?id="+itoa(r.Deployments[0].QueueID), "")
	w.turns(3)
	w.want(got.Number, model.ReleaseActive, model.StateQueued)
	w.turns(130)
	w.want(got.Number, model.ReleaseActive, model.StateLost)
}

// meddling lets something happen between the look at an input step and the answer to it.
type meddling struct {
	Jenkins
	then func()
}

func (m *meddling) PendingInputs(ctx context.Context, job string, number int64) ([]model.InputStep, error) {
	steps, err := m.Jenkins.PendingInputs(ctx, job, number)
	if len(steps) > 0 && m.then != nil {
		then := m.then
		m.then = nil
		then()
	}
	return steps, err
}

func TestNothingIsConfirmedAfterACancel(t *testing.T) {
	w := newWorld(t)
	m := &meddling{Jenkins: w.options.Controllers[0].Client}
	w.options.Controllers[0].Client = m
	w.options.Controllers[0].Inputs = []InputRule{{Job: regexp.MustCompile(""), ID: regexp.MustCompile("^Confirm$")}}
	w.reborn()
	m.then = func() {
		if _, err := w.Cancel(t.Context(), 1001, 0, "ops", "停"); err != nil {
			t.Error(err)
		}
	}
	got := w.submit("项目名称", "支付", "应用名称", "支付网关")
	w.turns(8)
	w.want(got.Number, model.ReleaseFailed, model.StateAborted)
	if answers := w.builds("deploy/pay/pay-gateway")[0].Answers; len(answers) != 0 {
		t.Errorf("answered %+v", answers)
	}
}

func TestAStepThatAsksSomethingElseByTheSameIDIsAnnouncedAgain(t *testing.T) {
	w := newWorld(t)
	w.jenkins.SetJob("deploy/pay/pay-gateway", func(j *jenkinstest.Job) {
		j.Inputs = []jenkinstest.Input{{ID: "Confirm", Message: "灰度?", Proceed: "好"}, {ID: "Confirm", Message: "全量?", Proceed: "好"}}
	})
	w.submit("项目名称", "支付", "应用名称", "支付网关")
	w.turns(5)
	w.byHand("li", "/job/deploy/job/pay/job/pay-gateway/1/input/Confirm/proceedEmpty", "")
	w.turns(5)
	asked := 0
	for _, title := range w.inbox.titles("ops") {
		if title == "上线单 R-1001：支付网关 等待人工确认" {
			asked++
		}
	}
	if asked != 2 {
		t.Errorf("announced %d times, want twice: %q", asked, w.inbox.titles("ops"))
	}
}
