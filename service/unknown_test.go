package service

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

const trigger = "POST /job/deploy/job/mall/job/mall-web/buildWithParameters"

func TestCutConnectionAfterThePostAdoptsTheBuild(t *testing.T) {
	w := newWorld(t)
	w.jenkins.CutAfter(1, trigger)
	got := w.submit()
	w.turns(5)
	w.want(got.Number, model.ReleaseSucceeded, model.StateSucceeded)
	if n := len(w.builds(webJob)); n != 1 {
		t.Errorf("%d builds, want 1", n)
	}
}

func TestCutConnectionBeforeThePostSubmitsAgainOnlyWhenItSurelyIsNotThere(t *testing.T) {
	w := newWorld(t)
	w.jenkins.CutBefore(1, trigger)
	got := w.submit()
	w.turns(100)
	w.want(got.Number, model.ReleaseActive, model.StateSubmitting) // it could still turn up
	w.turns(30)
	r := w.want(got.Number, model.ReleaseSucceeded, model.StateSucceeded)
	if n := len(w.builds(webJob)); n != 1 || r.Deployments[0].Attempts != 2 {
		t.Errorf("%d builds in %d attempts", n, r.Deployments[0].Attempts)
	}
}

func TestServerErrorsThatLeaveNoBuildEndInAFailureThatIsTold(t *testing.T) {
	w := newWorld(t)
	w.jenkins.Fail(500, 100, trigger)
	got := w.submit()
	w.turns(700)
	r := w.want(got.Number, model.ReleaseFailed, model.StateFailed)
	if r.Deployments[0].Code != model.CodeJenkinsRejected || r.Deployments[0].Attempts != maxRejections {
		t.Errorf("%s after %d attempts", r.Deployments[0].Code, r.Deployments[0].Attempts)
	}
}

func TestJenkinsAwayIsWaitedFor(t *testing.T) {
	w := newWorld(t)
	w.jenkins.Fail(503, 3, trigger)
	got := w.submit()
	w.turn()
	if r := w.want(got.Number, model.ReleaseActive, model.StateWaiting); r.Deployments[0].Wait != model.WaitJenkins {
		t.Fatalf("waits for %q", r.Deployments[0].Wait)
	}
	w.turns(15)
	w.want(got.Number, model.ReleaseSucceeded, model.StateSucceeded)
	if n := len(w.builds(webJob)); n != 1 {
		t.Errorf("%d builds, want 1", n)
	}
}

func TestWrongTokenWaitsSlowlyAndSaysSo(t *testing.T) {
	w := newWorld(t)
	w.jenkins.Fail(401, 1, trigger)
	got := w.submit()
	w.turns(5)
	r := w.want(got.Number, model.ReleaseActive, model.StateWaiting)
	if d := r.Deployments[0]; d.Wait != model.WaitAuth || d.Code != model.CodeJenkinsAuth || d.Message == "" {
		t.Fatalf("waits for %q: %s %s", d.Wait, d.Code, d.Message)
	}
	w.turns(60)
	w.want(got.Number, model.ReleaseSucceeded, model.StateSucceeded)
}

// What Jenkins says to the POST decides, should the job change between the look and the POST.
func TestJobThatIsGoneOrDisabledIsRefused(t *testing.T) {
	for name, change := range map[string]func(*jenkinstest.Server){
		"gone":     func(j *jenkinstest.Server) { j.RemoveJob(webJob) },
		"disabled": func(j *jenkinstest.Server) { j.SetJob(webJob, func(j *jenkinstest.Job) { j.Disabled = true }) },
	} {
		t.Run(name, func(t *testing.T) {
			o := &overtakenLook{}
			w := newWorld(t, func(options *Options) { o.Jenkins, options.Controllers[0].Client = options.Controllers[0].Client, o })
			got := w.submit()
			o.by = func() { change(w.jenkins) }
			w.turn()
			if r := w.want(got.Number, model.ReleaseFailed, model.StateFailed); r.Deployments[0].Message == "" {
				t.Error("nothing says why")
			}
		})
	}
}

