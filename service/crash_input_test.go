package service

import (
	"regexp"
	"time"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
)

// asksAfter is when the first app of the only release asks, after so many answers.
func asksAfter(answers int) func(*play) bool {
	return func(p *play) bool {
		all := p.releases()
		if len(all) == 0 {
			return false
		}
		d := all[0].Deployments[0]
		return len(d.Inputs) > 0 && len(d.Answers) == answers && !d.Wanting()
	}
}

// answers is a person who answers a step.
func answers(q model.AnswerRequest) func(*play, int64) error {
	q.By = "ops"
	return func(p *play, id int64) error {
		_, err := p.Answer(p.t.Context(), id, q)
		return err
	}
}

// answered judges what Jenkins was told: these steps, in this order, each once.
func answered(state model.ReleaseState, want ...string) func(*play) {
	return func(p *play) {
		ends(state, 1)(p)
		var got []string
		for _, a := range p.made()[0].Answers {
			said := "no"
			if a.Proceed {
				said = "yes"
			}
			got = append(got, a.ID+" "+said)
		}
		if len(got) != len(want) {
			p.t.Fatalf("Jenkins was told %q, want %q", got, want)
		}
		for i := range want {
			if got[i] != want[i] {
				p.t.Errorf("Jenkins was told %q, want %q", got, want)
			}
		}
		for _, a := range p.releases()[0].Deployments[0].Answers {
			if a.Outcome != model.AnswerGiven {
				p.t.Errorf("the answer to %s by %s is %s: %s", a.Step, a.By, a.Outcome, a.Note)
			}
		}
	}
}

// inputScenarios need answers.
func inputScenarios() map[string]scenario {
	silence := []func(*Options){untold}
	asks := func(inputs ...jenkinstest.Input) func(*world) {
		return func(w *world) { w.jenkins.SetJob(gatewayJob, func(j *jenkinstest.Job) { j.Inputs = inputs }) }
	}
	again := jenkinstest.Input{ID: "Go", Message: "继续?"}
	impatient := func(o *Options) {
		o.Controllers[0].InputWait = InputWait{Reminder: 10 * time.Second, Timeout: 30 * time.Second, Abort: true}
	}
	return map[string]scenario{
		"input answered by a person": {adjust: []func(*Options){robotsTold}, jobs: asks(jenkinstest.Input{ID: "Full", Message: "全量?", Parameters: region()}), script: []scene{
			submits("a", toGateway...), operates(asksAfter(0), answers(model.AnswerRequest{Parameters: map[string]string{"REGION": "cn-east"}})),
		}, judge: answered(model.ReleaseSucceeded, "Full yes")},
		"input that is asked again": {adjust: silence, jobs: asks(again, again), script: []scene{
			submits("a", toGateway...), operates(asksAfter(0), answers(model.AnswerRequest{})), operates(asksAfter(1), answers(model.AnswerRequest{})),
		}, judge: answered(model.ReleaseSucceeded, "Go yes", "Go yes")},
		"inputs in parallel": {adjust: append(silence, func(o *Options) {
			o.Controllers[0].Inputs = []InputRule{{Message: regexp.MustCompile("^灰度")}}
		}), jobs: asks(jenkinstest.Input{ID: "Grey", Message: "灰度?", Parallel: 1}, jenkinstest.Input{ID: "Full", Message: "全量?", Parallel: 1}), script: []scene{
			submits("a", toGateway...), operates(asksAfter(1), answers(model.AnswerRequest{Step: "Full"})),
		}, judge: answered(model.ReleaseSucceeded, "Grey yes", "Full yes")},
		"input that nobody answers": {adjust: append(silence, impatient), jobs: asks(again), script: []scene{
			submits("a", toGateway...),
		}, judge: answered(model.ReleaseFailed, "Go no")},
	}
}
