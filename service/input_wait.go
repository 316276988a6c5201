package service

import (
	"time"

	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/service/notices"
)

// InputWait says what becomes of a step that nobody answers. Zero: never.
type InputWait struct {
	Reminder time.Duration // when people are told once more
	Timeout  time.Duration
	Abort    bool // what the time-out does: the answer is no, instead of waiting on
}

// remind tells people of steps that nobody answers, once each time, and ends what waited for too long when the
// configuration says so.
func (f follower) remind(r *model.Release, d *model.Deployment) {
	now := f.now()
	for i := range d.Inputs {
		p := &d.Inputs[i]
		if d.Wants(p.Step.Question()) != nil {
			continue
		}
		waited, action := now.Sub(p.Since), notices.ActionRemind
		switch at, due := f.c.InputWait.next(*p); {
		case !due || at.After(now):
			continue
		case f.c.InputWait.over(*p, now):
			action, p.TimedOut = notices.ActionTimeout, true
		}
		p.RemindedAt = &now
		if p.TimedOut && f.c.InputWait.Abort {
			action = notices.ActionAbort
		}
		f.tell(r, f.write.input(r, d, p, action, now))
		if action == notices.ActionAbort {
			f.answerBy(r, d, model.Answer{
				Build: d.Build, Step: p.Step.ID, Message: p.Step.Message, Abort: true, By: actorSystem, At: now, Outcome: model.AnswerWanted,
				Reason: "等待 " + notices.Chinese.Duration(waited) + "，没有人回答",
			})
			return // the build ends, and all that it asks
		}
	}
}

func (w InputWait) over(p model.PendingInput, now time.Time) bool {
	return w.Timeout > 0 && !p.TimedOut && now.Sub(p.Since) >= w.Timeout
}

// next is when something is to be done about a step that nobody answers.
func (w InputWait) next(p model.PendingInput) (time.Time, bool) {
	switch {
	case p.TimedOut:
	case w.Reminder > 0 && p.RemindedAt == nil && (w.Timeout == 0 || w.Reminder < w.Timeout):
		return p.Since.Add(w.Reminder), true
	case w.Timeout > 0:
		return p.Since.Add(w.Timeout), true
	}
	return time.Time{}, false
}

// inputDueAt is when something is to be done about the steps of d that nobody answers.
func (c *Controller) inputDueAt(d *model.Deployment) (first time.Time, due bool) {
	if d.State != model.StatePaused || d.Stop != nil {
		return first, false
	}
	for _, p := range d.Inputs {
		if at, ok := c.InputWait.next(p); ok && d.Wants(p.Step.Question()) == nil && (!due || at.Before(first)) {
			first, due = at, true
		}
	}
	return first, due
}

func (c *Controller) inputDue(d *model.Deployment, now time.Time) bool {
	at, due := c.inputDueAt(d)
	return due && !at.After(now)
}
