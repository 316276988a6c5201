package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
)

const e2eCMDB = "e2e-cmdb-token"

// kindsOutside is the outside with a job that declares every kind of parameter, and rules for some of them.
func kindsOutside(t *testing.T) *outside {
	o := newOutside(t, fmt.Sprintf("{driver: sqlite, dsn: %q}", filepath.Join(t.TempDir(), "oabridge.db")))
	o.jenkins.AddJob(jenkinstest.Job{FullName: "deploy/mall/kinds", DisplayName: "各种参数", Kind: jenkinstest.Pipeline, Duration: 50 * time.Millisecond,
		Parameters: []jenkinstest.Parameter{
			{Name: "VERSION", Default: "v0"}, {Name: "NOTES", Kind: jenkinstest.Text}, {Name: "DRY_RUN", Kind: jenkinstest.Boolean, Default: "true"},
			{Name: "ENV", Kind: jenkinstest.Choice, Choices: []string{"staging", "prod"}},
			{Name: "HOSTS", Kind: jenkinstest.ExtendedChoice, Multi: true, Default: "h1", Choices: []string{"h1", "h2", "h3"}},
			{Name: "REGION", Kind: jenkinstest.ExtendedChoice, Default: "b", Choices: []string{"a", "b"}},
			{Name: "SERVICE", Kind: jenkinstest.ActiveChoice, Default: "order"}, {Name: "AREAS", Kind: jenkinstest.CascadeChoice},
			{Name: "REVISION", Kind: jenkinstest.GitParameter, Default: "main", Choices: []string{"v1.1.0", "v1.0.0"}},
			{Name: "RUN", Kind: jenkinstest.Run, Choices: []string{"deploy/mall/mall-web"}}, {Name: "IMAGE"},
			{Name: "PIN", Kind: jenkinstest.Password, Default: "0000"}, {Name: "NOTIFY", Default: "nobody"}, {Name: "MODE"}, {Name: "RELEASE_ID"},
		}})
	cmdb := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+e2eCMDB || r.URL.Query().Get("app") != "kinds" {
			http.Error(w, e2eCMDB, http.StatusForbidden)
			return
		}
		_, _ = w.Write([]byte(`{"data":[{"id":"img:1.2","name":"稳定版"},{"id":"img:1.3"}]}`))
	}))
	t.Cleanup(cmdb.Close)
	text, err := os.ReadFile(o.config)
	if err != nil {
		t.Fatal(err)
	}
	rules := fmt.Sprintf(`
parameters:
  - {job: "^prod:deploy/pay/", name: VERSION, fixed: never}
  - {job: "^prod:deploy/mall/kinds$", name: VERSION, label: 版本, pattern: "v[0-9.]+", required: true, last_successful: 3}
  - {name: HOSTS, values: [h1, h2, h3]}
  - {name: REGION, values: [a, b]}
  - {name: AREAS, values: [华东, 华南, 华北], multiple: true}
  - {name: IMAGE, http: {url: "%s/?app={app}", token: %s, field: data}}
  - {name: NOTIFY, hidden: true, default: ops}
  - {name: MODE, fixed: blue}
`, cmdb.URL, e2eCMDB)
	if err := os.WriteFile(o.config, append(text, rules...), 0o600); err != nil {
		t.Fatal(err)
	}
	return o
}

// valuesOf asks for a parameter's values until none of them is still being read.
func (o *outside) valuesOf(parameter string) []any {
	o.t.Helper()
	var ids []any
	o.eventually(parameter+" was read", func() bool {
		ids, _ = o.call("parameters", "项目名称", "商城", "应用名称", "各种参数", "参数", parameter)["ids"].([]any)
		return !strings.Contains(fmt.Sprint(ids), "__reading__")
	}, func() string { return fmt.Sprint(ids) })
	return ids
}

func kindsForm(instance string, pairs ...any) []any {
	return append([]any{
		"项目名称", "商城", "应用名称", "各种参数", "实例ID", instance, "发起人", "zhang", "VERSION", "v2.1", "NOTES", "一; 二\n三", "DRY_RUN", "否",
		"ENV", "prod", "HOSTS", `["h3","h2"]`, "REGION", "a", "SERVICE", "支付 pay", "AREAS", `["华北","华东"]`, "REVISION", "v1.0.0",
		"RUN", "deploy/mall/mall-web#1", "IMAGE", "稳定版 (img:1.2)", "MODE", "blue",
	}, pairs...)
}

