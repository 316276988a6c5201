package service

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/oabridge/oabridge/model"
)

// lookInput looks at what a pipeline asks: what a rule or a person decided is answered, the rest is announced. confirmed is how
// many of its steps were answered with yes shortly before; -1: nobody looked.
func (f follower) lookInput(ctx context.Context, d *model.Deployment, confirmed int) error {
	steps, err := f.c.Client.PendingInputs(ctx, d.BuildJob(), d.Build)
	if err != nil {
		return err
	}
	if len(steps) == 0 {
		return f.nothingAsked(ctx, d, confirmed)
	}
	if !f.unsaved(d, steps, confirmed) {
		return f.sendAll(ctx, d, confirmed)
	}
	var paused *model.Deployment
	var missed []model.Answer
	err = f.decide(ctx, d, func(r *model.Release, current *model.Deployment) (err error) {
		paused = nil
		if missed, err = f.takeIn(r, current, steps, confirmed); err == nil {
			paused = current
		}
		return err
	})
	if err != nil || paused == nil {
		return err
	}
	f.count(missed...)
	return f.sendAll(ctx, paused, confirmed)
}

// nothingAsked saves that the pipeline goes on.
func (f follower) nothingAsked(ctx context.Context, d *model.Deployment, confirmed int) error {
	if d.State != model.StatePaused {
		return nil
	}
	var missed []model.Answer
	err := f.decide(ctx, d, func(r *model.Release, d *model.Deployment) error {
		missed = f.missed(r, d, nil, confirmed)
		return f.fire(r, d, model.EventAnswered, model.Cause{At: f.now(), Actor: actorJenkins})
	})
	if err == nil {
		f.count(missed...)
	}
	return err
}

// count tells the metrics what became of answers.
func (f follower) count(answers ...model.Answer) {
	for _, a := range answers {
		f.observer.Answered(f.c.Name, a.Rule != "", a.Outcome)
	}
}

// unsaved tells whether anything of what a pipeline asks is not saved yet, or has to be told now.
func (f follower) unsaved(d *model.Deployment, steps []model.InputStep, confirmed int) bool {
	seen := *d
	seen.Inputs, seen.Asked, seen.Answers = slices.Clone(d.Inputs), slices.Clone(d.Asked), slices.Clone(d.Answers)
	return d.State != model.StatePaused || reconcile(&seen, steps, confirmed, f.now()).changed || f.c.inputDue(d, f.now()) ||
		slices.ContainsFunc(d.Inputs, func(p model.PendingInput) bool {
			return d.Wants(p.Step.Question()) == nil && (p.Why == "" || !slices.Contains(d.Asked, p.Step.Question()))
		})
}

// takeIn saves what the pipeline asks, decides what the rules can, and tells people of the rest, once. It returns the answers
// whose steps wait no more.
func (f follower) takeIn(r *model.Release, d *model.Deployment, steps []model.InputStep, confirmed int) ([]model.Answer, error) {
	missed := f.missed(r, d, steps, confirmed)
	if d.State == model.StateRunning {
		err := f.fire(r, d, model.EventInput, model.Cause{
			At: f.now(), Actor: actorJenkins, Message: "流水线等待确认：" + stepTitles(steps),
		})
		if err != nil {
			return nil, err
		}
	}
	for i := range d.Inputs {
		p := &d.Inputs[i]
		question := p.Step.Question()
		if d.Wants(question) != nil {
			continue
		}
		at := slices.IndexFunc(steps, p.Step.Same)
		a, why := f.answerTo(r, d, steps[at], namesakes(steps, steps[at].ID))
		switch {
		case slices.Contains(d.Asked, question): // what people were asked is theirs
			if p.Why == "" {
				p.Why = cmp.Or(why, "已经通知过，由人回答")
			}
		case why != "":
			f.ask(r, d, p, why)
		default:
			f.answerBy(r, d, a)
		}
	}
	f.remind(r, d)
	return missed, nil
}

// ask tells people what a step asks and why nobody else answers.
func (f follower) ask(r *model.Release, d *model.Deployment, p *model.PendingInput, why string) {
	p.Why = why
	if question := p.Step.Question(); !slices.Contains(d.Asked, question) {
		d.Asked = append(d.Asked, question)
	}
	f.tell(r, f.write.input(r, d, p, "", f.now()))
}

// answerBy writes down an answer that is to be given.
func (s *Service) answerBy(r *model.Release, d *model.Deployment, a model.Answer) {
	verb := "确认"
	if a.Abort {
		verb = "拒绝"
	}
	if a.By == actorSystem {
		verb = "自动" + verb
	}
	message := verb + "：" + stepTitle(a.Step, a.Message)
	for _, p := range a.Parameters {
		message += "，" + p.Name + "=" + oneLine(model.Cut(p.Shown(), 60))
	}
	if a.Reason != "" {
		message += "；" + a.Reason
	}
	d.Answers = append(d.Answers, a)
	r.Record(model.Event{
		DeploymentID: d.ID, At: a.At, Actor: a.By, Kind: model.EventKindInput,
		From: string(d.State), To: string(d.State), Message: message,
	})
}

// missed takes in what was seen, and writes down what became of answers whose steps wait no more.
func (f follower) missed(r *model.Release, d *model.Deployment, steps []model.InputStep, confirmed int) []model.Answer {
	missed := reconcile(d, steps, confirmed, f.now()).missed
	for _, a := range missed {
		if a.Outcome == model.AnswerLate {
			f.recordAnswer(r, d, a, "")
		}
	}
	return missed
}

// recordAnswer writes down that an answer was not taken.
func (s *Service) recordAnswer(r *model.Release, d *model.Deployment, a model.Answer, code model.Code) {
	r.Record(model.Event{
		DeploymentID: d.ID, At: s.now(), Actor: actorJenkins, Kind: model.EventKindInput, Code: code,
		From: string(d.State), To: string(d.State), Message: stepTitle(a.Step, a.Message) + " 的回答没有用上：" + a.Note,
	})
}

func stepTitles(steps []model.InputStep) string {
	titles := make([]string, len(steps))
	for i, s := range steps {
		titles[i] = stepTitle(s.ID, s.Message)
	}
	return strings.Join(titles, "、")
}

func stepTitle(id, message string) string {
	if message == "" {
		return id
	}
	return fmt.Sprintf("%s(%s)", model.Cut(oneLine(message), 60), id)
}

// namesakes is how many of the steps have the id: Jenkins takes an answer by it, for whichever comes first.
func namesakes(steps []model.InputStep, id string) int {
	n := 0
	for _, s := range steps {
		if s.ID == id {
			n++
		}
	}
	return n
}
