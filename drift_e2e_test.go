package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
)

// What people and operators see of a job that changed after the approval: held, announced, refused, moved, continued.
func TestOperatorContinuesWhatIsHeld(t *testing.T) {
	const job, moved = "deploy/mall/mall-web", "deploy/pay/mall-web"
	o := newOutside(t, fmt.Sprintf("{driver: sqlite, dsn: %q}", filepath.Join(t.TempDir(), "oabridge.db")))
	b := o.serve()
	submit := func(i int) {
		o.call("releases", "项目名称", "商城", "应用名称", "商城前端", "VERSION", fmt.Sprintf("v%d", i), "执行方式", "手动", "ENV", "prod",
			"实例ID", fmt.Sprintf("proc-%d", i), "发起人", "zhang")
	}
	held := func(number string) {
		t.Helper()
		var d map[string]any
		o.eventually(number+" is held", func() bool {
			d = deploymentOf(o.api("/api/releases/" + number))
			return d["wait"] == "drift"
		}, func() string { return fmt.Sprint(d) })
	}
	keep := func(kept ...string) func(*jenkinstest.Job) {
		return func(j *jenkinstest.Job) {
			j.Parameters = slices.DeleteFunc(slices.Clone(j.Parameters), func(p jenkinstest.Parameter) bool { return !slices.Contains(kept, p.Name) })
		}
	}
	submit(1)
	submit(2)
	wantEnd(t, "continue of what is not held", o.operate(t, "continue R-1001"), exitFailure, "没有因任务变化而停住", "(conflict, trace ")
	o.jenkins.SetJob(job, keep("VERSION", "RELEASE_ID", "NOTES", "DRY_RUN"))
	wantEnd(t, "start", o.operate(t, "start R-1001"), 0, "done: start")
	held("R-1001")
	wantEnd(t, "show", o.operate(t, "show R-1001"), 0, "任务在审批之后变了，等待决定", "job_changed", "不再声明参数 ENV", "held since", "releases continue --deployment 1",
		"商城前端 已停住，任务在审批之后变了")
	wantEnd(t, "list", o.operate(t, "list --state active"), 0, "R-1001")
	if metrics := o.text("/metrics"); !strings.Contains(metrics, "\noabridge_held_deployments 1\n") {
		t.Errorf("not among the metrics: %s", metrics)
	}
	wantEnd(t, "continue", o.operate(t, "continue R-1001 --deployment 1 --reason ENV不再需要"), 0, "done: continue")
	o.settled("R-1001", "succeeded")
	wantEnd(t, "history", o.operate(t, "show R-1001"), 0, "ops", "continued", "ENV不再需要；不再传参数 ENV=prod", "停住的 商城前端 已决定继续")

	o.jenkins.RemoveJob(job)
	wantEnd(t, "start", o.operate(t, "start R-1002"), 0, "done: start")
	held("R-1002")
	wantEnd(t, "continue of what is gone", o.operate(t, "continue R-1002"), exitFailure, "请指明新的任务(job)", "只能取消后重新发起审批")
	wantEnd(t, "continue as another", o.operate(t, "continue R-1002 --job deploy/nowhere"), exitFailure, "应用清单里没有", "(unknown_app, trace ")
	wantEnd(t, "continue as a badly named one", o.operate(t, "continue R-1002", "--job="), exitConfiguration, "it is empty")
	wantEnd(t, "cancel", o.operate(t, "cancel R-1002 --reason 重新审批"), 0, "done: cancel")
	wantEnd(t, "continue of what is cancelled", o.operate(t, "continue R-1002 --job "+moved), exitFailure, "(conflict, trace ")
	triggers := o.jenkins.Ledger().Triggers
	if len(triggers) != 1 || triggers[0].Parameters["VERSION"] != "v1" || triggers[0].Parameters["RELEASE_ID"] != "R-1001" {
		t.Errorf("triggers %+v", triggers)
	}
	if code, log := b.stop(); code != 0 {
		t.Errorf("serve ended with %d\n%s", code, log)
	}
}