// TestEveryKindOfParameterReachesTheBuild goes from the options of a form to the ledger of Jenkins.
func TestEveryKindOfParameterReachesTheBuild(t *testing.T) {
	o := kindsOutside(t)
	b := o.serve()
	o.call("releases", "项目名称", "商城", "应用名称", "商城前端", "VERSION", "v1", "实例ID", "web", "发起人", "zhang")
	o.settled("R-1001", "succeeded")
	for parameter, want := range map[string][]any{
		"VERSION": {"v0"}, "DRY_RUN": {"true", "false"}, "ENV": {"staging", "prod"}, "HOSTS": {"h1", "h2", "h3"}, "REGION": {"a", "b"},
		"SERVICE": {"order"}, "AREAS": {"华东", "华南", "华北"}, "REVISION": {"v1.1.0", "v1.0.0"}, "RUN": {"deploy/mall/mall-web#1"},
		"IMAGE": {"img:1.2", "img:1.3"}, "MODE": {"blue"}, "NOTES": {},
	} {
		if diff := cmp.Diff(want, o.valuesOf(parameter)); diff != "" {
			t.Errorf("%s: (-want +got):\n%s", parameter, diff)
		}
	}
	if got := o.call("parameters", "项目名称", "商城", "应用名称", "各种参数", "参数", "NOTIFY"); got["errorCode"] != "unknown_parameter" {
		t.Errorf("a hidden parameter: %v", got)
	}
	if got := o.call("validate", kindsForm("kinds")...); got["valid"] != true || fmt.Sprint(got["warnings"]) != "" {
		t.Errorf("validate answered %v", got)
	}
	o.call("releases", kindsForm("kinds")...)
	o.settled("R-1002", "succeeded")
	if diff := cmp.Diff([]any{"v2.1", "v0"}, o.valuesAfter("VERSION", "v2.1")); diff != "" {
		t.Errorf("the last successful version: %s", diff)
	}
	wantRefused(t, o)
	_, log := b.stop()
	triggers := o.jenkins.Ledger().Triggers
	if len(triggers) != 2 {
		t.Fatalf("%d triggers", len(triggers))
	}
	want := map[string]string{
		"VERSION": "v2.1", "NOTES": "一; 二\n三", "DRY_RUN": "false", "ENV": "prod", "HOSTS": "h3,h2", "REGION": "a", "SERVICE": "支付 pay",
		"AREAS": "华北,华东", "REVISION": "v1.0.0", "RUN": "deploy/mall/mall-web#1", "IMAGE": "img:1.2", "PIN": "0000", "NOTIFY": "ops",
		"MODE": "blue", "RELEASE_ID": "R-1002",
	}
	if diff := cmp.Diff(want, triggers[1].Parameters); diff != "" {
		t.Errorf("Jenkins got (-want +got):\n%s", diff)
	}
	told := fmt.Sprint(o.dingtalk.Ledger().Robots)
	if !strings.Contains(told, "版本=v2.1") || strings.Contains(log+told, e2eCMDB) || strings.Contains(log, "parameters differ") {
		t.Errorf("told %s\nlogged %s", told, log)
	}
}

// valuesAfter asks until the first value is there.
func (o *outside) valuesAfter(parameter, first string) []any {
	o.t.Helper()
	var ids []any
	o.eventually("the first of "+parameter+" is "+first, func() bool {
		ids = o.valuesOf(parameter)
		return len(ids) > 0 && ids[0] == first
	}, func() string { return fmt.Sprint(ids) })
	return ids
}

func wantRefused(t *testing.T, o *outside) {
	t.Helper()
	for parameter, c := range map[string]struct{ value, says string }{
		"VERSION": {"2.1", "参数“版本”的值“2.1”不符合要求的格式"}, "ENV": {"mars", "不在可选范围内(staging、prod)"}, "DRY_RUN": {"1", "只能填 是 或 否"},
		"HOSTS": {`["h1","h4"]`, "“h4”不在可选范围内(h1、h2、h3)"}, "REGION": {"a,b", "一次只能选一个值"}, "AREAS": {"西北", "“西北”不在可选范围内"},
		"SERVICE": {"x`y`", "反引号"}, "REVISION": {"v9", "“v9”不在可选范围内"}, "RUN": {"deploy/mall/mall-web#x", "请写成"}, "IMAGE": {"img:9", "“img:9”不在可选范围内"},
		"MODE": {"green", "固定为“blue”"}, "NOTIFY": {"all", "由系统填写"}, "PIN": {"1", "不能由表单填写"},
	} {
		got := o.call("validate", kindsForm("refused", parameter, c.value)...)
		if got["valid"] != false || !strings.Contains(fmt.Sprint(got["message"]), c.says) || strings.Count(fmt.Sprint(got["message"]), "\n") > 0 {
			t.Errorf("%s: %v", parameter, got)
		}
	}
	if got := o.call("validate", kindsForm("refused", "VERSION", "")...); !strings.Contains(fmt.Sprint(got["message"]), "参数“版本”必须填写") {
		t.Errorf("without a version: %v", got)
	}
}

// TestFormsDoNotWaitForASlowJenkins: options and validation are answered while Jenkins hangs over its git server.
func TestFormsDoNotWaitForASlowJenkins(t *testing.T) {
	o := kindsOutside(t)
	b := o.serve()
	var all sync.WaitGroup
	o.jenkins.Slow(20 * time.Second)
	for range 20 {
		all.Go(func() {
			if got := o.call("parameters", "项目名称", "商城", "应用名称", "各种参数", "参数", "REVISION"); !strings.Contains(fmt.Sprint(got["ids"]), "main __reading__") {
				t.Errorf("parameters answered %v", got)
			}
			if got := o.call("validate", kindsForm("slow")...); got["valid"] != true || !strings.Contains(fmt.Sprint(got["warnings"]), "“v1.0.0”未能核对") {
				t.Errorf("validate answered %v", got)
			}
		})
	}
	all.Wait()
	asked := 0
	for operation, n := range o.jenkins.Ledger().ByPath {
		if operation == "GET job" {
			asked = n
		}
	}
	if asked > 2 { // git values and builds, each once
		t.Errorf("%d requests for one job", asked)
	}
	o.jenkins.Slow(0)
	b.stop()
}
