package service

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
)

const riskJob = "deploy/pay/pay-risk"

// guardedWorld is a world in which 支付 is for department 20, where zhang is.
func guardedWorld(t *testing.T, adjust ...func(*Options)) (*world, *staff) {
	t.Helper()
	f := newStaff()
	w := newWorld(t, append([]func(*Options){restricted(f)}, adjust...)...)
	t.Cleanup(func() { w.access.end() })
	return w, f
}

// risk are the changes that make a form one for 风控服务 in 支付.
func risk(pairs ...string) []string {
	return append([]string{"项目名称", "支付", "应用名称", "风控服务"}, pairs...)
}

func (w *world) refusedWith(want string, pairs ...string) {
	w.t.Helper()
	_, err := w.Submit(w.t.Context(), form(pairs...), "connector")
	codeIs(w.t, err, model.CodeValidationFailed)
	if !strings.Contains(model.MessageOf(err), want) {
		w.t.Errorf("refused with %q, want %q", model.MessageOf(err), want)
	}
	if _, err := w.deliverDue(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	if titles := w.inbox.titles("ops"); len(titles) == 0 || !strings.Contains(titles[len(titles)-1], "上线申请未被接受") {
		w.t.Errorf("the group was told %q", titles)
	}
}

func (w *world) builtTimes(job string, n int) {
	w.t.Helper()
	if got := len(w.builds(job)); got != n {
		w.t.Errorf("%d builds of %s, want %d", got, job, n)
	}
}

func TestWhoMayDeploys(t *testing.T) {
	w, f := guardedWorld(t)
	r := w.submit(risk()...)
	w.turns(4)
	w.want(r.Number, model.ReleaseSucceeded, model.StateSucceeded)
	w.builtTimes(riskJob, 1)
	if n := f.reads("zhang"); n != 1 {
		t.Errorf("read %d times: at the gate it was fresh still", n)
	}
}

func TestWhoMayNotIsRefused(t *testing.T) {
	w, f := guardedWorld(t)
	w.refusedWith("发起人“li”没有项目“支付”的上线权限", risk("发起人", "li")...)
	w.refusedWith("通讯录里没有发起人“张三”，无法确认项目“支付”的上线权限；请管理员在连接器的入参里把“发起人”映射为用户 ID 后重新发起",
		risk("发起人", "张三")...)
	w.refusedWith("项目“支付”只对部分人开放，而表单没有发起人，无法确认权限；请管理员在连接器的入参里映射“发起人”(用户 ID)后重新发起",
		risk("发起人", "")...)
	f.move("li", 1, 20)
	w.clock.Advance(justRead) // after that nobody is refused by what was true before
	w.submit(risk("发起人", "li")...)
	w.submit("发起人", "", "实例ID", "inst-2")
	w.turns(3)
	w.builtTimes(riskJob, 1)
}

// TestAnApprovedFormIsNotLostWhileDingTalkIsAway: who may is found out before it is deployed.
func TestAnApprovedFormIsNotLostWhileDingTalkIsAway(t *testing.T) {
	w, f := guardedWorld(t)
	f.fails(errAway)
	allowed := w.submit(risk()...)
	w.clock.Advance(time.Second)
	denied := w.submit(risk("发起人", "li", "实例ID", "inst-2", "VERSION", "v3")...)
	w.turns(3)
	d := w.want(allowed.Number, model.ReleaseActive, model.StateWaiting).Deployments[0]
	if d.Wait != model.WaitAccess || d.Code != model.CodeDingTalkUnavailable || !strings.HasPrefix(d.Message, "无法从钉钉确认发起人的部门和角色，恢复后自动继续：") {
		t.Errorf("waits for %q, %s: %s", d.Wait, d.Code, d.Message)
	}
	w.clock.Advance(10 * time.Minute)
	w.turns(2)
	if titles := w.inbox.titles("ops"); !slices.Contains(titles, "上线单 "+allowed.Number+"：风控服务 暂时无法确认发起人的权限") {
		t.Errorf("the group was told %q", titles)
	}
	told := len(w.inbox.titles("ops"))
	w.clock.Advance(10 * time.Minute)
	w.turns(3)
	if now := len(w.inbox.titles("ops")); now != told {
		t.Errorf("told %d times more of the same", now-told)
	}
	w.builtTimes(riskJob, 0)
	f.fails(nil)
	w.clock.Advance(time.Minute)
	w.turns(8)
	w.want(allowed.Number, model.ReleaseSucceeded, model.StateSucceeded)
	r := w.want(denied.Number, model.ReleaseFailed, model.StateFailed)
	if d := r.Deployments[0]; d.Code != model.CodeAccessDenied || !strings.HasPrefix(d.Message, "发起人“li”没有项目“支付”的上线权限(审批之后部门、角色或规则可能有调整)。没有部署") {
		t.Errorf("%s: %s", d.Code, d.Message)
	}
	w.builtTimes(riskJob, 1)
	if titles := w.inbox.titles("ops"); !slices.Contains(titles, "上线单 "+denied.Number+" 部署失败") {
		t.Errorf("the group was told %q", titles)
	}
}

// scheduled submits a form for an hour later.
func (w *world) scheduled(pairs ...string) model.Receipt {
	w.t.Helper()
	at := w.clock.Now().Add(time.Hour).In(shanghai).Format("2006-01-02 15:04")
	return w.submit(append(risk("执行方式", "定时", "执行时间", at), pairs...)...)
}

func TestWhoWasMovedAwayDoesNotDeploy(t *testing.T) {
	for name, c := range map[string]struct {
		change func(w *world, f *staff)
		state  model.ReleaseState
		code   model.Code
	}{
		"nothing changed":                  {func(*world, *staff) {}, model.ReleaseSucceeded, ""},
		"to another department":            {func(_ *world, f *staff) { f.move("zhang", 1, 3) }, model.ReleaseFailed, model.CodeAccessDenied},
		"out of the organisation":          {func(_ *world, f *staff) { f.set(func() { delete(f.departments, "zhang") }) }, model.ReleaseFailed, model.CodeAccessDenied},
		"the department was moved up":      {func(_ *world, f *staff) { f.move("zhang", 1, 20) }, model.ReleaseSucceeded, ""},
		"the role came for the department": {func(_ *world, f *staff) { f.move("zhang", 1); f.set(func() { f.roles["zhang"] = f.roles["chen"] }) }, model.ReleaseSucceeded, ""},
		"the project was renamed":          {func(w *world, f *staff) { f.move("zhang", 1, 3); w.rename("deploy/pay", "收银") }, model.ReleaseFailed, model.CodeAccessDenied},
		"another rule names it, too":       {func(w *world, _ *staff) { w.rename("deploy/pay", "数据平台") }, model.ReleaseSucceeded, ""},
		"the rules changed":                {func(w *world, _ *staff) { w.rules(AccessRule{Names: []string{"支付"}, Users: []string{"boss"}}) }, model.ReleaseFailed, model.CodeAccessDenied},
		"the project became one for everyone": {func(w *world, f *staff) {
			f.move("zhang", 1, 3)
			w.rules(AccessRule{Names: []string{"商城"}, Users: []string{"boss"}})
		}, model.ReleaseSucceeded, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w, f := guardedWorld(t)
			r := w.scheduled()
			w.turns(2)
			c.change(w, f)
			w.clock.Advance(time.Hour)
			w.turns(5)
			d := w.want(r.Number, c.state, map[model.ReleaseState]model.DeploymentState{
				model.ReleaseSucceeded: model.StateSucceeded, model.ReleaseFailed: model.StateFailed,
			}[c.state]).Deployments[0]
			if d.Code != c.code {
				t.Errorf("%s: %s", d.Code, d.Message)
			}
			builds := 0
			if c.code == "" {
				builds = 1
			}
			w.builtTimes(riskJob, builds)
		})
	}
}

