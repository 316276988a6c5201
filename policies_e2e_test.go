package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
)

const e2ePolicies = `
policies:
  - projects: [商城]
    require_reason: true
    busy: refuse
    db_change: second_app
    db_app: prod:deploy/db/migrate
    order: parallel
  - projects: ["^prod:deploy/pay$"]
    require_reason: true
    busy: refuse
    db_change: forbid
    freeze: [{from: "2020-01-01 00:00", to: "2090-01-01 00:00", reason: 封网}]
`

// ruled is a bridge with policies, before a Jenkins with a migration job.
func ruled(t *testing.T) *outside {
	t.Helper()
	o := newOutside(t, fmt.Sprintf("{driver: sqlite, dsn: %q}", filepath.Join(t.TempDir(), "oabridge.db")))
	text, err := os.ReadFile(o.config)
	if err == nil {
		err = os.WriteFile(o.config, append(text, e2ePolicies...), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	o.jenkins.AddJob(jenkinstest.Job{FullName: "deploy/db", DisplayName: "数据库", Kind: jenkinstest.Folder})
	o.jenkins.AddJob(jenkinstest.Job{
		FullName: "deploy/db/migrate", DisplayName: "数据库变更", Kind: jenkinstest.Freestyle, Duration: 300 * time.Millisecond,
		Parameters: []jenkinstest.Parameter{
			{Name: "VERSION", Kind: jenkinstest.String}, {Name: "SCRIPT", Kind: jenkinstest.String, Default: "all.sql"},
			{Name: "RELEASE_ID", Kind: jenkinstest.String},
		},
	})
	return o
}

// triggeredJobs are the jobs that Jenkins was given, in order.
func (o *outside) triggeredJobs() []string {
	var jobs []string
	for _, trigger := range o.jenkins.Ledger().Triggers {
		jobs = append(jobs, trigger.Job)
	}
	return jobs
}

// tries asks what would become of a form, as a person at a terminal does.
func (o *outside) tries(t *testing.T, form map[string]any, more ...string) ending {
	t.Helper()
	text, err := json.Marshal(form)
	file := filepath.Join(t.TempDir(), "form.json")
	if err == nil {
		err = os.WriteFile(file, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	end := oabridge(t, append([]string{"validate", "-f", file, "-c", o.config, "--as", "ops"}, more...)...)
	keepsSecrets(t, end, e2eAPIToken, e2eConnector, e2eJenkins)
	return end
}

func TestEverythingThatIsWrongIsToldAtOnce(t *testing.T) {
	o := ruled(t)
	b := o.serve()
	o.call("releases", "项目名称", "支付", "应用名称", "风控服务", "执行方式", "手动", "上线说明", "修复结算", "实例ID", "proc-1", "发起人", "zhang")
	form := []any{
		"项目名称", "支付", "应用名称", "风控服务", "ENV", "mars", "执行方式", "定时", "执行时间", "2080-11-22 20:00", "是否有数据库变更", "是", "上线说明", "无",
	}
	answer := o.call("validate", form...)
	lines := strings.Split(fmt.Sprint(answer["message"]), "\n")
	for _, want := range []string{
		"参数“ENV”的值“mars”不在可选范围内", "执行时间 2080-11-22 20:00 处于封网期(2020-01-01 00:00 至 2090-01-01 00:00，封网)，最近可以选 2090-01-01 00:00",
		"项目“支付”不允许带数据库变更上线", "请填写“上线说明”，至少 4 个字", "应用“风控服务”已有等待上线的单：R-1001 (zhang，等待)；请等它结束后再提交",
	} {
		if !slices.ContainsFunc(lines, func(line string) bool { return strings.HasPrefix(line, want) }) {
			t.Errorf("%q lacks %q", lines, want)
		}
	}
	if answer["valid"] != false || answer["warnings"] != "" || len(lines) != 5 {
		t.Errorf("%v", answer)
	}
	fields := map[string]any{}
	for i := 0; i+1 < len(form); i += 2 {
		fields[fmt.Sprint(form[i])] = form[i+1]
	}
	end := o.tries(t, fields)
	wantEnd(t, "validate", end, exitFailure, append([]string{"校验不通过 · not valid", "问题 problems", "表单有 5 个问题"}, lines...)...)
	if strings.Contains(end.stdout, "POST ") {
		t.Errorf("says what a form would trigger that is not valid: %s", end)
	}
	if code, log := b.stop(); code != 0 {
		t.Errorf("serve ended with %d\n%s", code, log)
	}
}

func TestADatabaseChangeRunsBeforeTheApps(t *testing.T) {
	o := ruled(t)
	b := o.serve()
	form := map[string]any{
		"项目名称": "商城", "应用名称": []string{"商城前端", "订单服务"}, "VERSION": "v2+1", "ENV": "prod", "DRY_RUN": "否", "SCRIPT": "2026 11.sql", "上线说明": "修复结算",
		"是否有数据库变更": "是", "实例ID": "proc-1",
	}
	end := o.tries(t, form, "--approved")
	wantEnd(t, "validate", end, 0, "校验通过 · valid", "第一个先执行", "1. 数据库变更  prod:deploy/db/migrate", "数据库变更，最先执行", "立即 · at once",
		"/job/deploy/job/db/job/migrate/buildWithParameters?delay=0sec", "SCRIPT=2026 11.sql", "来自表单 · form", "RELEASE_ID=R-NNNN",
		"RELEASE_ID=R-NNNN&SCRIPT=2026+11.sql&VERSION=v2%2B1", "2. 商城前端", "等待前面的应用成功")
	var run struct {
		Valid  bool
		Builds []struct {
			Job        string
			Parameters []struct{ Name, Value string }
		}
	}
	if err := json.Unmarshal([]byte(o.tries(t, form, "--approved", "--json").stdout), &run); err != nil || !run.Valid || len(run.Builds) != 3 {
		t.Fatalf("%+v %v", run, err)
	}
	if n := len(o.jenkins.Ledger().Triggers); n != 0 {
		t.Fatalf("%d builds were triggered", n)
	}
	var pairs []any
	for name, value := range form {
		pairs = append(pairs, name, value)
	}
	o.call("releases", pairs...)
	o.settled("R-1001", "succeeded")
	jobs := o.triggeredJobs()
	slices.Sort(jobs[1:])
	if want := []string{"deploy/db/migrate", "deploy/mall/mall-order", "deploy/mall/mall-web"}; !slices.Equal(jobs, want) {
		t.Errorf("triggered %q, want %q", jobs, want)
	}
	for _, trigger := range o.jenkins.Ledger().Triggers {
		for _, build := range run.Builds {
			for _, p := range build.Parameters {
				if got := trigger.Parameters[p.Name]; build.Job == trigger.Job && got != strings.ReplaceAll(p.Value, "R-NNNN", "R-1001") {
					t.Errorf("%s: %s is %q, the dry run said %q", trigger.Job, p.Name, got, p.Value)
				}
			}
		}
	}
	o.jenkins.SetJob("deploy/db/migrate", func(j *jenkinstest.Job) { j.Result = "FAILURE" })
	for i := range pairs {
		if pairs[i] == "proc-1" {
			pairs[i] = "proc-2"
		}
	}
	o.call("releases", pairs...)
	o.settled("R-1002", "failed")
	if jobs := o.triggeredJobs(); len(jobs) != 4 || jobs[3] != "deploy/db/migrate" {
		t.Errorf("after a migration that failed: %q", jobs)
	}
	if code, log := b.stop(); code != 0 {
		t.Errorf("serve ended with %d\n%s", code, log)
	}
}

func TestAReleaseWaitsForItsWindowUntilAPersonLetsItGoOn(t *testing.T) {
	o := ruled(t)
	b := o.serve()
	form := []any{"项目名称", "支付", "应用名称", "风控服务", "上线说明", "修复结算", "实例ID", "proc-1", "发起人", "zhang"}
	if answer := o.call("validate", form...); answer["valid"] != true || !strings.Contains(fmt.Sprint(answer["warnings"]), "批准后要等到 2090-01-01 00:00 才开始部署") {
		t.Errorf("%v", answer)
	}
	o.call("releases", form...)
	var d map[string]any
	o.eventually("it waits for its window", func() bool {
		d = deploymentOf(o.api("/api/releases/R-1001"))
		return d["wait"] == "window"
	}, func() string { return fmt.Sprint(d) })
	if d["next_at"] != "2089-12-31T16:00:00Z" {
		t.Errorf("until %v", d["next_at"])
	}
	wantEnd(t, "show", o.operate(t, "show R-1001"), 0, "等待允许上线的时间", "封网")
	wantEnd(t, "start without a reason", o.operate(t, "start R-1001"), exitFailure, "invalid_request", "请说明原因")
	if n := len(o.jenkins.Ledger().Triggers); n != 0 {
		t.Fatalf("%d builds were triggered", n)
	}
	wantEnd(t, "start", o.operate(t, "start R-1001 --reason 紧急修复"), 0, "已执行 · done: start")
	o.settled("R-1001", "succeeded")
	wantEnd(t, "history", o.operate(t, "show R-1001"), 0, "override", "紧急修复", "在允许上线的时间之外放行", "还不到允许上线的时间")
	if code, log := b.stop(); code != 0 {
		t.Errorf("serve ended with %d\n%s", code, log)
	}
}