// A crash between two writes leaves a saved intent. Whoever comes next must not deploy twice, nor forget it.
func TestCrashAfterTheIntentWasSaved(t *testing.T) {
	for name, posted := range map[string]bool{"before the POST": false, "after the POST": true} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			got := w.submit()
			due, err := w.store.ClaimDeployments(t.Context(), "prod", "dead/1", w.pace.Lease, 1)
			if err != nil || len(due) != 1 {
				t.Fatalf("claimed %d: %v", len(due), err)
			}
			s := submitter{worker{w.Service, w.controller()}}
			d, err := s.update(t.Context(), due[0], "dead/1", unconditionally(s))
			if err != nil {
				t.Fatal(err)
			}
			if posted {
				parameters := append(d.Parameters, model.ParameterValue{Name: "RELEASE_ID", Value: got.Number})
				if _, err := w.controller().Client.Trigger(t.Context(), d.FullName, true, parameters); err != nil {
					t.Fatal(err)
				}
			}
			w.reborn()
			w.turns(10)
			w.want(got.Number, model.ReleaseActive, model.StateSubmitting) // its lease is not over
			w.turns(140)
			w.want(got.Number, model.ReleaseSucceeded, model.StateSucceeded)
			if n := len(w.builds(webJob)); n != 1 {
				t.Errorf("%d builds, want 1", n)
			}
		})
	}
}

func TestAdoptionByParametersWhenTheJobHasNoReleaseParameter(t *testing.T) {
	w := newWorld(t)
	// Somebody's build of the same job with the same parameters is not ours.
	w.byHand("li", "/job/deploy/job/data/job/data-sync/buildWithParameters?delay=0sec", "VERSION=v2.1.0&ENV=prod&DRY_RUN=false")
	w.jenkins.CutAfter(1, "POST /job/deploy/job/data/job/data-sync/buildWithParameters")
	w.clock.Advance(5 * time.Second)
	got := w.submit("项目名称", "数据平台", "应用名称", "数据同步")
	w.turns(5)
	r := w.want(got.Number, model.ReleaseSucceeded, model.StateSucceeded)
	if builds := w.builds("deploy/data/data-sync"); len(builds) != 2 || r.Deployments[0].Build != 2 {
		t.Errorf("%d builds, ours is #%d", len(builds), r.Deployments[0].Build)
	}
}

func TestTwoEqualReleasesNeverShareABuild(t *testing.T) {
	w := newWorld(t)
	w.jenkins.CutAfter(2, "POST /job/deploy/job/data/job/data-sync/buildWithParameters")
	one := w.submit("项目名称", "数据平台", "应用名称", "数据同步")
	w.turns(5)
	two := w.submit("项目名称", "数据平台", "应用名称", "数据同步", "实例ID", "inst-2")
	w.turns(5)
	a, b := w.want(one.Number, model.ReleaseSucceeded, model.StateSucceeded), w.want(two.Number, model.ReleaseSucceeded, model.StateSucceeded)
	if a.Deployments[0].Build == b.Deployments[0].Build || len(w.builds("deploy/data/data-sync")) != 2 {
		t.Errorf("builds #%d and #%d", a.Deployments[0].Build, b.Deployments[0].Build)
	}
}

func TestOneFailedLookChangesNothing(t *testing.T) {
	w := newWorld(t)
	got := w.submit("项目名称", "数据平台", "应用名称", "离线任务")
	w.turns(2)
	w.want(got.Number, model.ReleaseActive, model.StateRunning)
	w.jenkins.Fail(502, 2, "GET /")
	for range 2 {
		w.clock.Advance(time.Second)
		if err := w.look(); err == nil {
			t.Fatal("the look did not fail")
		}
	}
	w.want(got.Number, model.ReleaseActive, model.StateRunning)
	w.turns(8)
	w.want(got.Number, model.ReleaseSucceeded, model.StateSucceeded)
}

