package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/oabridge/oabridge/dingtalk/dingtalktest"
)

// guardedOutside is a world in which 支付 is for department 2, where zhang and wang are, zhao not, and for the role 发布经理.
func guardedOutside(t *testing.T) *outside {
	t.Helper()
	o := approving(t, "listen:", `access: [{projects: ["^prod:deploy/pay$"], departments: [2], roles: [职务/发布经理]}]`+"\nlisten:",
		"  agent_id: 7\n", "  agent_id: 7\n  membership_cache: 1s\n")
	o.dingtalk.AddDepartment(2, 1)
	o.dingtalk.AddDepartment(20, 2)
	o.dingtalk.AddDepartment(3, 1)
	if err := errors.Join(o.dingtalk.MoveUser("zhang", 20), o.dingtalk.MoveUser("wang", 2, 3), o.dingtalk.MoveUser("zhao", 3)); err != nil {
		t.Fatal(err)
	}
	return o
}

// offered are the names of the projects that the form offers to somebody.
func (o *outside) offered(by string) []string {
	o.t.Helper()
	var names []string
	list, _ := o.call("projects", "发起人", by)["names"].([]any)
	for _, name := range list {
		names = append(names, fmt.Sprint(name))
	}
	return names
}

// payForm is what people fill in to deploy 风控服务.
func payForm(pairs ...string) map[string]any {
	return webForm(append([]string{"项目名称", "支付", "应用名称", "风控服务"}, pairs...)...)
}

// asks starts an approval of somebody's, to which wang or zhao agrees, and sends it as the flow's node does.
func (o *outside) asks(by string, form map[string]any) map[string]any {
	o.t.Helper()
	instance := o.asked(deployTemplate, by, form)
	approver := "wang"
	if by == "wang" {
		approver = "zhao"
	}
	if err := o.dingtalk.Decide(instance, approver, true, "可以上线"); err != nil {
		o.t.Fatal(err)
	}
	form["实例ID"], form["发起人"] = instance, by
	_, answer, err := o.caller.Call(o.t.Context(), "releases", form)
	if err != nil {
		o.t.Fatal(err)
	}
	return answer
}

func TestServeShowsAndDeploysToEachWhatIsTheirs(t *testing.T) {
	o := guardedOutside(t)
	b := o.serve()
	for by, want := range map[string]bool{"zhang": true, "wang": true, "zhao": false, "": false} {
		if got := o.offered(by); slices.Contains(got, "支付") != want || !slices.Contains(got, "商城") {
			t.Errorf("%q is offered %q", by, got)
		}
	}
	if apps := o.call("apps", "project", "支付", "发起人", "zhao"); apps["errorCode"] != "unknown_project" {
		t.Errorf("zhao is answered %v", apps)
	}
	if values := o.call("parameters", "project", "支付", "app", "风控服务", "parameter", "ENV", "originatorUserId", "zhang"); values["success"] != true {
		t.Errorf("zhang is answered %v", values)
	}
	for by, message := range map[string]string{"zhang": "", "zhao": "您没有项目“支付”的上线权限，请联系管理员"} {
		checked := o.call("validate", "项目名称", "支付", "应用名称", "风控服务", "VERSION", "v1", "发起人", by)
		if checked["valid"] != (message == "") || checked["message"] != message {
			t.Errorf("%s's form: %v", by, checked)
		}
	}
	number := fmt.Sprint(o.asks("zhang", payForm())["releaseId"])
	o.settled(number, "succeeded")
	if answer := o.asks("zhao", payForm("VERSION", "v3")); answer["errorCode"] != "validation_failed" {
		t.Errorf("zhao's approved form is answered %v", answer)
	}
	if text := o.told("上线申请未被接受"); !strings.Contains(text, "没有项目“支付”的上线权限") {
		t.Errorf("the group was told %s", text)
	}
	if err := o.dingtalk.SetRoles("zhao", dingtalktest.Role{ID: 7, Name: "发布经理", Group: "职务"}); err != nil {
		t.Fatal(err)
	}
	o.eventually("zhao's new role counts", func() bool { return slices.Contains(o.offered("zhao"), "支付") }, func() string { return fmt.Sprint(o.offered("zhao")) })
	o.settled(fmt.Sprint(o.asks("zhao", payForm("VERSION", "v4"))["releaseId"]), "succeeded")
	o.wantBuilt("deploy/pay/pay-risk v2.1.0 SUCCESS", "deploy/pay/pay-risk v4 SUCCESS")
	noSecretIn(t, o.wantEnd(b))
}

// Who was moved out of the department after the approval has nothing deployed; what cannot be found out is waited for.
func TestServeAsksAgainBeforeItDeploys(t *testing.T) {
	o := guardedOutside(t)
	b := o.serve()
	number := fmt.Sprint(o.asks("zhang", payForm("执行方式", "手动"))["releaseId"])
	o.eventually("the approval is proved", func() bool { return o.deployment(number)["wait"] == "manual" }, func() string { return fmt.Sprint(o.deployment(number)) })
	if err := o.dingtalk.MoveUser("zhang", 3); err != nil {
		t.Fatal(err)
	}
	o.eventually("the move is known", func() bool { return !slices.Contains(o.offered("zhang"), "支付") }, func() string { return "" })
	if got := o.operate(t, "start "+number); got.code != 0 {
		t.Fatal(got)
	}
	o.settled(number, "failed")
	if d := o.deployment(number); d["code"] != "access_denied" {
		t.Errorf("%v", d)
	}
	if text := o.told("上线单 " + number + " 部署失败"); !strings.Contains(text, "发起人“张三”没有项目“支付”的上线权限") {
		t.Errorf("the group was told %s", text)
	}
	o.dingtalk.Fail(500, -1, "/topapi/v2/department/")
	waits := fmt.Sprint(o.asks("wang", payForm("VERSION", "v3"))["releaseId"])
	o.eventually("the deployment waits for DingTalk", func() bool { return o.deployment(waits)["wait"] == "access" }, func() string { return fmt.Sprint(o.deployment(waits)) })
	o.wantBuilt()
	o.dingtalk.Heal()
	o.settled(waits, "succeeded")
	o.wantBuilt("deploy/pay/pay-risk v3 SUCCESS")
	o.wantEnd(b)
}
