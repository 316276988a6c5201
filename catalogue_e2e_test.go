package main

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
)

// twoJenkins adds a second Jenkins, whose projects are views, and an explicit project with apps of both. The first one's
// branches are chosen.
func twoJenkins(t *testing.T, o *outside) *jenkinstest.Server {
	t.Helper()
	north := jenkinstest.New(jenkinstest.Options{Executors: 4, Users: []jenkinstest.User{{Name: "bridge", Token: e2eJenkins, Admin: true}}})
	web := jenkinstest.Job{FullName: "web", DisplayName: "官网", Kind: jenkinstest.Maven, Parameters: []jenkinstest.Parameter{{Name: "VERSION"}, {Name: "KEY", Kind: jenkinstest.Credentials}}}
	for _, job := range []jenkinstest.Job{
		web, {FullName: "team/mall", DisplayName: "商城后台", Kind: jenkinstest.Matrix, Configurations: []string{"OS=linux"}}, {FullName: "team/pay"},
		{FullName: "org", DisplayName: "组织", Kind: jenkinstest.Organization},
		{FullName: "org/ios", DisplayName: "苹果端", Kind: jenkinstest.Multibranch}, {FullName: "org/ios/main", Kind: jenkinstest.Pipeline},
		{FullName: "org/empty", Kind: jenkinstest.Multibranch}, {FullName: "org/empty/main", Kind: jenkinstest.Pipeline, Disabled: true},
		{FullName: "night", DisplayName: "夜间任务"},
	} {
		north.AddJob(job)
	}
	north.AddView("", jenkinstest.View{Name: "商城", Jobs: []string{"web", "team"}})
	north.AddView("", jenkinstest.View{Name: "值班", Jobs: []string{"web", "org"}})
	server := httptest.NewServer(north)
	t.Cleanup(server.Close)
	text, err := os.ReadFile(o.config)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.NewReplacer(
		"folders: [deploy],", "folders: [deploy], exclude: [data-etl], branch_parameter: BRANCH, labels: {deploy/data: 数据线},",
		"\ndingtalk:", fmt.Sprintf(`
  - {name: north, url: %q, user: bridge, token: %s, project: view, branch_parameter: BRANCH, poll: 100ms}
projects:
  - {id: release, label: 发布列车, apps: [{job: "north:team/pay", label: 收银台}, {job: "prod:deploy/pay/pay-gateway"}, {job: "prod:deploy/gone"}]}
form: {parameters: {BRANCH: 分支}}
dingtalk:`, server.URL, e2eJenkins),
	).Replace(string(text))
	if err := os.WriteFile(o.config, []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
	return north
}

// listed waits until every Jenkins was listed.
func (o *outside) listed(b bridge) {
	o.t.Helper()
	o.eventually("every Jenkins is listed", func() bool {
		controllers, _ := o.api("/api/catalogue")["controllers"].([]any)
		return !slices.ContainsFunc(controllers, func(c any) bool { return c.(map[string]any)["listed_at"] == nil })
	}, b.log)
}

func sqliteIn(t *testing.T) string {
	return fmt.Sprintf("{driver: sqlite, dsn: %q}", filepath.Join(t.TempDir(), "oabridge.db"))
}

var clockTime = regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`)

// TestTheCatalogueIsWhatFormsAreOffered compares what the commands print with each other and with what a form is offered.
func TestTheCatalogueIsWhatFormsAreOffered(t *testing.T) {
	o := newOutside(t, sqliteIn(t))
	twoJenkins(t, o)
	live := oabridge(t, "catalogue", "-c", o.config, "--live")
	wantEnd(t, "catalogue --live", live, 0)
	golden(t, "catalogue/all.golden", clockTime.ReplaceAllString(live.stdout, "2026-11-22 12:00:00"))
	b := o.serve()
	defer b.stop()
	o.listed(b)
	asked := oabridge(t, "catalogue", "-c", o.config, "--as", "ops")
	keepsSecrets(t, asked, e2eAPIToken, e2eConnector, e2eJenkins)
	if diff := cmp.Diff(clockTime.ReplaceAllString(live.stdout, ""), clockTime.ReplaceAllString(asked.stdout, "")); diff != "" || asked.code != 0 {
		t.Errorf("%d (-live +bridge):\n%s", asked.code, diff)
	}
	var report struct {
		Projects []struct {
			ID, Name string
			Apps     []struct{ ID, Name string }
		}
	}
	if err := json.Unmarshal([]byte(oabridge(t, "catalogue", "-c", o.config, "--as", "ops", "--json").stdout), &report); err != nil {
		t.Fatal(err)
	}
	var ids, names []any
	for _, p := range report.Projects {
		ids, names = append(ids, p.ID), append(names, p.Name)
		offered := o.call("apps", "项目名称", p.ID)
		var apps []any
		for _, a := range p.Apps {
			apps = append(apps, map[string]any{"id": a.ID, "name": a.Name})
		}
		if diff := cmp.Diff(offered["list"], any(apps)); diff != "" {
			t.Errorf("%s (-offered +reported):\n%s", p.ID, diff)
		}
	}
	offered := o.call("projects")
	if diff := cmp.Diff([]any{offered["ids"], offered["names"]}, []any{any(ids), any(names)}); diff != "" {
		t.Errorf("projects (-offered +reported):\n%s", diff)
	}
}

func TestTheCatalogueIsNarrowed(t *testing.T) {
	o := newOutside(t, sqliteIn(t))
	twoJenkins(t, o)
	for line, parts := range map[string][]string{
		"--project 发布列车":                          {"发布列车 (release · 列出 explicit · 2 个应用 apps)", "prod:deploy/gone", "missing"},
		"--controller north --why":                {"north:night", "不在任何视图里 no_view", "north:org/empty/main"},
		"--why=excluded":                          {"未提供 · left out: 1", "被 exclude 排除 excluded：data-etl", "项目"},
		"--project north:值班 --why":                {"north:org/empty ", "no_branch"},
		"--why=no_project":                        {"没有遗漏 · nothing is left out"},
		"--project release --why=disabled --json": {`"left_out": []`},
	} {
		args := append([]string{"catalogue", "-c", o.config, "--live"}, strings.Fields(line)...)
		end := oabridge(t, args...)
		parts = slices.DeleteFunc(parts, func(part string) bool { return part == "项目" })
		wantEnd(t, line, end, 0, parts...)
		if strings.Contains(line, "--why") && strings.Contains(end.stdout, "商城前端") {
			t.Errorf("%s shows apps: %s", line, end)
		}
	}
}

func TestTheCatalogueFailsAloud(t *testing.T) {
	o := newOutside(t, sqliteIn(t))
	north := twoJenkins(t, o)
	for line, want := range map[string]struct {
		code int
		part string
	}{
		"--live --project 火星":    {exitFailure, "没有项目“火星”"},
		"--live --project 商城":    {exitFailure, "有 2 个项目可以叫“商城”"},
		"--live --controller 火星": {exitFailure, "没有名为“火星”的 Jenkins"},
		"--live --why=mars":      {exitConfiguration, "is none of"},
		"--live --as ops":        {exitConfiguration, "--live asks no bridge"},
		"--as ops":               {exitFailure, "nobody answers there"},
		"--live more":            {exitConfiguration, "unknown command"},
	} {
		args := append([]string{"catalogue", "-c", o.config}, strings.Fields(line)...)
		wantEnd(t, line, oabridge(t, args...), want.code, want.part)
	}
	north.Down(true)
	wantEnd(t, "a Jenkins that is away", oabridge(t, "catalogue", "-c", o.config, "--live"), exitFailure, "jenkins north: ", "prod:deploy/")
	wantEnd(t, "what it alone has", oabridge(t, "catalogue", "-c", o.config, "--live", "--controller", "north"), exitFailure, "jenkins north: ")
}

// TestABranchIsChosenAndBuilt goes from the form's options to the builds that Jenkins really made.
func TestABranchIsChosenAndBuilt(t *testing.T) {
	o := newOutside(t, sqliteIn(t))
	north := twoJenkins(t, o)
	b := o.serve()
	o.listed(b)
	const app = "移动端（多分支）"
	project := "prod:deploy/mall"
	if names := fmt.Sprint(o.call("apps", "项目名称", project)["names"]); !strings.Contains(names, app) || strings.Contains(names, "main") {
		t.Errorf("offered %s", names)
	}
	for _, parameter := range []string{"BRANCH", "分支"} {
		if got := fmt.Sprint(o.call("parameters", "项目名称", project, "应用名称", app, "参数", parameter)["names"]); got != "[main release/2026.11]" {
			t.Errorf("branches %s", got)
		}
	}
	if got := fmt.Sprint(o.call("parameters", "项目名称", project, "应用名称", app, "参数", "ENV")["ids"]); got != "[staging prod]" {
		t.Errorf("ENV %s", got)
	}
	form := func(pairs ...any) []any {
		return append([]any{"项目名称", project, "应用名称", app, "VERSION", "v2", "ENV", "prod", "发起人", "zhang", "审批人", `["wang"]`}, pairs...)
	}
	for branch, want := range map[string]string{
		"": "有 2 个分支，请用参数", "mars": "没有分支“mars”", "release%2F2026.11": "没有分支", `["main","release/2026.11"]`: "一次只能选择一个分支",
	} {
		answer := o.call("validate", form("分支", branch)...)
		if answer["valid"] != false || !strings.Contains(fmt.Sprint(answer["message"]), want) {
			t.Errorf("%q: %v", branch, answer)
		}
	}
	if answer := o.call("releases", form("分支", "mars", "实例ID", "proc-0")...); answer["success"] != false {
		t.Errorf("an unknown branch was taken: %v", answer)
	}
	first := o.call("releases", form("分支", "release/2026.11", "实例ID", "proc-1")...)
	o.settled(fmt.Sprint(first["releaseId"]), "succeeded")
	wantEnd(t, "show", o.operate(t, "show "+fmt.Sprint(first["releaseId"])), 0, app+" · release/2026.11")
	// The only branch needs not be said, and an app that stands in two views is asked for with its project.
	if answer := o.call("validate", "应用名称", "north:org/ios"); answer["valid"] != true {
		t.Errorf("%v", answer)
	}
	if answer := o.call("validate", "应用名称", "north:web"); answer["valid"] != false || !strings.Contains(fmt.Sprint(answer["message"]), "请选择项目") {
		t.Errorf("%v", answer)
	}
	second := o.call("releases", "项目名称", "值班", "应用名称", "苹果端", "实例ID", "proc-2", "发起人", "zhang")
	o.settled(fmt.Sprint(second["releaseId"]), "succeeded")
	third := o.call("releases", "项目名称", "发布列车", "应用名称", `["收银台","支付网关"]`, "实例ID", "proc-3", "发起人", "zhang")
	o.settled(fmt.Sprint(third["releaseId"]), "succeeded")
	b.stop()
	got := map[string]map[string]string{}
	for name, server := range map[string]*jenkinstest.Server{"prod": o.jenkins, "north": north} {
		ledger := server.Ledger()
		for _, build := range ledger.Builds {
			got[name+":"+build.Job] = build.Parameters
		}
		if len(ledger.Scans) > 0 || len(ledger.Builds) != len(ledger.Triggers) {
			t.Errorf("%s: %d builds of %d triggers, scans %v", name, len(ledger.Builds), len(ledger.Triggers), ledger.Scans)
		}
	}
	defaults := map[string]string{"VERSION": "v1.0.0", "ENV": "staging", "DRY_RUN": "false", "NOTES": "", "RELEASE_ID": fmt.Sprint(third["releaseId"])}
	want := map[string]map[string]string{
		"prod:deploy/mall/mall-mobile/release%2F2026.11": {
			"VERSION": "v2", "ENV": "prod", "DRY_RUN": "false", "NOTES": "", "RELEASE_ID": fmt.Sprint(first["releaseId"]),
		},
		"north:org/ios/main": {}, "north:team/pay": {}, "prod:deploy/pay/pay-gateway": defaults,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("builds (-want +got):\n%s", diff)
	}
}
