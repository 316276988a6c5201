package service

import (
	"context"
	"fmt"
	"maps"
	"sync/atomic"
	"testing"
	"time"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
)

// counted is a store that counts what is asked about single releases, and what is written.
type counted struct {
	Store
	single atomic.Int64
}

func (c *counted) Release(ctx context.Context, id int64) (*model.Release, error) {
	c.single.Add(1)
	return c.Store.Release(ctx, id)
}

func (c *counted) UpdateRelease(ctx context.Context, id int64, change func(*model.Release) error) error {
	c.single.Add(1)
	return c.Store.UpdateRelease(ctx, id, change)
}

// cost is what Jenkins was asked for meanwhile, by kind.
func (w *world) cost(meanwhile func()) map[string]int {
	before := maps.Clone(w.jenkins.Ledger().ByPath)
	meanwhile()
	spent := map[string]int{}
	for path, n := range w.jenkins.Ledger().ByPath {
		if n > before[path] {
			spent[path] = n - before[path]
		}
	}
	return spent
}

func TestQuietBuildsCostTwoRequestsALook(t *testing.T) {
	var store *counted
	w := newSquad(t, func(o *Options) { store = &counted{Store: o.Store}; o.Store = store })
	for i := range squadSize {
		if kind := squadKind(i); kind == "soon" || kind == "asks" {
			w.jenkins.Finish(squadJob(i), 1, "")
		}
	}
	w.looks(60, time.Second)
	store.single.Store(0)
	spent := w.cost(func() { w.looks(20, 2*time.Second) })
	if want := map[string]int{"GET queue": 20, "GET computer": 20}; !maps.Equal(spent, want) || store.single.Load() != 0 {
		t.Errorf("20 looks at 30 builds cost %v and %d queries for single releases", spent, store.single.Load())
	}
}

// A pipeline that waits for a person is looked into when it pauses, when somebody answers, and now and then.
func TestWaitingForAnAnswerCostsLittle(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.jenkins.SetJob("deploy/pay/pay-gateway", func(j *jenkinstest.Job) { j.Duration = 20 * time.Minute })
	w.submit("项目名称", "支付", "应用名称", "支付网关")
	w.submitDueNow()
	const looksIn = "GET wfapi/pendingInputActions"
	until := func(state model.DeploymentState) map[string]int {
		return w.cost(func() {
			for w.release("R-1001").Deployments[0].State != state {
				w.looks(1, time.Second)
			}
		})
	}
	if spent := until(model.StatePaused); spent[looksIn] != 1 {
		t.Errorf("until it paused: %v", spent)
	}
	waiting := w.cost(func() { w.looks(3600, time.Second) })[looksIn]
	t.Logf("an hour of waiting, looked at each second, costs %d requests for the questions", waiting)
	if waiting < 60 || waiting > 150 {
		t.Errorf("an hour of waiting costs %d requests", waiting)
	}
	w.byHand("li", "/job/deploy/job/pay/job/pay-gateway/1/input/Confirm/proceedEmpty", "")
	answered := w.cost(func() { w.looks(1, time.Second) })[looksIn]
	if d := w.release("R-1001").Deployments[0]; answered != 1 || d.State != model.StateRunning || d.PausedFor < time.Hour || d.PausedAt != nil {
		t.Errorf("after the answer: %d requests, %s, paused for %s", answered, d.State, d.PausedFor)
	}
	going := w.cost(func() { w.looks(600, time.Second) })[looksIn]
	t.Logf("ten minutes of running on cost %d", going)
	if going < 20 || going > 80 {
		t.Errorf("ten minutes of running on cost %d requests", going)
	}
	w.looks(1200, time.Second)
	w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded)
}

// A second question is found although nothing that is listed shows it.
func TestEveryQuestionIsFound(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.jenkins.SetJob("deploy/pay/pay-gateway", func(j *jenkinstest.Job) {
		j.Duration = 30 * time.Minute
		j.Stages = []string{"一", "问一", "二", "问二"}
		j.Inputs = []jenkinstest.Input{{ID: "First", Message: "一?", Stage: "问一"}, {ID: "Second", Message: "二?", Stage: "问二"}}
	})
	w.submit("项目名称", "支付", "应用名称", "支付网关")
	w.submitDueNow()
	for _, step := range []string{"First", "Second"} {
		w.looks(16*60, time.Second)
		w.want("R-1001", model.ReleaseActive, model.StatePaused)
		w.byHand("li", "/job/deploy/job/pay/job/pay-gateway/1/input/"+step+"/proceedEmpty", "")
	}
	w.looks(20, time.Second)
	w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded)
}

