package service

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
)

func rollbacks(o *Options) { o.Again = AgainRules{Retries: 2, RollBack: true} }

var undo = model.RollbackWish{By: "ops", Reason: "支付失败率上升"}

// deployed releases versions one after another, and returns the number of the last release.
func (w *world) deployed(apps string, versions ...string) string {
	w.t.Helper()
	number := ""
	for _, version := range versions {
		number = w.submit("项目名称", "商城", "应用名称", apps, "VERSION", version, "实例ID", "inst-"+version, "审批编号", version).Number
		w.turns(25)
	}
	return number
}

func (w *world) rollBack(number string, wish model.RollbackWish) model.Rollback {
	w.t.Helper()
	done, err := w.RollBack(w.t.Context(), w.release(number).ID, wish)
	if err != nil {
		w.t.Fatal(err)
	}
	return done
}

func versions(builds []jenkinstest.Build) string {
	var all []string
	for _, b := range builds {
		all = append(all, b.Parameters["VERSION"]+"="+b.Parameters["RELEASE_ID"])
	}
	return strings.Join(all, " ")
}

const twoApps = `["商城前端","订单服务"]`

func TestRollBackToTheSuccessBefore(t *testing.T) {
	w := newWorld(t, rollbacks)
	w.deployed(twoApps, "v1", "v2")
	w.failing("deploy/mall/mall-order", "SUCCESS", "SUCCESS", "FAILURE")
	number := w.deployed(twoApps, "v3")
	w.want(number, model.ReleasePartial, model.StateSucceeded, model.StateFailed)
	w.jenkins.SetJob("deploy/mall/mall-order", func(j *jenkinstest.Job) { j.ResultOf = nil })
	draft := undo
	draft.DryRun = true
	made := w.rollBack(number, draft)
	if made.Release.ID != 0 || len(made.Builds) != 2 || made.Builds[0].AppName != "订单服务" || made.Targets[0].Release != "R-1002" || made.Targets[1].Build != 2 {
		t.Errorf("%+v", made)
	}
	w.wantTriggers(6)
	done := w.rollBack(number, undo)
	r := done.Release
	if done.Duplicate || r.RollbackOf != 1003 || r.Source != "rollback" || r.Initiator.ID != "" || len(r.Approvers) != 2 || r.Approvers[0].ID != "wang" {
		t.Errorf("%+v", r)
	}
	w.turns(30)
	r = w.want("R-1004", model.ReleaseSucceeded, model.StateSucceeded, model.StateSucceeded)
	if r.Deployments[0].AppName != "订单服务" || r.RollbackOf != 1003 {
		t.Errorf("not in the reverse order: %+v", r.Deployments)
	}
	if got := versions(w.builds("deploy/mall/mall-web")); got != "v1=R-1001 v2=R-1002 v3=R-1003 v2=R-1004" {
		t.Error(got)
	}
	if builds := w.builds("deploy/mall/mall-order"); versions(builds) != "v1=R-1001 v2=R-1002 v3=R-1003 v2=R-1004" ||
		!strings.Contains(builds[3].Description, "回滚 R-1003") {
		t.Errorf("%s %q", versions(builds), builds[3].Description)
	}
	titles := w.inbox.titles("wang")
	if n := len(titles); titles[n-2] != "上线单 R-1004(回滚 R-1003) 已接收，开始部署" || titles[n-1] != "上线单 R-1004(回滚 R-1003) 部署成功" {
		t.Errorf("told %q", titles)
	}
	events, err := w.History(t.Context(), 1003, 0, 100)
	if last := events[len(events)-1]; err != nil || last.Kind != model.EventKindRolledBack || last.Actor != "ops" || !strings.Contains(last.Message, "R-1004") {
		t.Errorf("%+v %v", last, err)
	}
}

