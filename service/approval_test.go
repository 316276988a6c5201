package service

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
)

// desk is DingTalk's approvals as the service sees them, with a state; the real client's tests are in package dingtalk.
type desk struct {
	mu        sync.Mutex
	approvals map[string]model.Approval
	codes     map[string]string // template by instance
	names     map[string]string
	err       error
	nameless  error // of names alone
	asked     int   // for names
	reads     int
	lists     int
	listed    time.Time       // when all of them were begun in truth, whatever they tell; zero: they tell the truth
	crowd     int             // more approvals than these are not listed at once; 0: all are
	dead      map[string]bool // templates that DingTalk does not know
}

const template = "PROC-UP"

func newDesk() *desk {
	return &desk{
		approvals: map[string]model.Approval{}, codes: map[string]string{},
		names: map[string]string{"zhang": "张三", "wang": "王五", "zhao": "赵六"},
	}
}

func (k *desk) Approval(_ context.Context, instance string) (model.Approval, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.reads++
	a, ok := k.approvals[instance]
	if k.err != nil {
		return model.Approval{}, k.err
	}
	if !ok {
		return model.Approval{}, model.Errorf(model.CodeDingTalkNotFound, "审批实例不存在")
	}
	a.Records = slices.Clone(a.Records)
	return a, nil
}

func (k *desk) InstanceIDs(_ context.Context, code string, from, to time.Time, users []string) ([]string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.lists++
	if k.dead[code] || to.Sub(from) > 120*24*time.Hour {
		return nil, model.Errorf(model.CodeDingTalkRejected, "模板不存在，或者时间范围太长")
	}
	var ids []string
	for id, a := range k.approvals {
		begun := k.listed
		if begun.IsZero() {
			begun = *a.CreatedAt
		}
		within := !begun.Before(from) && !begun.After(to)
		if k.codes[id] == code && within && (len(users) == 0 || slices.Contains(users, a.Originator.ID)) {
			ids = append(ids, id)
		}
	}
	if k.crowd > 0 && len(ids) > k.crowd {
		return ids[:k.crowd], model.Errorf(model.CodeDingTalkTooLarge, "超过 %d 条", k.crowd)
	}
	return ids, k.err
}

func (k *desk) UserName(_ context.Context, id string) (string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.asked++
	if k.nameless != nil {
		return "", k.nameless
	}
	if name, ok := k.names[id]; ok {
		return name, nil
	}
	return "", model.Errorf(model.CodeDingTalkNotFound, "没有这个用户")
}

func (k *desk) change(instance string, change func(*model.Approval)) {
	k.mu.Lock()
	defer k.mu.Unlock()
	a := k.approvals[instance]
	change(&a)
	k.approvals[instance] = a
}

// open puts an approval with the form on the desk; it still runs.
func (w *world) open(instance string, pairs ...string) {
	at := w.clock.Now().Truncate(time.Minute)
	a := model.Approval{
		Instance: instance, BusinessID: "202611220001", Title: "上线申请", Status: model.ApprovalRunning, Action: "NONE",
		Originator: model.Person{ID: "zhang"}, CreatedAt: &at,
	}
	for name, values := range form(append([]string{"实例ID", "", "审批编号", "", "发起人", "", "审批人", ""}, pairs...)...) {
		a.Fields = append(a.Fields, model.ApprovalField{Name: name, Type: "TextField", Values: values})
	}
	w.desk.mu.Lock()
	defer w.desk.mu.Unlock()
	w.desk.approvals[instance], w.desk.codes[instance] = a, template
}

func agree(by ...string) func(*model.Approval) {
	return func(a *model.Approval) {
		at := a.CreatedAt.Add(5 * time.Minute)
		a.Status, a.Result, a.FinishedAt = model.ApprovalCompleted, model.ResultAgree, &at
		for _, id := range by {
			a.Records = append(a.Records, model.ApprovalRecord{
				Who: model.Person{ID: id}, Kind: "EXECUTE_TASK_NORMAL", Result: model.ResultAgree, Remark: "同意", At: &at,
			})
		}
	}
}