// TestAProjectThatTookARestrictedNameIsRestricted: whatever it was called when it was asked for.
func TestAProjectThatTookARestrictedNameIsRestricted(t *testing.T) {
	w, _ := guardedWorld(t)
	r := w.scheduled("项目名称", "商城", "应用名称", "商城前端")
	w.rename("deploy/mall", "数据平台")
	w.clock.Advance(time.Hour)
	w.turns(3)
	if d := w.want(r.Number, model.ReleaseFailed, model.StateFailed).Deployments[0]; d.Code != model.CodeAccessDenied {
		t.Errorf("%s: %s", d.Code, d.Message)
	}
}

// rename gives a folder of Jenkins another label.
func (w *world) rename(folder, label string) {
	w.t.Helper()
	w.jenkins.SetJob(folder, func(j *jenkinstest.Job) { j.DisplayName = label })
	w.clock.Advance(time.Second)
	if err := w.RefreshOnce(w.t.Context(), "prod"); err != nil {
		w.t.Fatal(err)
	}
}

// rules restarts the service with other rules.
func (w *world) rules(rules ...AccessRule) {
	w.options.Access.Rules = rules
	w.reborn()
	w.t.Cleanup(func() { w.access.end() })
}

// TestWhoGotTheRightAMomentAgoIsNotRefused: what was read before would say no.
func TestWhoGotTheRightAMomentAgoIsNotRefused(t *testing.T) {
	w, f := guardedWorld(t)
	r := w.scheduled()
	f.move("zhang", 1, 3)
	w.clock.Advance(55 * time.Minute)
	if _, err := w.access.members.within(t.Context(), "zhang", time.Minute); err != nil { // somebody's form
		t.Fatal(err)
	}
	f.move("zhang", 1, 20)
	w.clock.Advance(5 * time.Minute)
	w.turns(5)
	w.want(r.Number, model.ReleaseSucceeded, model.StateSucceeded)
}

