package main

import (
	"slices"
	"time"

	"github.com/oabridge/oabridge/dingtalk/dingtalktest"
	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
)

// defects are single things that go wrong in a blameless run, and what must be counted then.
var defects = map[string]struct {
	spoil func(e *evidence)
	want  map[count]int
}{
	"nothing": {func(*evidence) {}, nil},

	"a build is not there": {func(e *evidence) { e.jenkins.Builds = e.jenkins.Builds[1:] }, map[count]int{buildsMissing: 1}},
	"a build ended differently": {func(e *evidence) { e.jenkins.Builds[0].Result = "FAILURE" },
		map[count]int{buildsMissing: 1, buildsTwice: 1}}, // what is there is not what the release speaks of
	"an answered release is gone": {func(e *evidence) { e.releases = e.releases[1:] },
		map[count]int{buildsMissing: 1, buildsUnasked: 1}},
	"cancelled though nothing went wrong": {func(e *evidence) {
		e.jenkins.Builds = e.jenkins.Builds[1:]
		e.end(e.releases[0], "已取消", model.EventCancelled)
	}, map[count]int{buildsMissing: 1}},
	"lost though Jenkins lost nothing": {func(e *evidence) {
		e.jenkins.Builds = e.jenkins.Builds[1:]
		e.lose()
	}, map[count]int{buildsMissing: 1, notTerminal: 1}},
	"two releases name the same build": {func(e *evidence) {
		e.releases[2].Deployments[0].Build = 8
		e.releases[3].Deployments[0].Job, e.releases[3].Deployments[0].Build = "chaos/data/flush", 8
		e.records[3].form.apps = e.records[2].form.apps
		e.jenkins.Builds = slices.DeleteFunc(e.jenkins.Builds, func(b jenkinstest.Build) bool { return b.Job == "chaos/pay/clearing" })
		e.build("chaos/data/flush").Number = 8
	}, map[count]int{buildsMissing: 1}},

	"a second build":                        {func(e *evidence) { e.again(e.jenkins.Builds[0], 9) }, map[count]int{buildsTwice: 1}},
	"more builds than were asked for again": {func(e *evidence) { e.deployAgain(2) }, map[count]int{buildsTwice: 1}},
	"the end told twice although deployed again": {func(e *evidence) {
		e.deployAgain(1)
		e.show(e.records[0].form, "上线单 R-1 部署成功", "again")
	}, map[count]int{noticesTwice: 3}},
	"a second build of a job without tickets": {func(e *evidence) { e.again(*e.build("chaos/data/flush"), 9) },
		map[count]int{buildsTwice: 1}},
	"lost though its build lives": {func(e *evidence) { e.jenkins.Triggers[0].Lost = true; e.lose() }, map[count]int{buildsTwice: 1, notTerminal: 1}},
	"refused though its build lives": {func(e *evidence) {
		e.end(e.releases[0], "部署失败", model.EventDue, model.EventRefused)
	}, map[count]int{buildsTwice: 1}},

	"a build for a refused form":    {func(e *evidence) { e.again(e.jenkins.Builds[0], 9).Parameters[ticket] = "T-00005" }, map[count]int{buildsUnasked: 1}},
	"a build with a foreign ticket": {func(e *evidence) { e.again(e.jenkins.Builds[0], 9).Parameters[ticket] = "x" }, map[count]int{buildsUnasked: 1}},
	"a build of an app that was not asked for": {func(e *evidence) {
		e.again(e.jenkins.Builds[0], 9).Job = "chaos/pay/refund"
	}, map[count]int{buildsUnasked: 1}},
	"the build of a colleague":           {func(e *evidence) { e.build("chaos/data/flush").User = colleagueUser }, map[count]int{buildsMissing: 1}},
	"a build that somebody else started": {func(e *evidence) { e.jenkins.Builds[0].User = "x" }, map[count]int{buildsUnasked: 1}},
	"a build before its time": {func(e *evidence) {
		e.records[0].form.schedule, e.records[0].due = time.Second, e.jenkins.Builds[0].Queued.Add(time.Millisecond)
	}, map[count]int{buildsUnasked: 1}},
	"a second release of one form": {func(e *evidence) {
		second := *e.releases[2]
		second.Number = "R-9"
		e.releases = append(e.releases, &second)
	}, map[count]int{buildsUnasked: 1}},

	"another value":               {func(e *evidence) { e.jenkins.Builds[0].Parameters[target] = "staging" }, map[count]int{parametersWrong: 1}},
	"another number":              {func(e *evidence) { e.jenkins.Builds[0].Parameters[numbered] = "R-7" }, map[count]int{parametersWrong: 1}},
	"a default that was not sent": {func(e *evidence) { delete(e.jenkins.Builds[0].Parameters, notes) }, map[count]int{parametersWrong: 1}},
	"another answer to a step": {func(e *evidence) {
		e.build("chaos/pay/clearing").Answers[0].Parameters["REGION"] = "cn-north"
	}, map[count]int{parametersWrong: 1}},
	"a step that two people answered": {func(e *evidence) {
		b := e.build("chaos/pay/vault")
		b.Answers = append(b.Answers, b.Answers[0])
	}, map[count]int{parametersWrong: 1}},
	"a step with the answer to another": {func(e *evidence) {
		e.build("chaos/pay/vault").Answers[0].Parameters[signature] = "R-4/0"
	}, map[count]int{parametersWrong: 1}},
	"a step that nobody answered": {func(e *evidence) { e.build("chaos/pay/clearing").Answers = nil }, map[count]int{parametersWrong: 1}},

	"the second app before the first had ended": {func(e *evidence) {
		e.build("chaos/shop/search").Queued = e.build("chaos/shop/hot").Finished.Add(-time.Millisecond)
	}, map[count]int{orderWrong: 1}},

	"two builds of one job at once": {func(e *evidence) {
		b := e.build("chaos/shop/hot")
		b.Job, b.Number, b.Queued = "chaos/shop/web", 2, e.jenkins.Builds[0].Finished.Add(-time.Millisecond)
		e.releases[1].Deployments[0].Job = b.Job
		e.records[1].form.apps[0].FullName = b.Job
	}, map[count]int{orderWrong: 1}},

	"a release that goes on": {func(e *evidence) {
		r := e.releases[0]
		r.State, r.Deployments[0].State = model.ReleaseActive, model.StateRunning
		r.Events = r.Events[:4]
	}, map[count]int{notTerminal: 1}},

	"nobody in the group was told the end": {func(e *evidence) { e.dingtalk.Robots[robotName] = slices.Delete(e.dingtalk.Robots[robotName], 1, 2) },
		map[count]int{noticesMissing: 1}},
	"the initiator was not told the start": {func(e *evidence) { e.dingtalk.WorkNotices = e.dingtalk.WorkNotices[1:] }, map[count]int{noticesMissing: 1}},
	"a work notice that DingTalk dropped":  {func(e *evidence) { e.dingtalk.WorkNotices[0].UserIDs = nil }, map[count]int{noticesMissing: 1}},
	"a wrong end was told":                 {func(e *evidence) { e.dingtalk.Robots[robotName][1].Title = "上线单 R-1 部署失败" }, map[count]int{noticesMissing: 1}},
	"nobody was told of the refusal": {func(e *evidence) {
		e.dingtalk.WorkNotices = e.dingtalk.WorkNotices[:len(e.dingtalk.WorkNotices)-1]
	}, map[count]int{noticesMissing: 1}},

	"a notice twice": {func(e *evidence) {
		e.dingtalk.WorkNotices = append(e.dingtalk.WorkNotices, dingtalktest.WorkNotice{
			UserIDs: []string{"user-00"}, Title: "上线单 R-1：商城 暂时无法提交到 Jenkins", Markdown: "a",
		}, dingtalktest.WorkNotice{UserIDs: []string{"user-00"}, Title: "上线单 R-1：商城 暂时无法提交到 Jenkins", Markdown: "a"})
	}, map[count]int{noticesTwice: 1}},
	"the end told in two ways": {func(e *evidence) {
		e.dingtalk.WorkNotices = append(e.dingtalk.WorkNotices, dingtalktest.WorkNotice{
			UserIDs: []string{"user-00"}, Title: "上线单 R-1 部署成功", Markdown: "another text",
		})
	}, map[count]int{noticesTwice: 1}},

	"a history without its beginning": {func(e *evidence) { e.releases[0].Events = e.releases[0].Events[1:] }, map[count]int{eventsMissing: 1}},
	"a history with a gap": {func(e *evidence) { e.releases[0].Events = slices.Delete(e.releases[0].Events, 2, 3) },
		map[count]int{eventsMissing: 1}},
	"a history without its end": {func(e *evidence) { e.releases[0].Events = e.releases[0].Events[:5] }, map[count]int{eventsMissing: 1}},

	"two numbers for one form": {func(e *evidence) { e.records[0].answers[1].number = "R-2" }, map[count]int{answersUnequal: 1}},
	"a good form refused": {func(e *evidence) {
		e.records[0].answers[1] = answer{refused, "", "no"}
		e.show(e.records[0].form, "上线申请未被接受", "审批编号："+e.records[0].form.business()+" ")
	}, map[count]int{answersUnequal: 1}},
	"another content taken": {func(e *evidence) { e.records[0].others = []answer{{accepted, "R-1", ""}} }, map[count]int{answersUnequal: 1}},

	// What is not wrong.
	"Jenkins forgot the request": {func(e *evidence) {
		e.jenkins.Triggers[0].Lost = true
		e.jenkins.Builds = e.jenkins.Builds[1:]
		e.abandon()
	}, nil},
	"deployed again after a failure":       {func(e *evidence) { e.deployAgain(1) }, nil},
	"the build vanished":                   {func(e *evidence) { e.jenkins.Builds[0].Vanished = true; e.abandon() }, nil},
	"a build vanished and was made again":  {func(e *evidence) { e.again(e.jenkins.Builds[0], 9).Vanished = true }, nil},
	"an unanswered form that was recorded": {func(e *evidence) { e.records[0].answers = []answer{{unanswered, "", ""}} }, nil},
	"a form that was never recorded": {func(e *evidence) {
		e.records = append(e.records, &record{form: &form{id: 77, initiator: "user-00"}, answers: []answer{{unavailable, "", ""}}})
	}, nil},
	"a colleague's builds": {func(e *evidence) {
		e.again(*e.build("chaos/data/flush"), 9).User = colleagueUser
		e.again(*e.build("chaos/shop/web"), 9).User = colleagueUser
	}, nil},
	"refused by Jenkins with a reason": {func(e *evidence) {
		e.jenkins.Builds = e.jenkins.Builds[1:]
		e.end(e.releases[0], "部署失败", model.EventDue, model.EventRefused)
	}, nil},
}
