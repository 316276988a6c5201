package notices

import (
	"fmt"
	"time"

	"github.com/oabridge/oabridge/model"
)

// Language is what the built-in templates are written in.
type Language string

// The languages.
const (
	Chinese Language = "zh"
	English Language = "en"
)

// Languages returns every language, the default first.
func Languages() []Language { return []Language{Chinese, English} }

// words are what a language calls the states. A release has one more: StateAborted.
type words struct {
	releases    map[string]string
	deployments map[model.DeploymentState]string
	kinds       map[model.ParameterKind]string // of what a step asks for
}

func (l Language) words() words {
	if l == English {
		return english
	}
	return chinese
}

var chinese = words{
	releases: map[string]string{
		string(model.ReleaseVerifying):        "核对中",
		string(model.ReleaseAwaitingApproval): "等待审批",
		string(model.ReleaseActive):           "进行中",
		string(model.ReleaseSucceeded):        "部署成功",
		string(model.ReleaseFailed):           "部署失败",
		string(model.ReleasePartial):          "部分部署成功",
		string(model.ReleaseCancelled):        "已取消",
		string(model.ReleaseExpired):          "已过期，未执行",
		string(model.ReleaseRejected):         "未通过核对",
		StateAborted:                          "已中止",
	},
	deployments: map[model.DeploymentState]string{
		model.StateWaiting:    "等待",
		model.StateSubmitting: "提交中",
		model.StateQueued:     "排队中",
		model.StateRunning:    "执行中",
		model.StatePaused:     "等待确认",
		model.StateSucceeded:  "成功",
		model.StateUnstable:   "不稳定",
		model.StateFailed:     "失败",
		model.StateAborted:    "已中止",
		model.StateLost:       "已失联",
		model.StateCancelled:  "已取消",
		model.StateExpired:    "已过期",
	},
	kinds: map[model.ParameterKind]string{
		model.KindString: "文本", model.KindText: "多行文本", model.KindChoice: "单选", model.KindBoolean: "true 或 false",
		model.KindPassword: "口令", model.KindFile: "文件", model.KindCredentials: "凭据",
	},
}

var english = words{
	releases: map[string]string{
		string(model.ReleaseVerifying):        "being verified",
		string(model.ReleaseAwaitingApproval): "waiting for approval",
		string(model.ReleaseActive):           "in progress",
		string(model.ReleaseSucceeded):        "deployed",
		string(model.ReleaseFailed):           "failed",
		string(model.ReleasePartial):          "partly deployed",
		string(model.ReleaseCancelled):        "cancelled",
		string(model.ReleaseExpired):          "expired, not run",
		string(model.ReleaseRejected):         "rejected by verification",
		StateAborted:                          "stopped",
	},
	deployments: map[model.DeploymentState]string{
		model.StateWaiting:    "waiting",
		model.StateSubmitting: "being submitted",
		model.StateQueued:     "queued",
		model.StateRunning:    "running",
		model.StatePaused:     "waiting for input",
		model.StateSucceeded:  "succeeded",
		model.StateUnstable:   "unstable",
		model.StateFailed:     "failed",
		model.StateAborted:    "stopped",
		model.StateLost:       "lost",
		model.StateCancelled:  "cancelled",
		model.StateExpired:    "expired",
	},
	kinds: map[model.ParameterKind]string{
		model.KindString: "text", model.KindText: "lines of text", model.KindChoice: "one of", model.KindBoolean: "true or false",
		model.KindPassword: "password", model.KindFile: "file", model.KindCredentials: "credentials",
	},
}

// State is what people call a deployment's state.
func (l Language) State(s model.DeploymentState) string { return l.words().deployments[s] }

// Duration writes a duration as people say it.
func (l Language) Duration(d time.Duration) string {
	tenths, seconds, minutes, hours := "%.1f 秒", "%d 秒", "%d 分 %d 秒", "%d 小时 %d 分"
	if l == English {
		tenths, seconds, minutes, hours = "%.1f s", "%d s", "%d min %d s", "%d h %d min"
	}
	if d < 10*time.Second {
		return fmt.Sprintf(tenths, d.Seconds())
	}
	d = d.Round(time.Second)
	switch {
	case d < time.Minute:
		return fmt.Sprintf(seconds, int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf(minutes, int(d.Minutes()), int(d.Seconds())%60)
	default:
		return fmt.Sprintf(hours, int(d.Hours()), int(d.Minutes())%60)
	}
}
