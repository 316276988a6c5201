package service

import (
	"strings"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
)

// TestACopiedFormForgesNothing: a copy keeps the hidden request id of its original, which is to run later.
func TestACopiedFormForgesNothing(t *testing.T) {
	w := proving(t)
	first := w.submit("实例ID", "", "requestId", "q1", "执行方式", "定时", "执行时间", "2026-11-22 23:00")
	w.open("inst-2", "requestId", "q1", "VERSION", "v9", "执行方式", "立即")
	w.desk.change("inst-2", agree("wang"))
	w.receive(event("inst-2", "finish", "agree"))
	w.checkNow()
	w.turns(2)
	w.want(first.Number, model.ReleaseActive, model.StateWaiting)
	if titles := w.inbox.titles("zhang"); len(titles) != 2 || titles[1] != "上线申请未被接受" {
		t.Errorf("told %q", titles)
	}
}

func TestAModifiedApprovalStandsInThePlaceOfTheFirst(t *testing.T) {
	w := proving(t)
	first := w.proved("执行方式", "定时", "执行时间", "2026-11-22 23:00")
	w.open("inst-2", "VERSION", "v3")
	w.desk.change("inst-2", agree("wang"))
	w.desk.change("inst-2", func(a *model.Approval) { a.Action, a.Main = model.ActionModify, "inst-1" })
	w.receive(event("inst-2", "finish", "agree"))
	w.checkNow()
	w.turns(4)
	w.want(first, model.ReleaseCancelled, model.StateCancelled)
	w.want("R-1002", model.ReleaseSucceeded, model.StateSucceeded)
	if got := w.builds(webJob); len(got) != 1 || got[0].Parameters["VERSION"] != "v3" {
		t.Errorf("%+v", got)
	}
}

func TestWithoutVerificationAnEventComparesNothing(t *testing.T) {
	w := proving(t, func(o *Options) { o.Policy.Verify = VerifyOff })
	got := w.submit("执行方式", "定时", "执行时间", "2026-11-22 20:30")
	w.open("inst-1", "VERSION", "other")
	w.desk.change("inst-1", agree("wang"))
	w.receive(event("inst-1", "finish", "agree"))
	w.checkNow()
	w.want(got.Number, model.ReleaseActive, model.StateWaiting)
}

func TestAnApprovalThatIsNotListedYetIsLookedForAgain(t *testing.T) {
	w := proving(t)
	w.open("inst-1")
	w.desk.change("inst-1", agree("wang"))
	delete(w.desk.codes, "inst-1")
	got := w.submit()
	w.checkNow()
	w.want(got.Number, model.ReleaseVerifying, model.StateWaiting)
	w.desk.codes["inst-1"] = template
	w.clock.Advance(5 * time.Second)
	w.checkNow()
	w.turns(4)
	w.want(got.Number, model.ReleaseSucceeded, model.StateSucceeded)
}

func TestAnUnfinishedDatabaseChangeIsNotApproved(t *testing.T) {
	w := proving(t)
	w.open("inst-1", "是否有数据库变更", "是", "数据库变更是否完成", "否")
	w.desk.change("inst-1", agree("wang"))
	got := w.submit()
	w.checkNow()
	if r := w.want(got.Number, model.ReleaseRejected, model.StateCancelled); !strings.Contains(r.Proof.Message, "请先完成数据库变更") {
		t.Error(r.Proof.Message)
	}
}

// TestADeletedOldApprovalDisturbsNobody: whoever clears away approvals of long ago does not have a group told of each.
func TestADeletedOldApprovalDisturbsNobody(t *testing.T) {
	w := proving(t)
	number := w.proved()
	w.turns(4)
	w.want(number, model.ReleaseSucceeded, model.StateSucceeded)
	before := len(w.inbox.titles("ops"))
	w.clock.Advance(8 * 24 * time.Hour)
	w.receive(event("inst-1", "delete", ""))
	w.checkNow()
	w.turn()
	if got := len(w.inbox.titles("ops")); got != before {
		t.Errorf("%d notices more", got-before)
	}
}

