package notices

import (
	"slices"
	"strings"
	"time"

	"github.com/oabridge/oabridge/model"
)

// hostileLog tries the same with what a build writes.
const hostileLog = "+ ./deploy.sh --env prod\n@13800000000 请处理 ![图](http://evil.example.com/a.png)\n# 已批准\n> 引用\n" +
	"- [点我](http://evil.example.com) <img src=x> **x** `rm`\nlogin with ******\nERROR: connection refused"

// Sample is a made-up notice: templates are tried with it, and people see it in a preview.
type Sample struct {
	Name  string // the kind, with what tells it from others of the kind
	Kind  model.NoticeKind
	Facts Facts
}

// hostile tries what a form's field may not do to a text.
const hostile = "结算 <b>v2</b>\n### 已批准 [点我](http://evil.example.com) **x** `rm`"

// Samples returns made-up notices of every kind: several apps, a schedule, failures, a secret, hostile characters.
func Samples() []Sample {
	return slices.Concat(samplesOfRun(), samplesOfInputs(), samplesOfDrift(), samplesOfDecisions(), samplesOfEnd(), samplesOfApproval())
}

func samplesOfRun() []Sample {
	at := sampleTime()
	lost := sampleApp(model.StateLost, 0, "Jenkins 中已找不到这次构建(2026-11-22 20:28:00 起)，不会自动重新部署，请人工确认")
	again := sampleApp(model.StateWaiting, 0, "")
	again.Attempts = 2
	paused := sampleApp(model.StatePaused, 0, "")
	planned := sampleRelease(model.ReleaseActive)
	planned.Mode, planned.ScheduledAt = model.ExecuteScheduled, &at
	manual := sampleRelease(model.ReleaseActive)
	manual.Mode = model.ExecuteManual
	queued := sampleApp(model.StateQueued, 0, "")
	queued.Build, queued.BuildURL = 0, ""
	slow := sampleApp(model.StateRunning, 0, "")
	slow.Estimate = 4*time.Minute + 30*time.Second
	back := sampleRelease(model.ReleaseActive)
	back.RollbackOf = 1041
	busy := Why(Chinese, "Build #11 is already in progress (ETA: 2 min 10 sec)")
	away := "Jenkins「prod」已 6 分 0 秒无法访问，恢复后自动继续"
	return []Sample{
		{"received", model.NoticeReceived, Facts{Release: sampleRelease(model.ReleaseActive)}},
		{"received-scheduled", model.NoticeReceived, Facts{Release: planned}},
		{"received-manual", model.NoticeReceived, Facts{Release: manual}},
		{"received-rollback", model.NoticeReceived, Facts{Release: back}},
		{"delayed", model.NoticeDelayed, Facts{Release: sampleRelease(model.ReleaseActive), App: again, Message: away, Since: &at}},
		{"delayed-access", model.NoticeDelayed, Facts{Release: sampleRelease(model.ReleaseActive), App: again, Action: ActionAccess, Message: "无法从钉钉确认发起人的部门和角色：钉钉暂时无法访问", Since: &at}},
		{"delayed-stop", model.NoticeDelayed, Facts{Release: sampleRelease(model.ReleaseActive), App: paused, Action: ActionStop, Message: "Jenkins 拒绝停止构建(403)"}},
		{"delayed-window", model.NoticeDelayed, Facts{Release: sampleRelease(model.ReleaseActive), App: again, Action: ActionWindow, Message: "现在不在允许上线的时间(周一至周四 10:00-17:00)内，等到 2026-11-23 10:00", Since: &at}},
		{"differs", model.NoticeDiffers, Facts{Release: sampleRelease(model.ReleaseActive), App: paused, Message: "构建 #12 的参数与批准的不同：ENV 应为 prod，实际为 staging"}},
		{"queued", model.NoticeQueued, Facts{Release: sampleRelease(model.ReleaseActive), App: queued, Message: busy, Since: &at, Waited: 10 * time.Minute}},
		{"slow", model.NoticeSlow, Facts{Release: sampleRelease(model.ReleaseActive), App: slow, Since: &at, Waited: 9*time.Minute + 2*time.Second}},
		{"lost", model.NoticeLost, Facts{Release: sampleRelease(model.ReleaseActive), App: lost, Message: lost.Message}},
	}
}

