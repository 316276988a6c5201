package main

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestServeProvesTheApprovalFirst lets the flow's own node call the connector: DingTalk shows the approval as running for a
// while, then as agreed.
func TestServeProvesTheApprovalFirst(t *testing.T) {
	o := approving(t)
	b := o.serve()
	o.dingtalk.SetLag(time.Hour)
	instance := o.asked(deployTemplate, "zhang", webForm())
	if err := o.dingtalk.Endorse(instance, "wang", "看过了"); err != nil {
		t.Fatal(err)
	}
	if err := o.dingtalk.Decide(instance, "zhao", true, "可以上线"); err != nil {
		t.Fatal(err)
	}
	number := o.submitted(instance, webForm())
	o.eventually("the approval was read", func() bool { return o.reads() > 0 }, b.log)
	o.settled(number, "verifying")
	if o.jenkins.Triggered() > 0 || len(o.titles()) > 0 {
		t.Errorf("built %v and told %v before the proof", o.built(), o.titles())
	}
	o.dingtalk.SetLag(0)
	o.settled(number, "succeeded")
	for _, title := range []string{"已接收", "成功"} {
		if text := o.told(title); !strings.Contains(text, "发起人：张三") || !strings.Contains(text, "审批人：王五、赵六") {
			t.Errorf("the group reads %q", text)
		}
	}
	comments := o.commented(instance, 2)
	if !strings.Contains(comments[0], number+" 已接收") || !strings.Contains(comments[1], "商城前端 成功") ||
		!strings.Contains(comments[1], "/job/mall-web/1/") {
		t.Errorf("commented %q", comments)
	}
	if by := o.dingtalk.Ledger().Comments[0].UserID; by != "zhang" {
		t.Errorf("commented by %s", by)
	}
	proof := fmt.Sprint(o.api("/api/releases/" + number))
	for _, part := range []string{"看过了", "可以上线", "name:赵六", "name:张三"} {
		if !strings.Contains(proof, part) {
			t.Errorf("the release lacks %q: %s", part, proof)
		}
	}
	o.wantBuilt("deploy/mall/mall-web v2.1.0 SUCCESS")
	o.wantEnd(b)
}

// TestServeRefusesForgeries sends submissions that carry the right signature and not what was approved.
func TestServeRefusesForgeries(t *testing.T) {
	o := approving(t)
	b := o.serve()
	for name, c := range map[string]struct {
		template, by string
		approved     map[string]any
		want         string
	}{
		"another version":   {deployTemplate, "zhang", webForm("VERSION", "v1.0.0"), "提交的是“v2.1.0”，审批单里是“v1.0.0”"},
		"somebody else's":   {deployTemplate, "zhao", webForm(), "审批单里是“赵六”"},
		"another template":  {"PROC-holiday", "zhang", webForm(), "审批模板不在允许的列表"},
		"a renamed control": {deployTemplate, "zhang", webForm("应用名称", "", "应用", "商城前端"), "请选择应用"},
		"values left out":   {deployTemplate, "zhang", webForm("上线说明", strings.Repeat("长", 30_000)), "请选择项目"},
	} {
		instance := o.asked(c.template, c.by, c.approved)
		o.decide(instance, true)
		number := o.submitted(instance, webForm())
		o.settled(number, "rejected")
		text := o.told(number + " 未通过审批核对")
		if !strings.Contains(text, c.want) || !strings.Contains(text, "伪造") {
			t.Errorf("%s: the group reads %q", name, text)
		}
	}
	unknown := o.submitted("no-such-instance", webForm())
	o.eventually("DingTalk was asked for it", func() bool {
		return o.dingtalk.Ledger().Refused["processInstanceNotExist"] > 0
	}, b.log)
	o.settled(unknown, "verifying") // for two minutes more; the service's tests see its end
	refused := o.asked(deployTemplate, "zhang", webForm())
	o.decide(refused, false)
	o.settled(o.submitted(refused, webForm()), "cancelled")
	o.wantEnd(b)
	if n := o.jenkins.Triggered(); n != 0 {
		t.Errorf("%d builds", n)
	}
}

// TestServeFromATable deploys the rows of a table, each an app with parameters of its own, told by an event alone.
func TestServeFromATable(t *testing.T) {
	o := approving(t)
	b := o.serve()
	o.pushing()
	row := func(app, version string) []map[string]string {
		return []map[string]string{{"name": "应用名称", "value": app}, {"name": "VERSION", "value": version}}
	}
	o.dingtalk.SetForm(deployTemplate, tableForm())
	instance := o.approved(map[string]any{
		"项目名称": "商城", "上线明细": [][]map[string]string{row("商城前端", "v3"), row("订单服务", "v4")},
	})
	o.settled(o.onlyRelease(), "succeeded")
	if comments := o.commented(instance, 2); !strings.Contains(comments[1], "订单服务 成功") {
		t.Errorf("commented %q", comments)
	}
	o.wantBuilt("deploy/mall/mall-web v3 SUCCESS", "deploy/mall/mall-order v4 SUCCESS")
	o.wantEnd(b)
}

// TestServeToldOfARenamedControl: what is named by its label is missing after a renaming, and people are told what; what is
// named by its id is found.
func TestServeToldOfARenamedControl(t *testing.T) {
	for name, c := range map[string]struct{ fields, title string }{
		"known by its label": {"", "上线申请未被接受"},
		"known by its id":    {", fields: {app: [TextField_APP]}", "成功"},
	} {
		t.Run(name, func(t *testing.T) {
			o := approving(t, deployTemplate+"]", deployTemplate+"]"+c.fields)
			b := o.serve()
			o.pushing()
			o.dingtalk.SetForm(deployTemplate, renamedForm())
			instance := o.approved(webForm("应用名称", "", "要上线的应用", "商城前端"))
			o.told(c.title)
			if c.fields != "" {
				o.wantBuilt("deploy/mall/mall-web v2.1.0 SUCCESS")
			} else if comments := o.commented(instance, 1); !strings.Contains(comments[0], "请选择应用") || o.jenkins.Triggered() > 0 {
				t.Errorf("commented %q, built %q", comments, o.built())
			}
			o.wantEnd(b)
		})
	}
}
