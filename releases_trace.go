package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/oabridge/oabridge/model"
)

// shownTrace is what stays of a deployment.
type (
	shownTrace struct {
		StartedAt *time.Time        `json:"started_at"`
		QueueMS   *int64            `json:"queue_ms"`
		PausedMS  int64             `json:"paused_ms"`
		Tests     *model.TestCounts `json:"tests"`
		Changes   []model.Change    `json:"changes"`
		Answers   []shownAnswer     `json:"answers"`
		Retries   int               `json:"retries"`
	}
	shownAnswer struct {
		Step       string `json:"step"`
		Message    string `json:"message"`
		Abort      bool   `json:"abort"`
		Parameters []struct {
			Name  string `json:"name"`
			Value string `json:"value"`
		} `json:"parameters"`
		By      string              `json:"by"`
		Reason  string              `json:"reason"`
		At      time.Time           `json:"at"`
		Outcome model.AnswerOutcome `json:"outcome"`
		Note    string              `json:"note"`
	}
)

var outcomeWords = map[model.AnswerOutcome]string{
	model.AnswerWanted: "已决定", model.AnswerGiven: "已回答", model.AnswerLate: "已不需要", model.AnswerRefused: "被拒绝",
}

// shownChanges is how many changes of a build people are shown; --json has all.
const shownChanges = 10

// trace are the lines that say how long a deployment took, what it was told and what its build left behind.
func (c *bridgeClient) trace(d shownDeployment) []string {
	var lines, spans []string
	add := func(format string, args ...any) { lines = append(lines, harmless(fmt.Sprintf(format, args...))) }
	if d.QueueMS != nil {
		spans = append(spans, "排队 queued "+milliseconds(*d.QueueMS))
	}
	if d.DurationMS > 0 {
		spans = append(spans, "运行 ran "+milliseconds(d.DurationMS))
	}
	if d.PausedMS > 0 {
		spans = append(spans, "其中等待确认 waited for input "+milliseconds(d.PausedMS))
	}
	if d.QueueMS != nil || d.PausedMS > 0 { // how long it ran alone stands beside the build
		add("%s", strings.Join(spans, "，"))
	}
	if d.Retries > 0 {
		add("重试 retries %d", d.Retries)
	}
	if t := d.Tests; t != nil {
		add("测试 tests %d，失败 failed %d，跳过 skipped %d", t.Total, t.Failed, t.Skipped)
	}
	for _, a := range d.Answers {
		lines = append(lines, c.answered(a)...)
	}
	if len(d.Changes) > 0 {
		add("变更 changes")
	}
	for i, change := range d.Changes {
		if i == shownChanges {
			add("  还有 and %d more", len(d.Changes)-i)
			break
		}
		add("  %s  %s  %s", model.Cut(change.ID, 10), change.Author, change.Message)
	}
	return lines
}

// answered says who answered what to an input step.
func (c *bridgeClient) answered(a shownAnswer) []string {
	answer := "继续 proceed"
	if a.Abort {
		answer = "中止 abort"
	}
	var values []string
	for _, p := range a.Parameters {
		values = append(values, p.Name+"="+p.Value)
	}
	line := fmt.Sprintf("确认 input %s：%s，%s，%s，%s", a.Step, answer, a.By, c.clock(&a.At), both(outcomeWords, a.Outcome))
	lines := []string{harmless(line)}
	for _, more := range []string{a.Message, strings.Join(values, "，"), a.Reason, a.Note} {
		if more != "" {
			lines = append(lines, "  "+harmless(more))
		}
	}
	return lines
}
