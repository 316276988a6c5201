package service

import (
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
)

func (w *world) progressOf(number string) model.Progress {
	w.t.Helper()
	list := w.Progress(w.t.Context(), w.release(number))
	if len(list) != 1 {
		w.t.Fatalf("progress of %d deployments", len(list))
	}
	return list[0]
}

func TestWhatPeopleSeeWhileItIsQueued(t *testing.T) {
	w := newWorld(t)
	w.jenkins.SetJob(etlJob, func(j *jenkinstest.Job) { j.Label = "nowhere" })
	w.jenkins.SetJob(webJob, func(j *jenkinstest.Job) { j.Label = "nowhere" })
	w.byHand("li", "/job/deploy/job/mall/job/mall-web/buildWithParameters?delay=0sec", "VERSION=theirs")
	w.submit(toETL...)
	w.turns(10)
	since := w.progressOf("R-1001").Queue.Since
	want := model.QueuePlace{
		Position: 2, Length: 2, Since: since, Why: "‘Jenkins’ doesn’t have label ‘nowhere’", Text: "没有带标签 nowhere 的可用节点",
	}
	if diff := cmp.Diff(want, *w.progressOf("R-1001").Queue); diff != "" {
		t.Error(diff)
	}
	spent := w.cost(func() {
		w.clock.Advance(10 * time.Second)
		other := New(w.options) // that does not follow
		var people sync.WaitGroup
		for range 50 {
			people.Go(func() {
				if q := other.Progress(t.Context(), w.release("R-1001"))[0].Queue; q == nil || q.Position != 2 {
					t.Errorf("%+v", q)
				}
			})
		}
		people.Wait()
	})
	if len(spent) != 1 || spent["GET queue"] != 1 {
		t.Errorf("50 who look cost %v", spent)
	}
}

func TestWhatPeopleSeeWhileItRuns(t *testing.T) {
	w := newWorld(t)
	w.jenkins.SetJob("deploy/pay/pay-gateway", func(j *jenkinstest.Job) { j.Duration = 4 * time.Minute })
	w.byHand("li", "/job/deploy/job/pay/job/pay-gateway/buildWithParameters?delay=0sec", "VERSION=first")
	w.turns(180)
	w.byHand("li", "/job/deploy/job/pay/job/pay-gateway/1/input/Confirm/proceedEmpty", "")
	w.turns(180)
	w.submit("项目名称", "支付", "应用名称", "支付网关")
	w.turns(15)
	d := w.want("R-1001", model.ReleaseActive, model.StateRunning).Deployments[0]
	p := w.progressOf("R-1001")
	if want := d.StartedAt.Add(d.Estimate); p.ExpectedAt == nil || !p.ExpectedAt.Equal(want) || d.Estimate < 5*time.Minute {
		t.Errorf("expected at %v, want %s (%s)", p.ExpectedAt, want, d.Estimate)
	}
	if len(p.Stages) != 1 || p.Stages[0].Name != "构建" || p.Stages[0].Status != "IN_PROGRESS" {
		t.Errorf("%+v", p.Stages)
	}
	w.turns(120)
	w.want("R-1001", model.ReleaseActive, model.StatePaused)
	p = w.progressOf("R-1001")
	if p.ExpectedAt != nil || len(p.Stages) != 2 || p.Stages[1].Status != "PAUSED_PENDING_INPUT" {
		t.Errorf("%+v", p)
	}
	spent := w.cost(func() {
		for range 9 {
			w.clock.Advance(time.Second)
			w.progressOf("R-1001")
		}
	})
	if len(spent) != 1 || spent["GET wfapi/describe"] > 3 {
		t.Errorf("nine looks in nine seconds cost %v", spent)
	}
	if spent := w.cost(func() { w.turns(20) }); spent["GET wfapi/describe"] != 0 {
		t.Errorf("stages are asked for though nobody looks: %v", spent)
	}
}

// What Jenkins does not say is missing; nobody waits for it for long, and it is not asked again and again.
func TestPeopleGetWhatThereIs(t *testing.T) {
	w := newWorld(t)
	slowly(etlJob)(w)
	w.submit(toETL...)
	w.turns(8)
	w.jenkins.Down(true)
	w.clock.Advance(time.Minute)
	if p := w.progressOf("R-1001"); p.Stages != nil || p.Queue != nil {
		t.Errorf("%+v", p)
	}
	w.jenkins.Down(false)
	w.turns(400)
	w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded)
	spent := w.cost(func() {
		if list := w.Progress(t.Context(), w.release("R-1001")); len(list) != 0 {
			t.Errorf("progress of what has ended: %+v", list)
		}
	})
	if len(spent) != 0 {
		t.Errorf("what has ended costs %v", spent)
	}
}
