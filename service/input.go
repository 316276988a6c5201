package service

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/oabridge/oabridge/model"
)

// lookInput looks at what a pipeline asks: what the configuration allows is answered, the rest is announced.
func (f follower) lookInput(ctx context.Context, d *model.Deployment) error {
	steps, err := f.c.Client.PendingInputs(ctx, d.BuildJob(), d.Build)
	if err != nil {
		return err
	}
	if len(steps) == 0 {
		if d.State != model.StatePaused {
			return nil
		}
		return f.decide(ctx, d, func(r *model.Release, d *model.Deployment) error {
			return f.fire(r, d, model.EventAnswered, model.Cause{At: f.now(), Actor: actorJenkins})
		})
	}
	if err := f.forget(ctx, d, steps); err != nil {
		return err
	}
	answers, unanswered := f.sortInputs(d, steps)
	if d, err = f.pause(ctx, d, steps, unanswered); err != nil {
		return err
	}
	for _, a := range answers {
		if err := f.answer(ctx, d, a); err != nil {
			return err
		}
	}
	return nil
}

// question names what a step asks: a pipeline may ask something else by the same id.
func question(s model.InputStep) string { return s.ID + "/" + model.Hash(s.Message)[:8] }

// forget drops the steps that are not pending any more from those that people were asked: the same may be asked
// again.
func (f follower) forget(ctx context.Context, d *model.Deployment, pending []model.InputStep) error {
	gone := func(asked string) bool {
		return !slices.ContainsFunc(pending, func(s model.InputStep) bool { return question(s) == asked })
	}
	if !slices.ContainsFunc(d.Asked, gone) {
		return nil
	}
	d.Asked = slices.DeleteFunc(slices.Clone(d.Asked), gone)
	return f.decide(ctx, d, func(_ *model.Release, current *model.Deployment) error {
		current.Asked = slices.DeleteFunc(current.Asked, gone)
		return nil
	})
}

// inputAnswer is what a rule says to an input step.
type inputAnswer struct {
	step       model.InputStep
	abort      bool
	parameters []model.ParameterValue
}

// sortInputs divides the steps into those that a rule answers and those that people must.
func (f follower) sortInputs(d *model.Deployment, steps []model.InputStep) (answers []inputAnswer, unanswered []model.InputStep) {
	for _, step := range steps {
		a, ok := answerTo(f.c.Inputs, d.FullName, step)
		if !ok || slices.Contains(d.Asked, question(step)) { // what people were asked is theirs
			unanswered = append(unanswered, step)
			continue
		}
		answers = append(answers, a)
	}
	return answers, unanswered
}

// answerTo applies the first rule that names the job and the step. Every parameter gets a value, since Jenkins makes
// null of what is left out; a step whose values cannot all be known is left to people.
func answerTo(rules []InputRule, job string, step model.InputStep) (inputAnswer, bool) {
	i := slices.IndexFunc(rules, func(r InputRule) bool { return r.Job.MatchString(job) && r.ID.MatchString(step.ID) })
	if i < 0 {
		return inputAnswer{}, false
	}
	a := inputAnswer{step: step, abort: rules[i].Abort}
	if a.abort {
		return a, true
	}
	for _, def := range step.Parameters {
		value, ok := rules[i].Parameters[def.Name]
		if !ok && def.Default != nil {
			value, ok = *def.Default, true
		}
		if def.Kind.Forbidden() || !ok || (def.Kind == model.KindChoice && !slices.Contains(def.Choices, value)) {
			return inputAnswer{}, false
		}
		a.parameters = append(a.parameters, model.ParameterValue{Name: def.Name, Value: value})
	}
	return a, true
}

