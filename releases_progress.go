package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/oabridge/oabridge/model"
)

// What Jenkins says of a deployment while people wait.
type (
	shownQueue struct {
		Position int       `json:"position"`
		Length   int       `json:"length"`
		Since    time.Time `json:"since"`
		Text     string    `json:"text"`
	}
	shownStage struct {
		Name       string `json:"name"`
		Status     string `json:"status"`
		DurationMS int64  `json:"duration_ms"`
		PausedMS   int64  `json:"paused_ms"`
		Error      string `json:"error"`
	}
	shownFailure struct {
		Stage string   `json:"stage"`
		Error string   `json:"error"`
		Lines []string `json:"lines"`
	}
)

// lines say where a build failed, and what it wrote last.
func (f *shownFailure) lines() []string {
	if f == nil {
		return nil
	}
	var lines []string
	if f.Stage != "" {
		text := "失败阶段 failed in stage: " + f.Stage
		if f.Error != "" {
			text += "：" + f.Error
		}
		lines = append(lines, harmless(text))
	}
	if len(f.Lines) > 0 {
		lines = append(lines, "日志末尾 end of the log:")
	}
	for _, line := range f.Lines {
		lines = append(lines, "  | "+harmless(line))
	}
	return lines
}

var stageWords = map[string]string{
	"NOT_EXECUTED": "未执行", "IN_PROGRESS": "执行中", "PAUSED_PENDING_INPUT": "等待确认", "SUCCESS": "成功", "UNSTABLE": "不稳定",
	"FAILED": "失败", "ABORTED": "已中止",
}

// progress are the lines that say how far a deployment got, and what it waits for.
func (c *bridgeClient) progress(d shownDeployment) []string {
	var lines []string
	add := func(format string, args ...any) { lines = append(lines, harmless(fmt.Sprintf(format, args...))) }
	if q := d.Queue; q != nil {
		add("排队 queued: 第 %d 位，共 %d 项，自 since %s", q.Position, q.Length, c.clock(&q.Since))
		add("  %s", q.Text)
	}
	if d.State == model.StateRunning && d.ExpectedAt != nil {
		add("预计结束 expected to end: %s(平时约 usually %s)", c.clock(d.ExpectedAt), milliseconds(d.EstimateMS))
	}
	if d.State == model.StatePaused && d.PausedAt != nil {
		add("等待确认，自 waits for input since %s", c.clock(d.PausedAt))
	}
	if d.MovedTo != "" {
		add("任务已改名为 the job is now %s", d.MovedTo)
	}
	if len(d.Stages) > 0 {
		lines = append(lines, "阶段 stages")
	}
	var rows [][]string
	for _, s := range d.Stages {
		waited := ""
		if s.PausedMS > 0 {
			waited = "其中等待 waited " + milliseconds(s.PausedMS)
		}
		rows = append(rows, []string{harmless(s.Name), both(stageWords, s.Status), milliseconds(s.DurationMS), waited, harmless(s.Error)})
	}
	for line := range strings.Lines(table("  ", rows)) {
		lines = append(lines, strings.TrimSuffix(line, "\n"))
	}
	return lines
}

// milliseconds is a duration for people, to the second when it is longer than some.
func milliseconds(ms int64) string {
	d := time.Duration(ms) * time.Millisecond
	if d >= 10*time.Second {
		return d.Round(time.Second).String()
	}
	return d.Round(10 * time.Millisecond).String()
}
