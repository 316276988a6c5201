package main

import (
	"strings"
	"time"
	"unicode"

	"github.com/oabridge/oabridge/model"
)

var releaseWords = map[model.ReleaseState]string{
	model.ReleaseVerifying:        "核对中",
	model.ReleaseAwaitingApproval: "等待审批",
	model.ReleaseActive:           "进行中",
	model.ReleaseSucceeded:        "部署成功",
	model.ReleaseFailed:           "部署失败",
	model.ReleasePartial:          "部分部署成功",
	model.ReleaseCancelled:        "已取消",
	model.ReleaseRejected:         "未通过核对",
	model.ReleaseExpired:          "已过期",
}

var deploymentWords = map[model.DeploymentState]string{
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
}

var waitWords = map[model.Wait]string{
	model.WaitSchedule:    "等待执行时间 · for its time",
	model.WaitPredecessor: "等待前面的应用成功 · for the app before it",
	model.WaitManual:      "等待手动执行(releases start) · for a person to start it",
	model.WaitJenkins:     "等待 Jenkins 恢复 · for Jenkins, which is away",
	model.WaitAuth:        "Jenkins 不接受登录或权限 · for Jenkins to accept our login or rights",
	model.WaitFolded:      "等待他人的排队项开始 · for somebody else's queued item to start",
	model.WaitJob:         "等待同一任务的其他上线单结束 · for another release of the same job",
	model.WaitApproval:    "等待核对审批 · for DingTalk to confirm the approval",
	model.WaitAccess:      "等待确认发起人的权限 · for DingTalk to tell what the initiator may deploy",
	model.WaitWindow:      "等待允许上线的时间(releases start 放行) · for the time in which deployments may start",
	model.WaitDrift:       "任务在审批之后变了，等待决定(releases continue 或 cancel) · its job changed: for a person to decide",
}

var proofWords = map[model.ProofState]string{
	model.ProofPending:   "核对中",
	model.ProofGiven:     "已核对",
	model.ProofRefuted:   "核对未通过",
	model.ProofWithdrawn: "已撤销",
}

var resultWords = map[string]string{model.ResultAgree: "同意", model.ResultRefuse: "拒绝"}

var messageWords = map[model.MessageState]string{
	model.MessagePending: "待发送",
	model.MessageSent:    "已发送",
	model.MessageMerged:  "已合并发送",
	model.MessageDead:    "发送失败",
}

// both is a state in Chinese, where it is known, and as the API names it.
func both[S ~string](words map[S]string, state S) string {
	return strings.TrimSpace(words[state] + " " + harmless(string(state)))
}

// harmless keeps what came from elsewhere from steering the terminal: control characters become spaces, and characters that
// reorder or hide text are dropped.
func harmless(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), unicode.Is(unicode.Zl, r), unicode.Is(unicode.Zp, r):
			return ' '
		case unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "�"))
}

// wide are the characters that take two columns of a terminal.
var wide = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x1100, Hi: 0x115f, Stride: 1}, {Lo: 0x2e80, Hi: 0x303e, Stride: 1}, {Lo: 0x3041, Hi: 0xa4cf, Stride: 1},
		{Lo: 0xac00, Hi: 0xd7a3, Stride: 1}, {Lo: 0xf900, Hi: 0xfaff, Stride: 1}, {Lo: 0xfe30, Hi: 0xfe6f, Stride: 1},
		{Lo: 0xff00, Hi: 0xff60, Stride: 1}, {Lo: 0xffe0, Hi: 0xffe6, Stride: 1},
	},
	R32: []unicode.Range32{{Lo: 0x1f300, Hi: 0x1faff, Stride: 1}, {Lo: 0x20000, Hi: 0x3fffd, Stride: 1}},
}

// columns is how many columns of a terminal a text takes.
func columns(s string) int {
	n := 0
	for _, r := range s {
		switch {
		case unicode.Is(wide, r):
			n += 2
		case !unicode.Is(unicode.Mn, r):
			n++
		}
	}
	return n
}

// table aligns rows by the columns that a terminal shows. The last cell of a row is not padded.
func table(indent string, rows [][]string) string {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], columns(cell))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		line := indent
		for i, cell := range row {
			line += cell
			if i < len(row)-1 {
				line += strings.Repeat(" ", widths[i]-columns(cell)+2)
			}
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return b.String()
}

// clock is a time for people, "" for none. It has its offset unless the zone is shown beside it.
func (c *bridgeClient) clock(t *time.Time) string {
	if t == nil {
		return ""
	}
	layout := "2006-01-02 15:04:05 -07:00"
	if c.told {
		layout = "2006-01-02 15:04:05"
	}
	return t.In(c.zone).Format(layout)
}

// learnZone takes the zone in which the bridge reads --at, so that people see the times that they would write.
func (c *bridgeClient) learnZone(name string) {
	if name == "" || name == "Local" {
		return // an older bridge; and our own zone is not its zone
	}
	if zone, err := time.LoadLocation(name); err == nil {
		c.zone, c.told = zone, true
	}
}

// zoneName is the zone of all times that are shown; "" when each of them has its offset.
func (c *bridgeClient) zoneName() string {
	if !c.told {
		return ""
	}
	return harmless(c.zone.String())
}
