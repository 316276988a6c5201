package service

import (
	"fmt"
	"time"

	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/service/notices"
)

func (w writer) lost(r *model.Release, d *model.Deployment) notice {
	scope := fmt.Sprintf("%d/%d", d.ID, d.Version)
	return w.compose(model.NoticeLost, scope, notices.Facts{Release: r, App: d, Message: d.Message})
}

// queued and slow are told once for each build.
func (w writer) queued(r *model.Release, d *model.Deployment, since time.Time, waited time.Duration, why string) notice {
	scope := fmt.Sprintf("%d/%d", d.ID, d.Attempts)
	return w.compose(model.NoticeQueued, scope, notices.Facts{Release: r, App: d, Message: why, Since: &since, Waited: waited})
}

func (w writer) slow(r *model.Release, d *model.Deployment, ran time.Duration) notice {
	scope := fmt.Sprintf("%d/%d", d.ID, d.Attempts)
	return w.compose(model.NoticeSlow, scope, notices.Facts{Release: r, App: d, Since: d.StartedAt, Waited: ran})
}

// decided tells what a person decided about a deployment that was lost. DingTalk drops a work notice that says the same as
// another one of that day, so a second decision says that it is one.
func (w writer) decided(r *model.Release, d *model.Deployment, action string, c model.Cause) notice {
	scope := fmt.Sprintf("%d/%d", d.ID, d.Version)
	return w.compose(model.NoticeChanged, scope, notices.Facts{Release: r, App: d, Action: action, Actor: c.Actor, Message: c.Message})
}

// cancelled tells that a person wants the release to end, or d alone, and what goes on until it does.
func (w writer) cancelled(r *model.Release, d *model.Deployment, c model.Cause) notice {
	facts := notices.Facts{Release: r, App: d, Action: notices.ActionCancel, Actor: c.Actor, Message: c.Message, Since: &c.At}
	return w.compose(model.NoticeChanged, fmt.Sprintf("cancel/%d", c.At.UnixMicro()), facts)
}

// answered tells what a person had a step told, and when: DingTalk drops a text that it had the same day.
func (w writer) answered(r *model.Release, d *model.Deployment, p *model.PendingInput, a model.Answer) notice {
	facts := notices.Facts{Release: r, App: d, Step: p.Step, Action: notices.ActionAnswer, Actor: a.By, Message: a.Reason, Since: &a.At}
	if a.Abort {
		facts.Action = notices.ActionReject
	}
	for _, v := range a.Parameters {
		facts.Problems = append(facts.Problems, v.Name+"="+v.Shown())
	}
	scope := fmt.Sprintf("answer/%d/%d/%s/%d", d.ID, d.Build, a.Step, a.At.UnixMicro())
	return w.compose(model.NoticeChanged, scope, facts)
}

func (w writer) replanned(r *model.Release, c model.Cause) notice {
	facts := notices.Facts{Release: r, Action: notices.ActionReplan, Actor: c.Actor, Message: c.Message}
	return w.compose(model.NoticeChanged, fmt.Sprint(r.Version), facts)
}

// drifted tells how a job changed, and what can be done.
func (w writer) drifted(r *model.Release, d *model.Deployment) notice {
	facts := notices.Facts{Release: r, App: d, Message: d.Message, Since: &d.Drift.Since, Problems: d.Drift.Changes, Moved: d.Drift.Moved}
	switch {
	case !d.Drift.Barred:
		facts.Action = notices.ActionContinue
	case d.Drift.Seen == "":
		facts.Action = notices.ActionMove
	}
	return w.compose(model.NoticeHeld, driftScope(d), facts)
}

// continued tells that a person lets it go on, and what becomes of it by that.
func (w writer) continued(r *model.Release, d *model.Deployment, c model.Cause, consequences []string) notice {
	return w.compose(model.NoticeChanged, "continue/"+driftScope(d), notices.Facts{
		Release: r, App: d, Action: notices.ActionContinue, Actor: c.Actor, Message: c.Message, Since: &d.Drift.Since, Problems: consequences,
	})
}

// driftScope tells the times apart that one deployment is held.
func driftScope(d *model.Deployment) string {
	return fmt.Sprintf("%d/%d", d.ID, d.Drift.Since.UnixMicro())
}