func samplesOfEnd() []Sample {
	at := sampleTime()
	ended := func(state model.ReleaseState, apps ...*model.Deployment) Facts {
		r := sampleRelease(state)
		for i, end := range apps {
			end.AppName, end.JobRef, end.Position = r.Deployments[i].AppName, r.Deployments[i].JobRef, i+1
			end.Parameters = r.Deployments[i].Parameters
		}
		r.ScheduledAt, r.Deployments = &at, apps
		return Facts{Release: r}
	}
	failed := sampleApp(model.StateFailed, 3*time.Minute, "构建结果 FAILURE")
	failed.Details = &model.BuildDetails{Failure: &model.Failure{
		Stage: "部署 @所有人", Error: "script returned exit code 1", Lines: strings.Split(hostileLog, "\n"),
	}}
	rolling := ended(model.ReleaseSucceeded, sampleApp(model.StateSucceeded, 95*time.Second, ""))
	rolling.Release.RollbackOf = 1041
	late := sampleApp(model.StateSucceeded, 95*time.Second, "")
	started := at.Add(12 * time.Minute)
	late.PostedAt = &started
	late.Details = &model.BuildDetails{Tests: &model.TestCounts{Total: 120}}
	broken := sampleApp(model.StateFailed, 41*time.Second, "构建结果 FAILURE")
	broken.Details = &model.BuildDetails{Tests: &model.TestCounts{Total: 120, Failed: 3}}
	stopped := sampleApp(model.StateAborted, 20*time.Second, "在 Jenkins 中被中止")
	stopped.Stop = &model.StopRequest{By: "ops", Reason: "计划有变", At: at}
	unbuilt := func(state model.DeploymentState, message string) *model.Deployment {
		return &model.Deployment{State: state, Message: message}
	}
	refused := &model.Release{
		ProjectName: hostile, BusinessID: "202611220001", Initiator: model.Person{ID: "zhangwei"},
		Deployments: []*model.Deployment{{AppName: "商城前端"}, {AppName: "火箭"}},
	}
	return []Sample{
		{"finished", model.NoticeFinished, ended(model.ReleaseSucceeded, late, sampleApp(model.StateSucceeded, 2*time.Hour+5*time.Minute, ""))},
		{"finished-rollback", model.NoticeFinished, rolling},
		{"finished-partial", model.NoticeFinished, ended(model.ReleasePartial,
			sampleApp(model.StateSucceeded, 400*time.Millisecond, ""), broken)},
		{"finished-failed", model.NoticeFinished, ended(model.ReleaseFailed, failed, unbuilt(model.StateCancelled, "前面的应用没有成功，不再执行"))},
		{"finished-stopped", model.NoticeFinished, ended(model.ReleaseFailed,
			stopped, unbuilt(model.StateCancelled, "前面的应用没有成功，不再执行"))},
		{"finished-expired", model.NoticeFinished, ended(model.ReleaseExpired,
			unbuilt(model.StateExpired, "错过执行时间 2026-11-22 20:30:00，已超过允许的 30 分 0 秒"), unbuilt(model.StateCancelled, ""))},
		{"refused", model.NoticeRefused, Facts{Release: refused, Problems: []string{
			"请先完成数据库变更", "参数“ENV”的值“mars”不在可选范围内(staging、prod)",
		}}},
	}
}