// checkNow looks into everything that is due.
func (w *world) checkNow() {
	w.t.Helper()
	if _, err := w.inquireDue(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

// proving is a world with DingTalk's approvals.
func proving(t *testing.T, adjust ...func(*Options)) *world {
	k := newDesk()
	w := newWorld(t, append([]func(*Options){func(o *Options) {
		o.Approvals, o.Policy = k, ApprovalPolicy{Verify: VerifyAuto, ProcessCodes: []string{template}}
	}}, adjust...)...)
	w.desk = k
	return w
}

func event(instance, kind, result string) model.ApprovalEvent {
	return model.ApprovalEvent{ID: "evt-" + instance + kind, Instance: instance, ProcessCode: template, Kind: kind, Result: result, Via: "stream"}
}

func (w *world) receive(e model.ApprovalEvent) {
	w.t.Helper()
	if err := w.ReceiveEvent(w.t.Context(), e); err != nil {
		w.t.Fatal(err)
	}
}

func TestNothingIsDeployedBeforeTheApprovalIsConfirmed(t *testing.T) {
	w := proving(t)
	w.open("inst-1")
	got := w.submit()
	if got.State != model.ReleaseVerifying {
		t.Fatalf("answered %+v", got)
	}
	w.checkNow()
	w.turns(5)
	w.want(got.Number, model.ReleaseVerifying, model.StateWaiting)
	if n := len(w.builds(webJob)); n != 0 || len(w.inbox.titles("ops")) != 0 {
		t.Fatalf("%d builds and %q before the approval ended", n, w.inbox.titles("ops"))
	}
	w.desk.change("inst-1", agree("wang", "zhao"))
	w.checkNow()
	w.turns(4)
	r := w.want(got.Number, model.ReleaseSucceeded, model.StateSucceeded)
	if r.Initiator.Name != "张三" || labels(r.Approvers) != "王五、赵六" || r.Proof.State != model.ProofGiven ||
		r.Proof.ProcessCode != template || len(r.Proof.Records) != 2 || r.Proof.Records[0].Remark != "同意" {
		t.Errorf("%+v %+v %+v", r.Initiator, r.Approvers, r.Proof)
	}
	if titles := w.inbox.titles("ops"); len(titles) != 2 || !strings.Contains(titles[0], "已接收") {
		t.Errorf("told %q", titles)
	}
}

// TestForgeries: whatever the submission asks for otherwise than the approval is named, and nothing is deployed.
func TestForgeries(t *testing.T) {
	for name, c := range map[string]struct {
		approved []string
		change   func(*model.Approval)
		want     string
	}{
		"another version":           {[]string{"VERSION", "v1.0.0"}, nil, "VERSION：提交的是“v2.1.0”，审批单里是“v1.0.0”"},
		"the same, by another name": {[]string{"项目名称", "prod:deploy/mall"}, nil, ""},
		"a parameter added":         {[]string{"DRY_RUN", ""}, nil, "DRY_RUN：提交的是“false”，审批单里没有填写"},
		"another app":               {[]string{"应用名称", "订单服务"}, nil, "应用：提交的是“prod:deploy/mall/mall-web”，审批单里是“prod:deploy/mall/mall-order”"},
		"another time":              {[]string{"执行方式", "定时", "执行时间", "2026-11-23 20:00"}, nil, "执行方式：提交的是“now”，审批单里是“2026-11-23 20:00:00”"},
		"another initiator":         {nil, func(a *model.Approval) { a.Originator.ID = "wang" }, "发起人：提交的是“zhang”"},
		"a control was renamed":     {[]string{"应用名称", "", "应用", "商城前端"}, nil, "请选择应用"},
		"another template":          {nil, func(a *model.Approval) { a.ProcessCode = "PROC-HOLIDAY" }, "审批模板不在允许的列表"},
	} {
		t.Run(name, func(t *testing.T) {
			w := proving(t)
			w.open("inst-1", c.approved...)
			w.desk.change("inst-1", agree("wang"))
			if c.change != nil {
				w.desk.change("inst-1", c.change)
			}
			got := w.submit()
			w.checkNow()
			w.turns(3)
			if c.want == "" {
				w.want(got.Number, model.ReleaseSucceeded, model.StateSucceeded)
				return
			}
			r := w.want(got.Number, model.ReleaseRejected, model.StateCancelled)
			if !strings.Contains(r.Proof.Message, c.want) {
				t.Errorf("because %q, want %q", r.Proof.Message, c.want)
			}
			if titles := w.inbox.titles("ops"); len(titles) != 1 || !strings.Contains(titles[0], "未通过审批核对") {
				t.Errorf("told %q", titles)
			}
			if n := len(w.builds(webJob)); n != 0 {
				t.Errorf("%d builds", n)
			}
			if _, err := w.Replan(t.Context(), r.ID, "now", "ops", ""); model.CodeOf(err) != model.CodeConflict {
				t.Errorf("it can be planned anew: %v", err)
			}
		})
	}
}

func TestSelfApproval(t *testing.T) {
	for name, c := range map[string]struct {
		by    []string
		state model.ReleaseState
	}{
		"alone":        {[]string{"zhang"}, model.ReleaseRejected},
		"with another": {[]string{"zhang", "wang"}, model.ReleaseSucceeded},
		"nobody":       {nil, model.ReleaseRejected},
	} {
		t.Run(name, func(t *testing.T) {
			w := proving(t, func(o *Options) { o.Policy.ForbidSelf = true })
			w.open("inst-1")
			w.desk.change("inst-1", agree(c.by...))
			// A redirected task decides nothing.
			w.desk.change("inst-1", func(a *model.Approval) {
				a.Records = append(a.Records, model.ApprovalRecord{Who: model.Person{ID: "zhao"}, Kind: "REDIRECT_TASK"})
			})
			got := w.submit()
			w.checkNow()
			w.turns(4)
			if r := w.release(got.Number); r.State != c.state {
				t.Errorf("%s: %s", r.State, r.Proof.Message)
			}
		})
	}
}

func TestAnApprovalThatNobodyKnowsIsRefusedAfterAWhile(t *testing.T) {
	w := proving(t)
	got := w.submit()
	w.checkNow()
	w.want(got.Number, model.ReleaseVerifying, model.StateWaiting)
	for range 10 {
		w.clock.Advance(time.Minute)
		w.checkNow()
	}
	r := w.want(got.Number, model.ReleaseRejected, model.StateCancelled)
	if !strings.Contains(r.Proof.Message, "没有这个审批实例") {
		t.Error(r.Proof.Message)
	}
}

func TestAnApprovalThatNeverEndsExpires(t *testing.T) {
	w := proving(t)
	w.open("inst-1")
	got := w.submit()
	for range 110 {
		w.clock.Advance(15 * time.Minute)
		w.checkNow()
	}
	w.turn()
	w.want(got.Number, model.ReleaseExpired, model.StateExpired)
	if w.desk.reads > 110 {
		t.Errorf("%d reads in a day", w.desk.reads)
	}
	if titles := w.inbox.titles("ops"); len(titles) != 1 || !strings.Contains(titles[0], "已过期") {
		t.Errorf("told %q", titles)
	}
	// Planned anew it still waits for its proof.
	if _, err := w.Replan(t.Context(), w.release(got.Number).ID, "now", "ops", "再等"); err != nil {
		t.Fatal(err)
	}
	w.turns(3)
	w.want(got.Number, model.ReleaseVerifying, model.StateWaiting)
	w.desk.change("inst-1", agree("wang"))
	w.checkNow()
	w.turns(4)
	w.want(got.Number, model.ReleaseSucceeded, model.StateSucceeded)
}

func TestPeopleAreToldThatApprovalsCannotBeRead(t *testing.T) {
	w := proving(t)
	w.open("inst-1")
	w.desk.err = model.Errorf(model.CodeDingTalkForbidden, "应用没有权限 Workflow.Instance.Read")
	got := w.submit()
	for range 3 {
		w.checkNow()
		w.clock.Advance(16 * time.Minute)
	}
	w.turn()
	r := w.want(got.Number, model.ReleaseVerifying, model.StateWaiting)
	if titles := w.inbox.titles("ops"); len(titles) != 1 || !strings.Contains(titles[0], "无法核对") || !strings.Contains(r.Proof.Message, "Instance.Read") {
		t.Errorf("told %q, %q", titles, r.Proof.Message)
	}
	w.desk.err = nil
	w.desk.change("inst-1", agree("wang"))
	w.checkNow()
	w.turns(4)
	w.want(got.Number, model.ReleaseSucceeded, model.StateSucceeded)
}

func TestAnEventAloneIsASubmission(t *testing.T) {
	w := proving(t)
	w.open("inst-1")
	w.receive(event("inst-1", "finish", "agree"))
	w.checkNow() // still shows RUNNING
	w.desk.change("inst-1", agree("wang"))
	w.clock.Advance(5 * time.Second)
	w.checkNow()
	w.turns(4)
	r := w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded)
	if r.Source != "stream" || r.Proof.State != model.ProofGiven || r.Initiator.Name != "张三" || r.ProcessInstanceID != "inst-1" {
		t.Errorf("%+v", r)
	}
}

// TestEveryWayIsOneRelease lets the same approval arrive again and again by both ways, in each order.
func TestEveryWayIsOneRelease(t *testing.T) {
	ways := map[string]func(w *world){
		"connector": func(w *world) { w.submit("上线说明", "", "审批人", "") }, // maps fewer fields than the form has
		"event":     func(w *world) { w.receive(event("inst-1", "finish", "agree")); w.checkNow() },
		"another": func(w *world) {
			e := event("inst-1", "finish", "agree")
			e.ID, e.Via = "other", "http"
			w.receive(e)
			w.checkNow()
		},
	}
	for _, order := range [][]string{
		{"connector", "event", "another", "connector"}, {"event", "connector", "another", "event"}, {"another", "another", "connector", "event"},
	} {
		t.Run(fmt.Sprint(order), func(t *testing.T) {
			w := proving(t)
			w.open("inst-1")
			w.desk.change("inst-1", agree("wang"))
			for _, way := range order {
				ways[way](w)
				w.turns(2)
			}
			w.checkNow()
			w.turns(4)
			w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded)
			if n := len(w.builds(webJob)); n != 1 {
				t.Errorf("%d builds", n)
			}
			if all, err := w.List(t.Context(), model.ReleaseFilter{Limit: 10}); err != nil || len(all) != 1 {
				t.Errorf("%d releases, %v", len(all), err)
			}
			if titles := w.inbox.titles("ops"); len(titles) != 2 {
				t.Errorf("told %q", titles)
			}
		})
	}
}

