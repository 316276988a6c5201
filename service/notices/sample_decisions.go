package notices

import (
	"time"

	"github.com/oabridge/oabridge/model"
)

func sampleStep() model.InputStep {
	return model.InputStep{ID: "ApproveProd", Message: "发布到生产?", Parameters: []model.ParameterDefinition{
		{Name: "REGION", Kind: model.KindChoice, Description: "地域", Choices: []string{"cn-north", "cn-east"}, Default: new("cn-north")},
		{Name: "TICKET", Kind: model.KindString, Description: "工单号"}, {Name: "FORCE", Kind: model.KindBoolean, Default: new("false")},
	}}
}

func samplesOfInputs() []Sample {
	at, step, paused := sampleTime(), sampleStep(), sampleApp(model.StatePaused, 0, "")
	hidden := model.InputStep{ID: "Unlock", Message: hostile, Parameters: []model.ParameterDefinition{
		{Name: "PIN", Kind: model.KindPassword, Description: "口令", Default: new("hunter2")},
	}}
	return []Sample{
		{"input", model.NoticeInput, Facts{Release: sampleRelease(model.ReleaseActive), App: paused, Step: step, Since: &at, Message: "没有规则(jenkins[].inputs)允许自动回答这一步"}},
		{"input-hidden", model.NoticeInput, Facts{Release: sampleRelease(model.ReleaseActive), App: paused, Step: hidden, Since: &at, Message: "参数 PIN 是口令，本服务不填写，只能在 Jenkins 中回答"}},
		{"input-remind", model.NoticeInput, Facts{Release: sampleRelease(model.ReleaseActive), App: paused, Step: step, Since: &at, Waited: 30 * time.Minute, Action: ActionRemind}},
		{"input-timeout", model.NoticeInput, Facts{Release: sampleRelease(model.ReleaseActive), App: paused, Step: step, Since: &at, Waited: 24 * time.Hour, Action: ActionTimeout}},
		{"input-abort", model.NoticeInput, Facts{Release: sampleRelease(model.ReleaseActive), App: paused, Step: step, Since: &at, Waited: 24 * time.Hour, Action: ActionAbort}},
	}
}

func samplesOfDrift() []Sample {
	at := sampleTime()
	held := sampleApp(model.StateWaiting, 0, "")
	held.Wait = model.WaitDrift
	return []Sample{
		{"held", model.NoticeHeld, Facts{Release: sampleRelease(model.ReleaseActive), App: held, Action: ActionContinue, Since: &at, Problems: []string{"不再声明参数 REGION"}}},
		{"held-barred", model.NoticeHeld, Facts{Release: sampleRelease(model.ReleaseActive), App: held, Since: &at, Problems: []string{"参数 ENV 不再有选项 prod", "参数 VERSION 改成了布尔值"}}},
		{"held-gone", model.NoticeHeld, Facts{Release: sampleRelease(model.ReleaseActive), App: held, Action: ActionMove, Since: &at, Problems: []string{"Jenkins 中没有任务 deploy/mall/web"}}},
		{"held-moved", model.NoticeHeld, Facts{Release: sampleRelease(model.ReleaseActive), App: held, Action: ActionMove, Since: &at,
			Problems: []string{"Jenkins 中没有任务 deploy/mall/web：已被删除、改名或移动，或账号失去了它的 Job/Read 权限"}, Moved: []string{"deploy/shop/web"}}},
	}
}

// samplesOfDecisions tell what people decided.
func samplesOfDecisions() []Sample {
	at, step, paused := sampleTime(), sampleStep(), sampleApp(model.StatePaused, 0, "")
	lost := sampleApp(model.StateLost, 0, "")
	again := sampleApp(model.StateWaiting, 0, "")
	again.Attempts = 2
	planned := sampleRelease(model.ReleaseActive)
	planned.Mode, planned.ScheduledAt = model.ExecuteScheduled, &at
	held := sampleApp(model.StateWaiting, 0, "")
	held.Wait = model.WaitDrift
	failing := sampleRelease(model.ReleaseFailed)
	failing.Deployments[0] = sampleApp(model.StateFailed, 41*time.Second, "构建结果 FAILURE")
	failing.Deployments[0].Retries = 1
	stopping := sampleRelease(model.ReleaseActive)
	stopping.Deployments[0] = sampleApp(model.StateRunning, 0, "")
	stopping.Deployments[0].Stop = &model.StopRequest{By: "ops", At: at}
	stopping.Deployments[1] = &model.Deployment{ID: 2, Position: 2, AppName: "订单服务", State: model.StateCancelled}
	decided := "已在 Jenkins 确认没有部署"
	return []Sample{
		{"changed-continue", model.NoticeChanged, Facts{Release: sampleRelease(model.ReleaseActive), App: held, Action: ActionContinue, Actor: "ops",
			Message: "参数已不需要", Since: &at, Problems: []string{"不再传参数 REGION=cn-north"}}},
		{"changed-retry", model.NoticeChanged, Facts{Release: sampleRelease(model.ReleaseActive), App: again, Action: ActionRetry, Actor: "ops", Message: decided}},
		{"changed-abandon", model.NoticeChanged, Facts{Release: sampleRelease(model.ReleaseActive), App: lost, Action: ActionAbandon, Actor: "ops"}},
		{"changed-replan", model.NoticeChanged, Facts{Release: planned, Action: ActionReplan, Actor: "ops", Message: "等数据库变更"}},
		{"changed-again", model.NoticeChanged, Facts{Release: failing, App: failing.Deployments[0], Action: ActionAgain, Actor: "ops", Message: "数据库已恢复"}},
		{"changed-cancel", model.NoticeChanged, Facts{Release: stopping, Action: ActionCancel, Actor: "ops", Message: "计划有变", Since: &at}},
		{"changed-cancel-one", model.NoticeChanged, Facts{Release: stopping, App: stopping.Deployments[0], Action: ActionCancel, Actor: "ops", Since: &at}},
		{"changed-answer", model.NoticeChanged, Facts{Release: sampleRelease(model.ReleaseActive), App: paused, Step: step, Action: ActionAnswer, Actor: "ops", Since: &at,
			Message: "灰度正常", Problems: []string{"REGION=cn-north", "TICKET=OPS-7", "FORCE=false"}}},
		{"changed-reject", model.NoticeChanged, Facts{Release: sampleRelease(model.ReleaseActive), App: paused, Step: step, Action: ActionReject, Actor: "ops", Since: &at}},
		{"changed-start", model.NoticeChanged, Facts{Release: sampleRelease(model.ReleaseActive), Action: ActionStart, Actor: "ops", Message: "紧急修复"}},
	}
}
