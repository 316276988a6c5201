package service

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/oabridge/oabridge/model"
)

// answerAgainAfter is how long an answer that Jenkins did not confirm may still be on its way.
const answerAgainAfter = 5 * time.Second

// sendAll gives Jenkins the answers that were decided. Each step was seen pending a moment ago.
func (f follower) sendAll(ctx context.Context, d *model.Deployment, confirmed int) error {
	if !d.Wanting() {
		return nil
	}
	for _, p := range d.Inputs {
		if d.Wants(p.Step.Question()) == nil {
			continue
		}
		if err := f.give(ctx, d, p.Step, confirmed); err != nil {
			return err
		}
	}
	return nil
}

func (f follower) give(ctx context.Context, d *model.Deployment, step model.InputStep, confirmed int) error {
	a, err := f.intendAnswer(ctx, d, step, confirmed)
	if err != nil || a == nil {
		return err
	}
	if a.Abort {
		err = f.c.Client.Abort(ctx, d.BuildJob(), d.Build, a.Step)
	} else {
		err = f.c.Client.Proceed(ctx, d.BuildJob(), d.Build, step, a.Parameters)
	}
	return f.settle(ctx, d, a.Answer, a.again, err)
}

// intended is an answer that is about to be given.
type intended struct {
	model.Answer
	again bool // it was sent before, and nobody knows whether it arrived
}

// intendAnswer writes down that an answer is about to be sent; nil when the deployment moved or somebody asked to stop it since
// we looked, or when it must not be sent.
func (f follower) intendAnswer(ctx context.Context, d *model.Deployment, step model.InputStep, confirmed int) (*intended, error) {
	var sending *intended
	var refused []model.Answer
	_, err := f.change(ctx, d.ReleaseID, func(r *model.Release) error {
		sending, refused = nil, nil
		current, err := r.Deployment(d.ID)
		if err != nil {
			return err
		}
		p, a := current.Asks(step.Question()), current.Wants(step.Question())
		if current.State != model.StatePaused || current.Stop != nil || current.Build != d.Build || p == nil || a == nil {
			return model.Errorf(model.CodeConflict, "部署 %d 不再等待这个回答，或已要求停止", d.ID)
		}
		now, again := f.now(), a.SentAt != nil
		if again && (now.Sub(*a.SentAt) < answerAgainAfter || confirmed < 0) {
			return model.Errorf(model.CodeConflict, "部署 %d 的回答刚刚发出", d.ID)
		}
		if why := f.mustNotSend(r, a, confirmed); why != "" {
			f.fails(r, current, p, a, model.CodeConflict, why)
			refused = append(refused, *a)
			return nil
		}
		a.SentAt = &now
		if !again {
			a.Confirmed = max(confirmed, p.Confirmed)
		}
		sending = &intended{Answer: *a, again: again}
		sending.Parameters = slices.Clone(a.Parameters)
		return nil
	})
	if model.CodeOf(err) == model.CodeConflict {
		return nil, nil
	}
	if err == nil {
		f.count(refused...)
	}
	return sending, err
}

// mustNotSend says why a yes must not be sent: the approval was taken back meanwhile, or the step may be asking anew.
func (f follower) mustNotSend(r *model.Release, a *model.Answer, confirmed int) string {
	switch {
	case a.Abort:
	case r.Proof.Barred():
		return barredNow(r)
	case a.SentAt != nil && confirmed != a.Confirmed:
		return "发出后没有收到 Jenkins 的回应，之后流水线又被确认过，不能确定现在问的还是同一次；请再回答一次"
	}
	return ""
}

// settle saves what Jenkins said to an answer. Of one whose fate is not known nothing is saved: the next look tells.
func (f follower) settle(ctx context.Context, d *model.Deployment, sent model.Answer, again bool, cause error) error {
	code := model.CodeOf(cause)
	away := code == model.CodeJenkinsUnavailable || code == model.CodeJenkinsAuth // surely not taken
	if code == model.CodeJenkinsUnknown || code == model.CodeInternal || (away && again) {
		return cause
	}
	outcome := model.AnswerWanted
	_, err := f.change(ctx, d.ReleaseID, func(r *model.Release) error {
		current, err := r.Deployment(d.ID)
		if err != nil {
			return err
		}
		if a := current.Wants(sent.Question()); a != nil && current.Build == sent.Build {
			f.settled(r, current, a, again, cause)
			outcome = a.Outcome
		}
		return nil
	})
	if sent.Outcome = outcome; err == nil && outcome != model.AnswerWanted {
		f.c.watch.changed(d.ID, f.now())
		f.count(sent)
	}
	if away {
		return cause
	}
	return err
}

// settled moves on what depends on an answer.
func (f follower) settled(r *model.Release, d *model.Deployment, a *model.Answer, again bool, cause error) {
	question := a.Question()
	p := d.Asks(question)
	switch code := model.CodeOf(cause); {
	case cause == nil:
		a.Settle(model.AnswerGiven, "")
		if d.Code != "" {
			d.Code, d.Message = "", ""
		}
		f.answered(d, question, a.Abort)
	case code == model.CodeJenkinsUnavailable, code == model.CodeJenkinsAuth:
		a.SentAt = nil // surely not taken
	case code == model.CodeConflict && again:
		a.Missed("这一步已不再等待")
	case code == model.CodeConflict:
		a.Settle(model.AnswerLate, "这一步已由别人回答，或已不再等待")
		f.recordAnswer(r, d, *a, "")
	case p == nil:
		a.Settle(model.AnswerRefused, model.MessageOf(cause))
	default:
		f.fails(r, d, p, a, code, f.remedy(cause))
	}
}

// answered takes a step away that Jenkins took an answer for: by the same name it may ask again at once.
func (f follower) answered(d *model.Deployment, question string, aborted bool) {
	d.Inputs = slices.DeleteFunc(d.Inputs, func(p model.PendingInput) bool { return p.Step.Question() == question })
	d.Asked = slices.DeleteFunc(d.Asked, func(asked string) bool { return asked == question })
	for i := range d.Inputs {
		if !aborted && d.Inputs[i].Confirmed >= 0 {
			d.Inputs[i].Confirmed++
		}
	}
}

// fails says that an answer cannot be given, and leaves the step to people. They are told whose it was and when, since DingTalk
// drops a text that it had the same day.
func (f follower) fails(r *model.Release, d *model.Deployment, p *model.PendingInput, a *model.Answer, code model.Code, why string) {
	a.Settle(model.AnswerRefused, why)
	if code != model.CodeConflict {
		d.Code, d.Message = code, why
	}
	f.recordAnswer(r, d, *a, code)
	f.ask(r, d, p, fmt.Sprintf("%s 在 %s 的回答没有用上：%s", whose(*a), f.clock(a.At), why))
}

// remedy says why Jenkins did not take an answer, and what helps.
func (f follower) remedy(cause error) string {
	why := model.MessageOf(cause)
	if model.CodeOf(cause) == model.CodeJenkinsForbidden {
		why += fmt.Sprintf("；请把账号「%s」加进这个 input 的 submitter，或授予它 Job/Build 权限；在那之前请到 Jenkins 中回答", f.c.User)
	}
	return why
}