func TestAnotherContentByAnotherWayIsRefused(t *testing.T) {
	w := proving(t)
	w.open("inst-1")
	w.desk.change("inst-1", agree("wang"))
	w.receive(event("inst-1", "finish", "agree"))
	w.checkNow()
	_, err := w.Submit(t.Context(), form("VERSION", "v9.9.9"), "connector")
	codeIs(t, err, model.CodeSubmissionConflict)
}

func TestEventsThatDeployNothing(t *testing.T) {
	for name, e := range map[string]model.ApprovalEvent{
		"begins": event("inst-1", "start", ""),
		"of a holiday": func() model.ApprovalEvent {
			e := event("inst-1", "finish", "agree")
			e.ProcessCode = "PROC-HOLIDAY"
			return e
		}(),
		"of nothing":       event("", "finish", "agree"),
		"refused":          event("inst-1", "finish", "refuse"),
		"not heard of yet": event("inst-1", "comment", ""),
	} {
		t.Run(name, func(t *testing.T) {
			w := proving(t)
			w.open("inst-1")
			w.desk.change("inst-1", agree("wang"))
			w.receive(e)
			w.checkNow()
			w.turns(3)
			if all, err := w.List(t.Context(), model.ReleaseFilter{Limit: 10}); err != nil || len(all) != 0 {
				t.Errorf("%d releases, %v", len(all), err)
			}
			if w.desk.reads != 0 {
				t.Errorf("%d reads", w.desk.reads)
			}
		})
	}
}

