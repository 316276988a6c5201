package main

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/oabridge/oabridge/config"
	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
)

// operate runs a releases command as the operator of the bridge.
func (o *outside) operate(t *testing.T, line string, more ...string) ending {
	t.Helper()
	args := append([]string{"releases"}, strings.Fields(line)...)
	end := oabridge(t, append(append(args, "-c", o.config, "--as", "ops"), more...)...)
	keepsSecrets(t, end, e2eAPIToken, e2eConnector, e2eJenkins)
	return end
}

// wantEnd checks a command's exit code and that everything is in what it printed.
func wantEnd(t *testing.T, what string, o ending, code int, parts ...string) {
	t.Helper()
	if o.code != code {
		t.Fatalf("%s: %s", what, o)
	}
	for _, part := range parts {
		if !strings.Contains(o.stdout+o.stderr, part) {
			t.Errorf("%s lacks %q: %s", what, part, o)
		}
	}
}

// forgotten ends the two minutes in which a build that Jenkins does not know might come back, so that no test waits for them.
func (o *outside) forgotten(t *testing.T, number string) {
	t.Helper()
	cfg, err := config.Load(o.config, nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := openStore(t.Context(), cfg.Database, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	id, err := model.ParseNumber(number)
	if err == nil {
		err = s.UpdateRelease(t.Context(), id, func(r *model.Release) error {
			return r.Fire(r.Deployments[0], model.EventLost, model.Cause{At: time.Now().UTC(), Actor: "system", Message: "Jenkins 中已找不到这次构建"})
		})
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func deploymentOf(release map[string]any) map[string]any {
	d, _ := release["deployments"].([]any)[0].(map[string]any)
	return d
}

func TestOperatorRescuesWhatJenkinsForgot(t *testing.T) {
	o := newOutside(t, fmt.Sprintf("{driver: sqlite, dsn: %q}", filepath.Join(t.TempDir(), "oabridge.db")))
	o.jenkins.SetJob("deploy/data/data-etl", func(j *jenkinstest.Job) { j.Duration = time.Hour })
	b := o.serve()
	o.call("releases", "项目名称", "数据平台", "应用名称", "离线任务", "VERSION", "v7", "实例ID", "proc-9", "发起人", "zhang")
	standing := func(what string, holds func(d map[string]any) bool) {
		t.Helper()
		var d map[string]any
		o.eventually(what, func() bool {
			d = deploymentOf(o.api("/api/releases/R-1001"))
			return holds(d)
		}, func() string { return fmt.Sprint(d) })
	}
	standing("the build runs", func(d map[string]any) bool { return d["state"] == "running" })
	wantEnd(t, "retry of what runs", o.operate(t, "retry R-1001 --reason x --yes"), exitFailure, "conflict", "没有可以重试的应用")
	o.jenkins.Kill(0)
	standing("it is missed", func(d map[string]any) bool { return d["missing_since"] != nil })
	b.stop()
	o.forgotten(t, "R-1001")
	b = o.serve()
	standing("it is lost", func(d map[string]any) bool { return d["state"] == "lost" })

	wantEnd(t, "list", o.operate(t, "list --state active"), 0, "R-1001", "进行中 active", "离线任务(已失联 lost)")
	wantEnd(t, "show", o.operate(t, "show r-1001"), 0, "已失联 lost", "missing since", "releases retry", "running → lost", "system")
	wantEnd(t, "a look before", o.operate(t, "retry R-1001 --reason 看过了"), exitConfiguration, "离线任务", "--yes", "什么都没有做")
	wantEnd(t, "no such deployment", o.operate(t, "abandon R-1001 --reason x --deployment 99"), exitFailure, "没有符合条件的应用")
	o.jenkins.SetJob("deploy/data/data-etl", func(j *jenkinstest.Job) { j.Duration = 100 * time.Millisecond })
	wantEnd(t, "retry", o.operate(t, "retry R-1001 --reason 线上没有变化 --deployment 1 --yes"), 0, "已执行 · done: retry")
	o.settled("R-1001", "succeeded")
	wantEnd(t, "history", o.operate(t, "show R-1001"), 0, "ops", "retried", "lost → waiting", "线上没有变化", "部署成功 succeeded", "已决定重新构建")
	wantEnd(t, "retry again", o.operate(t, "retry R-1001 --reason x --yes"), exitFailure, "(conflict, trace ")
	if n := len(o.jenkins.Ledger().Triggers); n != 2 {
		t.Errorf("%d triggers, want the one that was lost and one more", n)
	}
	if code, log := b.stop(); code != 0 {
		t.Errorf("serve ended with %d\n%s", code, log)
	}
}

func TestOperatorPlansStartsAndCancels(t *testing.T) {
	o := newOutside(t, fmt.Sprintf("{driver: sqlite, dsn: %q}", filepath.Join(t.TempDir(), "oabridge.db")))
	b := o.serve()
	for i := range 3 {
		o.call("releases", "项目名称", "商城", "应用名称", "商城前端", "VERSION", fmt.Sprintf("v%d", i), "执行方式", "手动", "实例ID",
			fmt.Sprintf("proc-%d", i), "发起人", "zhang", "上线说明", "修复结算")
	}
	wantEnd(t, "list", o.operate(t, "list --limit 2"), 0, "R-1003", "R-1002", "--before R-1002", "等待 waiting", "登记 created (Asia/Shanghai)")
	tomorrow := time.Now().Add(24 * time.Hour).Format("2006-01-02 15:04")
	wantEnd(t, "replan", o.operate(t, "replan R-1001 --reason 窗口改了", "--at", tomorrow), 0, "等待执行时间", "定时 scheduled", tomorrow)
	wantEnd(t, "start of what is planned", o.operate(t, "start R-1001"), exitFailure, "没有等待手动执行或等待上线窗口的应用 (conflict, trace ")
	wantEnd(t, "replan into the past", o.operate(t, "replan R-1001 --reason x --at 2020-01-01T00:00"), exitFailure, "已经过去", "invalid_request")
	wantEnd(t, "replan to now", o.operate(t, "replan R-1001 --reason 提前 --at now"), 0, "done: replan")
	wantEnd(t, "start", o.operate(t, "start R-1002 --reason 窗口已开"), 0, "done: start")
	wantEnd(t, "cancel", o.operate(t, "cancel 1003 --reason 不发了"), 0, "已取消 cancelled")
	o.settled("R-1001", "succeeded")
	o.settled("R-1002", "succeeded")
	wantEnd(t, "cancel of what is done", o.operate(t, "cancel R-1001 --reason x"), exitFailure, "已经结束，不能取消 (conflict, trace ")
	wantEnd(t, "history", o.operate(t, "show R-1001 --all"), 0, "replan", "窗口改了", "提前")
	wantEnd(t, "no such release", o.operate(t, "show R-77"), exitFailure, "not_found")

	shown := o.operate(t, "show R-1003 --json")
	var r shownRelease
	decode(t, shown, &r)
	if r.Number != "R-1003" || r.State != model.ReleaseCancelled || len(r.Events) == 0 {
		t.Errorf("as JSON: %s", shown)
	}
	if code, log := b.stop(); code != 0 {
		t.Errorf("serve ended with %d\n%s", code, log)
	}
}
