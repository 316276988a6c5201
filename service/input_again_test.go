package service

import (
	"strings"
	"testing"
	"time"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
)

// The same question by the same id is asked for the second time: an answer counts for one time only.
func TestAQuestionThatIsAskedAgain(t *testing.T) {
	again := []jenkinstest.Input{{ID: "Go", Message: "继续?"}, {ID: "Go", Message: "继续?"}}
	t.Run("people", func(t *testing.T) {
		w := asking(t, again)
		for n := range 2 {
			if notes := w.notes(model.NoticeInput); len(notes) != n+1 {
				t.Fatalf("told %d times before answer %d", len(notes), n+1)
			}
			if err := w.person(model.AnswerRequest{}); err != nil {
				t.Fatal(err)
			}
			w.turns(4)
			if len(w.told()) != n+1 {
				t.Fatalf("%d answers after %d", len(w.told()), n+1)
			}
		}
		w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded)
		if notes := w.notes(model.NoticeInput); notes[0].Markdown == notes[1].Markdown || notes[0].Key == notes[1].Key {
			t.Error("DingTalk would drop the second notice")
		}
	})
	t.Run("by hand between two looks", func(t *testing.T) {
		w := asking(t, again)
		since := w.release("R-1001").Deployments[0].Inputs[0].Since
		w.byHand("li", "/job/deploy/job/pay/job/pay-gateway/1/input/Go/proceedEmpty", "")
		w.turns(2)
		d := w.want("R-1001", model.ReleaseActive, model.StatePaused).Deployments[0]
		if notes := w.notes(model.NoticeInput); len(notes) != 2 || !d.Inputs[0].Since.After(since) {
			t.Errorf("told %d times, waits since %s and before since %s", len(notes), d.Inputs[0].Since, since)
		}
	})
	t.Run("a rule, up to its limit", func(t *testing.T) {
		w := asking(t, append(again, again...), allow("^Go$", nil), func(o *Options) { o.Controllers[0].Inputs[0].Limit = 3 })
		w.turns(6)
		d := w.want("R-1001", model.ReleaseActive, model.StatePaused).Deployments[0]
		if len(w.told()) != 3 || len(d.Answers) != 3 || len(d.Inputs) != 1 || !strings.Contains(d.Inputs[0].Why, "自动回答 3 次") {
			t.Errorf("Jenkins got %d answers, left to people because %+v", len(w.told()), d.Inputs)
		}
	})
}

// The response to an answer is lost. The first shows that Jenkins had it, the second that it did not.
func TestAnAnswerWithoutAResponse(t *testing.T) {
	const proceed = "POST /job/deploy/job/pay/job/pay-gateway/1/input/Go/proceedEmpty"
	for name, c := range map[string]struct {
		cut     func(*jenkinstest.Server)
		inputs  []jenkinstest.Input
		answers int // that Jenkins has in the end
		state   model.DeploymentState
		outcome model.AnswerOutcome
		notes   int
	}{
		"it arrived":             {func(j *jenkinstest.Server) { j.CutAfter(1, proceed) }, []jenkinstest.Input{{ID: "Go", Message: "继续?"}}, 1, model.StateSucceeded, model.AnswerGiven, 0},
		"it did not":             {func(j *jenkinstest.Server) { j.CutBefore(1, proceed) }, []jenkinstest.Input{{ID: "Go", Message: "继续?"}}, 1, model.StateSucceeded, model.AnswerGiven, 0},
		"it arrived, and again?": {func(j *jenkinstest.Server) { j.CutAfter(1, proceed) }, []jenkinstest.Input{{ID: "Go", Message: "继续?"}, {ID: "Go", Message: "继续?"}}, 1, model.StatePaused, model.AnswerGiven, 1},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, allow("^Go$", nil), func(o *Options) { o.Controllers[0].Inputs[0].Limit = 1 })
			w.jenkins.SetJob(gatewayJob, func(j *jenkinstest.Job) { j.Inputs = c.inputs })
			c.cut(w.jenkins)
			w.submit(toGateway...)
			for range 30 {
				w.clock.Advance(time.Second)
				w.submitDueNow()
				_ = w.look()
				_, _ = w.deliverDue(t.Context())
			}
			d := w.release("R-1001").Deployments[0]
			if len(w.told()) != c.answers || d.State != c.state || len(d.Answers) != 1 || d.Answers[0].Outcome != c.outcome {
				t.Errorf("%s, Jenkins %+v, recorded %+v", d.State, w.told(), d.Answers)
			}
			if n := len(w.notes(model.NoticeInput)); n != c.notes {
				t.Errorf("told %d times, want %d", n, c.notes)
			}
		})
	}
}

// Jenkins takes nothing for a while though it answers looks: tried on, calmly, and given once it does.
func TestAnAnswerThatJenkinsCannotTakeNow(t *testing.T) {
	w := asking(t, []jenkinstest.Input{{ID: "Go", Message: "继续?"}})
	if err := w.person(model.AnswerRequest{}); err != nil {
		t.Fatal(err)
	}
	w.jenkins.Fail(503, 3, "POST /job/deploy/job/pay/job/pay-gateway/1/input/Go")
	for range 60 {
		w.clock.Advance(time.Second)
		_ = w.look()
		w.probe(t.Context(), w.controller())
	}
	d := w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded).Deployments[0]
	if len(w.told()) != 1 || len(d.Answers) != 1 || d.Answers[0].Outcome != model.AnswerGiven || d.Answers[0].Note != "" {
		t.Errorf("Jenkins %+v, recorded %+v", w.told(), d.Answers)
	}
}