func TestInquiriesGoOnSoonAfterDingTalkIsBack(t *testing.T) {
	w := proving(t)
	w.open("inst-1")
	w.desk.err = model.Errorf(model.CodeDingTalkUnavailable, "钉钉无法连接")
	got := w.submit()
	for range 100 {
		w.checkNow()
		w.clock.Advance(time.Minute)
	}
	w.want(got.Number, model.ReleaseVerifying, model.StateWaiting)
	w.desk.err = nil
	w.desk.change("inst-1", agree("wang"))
	w.clock.Advance(time.Minute)
	w.checkNow()
	w.turns(4)
	w.want(got.Number, model.ReleaseSucceeded, model.StateSucceeded)
	if titles := w.inbox.titles("ops"); len(titles) != 3 || !strings.Contains(titles[0], "无法核对") {
		t.Errorf("told %q", titles)
	}
}

// TestAFormWithoutAnyIDIsLeftToItsEvent: nobody could tell that both are about the same, and it would be deployed twice.
func TestAFormWithoutAnyIDIsLeftToItsEvent(t *testing.T) {
	for _, first := range []string{"event", "connector"} {
		t.Run(first, func(t *testing.T) {
			w := proving(t, func(o *Options) { o.EventsSeen = o.Now })
			w.open("inst-1")
			w.desk.change("inst-1", agree("wang"))
			if first == "event" {
				w.receive(event("inst-1", "finish", "agree"))
				w.lookAll()
			}
			_, err := w.Submit(t.Context(), form("实例ID", "", "审批编号", ""), "connector")
			codeIs(t, err, model.CodeValidationFailed)
			if !strings.Contains(model.MessageOf(err), "由事件送达") {
				t.Error(model.MessageOf(err))
			}
			w.receive(event("inst-1", "finish", "agree"))
			w.lookAll()
			w.wantBuilds(t, 1)
		})
	}
}

// TestAnEventThatComesDaysLateIsNoSecondRelease though the request id, which a copied form keeps, counts for a day only.
func TestAnEventThatComesDaysLateIsNoSecondRelease(t *testing.T) {
	w := proving(t)
	got := w.submit("实例ID", "", "requestId", "q1")
	w.open("inst-1", "requestId", "q1")
	w.desk.change("inst-1", agree("wang"))
	w.lookAll()
	w.want(got.Number, model.ReleaseSucceeded, model.StateSucceeded)
	w.clock.Advance(3 * 24 * time.Hour)
	w.receive(event("inst-1", "finish", "agree"))
	w.lookAll()
	w.wantBuilds(t, 1)
	w.open("inst-2", "requestId", "q1") // a copy
	w.desk.change("inst-2", agree("wang"))
	w.receive(event("inst-2", "finish", "agree"))
	w.lookAll()
	w.wantBuilds(t, 2)
}

// TestANameThatCannotBeReadIsNoForgery: the form names its initiator, and DingTalk's contacts are away.
func TestANameThatCannotBeReadIsNoForgery(t *testing.T) {
	w := proving(t)
	w.open("inst-1")
	w.desk.change("inst-1", agree("wang"))
	got := w.submit("发起人", "张三")
	w.desk.nameless = model.Errorf(model.CodeDingTalkUnavailable, "钉钉无法连接")
	w.checkNow()
	w.want(got.Number, model.ReleaseVerifying, model.StateWaiting)
	w.desk.nameless = nil
	w.lookAll()
	w.want(got.Number, model.ReleaseSucceeded, model.StateSucceeded)
}

func TestADeletedTemplateHoldsUpNoProof(t *testing.T) {
	w := proving(t, func(o *Options) { o.Policy.ProcessCodes = []string{"PROC-GONE", template} })
	w.desk.dead = map[string]bool{"PROC-GONE": true}
	w.open("inst-1")
	w.desk.change("inst-1", agree("wang"))
	got := w.submit()
	w.lookAll()
	w.want(got.Number, model.ReleaseSucceeded, model.StateSucceeded)
}

// TestAFormWithoutItsValuesIsSaidToBe: DingTalk shows a form of more than 64 kB without them.
func TestAFormWithoutItsValuesIsSaidToBe(t *testing.T) {
	w := proving(t)
	w.open("inst-1")
	w.desk.change("inst-1", agree("wang"))
	w.desk.change("inst-1", func(a *model.Approval) {
		for i := range a.Fields {
			a.Fields[i].Values = nil
		}
	})
	got := w.submit()
	w.checkNow()
	if r := w.want(got.Number, model.ReleaseRejected, model.StateCancelled); !strings.Contains(r.Proof.Message, "没有给出这张审批单的表单内容") {
		t.Error(r.Proof.Message)
	}
}