func TestThePauseBetweenTwoLooks(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Controllers[0].Poll, o.Controllers[0].PollMax = time.Second, 15*time.Second })
	f := follower{worker{w.Service, w.controller()}}
	now := w.clock.Now()
	ago := func(d time.Duration) *time.Time { return new(now.Add(-d)) }
	queued := func(since time.Duration) model.Deployment {
		return model.Deployment{State: model.StateQueued, SubmittedAt: ago(since)}
	}
	running := func(since, estimate time.Duration) model.Deployment {
		return model.Deployment{State: model.StateRunning, SubmittedAt: ago(since), StartedAt: ago(since), Estimate: estimate}
	}
	for name, c := range map[string]struct {
		followed []model.Deployment
		want     time.Duration
	}{
		"just queued":                    {[]model.Deployment{queued(2 * time.Second)}, time.Second},
		"queued for a minute":            {[]model.Deployment{queued(time.Minute)}, 5 * time.Second},
		"queued for an hour":             {[]model.Deployment{queued(time.Hour)}, 5 * time.Second},
		"just started":                   {[]model.Deployment{running(5*time.Second, 0)}, time.Second},
		"started a minute ago":           {[]model.Deployment{running(time.Minute, 0)}, 6 * time.Second},
		"running for an hour":            {[]model.Deployment{running(time.Hour, 0)}, 15 * time.Second},
		"long before its end":            {[]model.Deployment{running(time.Hour, 2*time.Hour)}, 15 * time.Second},
		"near its end":                   {[]model.Deployment{running(time.Hour, time.Hour+10*time.Second)}, 5 * time.Second},
		"at its end":                     {[]model.Deployment{running(time.Hour, time.Hour)}, time.Second},
		"a little late":                  {[]model.Deployment{running(time.Hour, time.Hour-20*time.Second)}, 2 * time.Second},
		"very late":                      {[]model.Deployment{running(time.Hour, time.Minute)}, 15 * time.Second},
		"told to stop":                   {[]model.Deployment{{State: model.StateRunning, StartedAt: ago(time.Hour), Stop: &model.StopRequest{At: *ago(5 * time.Second)}}}, time.Second},
		"told to stop an hour ago":       {[]model.Deployment{{State: model.StateRunning, StartedAt: ago(2 * time.Hour), Stop: &model.StopRequest{At: *ago(time.Hour)}}}, 5 * time.Second},
		"paused just now":                {[]model.Deployment{{State: model.StatePaused, StartedAt: ago(time.Hour), PausedAt: ago(time.Second)}}, time.Second},
		"paused for an hour":             {[]model.Deployment{{State: model.StatePaused, StartedAt: ago(2 * time.Hour), PausedAt: ago(time.Hour)}}, 15 * time.Second},
		"a quiet one and one near":       {[]model.Deployment{running(time.Hour, 0), running(time.Hour, time.Hour)}, time.Second},
		"started by a clock that is off": {[]model.Deployment{{State: model.StateRunning, StartedAt: new(now.Add(time.Hour))}}, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			list := make([]*model.Deployment, len(c.followed))
			for i := range c.followed {
				list[i] = &c.followed[i]
				list[i].ID = int64(i + 1)
			}
			if got := f.nextIn(list); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
	var quiet []*model.Deployment
	for i := range 1000 {
		d := running(time.Hour, 0)
		d.ID = int64(i + 1)
		quiet = append(quiet, &d)
	}
	if one, all := f.nextIn(quiet[:1]), f.nextIn(quiet); one != all {
		t.Errorf("one quiet build is looked at every %s, a thousand every %s", one, all)
	}
}

// Another replica may change what is followed and have no other way to say so.
func TestALongPauseEndsWhenThereIsNews(t *testing.T) {
	w := newWorld(t, quick, func(o *Options) { o.Controllers[0].PollMax = time.Hour })
	slowly(etlJob)(w)
	w.submit(toETL...)
	w.turns(10)
	w.want("R-1001", model.ReleaseActive, model.StateRunning)
	w.clock.Advance(time.Minute)
	f := follower{worker{w.Service, w.controller()}}
	next, err := f.tick(t.Context())
	if err != nil || next.pause < 5*time.Second || next.mark == nil {
		t.Fatalf("%+v, %v", next, err)
	}
	if f.news(t.Context(), *next.mark, 1) {
		t.Error("there is news though nothing happened")
	}
	if _, err := w.Cancel(t.Context(), 1001, 0, "ops", "停"); err != nil {
		t.Fatal(err)
	}
	if !f.news(t.Context(), *next.mark, 2) {
		t.Error("what another replica changed is no news")
	}
	if ours, err := w.store.Lease(t.Context(), followLease(f.c), "another", time.Minute); err != nil || ours {
		t.Errorf("another replica follows: %v %v", ours, err)
	}
	w.clock.Advance(w.pace.Lease + time.Second)
	if ours, err := w.store.Lease(t.Context(), followLease(f.c), "another", time.Minute); err != nil || !ours {
		t.Fatalf("no other replica can follow: %v %v", ours, err)
	}
	next, err = f.tick(t.Context())
	if err != nil || next.mark != nil {
		t.Errorf("%+v, %v", next, err)
	}
}

func TestALongPauseKeepsTheLease(t *testing.T) {
	w := newWorld(t)
	slowly(etlJob)(w)
	w.submit(toETL...)
	w.turns(10)
	f := follower{worker{w.Service, w.controller()}}
	next, err := f.tick(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for glances := 1; glances <= 60; glances++ {
		w.clock.Advance(glance)
		if f.news(t.Context(), *next.mark, glances) {
			t.Fatalf("news at glance %d", glances)
		}
		if ours, err := w.store.Lease(t.Context(), followLease(f.c), "another", time.Minute); err != nil || ours {
			t.Fatalf("at glance %d another replica follows (%v)", glances, err)
		}
	}
}

func ExampleController_expectedEnd() {
	c := &Controller{Client: stopped{}}
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	d := &model.Deployment{StartedAt: &at, Estimate: 10 * time.Minute, PausedFor: time.Minute}
	fmt.Println(c.expectedEnd(d, at).Format(time.TimeOnly))
	d.PausedAt = new(at.Add(5 * time.Minute))
	fmt.Println(c.expectedEnd(d, at.Add(7*time.Minute)).Format(time.TimeOnly))
	d.Estimate = 0
	fmt.Println(c.expectedEnd(d, at))
	// Output:
	// 12:11:00
	// 12:13:00
	// <nil>
}

// stopped is a Jenkins whose clock is ours.
type stopped struct{ Jenkins }

func (stopped) Ahead() time.Duration { return 0 }
