package service

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
)

// seldom is an engine that looks by itself once in a quarter of an hour only.
func seldom(o *Options) {
	quick(o)
	o.Controllers[0].Poll, o.Controllers[0].PollMax, o.Controllers[0].Refresh = 15*time.Minute, 15*time.Minute, time.Hour
}

// runningETL is a world whose engine runs and in which a build of some minutes does.
func runningETL(t *testing.T) *world {
	w := newWorld(t, seldom)
	slowly(etlJob)(w)
	w.submit(toETL...)
	w.turns(8)
	w.want("R-1001", model.ReleaseActive, model.StateRunning)
	looks := func() int { return w.jenkins.Ledger().ByPath["GET computer"] }
	before := looks()
	w.running()
	until(t, "the first looks", func() bool { return looks() >= before+2 })
	return w
}

func (w *world) ends(state model.DeploymentState) {
	w.t.Helper()
	until(w.t, "the release is "+string(state), func() bool { return w.release("R-1001").Deployments[0].State == state })
}

func TestAPushHasTheBuildLookedAt(t *testing.T) {
	for name, push := range map[string]func(w *world) model.Push{
		"by its address": func(w *world) model.Push { return model.Push{Address: w.url + "/job/deploy/job/data/job/data-etl/1/"} },
		"by another host's address": func(*world) model.Push {
			return model.Push{Address: "https://ci.example.com/job/deploy/job/data/job/data-etl/1/"}
		},
		"by its path":           func(*world) model.Push { return model.Push{Address: "job/deploy/job/data/job/data-etl/1/"} },
		"by its job's address":  func(w *world) model.Push { return model.Push{Address: w.url + "/job/deploy/job/data/job/data-etl/"} },
		"by its job and number": func(*world) model.Push { return model.Push{Job: etlJob, Number: 1} },
		"by its job":            func(*world) model.Push { return model.Push{Job: etlJob} },
	} {
		t.Run(name, func(t *testing.T) {
			w := runningETL(t)
			w.jenkins.Finish(etlJob, 1, "FAILURE")
			spent := w.cost(func() {
				if !w.Push(push(w)) {
					t.Error("nobody can be meant")
				}
				w.ends(model.StateFailed)
			})
			if spent["GET run"] != 1 || spent["GET computer"] != 0 {
				t.Errorf("it cost %v", spent)
			}
		})
	}
}

// A pipeline's own last step pushes before the build has ended: it is looked at again a few times.
func TestAPushThatComesTooEarly(t *testing.T) {
	w := runningETL(t)
	w.Push(model.Push{Job: etlJob, Number: 1})
	until(t, "a look", func() bool { return w.jenkins.Ledger().ByPath["GET run"] >= 2 })
	w.jenkins.Finish(etlJob, 1, "SUCCESS")
	w.ends(model.StateSucceeded)
}

// What a push says is not believed, and what nobody follows costs nothing.
func TestAPushIsNoTruth(t *testing.T) {
	w := runningETL(t)
	spent := w.cost(func() {
		for _, p := range []model.Push{
			{Address: w.url + "/job/deploy/job/mall/job/mall-web/1/"}, {Job: "nope"}, {Job: etlJob, Number: 99}, {Address: w.url + "/job/deploy/"},
		} {
			if !w.Push(p) {
				t.Errorf("%+v is of nobody", p)
			}
		}
		for _, p := range []model.Push{{}, {Address: "https://ci.example.com/view/all/"}, {Address: "http://%zz"}} {
			if w.Push(p) {
				t.Errorf("%+v is taken", p)
			}
		}
		w.Push(model.Push{Job: etlJob, Number: 1})
		until(t, "a look", func() bool { return w.jenkins.Ledger().ByPath["GET run"] >= 2 })
	})
	if w.want("R-1001", model.ReleaseActive, model.StateRunning); spent["GET run"] > mostKnockLooks || spent["GET queue/item"]+spent["GET job"] != 0 {
		t.Errorf("it cost %v", spent)
	}
}

