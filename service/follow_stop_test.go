package service

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
)

const payJob = "deploy/pay/pay-clearing"

// forcefully lets pipelines be ended after some seconds.
func forcefully(o *Options) {
	o.Controllers[0].Stopping = StopRules{TermAfter: 20 * time.Second, KillAfter: 30 * time.Second}
}

// stubborn is a running pipeline that takes so many ways to end.
func stubborn(t *testing.T, times int, adjust ...func(*Options)) *world {
	w := newWorld(t, adjust...)
	w.jenkins.SetJob(payJob, func(j *jenkinstest.Job) {
		j.Stubborn, j.Duration, j.Inputs = times, time.Hour, nil
	})
	w.submit("项目名称", "支付", "应用名称", "清结算")
	w.turns(4)
	w.want("R-1001", model.ReleaseActive, model.StateRunning)
	return w
}

// told are the ways in which Jenkins was told to end builds, by how often.
func (w *world) ended() map[string]int {
	sent := map[string]int{}
	for _, way := range []string{"stop", "term", "kill", "queue/cancelItem"} {
		if n := w.jenkins.Ledger().ByPath["POST "+way]; n > 0 {
			sent[way] = n
		}
	}
	return sent
}

func (w *world) wantEnded(want map[string]int) {
	w.t.Helper()
	if got := w.ended(); len(got) != len(want) || !sameCounts(got, want) {
		w.t.Errorf("Jenkins was told %v, want %v", got, want)
	}
}

func sameCounts(got, want map[string]int) bool {
	for way, n := range want {
		if got[way] != n {
			return false
		}
	}
	return true
}

func (w *world) cancel(deployment int64) *model.Release {
	w.t.Helper()
	r, err := w.Cancel(w.t.Context(), 1001, deployment, "ops", "不发了")
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// lines are the messages of the history's lines of one kind.
func (w *world) lines(kind string) []string {
	w.t.Helper()
	events, err := w.History(w.t.Context(), 1001, 0, 1000)
	if err != nil {
		w.t.Fatal(err)
	}
	var lines []string
	for _, e := range events {
		if e.Kind == kind {
			lines = append(lines, e.Message)
		}
	}
	return lines
}

// TestAPipelineIsEndedMoreAndMoreForcefully, each time after it had its time, and is looked at first.
func TestAPipelineIsEndedMoreAndMoreForcefully(t *testing.T) {
	for times, want := range []map[string]int{{"stop": 1}, {"stop": 1, "term": 1}, {"stop": 1, "term": 1, "kill": 1}} {
		w := stubborn(t, times, forcefully)
		w.cancel(0)
		w.turns(15)
		w.wantEnded(map[string]int{"stop": 1})
		w.turns(15)
		if times > 1 {
			w.wantEnded(map[string]int{"stop": 1, "term": 1})
		}
		w.turns(40)
		w.wantEnded(want)
		r := w.want("R-1001", model.ReleaseFailed, model.StateAborted)
		d := r.Deployments[0]
		if sent := w.lines(model.EventKindStopSent); len(sent) != times+1 || !strings.HasSuffix(sent[times], "("+string(d.Stop.Way)+")") {
			t.Errorf("%d: history says %q, the wish %+v", times, sent, d.Stop)
		}
		if d.Stop.Sent != times+1 || d.Result != "ABORTED" || d.Message != "不发了" {
			t.Errorf("%d: %+v", times, d)
		}
		if titles := w.inbox.titles("zhang"); titles[len(titles)-1] != "上线单 R-1001 已中止" || !slices.Contains(titles, "上线单 R-1001 正在停止") {
			t.Errorf("told %q", titles)
		}
	}
}

// TestABuildThatDoesNotStopIsToldOnce, and its end is seen whenever it comes.
func TestABuildThatDoesNotStopIsToldOnce(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		adjust func(*Options)
		want   map[string]int
	}{
		"after kill":        {forcefully, map[string]int{"stop": 1, "term": 1, "kill": 1}},
		"without any force": {func(*Options) {}, map[string]int{"stop": 1}},
	} {
		t.Run(name, func(t *testing.T) {
			w := stubborn(t, 3, c.adjust)
			w.cancel(0)
			w.turns(400)
			w.wantEnded(c.want)
			told := 0
			for _, title := range w.inbox.titles("zhang") {
				if strings.Contains(title, "停不下来") {
					told++
				}
			}
			d := w.want("R-1001", model.ReleaseActive, model.StateRunning).Deployments[0]
			if told != 1 || d.Code != model.CodeJenkinsUnstoppable || !d.Stop.Told {
				t.Errorf("told %d times, %s %s", told, d.Code, d.Message)
			}
			w.jenkins.Finish(payJob, 1, "FAILURE")
			w.turns(10)
			if d := w.want("R-1001", model.ReleaseFailed, model.StateFailed).Deployments[0]; !strings.Contains(d.Message, "ops 要求停止") {
				t.Error(d.Message)
			}
		})
	}
}

