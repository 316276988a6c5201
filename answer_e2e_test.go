package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
)

// Of two parallel stages a rule answers one with what the signed form says, and a person the other.
func TestAnswersOfARuleAndAPerson(t *testing.T) {
	o := newOutside(t, fmt.Sprintf("{driver: sqlite, dsn: %q}", filepath.Join(t.TempDir(), "oabridge.db")))
	raw, err := os.ReadFile(o.config)
	if err != nil {
		t.Fatal(err)
	}
	rule := strings.Replace(string(raw), `inputs: [{job: "^deploy/pay/", id: "^Confirm$", answer: proceed}]`,
		`inputs: [{message: "^灰度", fields: {TAG: VERSION}, build_parameters: {ENV: ENV}}]`, 1)
	if err := os.WriteFile(o.config, []byte(rule), 0o600); err != nil {
		t.Fatal(err)
	}
	o.jenkins.SetJob("deploy/pay/pay-gateway", func(j *jenkinstest.Job) {
		text := func(name string) jenkinstest.Parameter {
			return jenkinstest.Parameter{Name: name, Kind: jenkinstest.String}
		}
		j.Inputs = []jenkinstest.Input{
			{ID: "Grey", Message: "灰度?", Parallel: 1, Parameters: []jenkinstest.Parameter{text("TAG"), text("ENV")}},
			{ID: "Full", Message: "全量?", Parallel: 1, Parameters: []jenkinstest.Parameter{
				{Name: "REGION", Kind: jenkinstest.Choice, Choices: []string{"cn-north", "cn-east"}}, {Name: "FORCE", Kind: jenkinstest.Boolean, Default: "false"},
			}},
		}
	})
	b := o.serve()
	o.call("releases", "项目名称", "支付", "应用名称", "支付网关", "VERSION", "v7", "实例ID", "proc-7", "发起人", "zhang")
	var d map[string]any
	o.eventually("a person is asked", func() bool {
		d = deploymentOf(o.api("/api/releases/R-1001"))
		inputs, _ := d["inputs"].([]any)
		return d["state"] == "paused" && len(inputs) == 1 && len(o.jenkins.Ledger().Builds[0].Answers) == 1
	}, func() string { return fmt.Sprint(d) })

	wantEnd(t, "show", o.operate(t, "show R-1001"), 0, "提问 asks [Full] 全量?", "REGION  (choice): cn-north | cn-east", "没有规则", `--input "Full"`, "确认 input Grey：继续 proceed，system")
	wantEnd(t, "no choice", o.operate(t, "answer R-1001 -p REGION=mars -p NOPE=1"), exitFailure, "invalid_request", "没有选项“mars”，可选：cn-north、cn-east", "没有参数 NOPE")
	wantEnd(t, "another step", o.operate(t, "answer R-1001 --input full"), exitFailure, "conflict", "区分大小写")
	wantEnd(t, "another app", o.operate(t, "answer R-1001 --app 订单服务"), exitFailure, "not_found")
	wantEnd(t, "no value", o.operate(t, "answer R-1001 -p REGION"), exitConfiguration, "NAME=value")
	if n := len(o.jenkins.Ledger().Builds[0].Answers); n != 1 {
		t.Fatalf("%d answers, want the rule's only", n)
	}
	wantEnd(t, "answer", o.operate(t, "answer R-1001 --app 支付网关 --input Full -p REGION=cn-east --reason 灰度正常"), 0, "继续 proceed，ops", "已回答 given", "REGION=cn-east，FORCE=false")
	wantEnd(t, "answer again", o.operate(t, "answer R-1001 --input Full --abort"), exitFailure, "conflict", "已由 ops 回答(确认)")
	o.settled("R-1001", "succeeded")
	wantEnd(t, "history", o.operate(t, "show R-1001"), 0, "input_answer", "确认：全量?(Full)，REGION=cn-east，FORCE=false；灰度正常", "自动确认：灰度?(Grey)，TAG=v7，ENV=")
	answers := o.jenkins.Ledger().Builds[0].Answers
	for i := range answers {
		answers[i].At = time.Time{}
	}
	want := []jenkinstest.Answer{
		{ID: "Grey", User: "bridge", Proceed: true, Parameters: map[string]any{"TAG": "v7", "ENV": d["parameters"].([]any)[1].(map[string]any)["value"]}},
		{ID: "Full", User: "bridge", Proceed: true, Parameters: map[string]any{"REGION": "cn-east", "FORCE": false}},
	}
	if diff := cmp.Diff(want, answers); diff != "" {
		t.Errorf("Jenkins got (-want +got):\n%s", diff)
	}
	if code, log := b.stop(); code != 0 {
		t.Errorf("serve ended with %d\n%s", code, log)
	}
}
