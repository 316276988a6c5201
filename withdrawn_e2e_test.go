package main

import (
	"strings"
	"testing"
	"time"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
)

// slowJob is built until a test ends it.
const slowJob = "deploy/mall/mall-slow"

// withdrawing is a world with a slow job and an approved form for it.
func withdrawing(t *testing.T, onRevoke string) *outside {
	t.Helper()
	o := approving(t, "verify_approval:", "on_revoke: "+onRevoke+"\n  verify_approval:")
	o.jenkins.AddJob(jenkinstest.Job{
		FullName: slowJob, DisplayName: "慢服务", Kind: jenkinstest.Freestyle, Duration: time.Hour,
		Parameters: jenkinstest.Company()[4].Parameters,
	})
	return o
}

func slowForm(pairs ...string) map[string]any {
	return webForm(append([]string{"应用名称", "慢服务"}, pairs...)...)
}

// revoked takes an agreed approval back, as its initiator does in DingTalk: by an approval of its own.
func (o *outside) revoked(instance string) {
	o.t.Helper()
	revoke, err := o.dingtalk.Revoke(instance, "zhang")
	if err != nil {
		o.t.Fatal(err)
	}
	o.decide(revoke, true)
}

// TestServeWithdrawsWhatHasNotStarted ends approvals in each of DingTalk's ways, at each stage before a build.
func TestServeWithdrawsWhatHasNotStarted(t *testing.T) {
	o := withdrawing(t, "tell")
	b := o.serve()
	o.pushing()
	end := func(number, why string) {
		t.Helper()
		o.settled(number, "cancelled")
		if text := o.told(number + " 的审批不再有效：" + why); !strings.Contains(text, "尚未开始，已取消") {
			t.Errorf("the group reads %q", text)
		}
	}

	verifying := o.asked(deployTemplate, "zhang", webForm())
	number := o.submitted(verifying, webForm())
	o.settled(number, "verifying")
	o.ahead.Add(int64(time.Minute)) // DingTalk withdraws nothing in the first seconds
	if err := o.dingtalk.Terminate(verifying, "zhang", "写错了"); err != nil {
		t.Fatal(err)
	}
	end(number, "审批已被撤销")

	later := webForm("执行方式", "定时", "执行时间", time.Now().Add(3*time.Hour).In(time.FixedZone("CST", 8*3600)).Format("2006-01-02 15:04"))
	for why, take := range map[string]func(instance string){
		"审批单已被删除": func(instance string) {
			if err := o.dingtalk.Delete(instance); err != nil {
				t.Error(err)
			}
		},
		"撤销申请已通过": o.revoked,
	} {
		scheduled := o.approved(later)
		number = o.submitted(scheduled, later)
		o.eventually("it waits for its time", func() bool { return o.deployment(number)["wait"] == "schedule" }, b.log)
		take(scheduled)
		end(number, why)
	}

	o.jenkins.QuietDown()
	queued := o.approved(webForm())
	number = o.submitted(queued, webForm())
	o.eventually("it is in Jenkins' queue", func() bool { return o.jenkins.Triggered() == 1 }, b.log)
	o.revoked(queued)
	end(number, "撤销申请已通过")
	o.jenkins.CancelQuietDown()
	again := o.approved(webForm("VERSION", "v3"))
	o.settled(o.submitted(again, webForm("VERSION", "v3")), "succeeded")
	o.wantBuilt("deploy/mall/mall-web v3 SUCCESS")
	o.wantEnd(b)
}

// TestServeWithdrawsWhatRuns: a build that runs goes on and people are told, or is stopped, as on_revoke says.
func TestServeWithdrawsWhatRuns(t *testing.T) {
	for onRevoke, c := range map[string]struct{ told, state, built string }{
		"tell": {"正在构建，不会自动停止", "succeeded", slowJob + " v2.1.0 SUCCESS"},
		"stop": {"正在构建，将被停止", "failed", slowJob + " v2.1.0 ABORTED"},
	} {
		t.Run(onRevoke, func(t *testing.T) {
			o := withdrawing(t, onRevoke)
			b := o.serve()
			o.pushing()
			instance := o.approved(slowForm())
			number := o.onlyRelease()
			o.eventually("it is built", func() bool { return len(o.built()) == 1 }, b.log)
			o.eventually("the bridge knows", func() bool { return o.deployment(number)["state"] == "running" }, b.log)
			o.revoked(instance)
			if text := o.told(number + " 的审批不再有效：撤销申请已通过"); !strings.Contains(text, c.told) {
				t.Errorf("the group reads %q", text)
			}
			if onRevoke == "tell" {
				o.jenkins.Finish(slowJob, 1, "SUCCESS")
			}
			o.settled(number, c.state)
			if comments := o.commented(instance, 3); !strings.Contains(strings.Join(comments, "\n"), "的审批不再有效") {
				t.Errorf("commented %q", comments)
			}
			o.wantBuilt(c.built)
			o.wantEnd(b)
		})
	}
}

// deployment is a release's only app.
func (o *outside) deployment(number string) map[string]any {
	o.t.Helper()
	list, _ := o.api("/api/releases/" + number)["deployments"].([]any)
	if len(list) != 1 {
		o.t.Fatalf("%d apps", len(list))
	}
	deployment, _ := list[0].(map[string]any)
	return deployment
}