// TestWhatIsStaleDeploysNothing: a form may be filled in by what DingTalk said hours ago, a deployment may not.
func TestWhatIsStaleDeploysNothing(t *testing.T) {
	w, f := guardedWorld(t)
	r := w.scheduled()
	f.fails(errAway)
	w.clock.Advance(time.Hour)
	w.turns(3)
	if got, err := w.Validate(t.Context(), form(risk("执行方式", "立即")...)); err != nil || got.Problems != "" {
		t.Errorf("validated %q, %v", got, err)
	}
	if d := w.want(r.Number, model.ReleaseActive, model.StateWaiting).Deployments[0]; d.Wait != model.WaitAccess {
		t.Errorf("waits for %q", d.Wait)
	}
	w.clock.Advance(30 * time.Minute) // longer than a schedule may be late
	w.turns(3)
	w.want(r.Number, model.ReleaseExpired, model.StateExpired)
	w.builtTimes(riskJob, 0)
}

// TestWhatWaitsForDingTalkHoldsNobodyUp: others of the same job go on meanwhile.
func TestWhatWaitsForDingTalkHoldsNobodyUp(t *testing.T) {
	w, f := guardedWorld(t)
	f.fails(errAway)
	waits := w.submit(risk()...)
	w.turn()
	goes := w.submit(risk("发起人", "boss", "实例ID", "inst-2", "VERSION", "v3")...)
	w.clock.Advance(sweepEvery)
	w.turns(4)
	w.want(waits.Number, model.ReleaseActive, model.StateWaiting)
	w.want(goes.Number, model.ReleaseSucceeded, model.StateSucceeded)
}

// TestARepeatedPOSTIsCheckedToo: who lost the right while Jenkins did not answer has nothing POSTed again.
func TestARepeatedPOSTIsCheckedToo(t *testing.T) {
	w, f := guardedWorld(t)
	w.jenkins.CutBefore(1, "/job/deploy/job/pay/job/pay-risk/build")
	r := w.submit(risk()...)
	w.turn()
	w.want(r.Number, model.ReleaseActive, model.StateSubmitting)
	f.move("zhang", 1, 3)
	w.clock.Advance(freshMembers)
	w.turns(6)
	if d := w.want(r.Number, model.ReleaseFailed, model.StateFailed).Deployments[0]; d.Code != model.CodeAccessDenied {
		t.Errorf("%s: %s", d.Code, d.Message)
	}
	w.builtTimes(riskJob, 0)
}

// TestBeforeTheCatalogueIsThereNothingIsDeployed: what a project is called now is not known yet.
func TestBeforeTheCatalogueIsThereNothingIsDeployed(t *testing.T) {
	w, _ := guardedWorld(t)
	r := w.submit(risk()...)
	w.Service = New(w.options)
	t.Cleanup(func() { w.access.end() })
	w.turns(2)
	d := w.want(r.Number, model.ReleaseActive, model.StateWaiting).Deployments[0]
	if d.Wait != model.WaitAccess || d.Code != model.CodeCatalogueUnready {
		t.Errorf("waits for %q: %s %s", d.Wait, d.Code, d.Message)
	}
	w.builtTimes(riskJob, 0)
	if err := w.RefreshOnce(t.Context(), "prod"); err != nil {
		t.Fatal(err)
	}
	w.turns(8)
	w.want(r.Number, model.ReleaseSucceeded, model.StateSucceeded)
	w.builtTimes(riskJob, 1)
}