// TestAForgeryKeepsNoApprovalAway: a rejected submission used the id of an approval that comes itself later, by either way.
func TestAForgeryKeepsNoApprovalAway(t *testing.T) {
	for name, come := range map[string]func(w *world){
		"by connector": func(w *world) { w.submit() },
		"by event":     func(w *world) { w.receive(event("inst-1", "finish", "agree")) },
	} {
		t.Run(name, func(t *testing.T) {
			w := proving(t)
			w.open("inst-1")
			w.desk.change("inst-1", agree("wang"))
			forged := w.submit("VERSION", "v6.6.6")
			w.checkNow()
			w.want(forged.Number, model.ReleaseRejected, model.StateCancelled)
			for range 3 {
				come(w)
				w.checkNow()
				w.turns(4)
			}
			w.want("R-1002", model.ReleaseSucceeded, model.StateSucceeded)
			if _, err := w.Submit(t.Context(), form("VERSION", "v6.6.6"), "connector"); model.CodeOf(err) != model.CodeSubmissionConflict {
				t.Errorf("the forgery again: %v", err)
			}
			if got := w.submit(); !got.Duplicate || got.Number != "R-1002" {
				t.Errorf("a repeat is answered %+v", got)
			}
			w.checkNow()
			w.turns(4)
			if got := w.builds(webJob); len(got) != 1 || got[0].Parameters["VERSION"] != "v2.1.0" {
				t.Errorf("%+v", got)
			}
			if all, err := w.List(t.Context(), model.ReleaseFilter{Limit: 10}); err != nil || len(all) != 2 {
				t.Errorf("%d releases, %v", len(all), err)
			}
		})
	}
}

// TestAWithdrawalFindsWhatCameAfterAForgery: the approval's own release is taken back, not the rejected one.
func TestAWithdrawalFindsWhatCameAfterAForgery(t *testing.T) {
	w := proving(t)
	scheduled := []string{"执行方式", "定时", "执行时间", "2026-11-22 23:30"}
	w.open("inst-1", scheduled...)
	w.desk.change("inst-1", agree("wang"))
	w.submit("VERSION", "v6.6.6")
	w.checkNow()
	got := w.submit(scheduled...)
	w.checkNow()
	w.want(got.Number, model.ReleaseActive, model.StateWaiting)
	w.receive(event("inst-1", "delete", ""))
	w.checkNow()
	w.want(got.Number, model.ReleaseCancelled, model.StateCancelled)
}

func TestTheSameForgeryAgainIsTheSameRelease(t *testing.T) {
	w := proving(t)
	w.open("inst-1")
	w.desk.change("inst-1", agree("wang"))
	forged := w.submit("VERSION", "v6.6.6")
	w.checkNow()
	if got := w.submit("VERSION", "v6.6.6"); !got.Duplicate || got.Number != forged.Number {
		t.Errorf("%+v", got)
	}
}

// TestPeopleOfUnprovenReleasesAreNamed: nobody is asked while the form is answered, and the end is told with names.
func TestPeopleOfUnprovenReleasesAreNamed(t *testing.T) {
	w := proving(t, func(o *Options) { o.Policy.Verify = VerifyOff })
	got := w.submit()
	w.checkNow()
	r := w.release(got.Number)
	if r.Initiator.Name != "张三" || labels(r.Approvers) != "王五、赵六" {
		t.Fatalf("%+v %+v", r.Initiator, r.Approvers)
	}
	w.turns(4)
	w.want(got.Number, model.ReleaseSucceeded, model.StateSucceeded)
	if again := w.release(w.submit("实例ID", "inst-2", "VERSION", "v3").Number); again.Initiator.Name != "张三" {
		t.Errorf("a known name is not used: %+v", again.Initiator)
	}
	w.turns(2)
}

func TestANameThatIsNotToldIsGivenUp(t *testing.T) {
	w := proving(t, func(o *Options) { o.Policy.Verify = VerifyOff })
	w.desk.nameless = model.Errorf(model.CodeDingTalkUnavailable, "钉钉无法连接")
	got := w.submit()
	for range 20 {
		w.checkNow()
		w.clock.Advance(time.Minute)
	}
	if w.desk.asked == 0 || w.desk.asked > 3*(namingTries+1) {
		t.Errorf("asked %d times", w.desk.asked)
	}
	w.turns(4)
	w.want(got.Number, model.ReleaseSucceeded, model.StateSucceeded)
}
