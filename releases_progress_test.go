package main

import (
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
)

func TestAReleaseThatPeopleWaitFor(t *testing.T) {
	c := &bridgeClient{zone: time.FixedZone("CST", 8*3600), told: true}
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	golden(t, "releases/progress.golden", c.describe(shownRelease{
		Number: "R-1042", State: model.ReleaseActive, Project: shownPerson{ID: "prod:mall", Name: "商城"}, CreatedAt: at,
		Deployments: []shownDeployment{
			{ID: 7, App: "prod:deploy/web", Name: "商城前端", State: model.StateQueued, QueueID: 34, Queue: &shownQueue{
				Position: 3, Length: 7, Since: at, Text: "同一任务的构建 #11 正在进行，预计还要 2 分 10 秒\n\x1b[2J",
			}},
			{ID: 8, App: "prod:deploy/order", Name: "订单服务", State: model.StateRunning, Build: 12, EstimateMS: 270_400, ExpectedAt: &at, MovedTo: "deploy/new/order",
				Stages: []shownStage{
					{Name: "构建", Status: "SUCCESS", DurationMS: 50}, {Name: "发布到生产", Status: "IN_PROGRESS", DurationMS: 61_360, PausedMS: 12_000},
					{Name: "收尾\x1b[31m", Status: "PONDERING", Error: "脚本返回 1"},
				}},
			{ID: 9, App: "prod:deploy/api", Name: "api", State: model.StatePaused, Build: 3, ExpectedAt: &at, PausedAt: &at,
				Inputs: []shownInput{{ID: "Ask", Message: "发布到生产?\x1b[2J", Since: at, Why: "没有规则允许自动回答这一步", TimedOut: true, Parameters: []shownStepValue{
					{Name: "REGION", Description: "地域", Kind: model.KindChoice, Choices: []string{"cn-north", "cn-east"}, Default: new("cn-north")},
					{Name: "PIN", Kind: model.KindPassword, Hidden: true},
				}}},
			},
			{ID: 10, App: "prod:deploy/job", Name: "任务", State: model.StateFailed, Build: 4, Message: "构建结果 FAILURE",
				Failure: &shownFailure{Stage: "发布", Error: "exit code 1\x1b[2J", Lines: []string{"+ ./deploy.sh", "ERROR: refused\x1b[31m"}}},
		},
	}))
}