// TestRollBackTwiceIsOneRelease, also when it succeeded; one that failed may be tried again, and so may one with another request.
func TestRollBackTwiceIsOneRelease(t *testing.T) {
	w := newWorld(t, rollbacks)
	number := w.deployed("商城前端", "v1", "v2")
	done := make([]model.Rollback, 6)
	var all sync.WaitGroup
	for i := range done {
		all.Go(func() {
			var err error
			if done[i], err = w.RollBack(t.Context(), 1002, undo); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	first := 0
	for _, d := range done {
		if !d.Duplicate {
			first++
		}
		if d.Release.Number() != "R-1003" {
			t.Errorf("%s", d.Release.Number())
		}
	}
	if first != 1 {
		t.Errorf("%d releases", first)
	}
	w.failing("deploy/mall/mall-web", "", "", "FAILURE")
	w.turns(20)
	w.want("R-1003", model.ReleaseFailed, model.StateFailed)
	if d := w.rollBack(number, undo); d.Duplicate || d.Release.Number() != "R-1004" {
		t.Errorf("%+v", d)
	}
	w.turns(20)
	w.want("R-1004", model.ReleaseSucceeded, model.StateSucceeded)
	if d := w.rollBack(number, undo); !d.Duplicate || d.Release.Number() != "R-1004" {
		t.Errorf("%+v", d)
	}
	asked := undo
	asked.Request = "req-7"
	for _, duplicate := range []bool{false, true, true} {
		if d := w.rollBack(number, asked); d.Duplicate != duplicate || d.Release.Number() != "R-1005" {
			t.Errorf("%+v", d)
		}
		w.turns(12)
	}
	_, err := w.RollBack(t.Context(), 1003, asked)
	codeIs(t, err, model.CodeSubmissionConflict)
	if got := versions(w.builds("deploy/mall/mall-web")); got != "v1=R-1001 v2=R-1002 v1=R-1003 v1=R-1004 v1=R-1005" {
		t.Error(got)
	}
}

func TestNoRollBack(t *testing.T) {
	refused := func(w *world, number, says string, code model.Code, wish model.RollbackWish) {
		t.Helper()
		before := len(w.jenkins.Ledger().Triggers)
		_, err := w.RollBack(t.Context(), w.release(number).ID, wish)
		if codeIs(t, err, code); !strings.Contains(model.MessageOf(err), says) {
			t.Errorf("%v does not say %q", err, says)
		}
		w.turns(10)
		w.wantTriggers(before)
	}
	w := newWorld(t)
	refused(w, w.deployed("商城前端", "v1"), "rollback.allow", model.CodeConflict, undo)
	w = newWorld(t, rollbacks)
	first := w.deployed("商城前端", "v1")
	refused(w, first, "“商城前端” 在上线单 R-1001 之前没有成功部署的记录", model.CodeConflict, undo)
	refused(w, first, "说明原因", model.CodeInvalidRequest, model.RollbackWish{By: "ops", Reason: " "})
	both := w.deployed(twoApps, "v2")
	refused(w, both, "“订单服务” 在上线单 R-1002 之前", model.CodeConflict, undo)
	w.jenkins.QuietDown()
	waits := w.submit("VERSION", "v3", "实例ID", "inst-3").Number
	w.turns(3)
	refused(w, waits, "还没有结束", model.CodeConflict, undo)
	if _, err := w.Cancel(t.Context(), 1003, 0, "ops", "停"); err != nil {
		t.Fatal(err)
	}
	w.turns(3)
	w.want(waits, model.ReleaseCancelled, model.StateCancelled)
	refused(w, waits, "没有执行过", model.CodeConflict, undo)
	_, err := w.RollBack(t.Context(), 99, undo)
	codeIs(t, err, model.CodeNotFound)
}

// TestRollBackOfOneApp leaves the others as they are.
func TestRollBackOfOneApp(t *testing.T) {
	w := newWorld(t, rollbacks)
	number := w.deployed(twoApps, "v1", "v2")
	one := undo
	one.Deployment = w.release(number).Deployments[0].ID
	w.rollBack(number, one)
	w.turns(20)
	w.want("R-1003", model.ReleaseSucceeded, model.StateSucceeded)
	w.wantTriggers(5)
	if d := w.rollBack(number, undo); d.Duplicate || d.Release.Number() != "R-1004" {
		t.Errorf("the whole is another one: %+v", d)
	}
	one.Deployment = 99
	_, err := w.RollBack(t.Context(), 1002, one)
	codeIs(t, err, model.CodeNotFound)
}

// TestRollBackWhenTheJobChanged: what Jenkins would refuse or change is refused at once; a parameter that is gone is a person's to decide.
func TestRollBackWhenTheJobChanged(t *testing.T) {
	const job = "deploy/mall/mall-web"
	w := newWorld(t, rollbacks)
	number := w.deployed("商城前端", "v1", "v2")
	w.jenkins.SetJob(job, func(j *jenkinstest.Job) { j.Parameters = j.Parameters[1:] })
	done := w.rollBack(number, undo)
	if len(done.Warnings) != 1 || !strings.Contains(done.Warnings[0], "不再声明参数 VERSION") {
		t.Errorf("%q", done.Warnings)
	}
	w.turns(5)
	if d := w.want("R-1003", model.ReleaseActive, model.StateWaiting).Deployments[0]; d.Wait != model.WaitDrift {
		t.Errorf("waits for %q", d.Wait)
	}
	w.wantTriggers(2)
	if _, err := w.Cancel(t.Context(), 1003, 0, "ops", ""); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*jenkinstest.Job){
		"a choice is gone": func(j *jenkinstest.Job) { j.Parameters[0].Choices = []string{"staging"} },
		"disabled":         func(j *jenkinstest.Job) { j.Disabled = true },
	} {
		w.jenkins.SetJob(job, change)
		_, err := w.RollBack(t.Context(), 1002, undo)
		if code := model.CodeOf(err); code != model.CodeJobChanged {
			t.Errorf("%s: %v", name, err)
		}
	}
	w.jenkins.RemoveJob(job)
	_, err := w.RollBack(t.Context(), 1002, undo)
	codeIs(t, err, model.CodeJobChanged)
	w.wantTriggers(2)
}

// TestRollBackKeepsToTheWindow.
func TestRollBackKeepsToTheWindow(t *testing.T) {
	w := newWorld(t, rollbacks, open(Window{From: 8 * time.Hour, To: 20*time.Hour + 10*time.Minute})) // it is 20:00
	number := w.deployed("商城前端", "v1", "v2")
	w.clock.Advance(time.Hour)
	w.rollBack(number, undo)
	w.turns(3)
	if d := w.want("R-1003", model.ReleaseActive, model.StateWaiting).Deployments[0]; d.Wait != model.WaitWindow {
		t.Errorf("waits for %q", d.Wait)
	}
}

// TestRollBackOfWhatWasRetried goes back to before its first build, not to its own success.
func TestRollBackOfWhatWasRetried(t *testing.T) {
	w := newWorld(t, rollbacks)
	w.deployed("商城前端", "v1")
	w.failing("deploy/mall/mall-web", "", "FAILURE")
	number := w.deployed("商城前端", "v2")
	if _, err := w.Retry(t.Context(), 1002, 0, "ops", "再试"); err != nil {
		t.Fatal(err)
	}
	w.turns(20)
	w.want(number, model.ReleaseSucceeded, model.StateSucceeded)
	w.rollBack(number, undo)
	w.turns(20)
	if got := versions(w.builds("deploy/mall/mall-web")); got != "v1=R-1001 v2=R-1002 v2=R-1002 v1=R-1003" {
		t.Error(got)
	}
}

// TestRollBackKeepsToOneClock: by Jenkins' clock, which is ten minutes slow, the release began before the success that it replaced
// was seen; it goes back to that all the same, also when the release was retried.
func TestRollBackKeepsToOneClock(t *testing.T) {
	for _, again := range []bool{false, true} {
		w := newWorld(t, rollbacks)
		w.ahead = -10 * time.Minute
		if again {
			w.failing("deploy/mall/mall-web", "SUCCESS", "SUCCESS", "FAILURE")
		}
		number := w.deployed("商城前端", "v1", "v2", "v3")
		if again {
			if _, err := w.Retry(t.Context(), 1003, 0, "ops", "再试"); err != nil {
				t.Fatal(err)
			}
			w.turns(20)
		}
		w.want(number, model.ReleaseSucceeded, model.StateSucceeded)
		if d := w.rollBack(number, undo); len(d.Targets) != 1 || d.Targets[0].Release != "R-1002" {
			t.Errorf("again %v: goes back to %+v", again, d.Targets)
		}
	}
}

// TestRollBackOfWhatMayHaveRun: nobody knows what a build did that was lost, also when its deployment was taken back later.
func TestRollBackOfWhatMayHaveRun(t *testing.T) {
	for name, after := range map[string]func(*world) error{
		"given up": func(w *world) error { _, err := w.Abandon(t.Context(), 1002, 0, "ops", "没了"); return err },
		"retried and cancelled": func(w *world) error {
			if _, err := w.Retry(t.Context(), 1002, 0, "ops", "再试"); err != nil {
				return err
			}
			_, err := w.Cancel(t.Context(), 1002, 0, "ops", "不了")
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, rollbacks)
			w.deployed("商城前端", "v1")
			w.submit("项目名称", "商城", "应用名称", "商城前端", "VERSION", "v2", "实例ID", "inst-2", "审批编号", "2")
			w.jenkins.SetJob("deploy/mall/mall-web", func(j *jenkinstest.Job) { j.Duration = time.Hour })
			w.turns(4)
			w.want("R-1002", model.ReleaseActive, model.StateRunning)
			w.jenkins.Finish("deploy/mall/mall-web", 2, "SUCCESS")
			w.jenkins.DiscardBuild("deploy/mall/mall-web", 2)
			w.turns(150)
			w.want("R-1002", model.ReleaseActive, model.StateLost)
			if err := after(w); err != nil {
				t.Fatal(err)
			}
			if d := w.rollBack("R-1002", undo); len(d.Targets) != 1 || d.Targets[0].Release != "R-1001" {
				t.Errorf("goes back to %+v, says %q", d.Targets, d.Warnings)
			}
		})
	}
}

