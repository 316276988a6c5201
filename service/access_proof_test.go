package service

import (
	"context"
	"strings"
	"testing"

	"github.com/oabridge/oabridge/model"
)

// TestTheInitiatorOfTheApprovalCounts: what a form says of its initiator is no proof.
func TestTheInitiatorOfTheApprovalCounts(t *testing.T) {
	for name, c := range map[string]struct {
		form, truth string
		state       model.ReleaseState
		why         string
	}{
		"the form says nothing, DingTalk somebody who may":       {"", "zhang", model.ReleaseSucceeded, ""},
		"the form says nothing, DingTalk somebody who may not":   {"", "li", model.ReleaseRejected, "发起人“li”没有项目“支付”的上线权限"},
		"the form says a name, DingTalk somebody who may":        {"张三", "zhang", model.ReleaseSucceeded, ""},
		"the form says who may, DingTalk another one":            {"zhang", "li", model.ReleaseRejected, "发起人："},
		"the form says nothing, DingTalk somebody who left then": {"", "nobody", model.ReleaseRejected, "发起人“nobody”没有项目“支付”的上线权限"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newStaff()
			w := proving(t, restricted(f))
			t.Cleanup(func() { w.access.end() })
			w.open("inst-1", risk()...)
			w.desk.change("inst-1", agree("wang"))
			w.desk.change("inst-1", func(a *model.Approval) { a.Originator.ID = c.truth })
			r := w.submit(risk("发起人", c.form)...)
			w.checkNow()
			w.turns(5)
			got := w.release(r.Number)
			if got.State != c.state || !strings.Contains(got.Proof.Message, c.why) {
				t.Errorf("%s: %s", got.State, got.Proof.Message)
			}
		})
	}
}

func TestAnApprovalByEventIsForWhoMay(t *testing.T) {
	for by, builds := range map[string]int{"zhang": 1, "li": 0} {
		f := newStaff()
		w := proving(t, restricted(f))
		t.Cleanup(func() { w.access.end() })
		w.open("inst-1", risk()...)
		w.desk.change("inst-1", agree("wang"))
		w.desk.change("inst-1", func(a *model.Approval) { a.Originator.ID = by })
		w.receive(event("inst-1", model.ApprovalFinishes, model.ResultAgree))
		w.checkNow()
		w.turns(5)
		w.builtTimes(riskJob, builds)
	}
}

// TestAProofInBetweenIsNotTakenForAnAnswer: nobody was asked about whom the approval turned out to be of.
func TestAProofInBetweenIsNotTakenForAnAnswer(t *testing.T) {
	w, _ := guardedWorld(t)
	r := w.release(w.submit(risk()...).Number)
	sub := submitter{worker{w.Service, w.controller()}}
	for name, change := range map[string]func(r *model.Release){
		"of somebody else": func(r *model.Release) { r.Initiator.ID = "li" },
		"nothing changed":  func(*model.Release) {},
	} {
		decided, err := sub.initiatorMay(context.Background(), r.Deployments[0])
		if err != nil {
			t.Fatal(err)
		}
		copied := *r
		change(&copied)
		o := decided(&copied, copied.Deployments[0])
		if again := o != nil && !o.final && o.until != nil; again != (name != "nothing changed") {
			t.Errorf("%s: %+v", name, o)
		}
	}
	if _, err := w.change(t.Context(), r.ID, func(r *model.Release) error { r.Proof.State = model.ProofPending; return nil }); err != nil {
		t.Fatal(err)
	}
	decided, err := sub.initiatorMay(context.Background(), r.Deployments[0])
	if err != nil {
		t.Fatal(err)
	}
	if o := decided(r, r.Deployments[0]); o == nil || o.final {
		t.Errorf("proved since it was asked: %+v", o)
	}
}
