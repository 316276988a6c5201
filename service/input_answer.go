package service

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/oabridge/oabridge/model"
)

// Answer has an input step told what a person wants. It is written down here; whoever follows the build sends it at once, after
// another look. Errors: not_found, invalid_request (which step, or a value that it does not take), conflict (nothing waits,
// somebody answered already, or a yes without a valid approval).
func (s *Service) Answer(ctx context.Context, id int64, q model.AnswerRequest) (*model.Release, error) {
	r, err := s.change(ctx, id, func(r *model.Release) error {
		d, p, err := s.answerable(r, q)
		if err != nil {
			return err
		}
		a := model.Answer{
			Build: d.Build, Step: p.Step.ID, Message: p.Step.Message, Abort: q.Abort, By: q.By, Reason: q.Reason, At: s.now(),
			Outcome: model.AnswerWanted,
		}
		if a.Parameters, err = personsValues(d, p.Step, q); err != nil {
			return err
		}
		s.tell(r, s.write.answered(r, d, p, a))
		s.answerBy(r, d, a)
		return nil
	})
	if err == nil {
		s.nudgeFollowers(r)
	}
	return r, err
}

// question is a step that waits.
type question struct {
	d *model.Deployment
	p *model.PendingInput
}

func (q question) String() string {
	return fmt.Sprintf("%s(%s，部署 %d)", q.p.Step.ID, q.d.Title(), q.d.ID)
}

// answerable is the step that a person means, when it may be answered.
func (s *Service) answerable(r *model.Release, q model.AnswerRequest) (*model.Deployment, *model.PendingInput, error) {
	meant, err := theQuestion(r, q)
	if err != nil {
		return nil, nil, err
	}
	d, p := meant.d, meant.p
	if a := d.Wants(p.Step.Question()); a != nil {
		return nil, nil, model.Errorf(model.CodeConflict, "%s 已由 %s 回答(%s)，正在告诉 Jenkins", p.Step.ID, whose(*a), said(*a))
	}
	switch {
	case d.Stop != nil:
		return nil, nil, model.Errorf(model.CodeConflict, "“%s”已要求停止，不再回答", d.Title())
	case s.controllers[d.Controller] == nil:
		return nil, nil, model.Errorf(model.CodeConflict, "Jenkins「%s」已不在配置里，请到 Jenkins 中回答：%s", d.Controller, d.BuildURL)
	case !q.Abort && r.Proof.Barred():
		return nil, nil, model.Errorf(model.CodeConflict, "上线单 %s 的审批无效，不能确认，只能拒绝：%s", r.Number(), r.Proof.Message)
	}
	return d, p, nil
}

// theQuestion finds the only step that a person can mean.
func theQuestion(r *model.Release, q model.AnswerRequest) (question, error) {
	if q.Deployment != 0 {
		if _, err := r.Deployment(q.Deployment); err != nil {
			return question{}, err
		}
	}
	var waiting, meant []question
	for _, d := range r.Deployments {
		if d.State != model.StatePaused || (q.Deployment != 0 && d.ID != q.Deployment) {
			continue
		}
		for i := range d.Inputs {
			waiting = append(waiting, question{d, &d.Inputs[i]})
		}
	}
	for _, one := range waiting {
		if q.Step == "" || one.p.Step.ID == q.Step {
			meant = append(meant, one)
		}
	}
	switch {
	case len(meant) == 1:
		return meant[0], nil
	case len(meant) == 0:
		return question{}, nothingAsked(r, q, waiting)
	case !slices.ContainsFunc(meant, func(one question) bool { return one.d != meant[0].d || one.p.Step.ID != meant[0].p.Step.ID }):
		return question{}, model.Errorf(model.CodeConflict, "%s，请到 Jenkins 中回答：%s", twins(len(meant)), meant[0].d.BuildURL)
	}
	return question{}, model.Errorf(model.CodeInvalidRequest, "上线单 %s 有 %d 个步骤在等待，请用 input(和 deployment)指明是哪一个：%s",
		r.Number(), len(meant), names(meant))
}

// nothingAsked says why the step that a person means does not wait.
func nothingAsked(r *model.Release, q model.AnswerRequest, waiting []question) error {
	if a := lastAnswer(r, q); a != nil {
		return model.Errorf(model.CodeConflict, "%s 已由 %s 回答(%s)，现在不再等待", a.Step, whose(*a), said(*a))
	}
	switch {
	case len(waiting) > 0:
		return model.Errorf(model.CodeConflict, "上线单 %s 没有编号为“%s”的步骤在等待(区分大小写)；在等待的是：%s", r.Number(), model.Cut(q.Step, 60), names(waiting))
	case slices.ContainsFunc(r.Deployments, func(d *model.Deployment) bool { return d.State == model.StatePaused }):
		return model.Errorf(model.CodeConflict, "上线单 %s 的流水线正在等待或刚刚得到回答，还没有读到它现在问什么，请几秒后重试", r.Number())
	}
	return model.Errorf(model.CodeConflict, "上线单 %s 没有在等待回答的步骤", r.Number())
}

// lastAnswer is the newest answer to what a person means, of the builds that there are now.
func lastAnswer(r *model.Release, q model.AnswerRequest) *model.Answer {
	var last *model.Answer
	for _, d := range r.Deployments {
		if q.Deployment != 0 && d.ID != q.Deployment {
			continue
		}
		for i := range d.Answers {
			a := &d.Answers[i]
			if a.Build == d.Build && (q.Step == "" || a.Step == q.Step) && a.Outcome == model.AnswerGiven && (last == nil || a.At.After(last.At)) {
				last = a
			}
		}
	}
	return last
}

func whose(a model.Answer) string {
	if a.By == actorSystem {
		return "规则"
	}
	return a.By
}

func said(a model.Answer) string {
	if a.Abort {
		return "拒绝"
	}
	return "确认"
}

func names(list []question) string {
	texts := make([]string, len(list))
	for i, one := range list {
		texts[i] = one.String()
	}
	return strings.Join(texts, "、")
}

// personsValues are the values that a person gives to a step, with its defaults for the rest; all that is wrong with them is
// said at once.
func personsValues(d *model.Deployment, step model.InputStep, q model.AnswerRequest) ([]model.ParameterValue, error) {
	if q.Abort {
		if len(q.Parameters) > 0 {
			return nil, model.Errorf(model.CodeInvalidRequest, "拒绝时不能带参数")
		}
		return nil, nil
	}
	if hidden := step.Hidden(); len(hidden) > 0 {
		return nil, model.Errorf(model.CodeConflict, "%s 要填写口令、文件或凭据(%s)，本服务不经手，请到 Jenkins 中回答：%s；拒绝可以在这里",
			step.ID, strings.Join(hidden, "、"), d.BuildURL)
	}
	var values []model.ParameterValue
	var problems []string
	rest := maps.Clone(q.Parameters)
	for i := range step.Parameters {
		def := &step.Parameters[i]
		text, given := q.Parameters[def.Name]
		delete(rest, def.Name)
		v, why := inputValue(def, text, given)
		if why != "" {
			problems = append(problems, why)
		}
		values = append(values, v)
	}
	for _, name := range slices.Sorted(maps.Keys(rest)) {
		problems = append(problems, "这一步没有参数 "+model.Cut(oneLine(name), 60))
	}
	if len(problems) > 0 {
		return nil, model.Errorf(model.CodeInvalidRequest, "%s 没有回答：%s", step.ID, strings.Join(problems, "；"))
	}
	return values, nil
}