// TestWhoMayRollBack is asked when it is wanted, and once more before the POST.
func TestWhoMayRollBack(t *testing.T) {
	w, f := guardedWorld(t, rollbacks)
	for i, version := range []string{"v1", "v2"} {
		w.submit(risk("VERSION", version, "实例ID", version)...)
		w.turns(6)
		w.builtTimes(riskJob, i+1)
	}
	for user, says := range map[string]string{"": "请指明由谁回滚", "li": "发起人“li”没有项目“支付”的上线权限"} {
		wish := undo
		wish.User = user
		_, err := w.RollBack(t.Context(), 1002, wish)
		if codeIs(t, err, model.CodeAccessDenied); !strings.Contains(model.MessageOf(err), says) {
			t.Error(err)
		}
	}
	wish := undo
	wish.User = "zhang"
	w.jenkins.Down(true)
	_, err := w.RollBack(t.Context(), 1002, wish)
	codeIs(t, err, model.CodeJenkinsUnavailable)
	w.jenkins.Down(false)
	if r := w.rollBack("R-1002", wish).Release; r.Initiator.ID != "zhang" {
		t.Errorf("%+v", r.Initiator)
	}
	f.move("zhang", 1)
	w.clock.Advance(time.Hour)
	w.turns(4)
	if d := w.want("R-1003", model.ReleaseFailed, model.StateFailed).Deployments[0]; d.Code != model.CodeAccessDenied {
		t.Errorf("%s %s", d.Code, d.Message)
	}
	w.builtTimes(riskJob, 2)
}
