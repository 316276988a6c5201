package main

import (
	"strings"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
)

func TestWhatADeploymentLeavesIsShown(t *testing.T) {
	c := &bridgeClient{zone: time.UTC, told: true}
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	d := shownDeployment{ID: 7, Name: "商城前端", App: "prod:deploy/web", State: model.StateFailed, Build: 12, DurationMS: 83_000}
	d.shownTrace = shownTrace{
		QueueMS: new(int64(12_000)), PausedMS: 30_000, Retries: 1, Tests: &model.TestCounts{Total: 120, Failed: 3, Skipped: 2},
		Answers: []shownAnswer{{
			Step: "Deploy", Message: "发布到生产?", By: "ops", Reason: "已核对\x1b[31m", At: at, Outcome: model.AnswerLate, Note: "已有人回答",
			Parameters: []struct {
				Name  string `json:"name"`
				Value string `json:"value"`
			}{{"REGION", "cn"}, {"PIN", model.Masked}},
		}},
	}
	for range shownChanges + 5 {
		d.Changes = append(d.Changes, model.Change{ID: "4f1c2d3e4a5b6c7d", Author: "li", Message: "fix\u202e it"})
	}
	text := c.deployments(shownRelease{Deployments: []shownDeployment{d}})
	for _, want := range []string{
		"排队 queued 12s，运行 ran 1m23s，其中等待确认 waited for input 30s", "重试 retries 1", "测试 tests 120，失败 failed 3，跳过 skipped 2",
		"确认 input Deploy：继续 proceed，ops，2026-11-22 12:00:00，已不需要 late", "发布到生产?", "REGION=cn，PIN=******", "已核对 [31m", "已有人回答",
		"4f1c2d3e4…  li  fix it", "还有 and 5 more",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
	if strings.ContainsAny(text, "\x1b\u202e") || strings.Count(text, "fix it") != shownChanges {
		t.Error(text)
	}
}