// TestABuildThatIsNoPipelineIsOnlyToldToStop.
func TestABuildThatIsNoPipelineIsOnlyToldToStop(t *testing.T) {
	w := newWorld(t, forcefully)
	w.jenkins.SetJob(etlJob, func(j *jenkinstest.Job) { j.Stubborn, j.Duration = 3, time.Hour })
	w.submit(toETL...)
	w.turns(4)
	w.cancel(0)
	w.turns(200)
	w.wantEnded(map[string]int{"stop": 3})
}

// TestABuildThatWaitsForPeopleIsStopped.
func TestABuildThatWaitsForPeopleIsStopped(t *testing.T) {
	w := newWorld(t, forcefully)
	w.submit("项目名称", "支付", "应用名称", "支付网关")
	w.turns(8)
	w.want("R-1001", model.ReleaseActive, model.StatePaused)
	w.cancel(0)
	w.turns(3)
	w.want("R-1001", model.ReleaseFailed, model.StateAborted)
	w.wantEnded(map[string]int{"stop": 1})
}

// TestABuildThatEndsByItselfKeepsItsResult though somebody wanted to stop it: nothing is sent, or nothing comes of it.
func TestABuildThatEndsByItselfKeepsItsResult(t *testing.T) {
	for name, c := range map[string]struct {
		before, after func(*world)
		sent          map[string]int
	}{
		"before the look": {func(w *world) { w.jenkins.Finish(payJob, 1, "SUCCESS") }, func(*world) {}, map[string]int{}},
		"after the POST":  {func(*world) {}, func(w *world) { w.jenkins.Finish(payJob, 1, "SUCCESS") }, map[string]int{"stop": 1}},
	} {
		t.Run(name, func(t *testing.T) {
			w := stubborn(t, 1, forcefully)
			w.cancel(0)
			c.before(w)
			w.turn()
			c.after(w)
			w.turns(60)
			r := w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded)
			w.wantEnded(c.sent)
			if d := r.Deployments[0]; !strings.Contains(d.Message, "构建已自行结束") {
				t.Error(d.Message)
			}
		})
	}
}

// TestAStopThatIsForbiddenIsSaidWithTheRemedy, and tried again until the right is there.
func TestAStopThatIsForbiddenIsSaidWithTheRemedy(t *testing.T) {
	w := stubborn(t, 0, forcefully)
	w.jenkins.Fail(403, 3, "POST /job/deploy/job/pay/job/pay-clearing/1/stop")
	w.cancel(0)
	w.turns(5)
	d := w.want("R-1001", model.ReleaseActive, model.StateRunning).Deployments[0]
	if d.Code != model.CodeJenkinsForbidden || !d.Stop.Failed || d.Stop.Sent != 0 {
		t.Errorf("%s %s %+v", d.Code, d.Message, d.Stop)
	}
	if titles := w.inbox.titles("zhang"); !slices.Contains(titles, "上线单 R-1001：清结算 停不下来") {
		t.Errorf("told %q", titles)
	}
	w.turns(80)
	w.want("R-1001", model.ReleaseFailed, model.StateAborted)
	w.wantEnded(map[string]int{"stop": 4})
}

// TestAQueuedItemThatBecameABuildIsStoppedAsOne: 500 of the queue, as measured, says no more than that it left.
func TestAQueuedItemThatBecameABuildIsStoppedAsOne(t *testing.T) {
	for _, status := range []int{500, 404} {
		w := newWorld(t, forcefully)
		w.jenkins.SetJob(etlJob, lasting)
		w.jenkins.QuietDown()
		w.submit(toETL...)
		w.turns(2)
		w.want("R-1001", model.ReleaseActive, model.StateQueued)
		w.cancel(0)
		w.jenkins.Fail(status, 1, "POST /queue/cancelItem")
		if err := (follower{worker{w.Service, w.controller()}}).cancelThen(t, w, w.jenkins.CancelQuietDown); err != nil {
			t.Fatal(err)
		}
		w.turns(4)
		r := w.want("R-1001", model.ReleaseFailed, model.StateAborted)
		if builds := w.builds(etlJob); len(builds) != 1 || builds[0].Result != "ABORTED" || r.Deployments[0].Build != 1 {
			t.Errorf("%d: %+v", status, builds)
		}
	}
}