func TestAFormThatIsWrongIsToldOnce(t *testing.T) {
	w := proving(t)
	w.open("inst-1", "应用名称", "没有这个应用")
	w.desk.change("inst-1", agree("wang"))
	for range 3 {
		w.receive(event("inst-1", "finish", "agree"))
		w.checkNow()
		w.turn()
	}
	if titles := w.inbox.titles("zhang"); len(titles) != 1 || titles[0] != "上线申请未被接受" {
		t.Errorf("told %q", titles)
	}
}

func TestVerifyAlwaysRefusesWithoutAnInstance(t *testing.T) {
	w := proving(t, func(o *Options) { o.Policy.Verify = VerifyAlways })
	_, err := w.Submit(t.Context(), form("实例ID", "", "requestId", "q1"), "connector")
	codeIs(t, err, model.CodeValidationFailed)
	if !strings.Contains(model.MessageOf(err), "缺少审批实例 ID") {
		t.Error(model.MessageOf(err))
	}
}

func TestWithoutAnInstanceNobodyKnowsWhoApproved(t *testing.T) {
	w := proving(t, func(o *Options) { o.Policy.ForbidSelf = true })
	_, err := w.Submit(t.Context(), form("实例ID", "", "requestId", "q1"), "connector")
	codeIs(t, err, model.CodeValidationFailed)
}

func TestATableOfAnApprovalIsRead(t *testing.T) {
	w := proving(t)
	w.open("inst-1", "应用名称", "", "VERSION", "", "ENV", "", "DRY_RUN", "")
	row := func(app, version string) []model.ApprovalField {
		return []model.ApprovalField{
			{Name: "应用名称", Type: "DDSelectField", Values: []string{"改了名字"}, Keys: []string{"prod:deploy/mall/" + app}},
			{Name: "VERSION", Values: []string{version}}, {Name: "ENV", Values: []string{"prod"}},
		}
	}
	w.desk.change("inst-1", func(a *model.Approval) {
		a.Fields = append(a.Fields, model.ApprovalField{
			Name: "上线明细", Type: "TableField", Rows: [][]model.ApprovalField{row("mall-web", "v1"), row("mall-order", "v2")},
		})
	})
	w.desk.change("inst-1", agree("wang"))
	w.receive(event("inst-1", "finish", "agree"))
	w.checkNow()
	w.turns(8)
	r := w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded, model.StateSucceeded)
	for i, want := range []string{"v1", "v2"} {
		if got := r.Deployments[i].Parameters[0]; got.Value != want {
			t.Errorf("%+v", got)
		}
	}
}
