package service

import (
	"testing"

	"github.com/oabridge/oabridge/model"
)

// A POST without an answer, then a person who cancels: nothing may be sent again.
func TestCancelWhileTheOutcomeOfThePostIsUnknown(t *testing.T) {
	w := newWorld(t)
	w.jenkins.CutBefore(1, trigger)
	got := w.submit()
	w.turns(3)
	w.want(got.Number, model.ReleaseActive, model.StateSubmitting)
	if _, err := w.Cancel(t.Context(), 1001, 0, "ops", "停"); err != nil {
		t.Fatal(err)
	}
	w.turns(130)
	r := w.want(got.Number, model.ReleaseCancelled, model.StateCancelled)
	if n := len(w.jenkins.Ledger().Triggers); n != 0 || r.Deployments[0].Message != "停" {
		t.Errorf("%d triggers after it was cancelled, message %q", n, r.Deployments[0].Message)
	}
}

// The build that turns up after all is stopped.
func TestCancelWhileTheBuildIsNotFoundYet(t *testing.T) {
	w := newWorld(t)
	w.jenkins.CutAfter(1, "POST /job/deploy/job/data/job/data-etl/buildWithParameters")
	got := w.submit("项目名称", "数据平台", "应用名称", "离线任务")
	w.clock.Advance(1)
	w.submitDueNow()
	w.want(got.Number, model.ReleaseActive, model.StateSubmitting)
	if _, err := w.Cancel(t.Context(), 1001, 0, "ops", "停"); err != nil {
		t.Fatal(err)
	}
	w.turns(20)
	w.want(got.Number, model.ReleaseFailed, model.StateAborted)
	if builds := w.builds("deploy/data/data-etl"); len(builds) != 1 || builds[0].Result != "ABORTED" {
		t.Errorf("builds %+v", builds)
	}
}

// The rules allow an answer that Jenkins does not take from us: people are asked, once.
func TestAnswerThatJenkinsRefusesIsLeftToPeople(t *testing.T) {
	w := newWorld(t, allow("^Confirm$", nil))
	w.jenkins.Fail(403, 1, "POST /job/deploy/job/pay/job/pay-gateway/1/wfapi/inputSubmit")
	w.jenkins.Fail(403, 1, "POST /job/deploy/job/pay/job/pay-gateway/1/input/Confirm")
	got := w.submit("项目名称", "支付", "应用名称", "支付网关")
	w.turns(8)
	r := w.want(got.Number, model.ReleaseActive, model.StatePaused)
	if d := r.Deployments[0]; len(d.Asked) != 1 || d.Code != model.CodeJenkinsForbidden {
		t.Errorf("asked %v, code %s", d.Asked, d.Code)
	}
	if titles := w.inbox.titles("wang"); len(titles) != 2 {
		t.Errorf("told %q", titles)
	}
}

func TestOpenWorkIsCounted(t *testing.T) {
	w := newWorld(t)
	w.submit("应用名称", `["商城前端","订单服务"]`)
	w.submitDueNow()
	open, err := w.Open(t.Context())
	if err != nil || open["queued"] != 1 || open["waiting"] != 1 || open["messages"] != 4 {
		t.Errorf("%v, %v", open, err)
	}
}

func TestRequestIDsAreFresh(t *testing.T) {
	w := newWorld(t)
	if a, b := w.NewRequestID(), w.NewRequestID(); a == b || a == "" {
		t.Errorf("%q and %q", a, b)
	}
}