// cancelThen looks at what runs with an older view of the queue: the item is a build by the time that it is cancelled.
func (f follower) cancelThen(t *testing.T, w *world, meanwhile func()) error {
	t.Helper()
	followed, err := w.store.FollowedDeployments(t.Context(), "prod")
	if err != nil {
		return err
	}
	queued, running, err := w.controller().Client.Overview(t.Context())
	if err != nil {
		return err
	}
	meanwhile()
	w.clock.Advance(time.Second)
	f.c.watch.look(f.now(), queued, followed)
	return f.lookAll(t.Context(), followed, newView(queued, running))
}

// TestTheQueueIsNotBelievedByItsAnswer: what Jenkins says of the item afterwards counts.
func TestTheQueueIsNotBelievedByItsAnswer(t *testing.T) {
	w := newWorld(t)
	w.jenkins.QuietDown()
	w.submit(toETL...)
	w.turns(2)
	w.cancel(0)
	w.jenkins.CutAfter(1, "POST /queue/cancelItem")
	_ = w.look()
	w.want("R-1001", model.ReleaseActive, model.StateQueued)
	w.turns(20)
	w.want("R-1001", model.ReleaseCancelled, model.StateCancelled)
	if n := w.ended()["queue/cancelItem"]; n > 1 {
		t.Errorf("told %d times", n)
	}
}

// TestCancelOfOneOfASequence takes back what waits behind it, not what comes before.
func TestCancelOfOneOfASequence(t *testing.T) {
	for name, c := range map[string]struct {
		position  int
		immediate []model.DeploymentState
		end       model.ReleaseState
		ends      []model.DeploymentState
	}{
		"one that runs": {0, []model.DeploymentState{model.StateRunning, model.StateCancelled, model.StateCancelled},
			model.ReleaseFailed, []model.DeploymentState{model.StateAborted, model.StateCancelled, model.StateCancelled}},
		"the second": {1, []model.DeploymentState{model.StateRunning, model.StateCancelled, model.StateCancelled},
			model.ReleasePartial, []model.DeploymentState{model.StateSucceeded, model.StateCancelled, model.StateCancelled}},
		"the last": {2, []model.DeploymentState{model.StateRunning, model.StateWaiting, model.StateCancelled},
			model.ReleasePartial, []model.DeploymentState{model.StateSucceeded, model.StateSucceeded, model.StateCancelled}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.jenkins.SetJob("deploy/mall/mall-web", func(j *jenkinstest.Job) { j.Duration = 10 * time.Second })
			w.submit("应用名称", `["商城前端","订单服务","商城接口服务"]`)
			w.turns(2)
			r := w.release("R-1001")
			w.cancel(r.Deployments[c.position].ID)
			w.want("R-1001", model.ReleaseActive, c.immediate...)
			w.turns(30)
			w.want("R-1001", c.end, c.ends...)
			if n := len(w.inbox.titles("zhang")); n != 3 {
				t.Errorf("told %q", w.inbox.titles("zhang"))
			}
			_, err := w.Cancel(t.Context(), 1001, r.Deployments[0].ID, "ops", "")
			codeIs(t, err, model.CodeConflict)
		})
	}
}

func TestCancelOfOneThatIsDoneOrNotThere(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Form.Order = model.OrderParallel })
	w.jenkins.SetJob(etlJob, lasting)
	w.submit("项目名称", "数据平台", "应用名称", `["离线任务","数据同步"]`)
	w.turns(20)
	r := w.want("R-1001", model.ReleaseActive, model.StateRunning, model.StateSucceeded)
	_, err := w.Cancel(t.Context(), 1001, r.Deployments[1].ID, "ops", "")
	codeIs(t, err, model.CodeConflict)
	_, err = w.Cancel(t.Context(), 1001, 99, "ops", "")
	codeIs(t, err, model.CodeNotFound)
	w.cancel(0)
	told := len(w.inbox.titles("zhang"))
	w.cancel(0) // says nothing new
	w.turns(4)
	w.want("R-1001", model.ReleasePartial, model.StateAborted, model.StateSucceeded)
	if n := len(w.inbox.titles("zhang")); n != told+2 {
		t.Errorf("told %q", w.inbox.titles("zhang"))
	}
}
