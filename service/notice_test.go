package service

import (
	"flag"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/service/notices"
)

var update = flag.Bool("update", false, "write the golden files of the notices")

// golden compares with a file of testdata/notices, or writes it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", "notices", name+".md")
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got; regenerate with -update):\n%s", file, diff)
	}
}

var pen = newWriter(Options{Location: shanghai, Logger: slog.New(slog.DiscardHandler)})

// told is a release of two apps to write about.
func told(change ...func(*model.Release)) *model.Release {
	at := time.Date(2026, 11, 22, 12, 30, 0, 0, time.UTC)
	r := &model.Release{
		ID: 1042, State: model.ReleaseActive, Mode: model.ExecuteNow, ProjectName: "商城", BusinessID: "202611220001",
		Initiator: model.Person{ID: "zhang", Name: "张三"}, Approvers: []model.Person{{ID: "wang", Name: "王五"}, {ID: "zhao"}},
		Reason: "修复结算", CreatedAt: at,
		Deployments: []*model.Deployment{
			{
				ID: 1, JobRef: model.JobRef{Controller: "prod", FullName: "deploy/mall/web"}, AppName: "商城前端",
				State: model.StateWaiting, Parameters: []model.ParameterValue{
					{Name: "VERSION", Value: "v2.1.0", Chosen: true}, {Name: "ENV", Value: "prod", Chosen: true},
					{Name: "API_TOKEN", Value: "hunter2", Chosen: true, Secret: true}, {Name: "DRY_RUN", Value: "false"},
				},
			},
			{ID: 2, JobRef: model.JobRef{Controller: "prod", FullName: "deploy/mall/order"}, State: model.StateWaiting},
		},
	}
	for _, f := range change {
		f(r)
	}
	return r
}

// ended gives the release's apps their ends.
func ended(state model.ReleaseState, apps ...model.Deployment) func(*model.Release) {
	return func(r *model.Release) {
		r.State = state
		for i, end := range apps {
			d := r.Deployments[i]
			d.State, d.Message, d.Duration, d.Build, d.BuildURL = end.State, end.Message, end.Duration, end.Build, end.BuildURL
			d.PostedAt = end.PostedAt
		}
	}
}

func built(state model.DeploymentState, took time.Duration, message string) model.Deployment {
	return model.Deployment{
		State: state, Duration: took, Message: message, Build: 12, BuildURL: "https://jenkins.example.com/job/deploy/job/web/12/",
	}
}

func unbuilt(state model.DeploymentState, message string) model.Deployment {
	return model.Deployment{State: state, Message: message}
}

func posted(at time.Time, d model.Deployment) model.Deployment {
	d.PostedAt = &at
	return d
}

func lostDeployment(message string) *model.Deployment {
	d := built(model.StateLost, 0, message)
	d.AppName = "商城前端"
	return &d
}

func TestNotices(t *testing.T) {
	at := time.Date(2026, 11, 22, 12, 30, 0, 0, time.UTC)
	scheduled := func(r *model.Release) { r.Mode, r.ScheduledAt = model.ExecuteScheduled, &at }
	manual := func(r *model.Release) { r.Mode = model.ExecuteManual }
	gone := "Jenkins 中已找不到这次构建(2026-11-22 20:28:00 起)，不会自动重新部署，请人工确认"
	decision := model.Cause{Actor: "ops", Message: "已在 Jenkins 确认没有部署"}
	late := "错过执行时间 2026-11-22 20:30:00，已超过允许的 30 分 0 秒"
	for name, n := range map[string]notice{
		"received-now":       pen.received(told()),
		"received-scheduled": pen.received(told(scheduled)),
		"received-manual":    pen.received(told(manual)),
		"succeeded": pen.finished(told(ended(model.ReleaseSucceeded,
			built(model.StateSucceeded, 95*time.Second, ""), built(model.StateSucceeded, 2*time.Hour+5*time.Minute, "")))),
		"partial": pen.finished(told(ended(model.ReleasePartial,
			built(model.StateSucceeded, 400*time.Millisecond, "找到构建 #12"), built(model.StateFailed, 41*time.Second, "构建结果 FAILURE")))),
		"unstable": pen.finished(told(ended(model.ReleaseFailed,
			built(model.StateUnstable, time.Minute, ""), unbuilt(model.StateCancelled, "前面的应用“商城前端”没有成功，不再执行")))),
		"aborted": pen.finished(told(ended(model.ReleaseFailed,
			built(model.StateAborted, 59*time.Minute+59*time.Second, "在 Jenkins 中被中止"), unbuilt(model.StateCancelled, "")))),
		"failed": pen.finished(told(ended(model.ReleaseFailed,
			unbuilt(model.StateFailed, "任务已停用"), unbuilt(model.StateCancelled, "前面的应用“商城前端”没有成功，不再执行")))),
		"delayed":       pen.delayed(told(), &model.Deployment{AppName: "商城前端", Message: "Jenkins「prod」已 6 分 0 秒无法访问，恢复后自动继续"}, at),
		"lost":          pen.lost(told(), lostDeployment(gone)),
		"retried":       pen.decided(told(), &model.Deployment{AppName: "商城前端", Attempts: 1}, notices.ActionRetry, decision),
		"retried-again": pen.decided(told(), &model.Deployment{AppName: "商城前端", Attempts: 2}, notices.ActionRetry, decision),
		"abandoned":     pen.decided(told(), &model.Deployment{AppName: "商城前端"}, notices.ActionAbandon, decision),
		"replanned":     pen.replanned(told(scheduled), decision),
		"late": pen.finished(told(scheduled, ended(model.ReleaseSucceeded,
			posted(at.Add(12*time.Minute), built(model.StateSucceeded, 95*time.Second, "")), built(model.StateSucceeded, time.Minute, "")))),
		"cancelled": pen.finished(told(ended(model.ReleaseCancelled, unbuilt(model.StateCancelled, "计划有变"), unbuilt(model.StateCancelled, "")))),
		"expired":   pen.finished(told(ended(model.ReleaseExpired, unbuilt(model.StateExpired, late), unbuilt(model.StateCancelled, "")))),
		"input":     pen.input(told(), inputDeployment(), &model.PendingInput{Step: inputStep(), Since: at, Why: "没有规则(jenkins[].inputs)允许自动回答这一步"}, "", at),
		"refused": pen.refused(Form{Project: "商城", Apps: []string{"商城前端", "火箭"}, Business: "202611220001", Originator: "zhang"},
			Problems{{Message: "请先完成数据库变更"}, {Message: "参数“ENV”的值“mars”不在可选范围内(staging、prod)"}}),
		"injection":         pen.finished(told(injected)),
		"injection-refused": pen.refused(Form{Project: "[x](http://evil)", Apps: []string{"# x"}}, Problems{{Message: "没有项目“**x**”" + strings.Repeat("长", 400)}}),
	} {
		t.Run(name, func(t *testing.T) {
			golden(t, name, string(n.kind)+"\n"+n.Title+"\n---\n"+n.Robot+"\n")
			if strings.Contains(n.Robot, "hunter2") || strings.Contains(n.Title, "hunter2") {
				t.Error("shows a secret")
			}
		})
	}
}

