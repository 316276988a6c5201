package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/oabridge/oabridge/model"
)

// approval is one form as DingTalk hands it over after it was approved, and what should come of it.
type approval struct {
	about    string // for the audience
	instance string
	fields   map[string]any
	want     []model.DeploymentState // nothing: the form must be refused
	refusal  string                  // what the refusal must say
	repeats  bool                    // of the approval before with the same instance
}

// answered is what the bridge said to an approval.
type answered struct {
	approval
	number string
}

// outcome is what the story led to.
type outcome struct {
	answers    []answered
	duplicates int
	refused    int
	misfits    []string // answers that were not as they should be
}

// scheduledAhead is how far ahead the demo's scheduled release is planned.
const scheduledAhead = 4 * time.Second

// demoApprovals is the story: what people ask for, in this order.
func demoApprovals(now time.Time, zone *time.Location) []approval {
	form := func(project, app, mode string, more ...string) map[string]any {
		f := map[string]any{"项目名称": project, "应用名称": app, "执行方式": mode, "ENV": "prod", "DRY_RUN": "否"}
		for i := 0; i+1 < len(more); i += 2 {
			f[more[i]] = more[i+1]
		}
		return f
	}
	succeeded := model.StateSucceeded
	immediate := form("商城", "商城接口服务", "立即", "VERSION", "v2.3.0", "上线说明", "修复购物车结算")
	return []approval{
		{
			about: "立即上线 · an immediate release", instance: "proc-0001", fields: immediate,
			want: []model.DeploymentState{succeeded},
		},
		{
			about: "定时上线 · a scheduled release", instance: "proc-0002",
			fields: form("商城", "订单服务", "定时", "VERSION", "v5.0.1",
				"执行时间", now.Add(scheduledAhead).In(zone).Format("2006-01-02 15:04:05")),
			want: []model.DeploymentState{succeeded},
		},
		{
			about: "多个应用，按顺序，流水线确认自动应答 · several apps in order, the pipeline's input answered", instance: "proc-0003",
			fields: form("支付", `["风控服务","支付网关"]`, "立即", "VERSION", "v1.8.2",
				"是否有数据库变更", "是", "数据库变更是否完成", "是"),
			want: []model.DeploymentState{succeeded, succeeded},
		},
		{
			about: "会失败的应用 · an app whose build fails", instance: "proc-0004",
			fields: form("支付", "退款服务", "立即", "VERSION", "v0.9.0"), want: []model.DeploymentState{model.StateFailed},
		},
		{
			about: "数据库变更未完成，应拒绝 · an unfinished database change, to be refused", instance: "proc-0005",
			fields:  form("支付", "清结算", "立即", "VERSION", "v3.1.0", "是否有数据库变更", "是", "数据库变更是否完成", "否"),
			refusal: "请先完成数据库变更",
		},
		{
			about: "同一审批再次送达 · the first approval delivered again", instance: "proc-0001", fields: immediate, repeats: true,
		},
	}
}

// playStory does what DingTalk would do and waits until everything that was accepted came to its end.
func playStory(ctx context.Context, w *demoWorld, n *narrator) (outcome, error) {
	watching, stop := context.WithCancel(ctx)
	watched := make(chan struct{})
	go func() { defer close(watched); n.watch(watching) }()
	defer func() { stop(); <-watched }()

	var o outcome
	if err := openForm(ctx, w, n); err != nil {
		return o, err
	}
	for i, a := range demoApprovals(time.Now(), w.app.cfg.Location()) {
		if err := approve(ctx, w, n, &o, i, a); err != nil {
			return o, err
		}
	}
	n.say("等待全部结束 · waiting for the end of everything")
	return o, w.await(ctx, w.ended)
}

// told tells whether every approval was confirmed and every notice written so far has arrived.
func (w *demoWorld) told(ctx context.Context) (bool, error) {
	verifying, err := w.app.service.List(ctx, model.ReleaseFilter{States: []model.ReleaseState{model.ReleaseVerifying}, Limit: 1})
	if err != nil || len(verifying) > 0 {
		return false, err
	}
	open, err := w.app.service.Open(ctx)
	return open["messages"] == 0, err
}

// ended tells whether nothing is left to do.
func (w *demoWorld) ended(ctx context.Context) (bool, error) {
	open, err := w.app.service.Open(ctx)
	total := int64(0)
	for _, count := range open {
		total += count
	}
	return total == 0, err
}