func samplesOfApproval() []Sample {
	withdrawn := sampleRelease(model.ReleaseActive)
	withdrawn.Deployments[0] = sampleApp(model.StateRunning, 0, "")
	unread := &model.Release{ProcessInstanceID: "proc-inst-0001", BusinessID: "202611220001"}
	return []Sample{
		{"rejected", model.NoticeRejected, Facts{Release: sampleRelease(model.ReleaseRejected), Message: "应用不同：提交的是“商城前端”，审批单里是“订单服务”"}},
		{"unverified", model.NoticeUnverified, Facts{Release: sampleRelease(model.ReleaseVerifying), Message: "钉钉暂时无法访问"}},
		{"unverified-unread", model.NoticeUnverified, Facts{Release: unread, Message: "钉钉暂时无法访问"}},
		{"unverified-unread-yet", model.NoticeUnverified, Facts{Release: unread, Message: "钉钉暂时无法访问", Action: ActionRetry}},
		{"withdrawn", model.NoticeWithdrawn, Facts{Release: withdrawn, Message: "发起人已撤销"}},
		{"withdrawn-stop", model.NoticeWithdrawn, Facts{Release: withdrawn, Message: "发起人已撤销", Action: ActionStop}},
		{"quota", model.NoticeQuota, Facts{Action: "api", Message: "80%(4012 / 5000)"}},
		{"quota-webhook", model.NoticeQuota, Facts{Action: "webhook", Message: "100%(3000 / 3000)"}},
		{"catalogue-held", model.NoticeCatalogue, listed(ActionHeld, "", "120 个应用中少了 48 个：deploy/mall/mall-web、deploy/mall/"+hostile+" 等", "3 个文件夹还在，里面却没有任务了：deploy/pay、deploy/data、deploy/mall")},
		{"catalogue-over", model.NoticeCatalogue, listed(ActionOver, "", "120 个应用中少了 48 个：deploy/mall/mall-web 等")},
		{"catalogue-accepted", model.NoticeCatalogue, listed(ActionAccepted, "ops", "120 个应用中少了 48 个：deploy/mall/mall-web 等")},
		{"catalogue-vanished", model.NoticeCatalogue, listed(ActionVanished, "", "项目“商城”不见了(6 个应用)")},
		{"digest", model.NoticeDigest, Facts{Merged: []model.Message{
			{Title: "上线单 R-1041 已接收，开始部署", Kind: model.NoticeReceived},
			{Title: "上线单 R-1041 部署成功", Summary: "上线单 R-1041 部署成功：商城前端 成功 [#11](https://jenkins.example.com/job/deploy/job/mall/job/web/11/)"},
			{Title: "上线单 R-1042：" + hostile + " 已失联，需要人工处理"},
		}}},
	}
}

// listed is what became of a listing of Jenkins.
func listed(action, by string, lines ...string) Facts {
	at := sampleTime()
	app := &model.Deployment{JobRef: model.JobRef{Controller: "prod"}}
	return Facts{App: app, Action: action, Actor: by, Message: "5f0c2ab7", Problems: lines, Since: &at}
}

func sampleTime() time.Time { return time.Date(2026, 11, 22, 12, 30, 0, 0, time.UTC) }

func sampleRelease(state model.ReleaseState) *model.Release {
	return &model.Release{
		ID: 1042, State: state, Mode: model.ExecuteNow, ProjectName: "商城", BusinessID: "202611220001",
		Initiator: model.Person{ID: "zhangwei", Name: "张伟"}, Approvers: []model.Person{{ID: "lina", Name: "李娜"}, {ID: "wangfang"}},
		Reason: hostile, CreatedAt: sampleTime(),
		Deployments: []*model.Deployment{
			sampleApp(model.StateWaiting, 0, ""),
			{ID: 2, Position: 2, JobRef: model.JobRef{Controller: "prod", FullName: "deploy/mall/order_service"}, State: model.StateWaiting},
		},
	}
}

func sampleApp(state model.DeploymentState, took time.Duration, message string) *model.Deployment {
	d := &model.Deployment{
		ID: 1, Position: 1, JobRef: model.JobRef{Controller: "prod", FullName: "deploy/mall/web"}, AppName: "商城前端",
		State: state, Duration: took, Message: message, Parameters: []model.ParameterValue{
			{Name: "VERSION", Value: "v2.1.0_rc1", Chosen: true}, {Name: "ENV", Value: "prod", Chosen: true},
			{Name: "API_TOKEN", Value: "hunter2", Chosen: true, Secret: true}, {Name: "DRY_RUN", Value: "false"},
		},
	}
	if state != model.StateWaiting {
		d.Build, d.BuildURL = 12, "https://jenkins.example.com/job/deploy/job/mall/job/web/12/"
	}
	return d
}