func TestRestartOfJenkins(t *testing.T) {
	w := newWorld(t, func(o *Options) {
		o.Controllers[0].Inputs = nil
	})
	got := w.submit("项目名称", "支付", "应用名称", "支付网关")
	w.turns(3)
	w.want(got.Number, model.ReleaseActive, model.StatePaused)
	w.jenkins.Restart(5 * time.Second)
	for range 4 {
		w.clock.Advance(time.Second)
		if err := w.look(); err == nil {
			t.Fatal("Jenkins answered while it restarted")
		}
	}
	w.clock.Advance(5 * time.Second)
	w.turns(3)
	w.want(got.Number, model.ReleaseActive, model.StatePaused)
	w.byHand("li", "/job/deploy/job/pay/job/pay-gateway/1/input/Confirm/proceedEmpty", "")
	w.turns(3)
	w.want(got.Number, model.ReleaseSucceeded, model.StateSucceeded)
}

func TestBuildThatJenkinsForgotIsLostAndNeverDeployedAgain(t *testing.T) {
	w := newWorld(t)
	got := w.submit("项目名称", "数据平台", "应用名称", "离线任务")
	w.turns(2)
	w.want(got.Number, model.ReleaseActive, model.StateRunning)
	w.jenkins.Kill(0)
	w.turns(20)
	w.want(got.Number, model.ReleaseActive, model.StateRunning) // it might come back
	w.turns(120)
	w.want(got.Number, model.ReleaseActive, model.StateLost)
	w.turns(60)
	if n := len(w.jenkins.Ledger().Triggers); n != 1 {
		t.Errorf("%d triggers, want 1", n)
	}
	if titles := w.inbox.titles("ops"); titles[len(titles)-1] != "上线单 R-1001：离线任务 已失联，需要人工处理" {
		t.Errorf("notices %q", titles)
	}
}

func TestQueueIDGivenToAnotherJobIsNotBelieved(t *testing.T) {
	w := newWorld(t)
	w.jenkins.QuietDown()
	got := w.submit()
	w.turns(2)
	r := w.want(got.Number, model.ReleaseActive, model.StateQueued)
	w.jenkins.Kill(0) // our item is lost; its id will be used again
	for range 3 {
		w.byHand("li", "/job/deploy/job/pay/job/pay-risk/buildWithParameters?delay=0sec", "VERSION="+itoa(w.clock.Now().UnixNano()))
		w.clock.Advance(time.Second)
	}
	reused := false
	for _, tr := range w.jenkins.Ledger().Triggers {
		reused = reused || (tr.User == "li" && tr.QueueID == r.Deployments[0].QueueID)
	}
	if !reused {
		t.Fatal("the fake did not reuse the queue id: this test proves nothing")
	}
	w.turns(125)
	r = w.want(got.Number, model.ReleaseActive, model.StateLost)
	if r.Deployments[0].Build != 0 {
		t.Errorf("believed build #%d", r.Deployments[0].Build)
	}
}

func TestTheClientIsAskedTwicePerLook(t *testing.T) {
	w := newWorld(t)
	got := w.submit("项目名称", "数据平台", "应用名称", "离线任务")
	w.turns(2)
	w.want(got.Number, model.ReleaseActive, model.StateRunning)
	before := w.jenkins.Ledger().Requests
	if err := w.look(); err != nil {
		t.Fatal(err)
	}
	if n := w.jenkins.Ledger().Requests - before; n != 2 {
		t.Errorf("a look at a quiet build costs %d requests, want 2", n)
	}
}

func TestNothingToFollowAsksNothing(t *testing.T) {
	w := newWorld(t)
	before := w.jenkins.Ledger().Requests
	w.turns(5)
	if n := w.jenkins.Ledger().Requests - before; n != 0 {
		t.Errorf("%d requests with nothing to follow", n)
	}
}

func TestStaleClaimSavesNothing(t *testing.T) {
	w := newWorld(t)
	w.submit()
	due, err := w.store.ClaimDeployments(t.Context(), "prod", "slow/1", w.pace.Lease, 1)
	if err != nil || len(due) != 1 {
		t.Fatalf("claimed %d: %v", len(due), err)
	}
	w.clock.Advance(w.pace.Lease + time.Second)
	if w.submitDueNow() != 1 {
		t.Fatal("nobody took over")
	}
	err = submitter{worker{w.Service, w.controller()}}.step(context.Background(), due[0])
	codeIs(t, err, model.CodeConflict)
	if n := len(w.jenkins.Ledger().Triggers); n != 1 {
		t.Errorf("%d triggers, want 1", n)
	}
}