// openForm is what happens while somebody fills in the form: each choice is loaded live.
func openForm(ctx context.Context, w *demoWorld, n *narrator) error {
	n.step("打开表单 · the form is opened")
	for _, load := range []struct {
		action, label string
		fields        map[string]any
	}{
		{"ping", "", map[string]any{}},
		{"requests", "", map[string]any{}},
		{"projects", "项目 projects", map[string]any{}},
		{"apps", "商城的应用 apps of 商城", map[string]any{"项目名称": "商城"}},
		{"parameters", "ENV 的可选值 choices of ENV", map[string]any{"项目名称": "商城", "应用名称": "商城接口服务", "parameter": "ENV"}},
	} {
		status, answer, err := w.connector.Call(ctx, load.action, load.fields)
		if err != nil {
			return err
		}
		if status != http.StatusOK || answer["success"] != true {
			return fmt.Errorf("connector action %s answered %d: %v", load.action, status, answer["errorMsg"])
		}
		if load.label != "" {
			n.say("%s: %s", load.label, joined(answer["names"]))
		}
	}
	return nil
}

func joined(names any) string {
	list, _ := names.([]any)
	parts := make([]string, len(list))
	for i, name := range list {
		parts[i] = fmt.Sprint(name)
	}
	return strings.Join(parts, "、")
}

// approve validates a form as it is submitted, lets it be approved, and hands it over.
func approve(ctx context.Context, w *demoWorld, n *narrator, o *outcome, i int, a approval) error {
	n.step("%d. %s", i+1, a.about)
	instance, err := w.approvedForm(a)
	if err != nil {
		return err
	}
	fields := map[string]any{"实例ID": instance, "发起人": demoInitiator, "审批人": demoApprovers}
	for name, value := range a.fields {
		fields[name] = value
	}
	if !a.repeats {
		w.dingtalk.AddInstance(a.instance, demoInitiator)
		_, checked, err := w.connector.Call(ctx, "validate", fields)
		if err != nil {
			return err
		}
		n.validated(checked)
		if valid := a.refusal == ""; checked["valid"] != valid {
			o.misfits = append(o.misfits, fmt.Sprintf("%s: validate answered %v", a.instance, checked))
		}
	}
	status, answer, err := w.connector.Call(ctx, "releases", fields)
	if err != nil {
		return err
	}
	n.handedOver(status, answer)
	o.take(a, status, answer)
	err = w.await(ctx, w.told)
	n.tellNew()
	return err
}

// approvedForm starts the approval in DingTalk and has it approved, unless that was done before.
func (w *demoWorld) approvedForm(a approval) (string, error) {
	if id, known := w.instances[a.instance]; known {
		return id, nil
	}
	id, err := w.dingtalk.Start(demoTemplate, demoInitiator, a.fields)
	if err != nil {
		return "", err
	}
	for i, user := range demoApprovers {
		approve := w.dingtalk.Endorse
		if i == len(demoApprovers)-1 {
			approve = func(id, user, remark string) error { return w.dingtalk.Decide(id, user, true, remark) }
		}
		if err := approve(id, user, "同意"); err != nil {
			return "", err
		}
	}
	w.instances[a.instance] = id
	return id, nil
}

// take compares an answer with what the story expects of it.
func (o *outcome) take(a approval, status int, answer map[string]any) {
	number, _ := answer["releaseId"].(string)
	message, _ := answer["errorMsg"].(string)
	fits := status == http.StatusOK
	switch {
	case a.refusal != "":
		fits = fits && answer["success"] == false && strings.Contains(message, a.refusal)
		o.refused++
	case a.repeats:
		fits = fits && answer["duplicate"] == true && o.knows(number, a.instance)
		o.duplicates++
	default:
		fits = fits && answer["success"] == true && answer["duplicate"] == false && number != ""
		o.answers = append(o.answers, answered{a, number})
	}
	if !fits {
		o.misfits = append(o.misfits, fmt.Sprintf("%s: releases answered %d %v", a.instance, status, answer))
	}
}

func (o *outcome) knows(number, instance string) bool {
	for _, a := range o.answers {
		if a.instance == instance {
			return a.number == number
		}
	}
	return false
}