// pause saves that the build waits and announces each step that people must answer, once.
func (f follower) pause(ctx context.Context, d *model.Deployment, steps, unanswered []model.InputStep) (*model.Deployment, error) {
	var fresh []model.InputStep
	for _, step := range unanswered {
		if !slices.Contains(d.Asked, question(step)) {
			fresh = append(fresh, step)
		}
	}
	if d.State == model.StatePaused && len(fresh) == 0 {
		return d, nil
	}
	paused := d
	err := f.decide(ctx, d, func(r *model.Release, current *model.Deployment) error {
		if current.State == model.StateRunning {
			err := f.fire(r, current, model.EventInput, model.Cause{
				At: f.now(), Actor: actorJenkins, Message: "流水线等待确认：" + stepTitles(steps),
			})
			if err != nil {
				return err
			}
		}
		for _, step := range fresh {
			current.Asked = append(current.Asked, question(step))
			f.tell(r, f.write.input(r, current, step, f.now()))
		}
		paused = current
		return nil
	})
	return paused, err
}

func stepTitles(steps []model.InputStep) string {
	titles := make([]string, len(steps))
	for i, s := range steps {
		titles[i] = s.ID
		if s.Message != "" {
			titles[i] = fmt.Sprintf("%s(%s)", model.Cut(s.Message, 60), s.ID)
		}
	}
	return strings.Join(titles, "、")
}

// answer answers one step. It was seen pending a moment ago; when somebody was faster that is fine.
func (f follower) answer(ctx context.Context, d *model.Deployment, a inputAnswer) error {
	allowed, err := f.intendAnswer(ctx, d, a)
	if err != nil || !allowed {
		return err
	}
	if a.abort {
		err = f.c.Client.Abort(ctx, d.BuildJob(), d.Build, a.step.ID)
	} else {
		err = f.c.Client.Proceed(ctx, d.BuildJob(), d.Build, a.step.ID, a.parameters)
	}
	if code := model.CodeOf(err); code == model.CodeJenkinsForbidden || code == model.CodeJenkinsRejected {
		return f.announceUnanswerable(ctx, d, a.step, err)
	}
	if model.CodeOf(err) == model.CodeConflict {
		return nil
	}
	return err
}

// intendAnswer writes down an answer that is about to be given; false when the deployment moved or somebody asked to stop
// it since we looked, or when it must not be given.
func (f follower) intendAnswer(ctx context.Context, d *model.Deployment, a inputAnswer) (bool, error) {
	verb := "自动确认"
	if a.abort {
		verb = "自动拒绝"
	}
	allowed := false
	_, err := f.change(ctx, d.ReleaseID, func(r *model.Release) error {
		current, err := r.Deployment(d.ID)
		if err != nil {
			return err
		}
		if current.State != model.StatePaused || current.Stop != nil {
			return model.Errorf(model.CodeConflict, "部署 %d 不再等待确认，或已要求停止", d.ID)
		}
		if allowed = a.abort || !r.Proof.Barred(); !allowed { // its approval was taken back while it ran: a person shall say
			current.Asked = append(current.Asked, question(a.step))
			f.tell(r, f.write.input(r, current, a.step, f.now()))
			return nil
		}
		r.Record(model.Event{
			DeploymentID: d.ID, At: f.now(), Actor: actorSystem, Kind: model.EventKindInput,
			From: string(current.State), To: string(current.State), Message: verb + "：" + stepTitles([]model.InputStep{a.step}),
		})
		return nil
	})
	if model.CodeOf(err) == model.CodeConflict {
		return false, nil
	}
	return allowed && err == nil, err
}

// announceUnanswerable tells, once, that the bridge may not or cannot give the answer that the rules want.
func (f follower) announceUnanswerable(ctx context.Context, d *model.Deployment, step model.InputStep, cause error) error {
	if slices.Contains(d.Asked, question(step)) {
		return nil
	}
	return f.decide(ctx, d, func(r *model.Release, d *model.Deployment) error {
		d.Asked = append(d.Asked, question(step))
		d.Code, d.Message = model.CodeOf(cause), model.MessageOf(cause)
		f.tell(r, f.write.input(r, d, step, f.now()))
		return nil
	})
}
