package service

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
)

func TestVerdict(t *testing.T) {
	c := &Controller{Results: []ResultRule{
		{Job: regexp.MustCompile("^legacy/"), Unstable: true}, {Job: regexp.MustCompile("^cron/"), NotBuilt: true}, {Job: regexp.MustCompile("^legacy/late")},
	}}
	for _, tt := range []struct {
		job, result string
		want        model.DeploymentEvent
		message     string
	}{
		{"web", "SUCCESS", model.EventSucceeded, ""},
		{"web", "UNSTABLE", model.EventUnstable, ""},
		{"web", "FAILURE", model.EventFailed, "构建结果 FAILURE"},
		{"web", "ABORTED", model.EventAborted, ""},
		{"web", "NOT_BUILT", model.EventFailed, "构建结果 NOT_BUILT：没有真正执行"},
		{"web", "", model.EventFailed, "构建已结束，但 Jenkins 没有给出结果，按失败处理"},
		{"web", "success", model.EventFailed, "构建结果 success 不认识，按失败处理"},
		{"web", "SUCCESS ", model.EventFailed, "构建结果 SUCCESS  不认识，按失败处理"},
		{"web", "PONDERING", model.EventFailed, "构建结果 PONDERING 不认识，按失败处理"},
		{"legacy/a", "UNSTABLE", model.EventSucceeded, "构建结果 UNSTABLE，按配置视为成功"},
		{"legacy/late", "UNSTABLE", model.EventSucceeded, "构建结果 UNSTABLE，按配置视为成功"},
		{"legacy/a", "NOT_BUILT", model.EventFailed, "构建结果 NOT_BUILT：没有真正执行"},
		{"legacy/a", "FAILURE", model.EventFailed, "构建结果 FAILURE"},
		{"cron/a", "NOT_BUILT", model.EventSucceeded, "构建结果 NOT_BUILT，按配置视为成功"},
		{"cron/a", "UNSTABLE", model.EventUnstable, ""},
	} {
		if event, message := c.verdict(tt.job, tt.result); event != tt.want || message != tt.message {
			t.Errorf("%s of %s: %s %q, want %s %q", tt.result, tt.job, event, message, tt.want, tt.message)
		}
	}
}

// What counts as success lets the next app of the form go on.
func TestAnUnstableBuildMayCountAsSuccess(t *testing.T) {
	w := newWorld(t, func(o *Options) {
		o.Controllers[0].Results = []ResultRule{{Job: regexp.MustCompile("mall-search$"), Unstable: true}}
	})
	got := w.submit("应用名称", `["搜索服务","商城前端"]`)
	w.turns(25)
	r := w.want(got.Number, model.ReleaseSucceeded, model.StateSucceeded, model.StateSucceeded)
	if d := r.Deployments[0]; d.Result != "UNSTABLE" || d.Message != "构建结果 UNSTABLE，按配置视为成功" {
		t.Errorf("%s: %s", d.Result, d.Message)
	}
}

func TestInterrupted(t *testing.T) {
	for _, tt := range []struct {
		want string
		list []model.Interrupt
	}{
		{"在 Jenkins 中被中止", nil},
		{"在 Jenkins 中被中止", []model.Interrupt{{}}},
		{"在 Jenkins 中被 张三 中止", []model.Interrupt{{Text: "Aborted by 张三"}, {Text: "Aborted by 张三"}}},
		{"在 Jenkins 中确认步骤被 李四 拒绝", []model.Interrupt{{Text: "Rejected by 李四", Rejected: true}}},
		{"在 Jenkins 中被 张三 中止；Timeout has been exceeded", []model.Interrupt{{Text: "Aborted by 张三"}, {Text: "Timeout has been exceeded"}}},
	} {
		if got := interrupted(tt.list); got != tt.want {
			t.Errorf("%v: %q, want %q", tt.list, got, tt.want)
		}
	}
}

func TestWhoAbortedABuildInJenkinsIsSaid(t *testing.T) {
	w := newWorld(t)
	slowly(etlJob)(w)
	w.submit(toETL...)
	w.submit("项目名称", "支付", "应用名称", "支付网关", "实例ID", "inst-2")
	w.turns(10)
	w.byHand("li", "/job/deploy/job/data/job/data-etl/1/stop", "")
	w.byHand("li", "/job/deploy/job/pay/job/pay-gateway/1/input/Confirm/abort", "")
	w.turns(3)
	for number, want := range map[string]string{"R-1001": "在 Jenkins 中被 li 中止", "R-1002": "在 Jenkins 中确认步骤被 li 拒绝"} {
		if d := w.want(number, model.ReleaseFailed, model.StateAborted).Deployments[0]; d.Message != want {
			t.Errorf("%s: %q, want %q", number, d.Message, want)
		}
	}
}