// Any replica may be told, also one that does not follow and has no Redis; a storm of pushes is one look.
func TestAPushReachesWhoeverIsTold(t *testing.T) {
	w := runningETL(t)
	other := New(w.options)
	if err := other.Warm(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var done sync.WaitGroup
	done.Go(func() { other.Run(ctx) })
	t.Cleanup(func() { cancel(); done.Wait() })
	w.jenkins.Finish(etlJob, 1, "SUCCESS")
	spent := w.cost(func() {
		for range 200 {
			other.Push(model.Push{Job: etlJob, Number: 1})
		}
		w.ends(model.StateSucceeded)
	})
	if spent["GET run"] > 3 {
		t.Errorf("200 pushes cost %v", spent)
	}
	w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded)
}

// Whoever is pushed to and does not follow gives nothing up for lost: who follows decides that.
func TestAPushLosesNothing(t *testing.T) {
	w := newWorld(t)
	slowly(etlJob)(w)
	w.submit(toETL...)
	w.turns(8)
	other := New(w.options)
	w.jenkins.RemoveJob(etlJob)
	for range 10 {
		w.clock.Advance(5 * time.Minute)
		follower{worker{other, other.ordered[0]}}.heed(t.Context(), knock{job: etlJob, number: 1})
	}
	if d := w.want("R-1001", model.ReleaseActive, model.StateRunning).Deployments[0]; d.MissingSince != nil {
		t.Errorf("missing since %s", d.MissingSince)
	}
}

func TestAPushStartsAndPausesABuild(t *testing.T) {
	w := newWorld(t, seldom)
	w.submit("项目名称", "支付", "应用名称", "支付网关")
	w.submitDueNow()
	f, k := follower{worker{w.Service, w.controller()}}, knock{job: "deploy/pay/pay-gateway"}
	if !f.heed(t.Context(), k) {
		t.Error("the start is no change")
	}
	w.want("R-1001", model.ReleaseActive, model.StateRunning)
	w.clock.Advance(time.Second)
	w.turn() // /computer shows that it asks
	w.want("R-1001", model.ReleaseActive, model.StatePaused)
	w.byHand("li", "/job/deploy/job/pay/job/pay-gateway/1/input/Confirm/proceedEmpty", "")
	if !f.heed(t.Context(), k) {
		t.Error("the answer is no change")
	}
	w.want("R-1001", model.ReleaseActive, model.StateRunning)
}

func TestPushesHaveTheirLimit(t *testing.T) {
	w := newWorld(t)
	taken := 0
	for i := range 2 * mostKnocks {
		if w.Push(model.Push{Job: fmt.Sprint("job-", i)}) {
			taken++
		}
	}
	if taken != mostKnocks {
		t.Errorf("%d taken, want %d", taken, mostKnocks)
	}
}

func TestWhichControllerIsMeant(t *testing.T) {
	w := newWorld(t, func(o *Options) {
		for _, name := range []string{"stage", "test"} {
			c := o.Controllers[0]
			c.Name, c.URL = name, "https://"+name+".example.com/jenkins/"
			o.Controllers = append(o.Controllers, c)
		}
	})
	for address, want := range map[string]string{
		"https://stage.example.com/jenkins/job/a/1/": "stage", "https://TEST.example.com/jenkins/job/a/1/": "test",
		"https://elsewhere.example.com/job/a/": "prod stage test", "job/a/1/": "prod stage test", "": "prod stage test",
	} {
		var names []string
		for _, c := range w.addressed(address) {
			names = append(names, c.Name)
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%q: %s, want %s", address, got, want)
		}
	}
}

// A slow Jenkins holds up no push of another build.
func TestPushesAtOnce(t *testing.T) {
	w := newSquad(t)
	w.jenkins.SetJob(squadJob(0), func(j *jenkinstest.Job) { j.Result = "SUCCESS" })
	w.jenkins.FinishAll()
	f := follower{worker{w.Service, w.controller()}}
	waiting := map[knock]again{}
	for i := range squadSize {
		waiting[knock{squadJob(i), 1}] = again{at: time.Now()}
	}
	w.heedDue(t.Context(), f, waiting)
	if n := len(waiting); n != 10 { // those that wait for a node
		t.Errorf("%d wait on", n)
	}
	w.wantCounts("after the pushes", map[string]int{"pipe succeeded": 5, "pipe failed": 5, "free succeeded": 10, "asks succeeded": 10})
}