func inputDeployment() *model.Deployment {
	d := built(model.StatePaused, 0, "")
	d.ID, d.AppName = 1, "支付网关"
	return &d
}

func inputStep() model.InputStep {
	return model.InputStep{ID: "ApproveProd", Message: "发布到生产?", Proceed: "批准", Parameters: []model.ParameterDefinition{
		{Name: "REGION", Kind: model.KindChoice, Description: "地域"},
		{Name: "PIN", Kind: model.KindPassword, Description: "口令", Default: ptr("hunter2")},
	}}
}

// attack tries every way out of a Markdown text.
const attack = "a\n### 部署成功\n- **x** [点我](http://evil) <img src=x> `c` # \t\r\u2028> q"

func injected(r *model.Release) {
	ended(model.ReleaseFailed, built(model.StateFailed, time.Second, attack), unbuilt(model.StateCancelled, attack))(r)
	r.ProjectName, r.Reason, r.BusinessID = attack, attack, attack
	r.Initiator, r.Approvers = model.Person{ID: attack}, []model.Person{{ID: "x", Name: attack}}
	r.Deployments[0].AppName = attack
	r.Deployments[0].Parameters = []model.ParameterValue{{Name: attack, Value: attack, Chosen: true}}
}

func TestNoValueForgesMarkdown(t *testing.T) {
	step := model.InputStep{ID: attack, Message: attack, Parameters: []model.ParameterDefinition{{Name: attack, Description: attack}}}
	r := told(injected)
	for name, n := range map[string]notice{
		"received": pen.received(r), "finished": pen.finished(r), "input": pen.input(r, r.Deployments[0], &model.PendingInput{Step: step, Why: attack}, "", time.Unix(0, 0)),
		"refused": pen.refused(Form{Project: attack, Apps: []string{attack}, Business: attack, Originator: attack}, Problems{{Message: attack}}),
	} {
		t.Run(name, func(t *testing.T) {
			for i, line := range strings.Split(n.Robot, "\n") {
				line = strings.TrimSpace(line)
				heading, quote := strings.HasPrefix(line, "#"), strings.HasPrefix(line, ">")
				if heading != (i == 0) || quote || strings.ContainsAny(line, "\r\t\u2028`<>") {
					t.Errorf("line %d is %q", i, line)
				}
			}
			if strings.Contains(n.Robot, "](http://evil)") || strings.Contains(n.Robot, "**x**") {
				t.Errorf("forged:\n%s", n.Robot)
			}
		})
	}
}

func TestBuildDescription(t *testing.T) {
	r := told()
	if got, want := pen.description(r), "R-1042 · 发起人 张三 · 审批人 王五、zhao"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := pen.description(&model.Release{ID: 7}); got != "R-7" {
		t.Errorf("of nobody: %q", got)
	}
	r.Initiator.Name = "<script>&" + strings.Repeat("长", 600)
	if got := pen.description(r); strings.ContainsAny(got, "<>&") || len([]rune(got)) > 500 {
		t.Errorf("%d runes: %q", len([]rune(got)), got)
	}
}