// A build that is gone ends as lost, with what may have become of it.
func TestWhyABuildIsLost(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		harm func(*world)
		want string
	}{
		"discarded": {func(w *world) {
			w.jenkins.Finish(etlJob, 1, "SUCCESS")
			w.byHand("li", "/job/deploy/job/data/job/data-etl/buildWithParameters?delay=0sec", "VERSION=other")
			w.jenkins.DiscardBuild(etlJob, 1)
		}, "构建 #1 已被删除，或被日志轮转清理(最新的构建是 #2)，结果未知"},
		"deleted": {func(w *world) {
			w.jenkins.Finish(etlJob, 1, "SUCCESS")
			w.jenkins.DiscardBuild(etlJob, 1)
		}, "构建 #1 已消失，可能是 Jenkins 异常退出，或被人删除，结果未知"},
		"killed":      {func(w *world) { w.jenkins.Kill(0) }, "构建 #1 已消失，可能是 Jenkins 异常退出，或被人删除，结果未知"},
		"job deleted": {func(w *world) { w.jenkins.RemoveJob(etlJob) }, "任务 deploy/data/data-etl 已被删除或改名，或账号不再有查看它的权限"},
		"job made anew": {func(w *world) {
			w.remake(etlJob)
		}, "任务被删除后重新建立过，编号 #1 已不是这次构建"},
		"job made anew and built": {func(w *world) {
			w.remake(etlJob)
			w.byHand("li", "/job/deploy/job/data/job/data-etl/buildWithParameters?delay=0sec", "VERSION=other")
		}, "任务被删除后重新建立过，编号 #1 已不是这次构建"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			slowly(etlJob)(w)
			w.submit(toETL...)
			w.turns(8)
			w.want("R-1001", model.ReleaseActive, model.StateRunning)
			c.harm(w)
			w.turns(150)
			d := w.want("R-1001", model.ReleaseActive, model.StateLost).Deployments[0]
			if !strings.Contains(d.Message, c.want) || !strings.HasSuffix(d.Message, "不会自动重新部署，请人工确认") {
				t.Errorf("said %q, want %q", d.Message, c.want)
			}
		})
	}
}

// remake deletes a job and makes one of the same name.
func (w *world) remake(name string) {
	i := slices.IndexFunc(jenkinstest.Company(), func(j jenkinstest.Job) bool { return j.FullName == name })
	job := jenkinstest.Company()[i]
	job.Duration = 4 * time.Minute
	w.jenkins.RemoveJob(name)
	w.jenkins.AddJob(job)
}

func TestPeopleAreToldOnceThatABuildIsSlow(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.Patience.Slow = 2 })
	slowly(etlJob)(w) // four minutes
	w.byHand("li", "/job/deploy/job/data/job/data-etl/buildWithParameters?delay=0sec", "VERSION=first")
	w.turns(260)
	w.jenkins.SetJob(etlJob, func(j *jenkinstest.Job) { j.Duration = time.Hour })
	got := w.submit(toETL...)
	w.turns(8*60 - 30)
	d := w.want(got.Number, model.ReleaseActive, model.StateRunning).Deployments[0]
	if d.Estimate != 4*time.Minute || d.SlowTold {
		t.Fatalf("estimate %s, told %v", d.Estimate, d.SlowTold)
	}
	w.turns(60)
	w.reborn()
	w.turns(600)
	const want = "上线单 R-1001：离线任务 运行时间比平时长"
	if titles := w.inbox.titles("wang"); len(titles) != 2 || titles[1] != want {
		t.Errorf("told %q", titles)
	}
	history, err := w.History(t.Context(), 1001, 0, 100)
	at := slices.IndexFunc(history, func(e model.Event) bool { return e.Kind == model.EventKindSlow })
	if err != nil || at < 0 || !strings.HasPrefix(history[at].Message, "已运行 8 分 ") || !strings.HasSuffix(history[at].Message, "平时约 4 分 0 秒") {
		t.Errorf("%+v %v", history, err)
	}
}

// The time that a build waits for people is not its own, and a few seconds more are nothing.
func TestWaitingForPeopleIsNotSlow(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.Patience.Slow = 1.1 })
	gateway := func(duration time.Duration) {
		w.jenkins.SetJob("deploy/pay/pay-gateway", func(j *jenkinstest.Job) { j.Duration = duration })
	}
	confirm := func(build string) {
		w.turns(10)
		w.byHand("li", "/job/deploy/job/pay/job/pay-gateway/"+build+"/input/Confirm/proceedEmpty", "")
	}
	gateway(5 * time.Second)
	w.submit("项目名称", "支付", "应用名称", "支付网关")
	confirm("1")
	w.turns(10)
	w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded)
	gateway(40 * time.Second)
	w.submit("项目名称", "支付", "应用名称", "支付网关", "实例ID", "inst-2")
	w.turns(40)
	w.want("R-1002", model.ReleaseActive, model.StatePaused)
	w.turns(600)
	w.byHand("li", "/job/deploy/job/pay/job/pay-gateway/2/input/Confirm/proceedEmpty", "")
	w.turns(60)
	d := w.want("R-1002", model.ReleaseSucceeded, model.StateSucceeded).Deployments[0]
	if d.SlowTold || d.PausedFor < 10*time.Minute {
		t.Errorf("told %v, paused for %s", d.SlowTold, d.PausedFor)
	}
}

func TestPeopleAreToldOnceThatABuildIsQueuedForLong(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.Patience.Queued = 10 * time.Minute })
	w.jenkins.SetJob(etlJob, func(j *jenkinstest.Job) { j.Label = "nowhere" })
	got := w.submit(toETL...)
	w.turns(590)
	if titles := w.inbox.titles("wang"); len(titles) != 1 {
		t.Fatalf("told %q", titles)
	}
	w.turns(20)
	w.jenkins.Restart(5 * time.Second) // changes nothing of it
	w.looks(300, 5*time.Second)
	w.turns(2)
	w.want(got.Number, model.ReleaseActive, model.StateQueued)
	const want = "上线单 R-1001：离线任务 在 Jenkins 排队已 10 分 "
	if titles := w.inbox.titles("wang"); len(titles) != 2 || !strings.HasPrefix(titles[1], want) {
		t.Errorf("told %q", titles)
	}
	if text := w.inbox.got[len(w.inbox.got)-1].Markdown; !strings.Contains(text, "没有带标签 nowhere 的可用节点") {
		t.Errorf("it says %s", text)
	}
}
