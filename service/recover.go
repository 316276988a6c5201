package service

import (
	"context"
	"fmt"
	"time"

	"github.com/oabridge/oabridge/model"
)

// recover goes on with a deployment whose POST has no known outcome, because we or the connection died: adopt its build
// when it can be found, POST again only when it surely is not there.
func (s submitter) recover(ctx context.Context, d *model.Deployment) error {
	claimed := d.LeaseOwner
	defer s.adopting(d)()
	hit, err := s.find(ctx, d)
	settled := s.settled(d)
	if err == nil && (hit == nil || hit.gone) && !s.now().Before(settled) {
		var conditions decide
		if conditions, err = s.askConditions(ctx, d); err == nil {
			return s.again(ctx, d, claimed, s.unlessDoubtful(hit, conditions))
		}
	}
	_, err = s.update(ctx, d, claimed, func(r *model.Release, d *model.Deployment) error {
		release(d)
		if hit != nil && hit.older > 0 && !s.now().Before(settled) {
			return s.fire(r, d, model.EventRefused, model.Cause{
				At: s.now(), Actor: actorSystem, Code: model.CodeJenkinsUnknown, Message: olderBuild(hit),
			})
		}
		if !hit.nothing() {
			return s.adopt(r, d, hit)
		}
		next := s.now().Add(s.patience(d))
		if s.now().Before(settled) && settled.Before(next) {
			next = settled
		}
		d.NextAt = &next
		if err != nil {
			s.putOff(r, d, err)
		}
		return nil
	})
	s.nudgeFollower(s.c.Name)
	return err
}

func olderBuild(hit *found) string {
	return fmt.Sprintf("提交没有得到答复，而 Jenkins 里已有带本单号的更早的构建 #%d，无法确认是否已部署；不会自动重新提交，请人工检查", hit.older)
}

// unlessDoubtful keeps a POST from being repeated of whose last one nobody knows what became, though the conditions hold: when
// the search for its build found nothing only because the job was not there, which may be over already.
func (s submitter) unlessDoubtful(hit *found, conditions decide) decide {
	return func(r *model.Release, d *model.Deployment) *objection {
		o := conditions(r, d)
		switch {
		case o != nil || hit == nil || !doubtful(d):
			return o
		case hit.older > 0:
			return &objection{final: true, code: model.CodeJenkinsUnknown, message: olderBuild(hit)}
		case s.c.OnDrift == model.DriftIgnore: // nobody is asked, and the job may well be gone
			return &objection{
				final: true, code: model.CodeJenkinsUnknown,
				message: "提交没有得到答复，而任务 " + d.FullName + " 不在 Jenkins 里，无法确认是否已部署；不会自动重新提交，请人工检查",
			}
		}
		return &objection{
			wait: model.WaitJenkins, until: new(s.now().Add(s.patience(d))), code: model.CodeJenkinsUnknown,
			message: "提交没有得到答复，而任务刚才不在 Jenkins 里；先再查找一次构建", told: s.tellDelay,
		}
	}
}

// doubtful tells whether nobody knows what became of the last POST.
func doubtful(d *model.Deployment) bool { return d.Unanswered > 0 || d.State == model.StateSubmitting }

// settled is when nothing can come of the last POST any more. A Jenkins that was away may still have it before it, and
// carries it out only now.
func (s submitter) settled(d *model.Deployment) time.Time {
	last := *d.SubmittedAt
	if back := s.c.line.backSince(); back.After(last) {
		last = back
	}
	return last.Add(s.pace.Settle)
}

// adopt goes on with what was found.
func (s submitter) adopt(r *model.Release, d *model.Deployment, hit *found) error {
	d.NextAt, d.Wait, d.Unanswered = nil, "", 0
	d.QueueID, d.Build = hit.queueID, hit.build
	event, message := model.EventQueued, fmt.Sprintf("在队列中找到，编号 %d", hit.queueID)
	d.Enter(s.entered(d, hit.at))
	if hit.build > 0 {
		d.BuildURL = s.c.buildURL(d.FullName, hit.build)
		event, message = model.EventStarted, fmt.Sprintf("找到构建 #%d", hit.build)
	}
	return s.fire(r, d, event, model.Cause{At: s.now(), Actor: actorSystem, Message: message})
}

// again POSTs once more for a deployment whose build surely does not exist.
func (s submitter) again(ctx context.Context, d *model.Deployment, claimed string, conditions decide) error {
	d, err := s.update(ctx, d, claimed, func(r *model.Release, d *model.Deployment) error {
		now := s.now()
		switch {
		case d.Stop != nil:
			release(d)
			return s.fireAll(r, d, model.Cause{At: now, Actor: d.Stop.By, Message: d.Stop.Reason},
				model.EventNotAccepted, model.EventCancelled)
		case s.tooLate(r, d) != "":
			release(d)
			return s.fireAll(r, d, model.Cause{At: now, Actor: actorSystem, Message: s.tooLate(r, d)},
				model.EventNotAccepted, model.EventExpired)
		case d.Unanswered >= maxRejections:
			release(d)
			return s.fire(r, d, model.EventRefused, model.Cause{
				At: now, Actor: actorJenkins, Code: model.CodeJenkinsRejected,
				Message: fmt.Sprintf("提交 %d 次 Jenkins 都没有建立构建：%s。请检查参数是否仍有效，以及 Jenkins 日志", d.Unanswered, d.Message),
			})
		}
		if o := conditions(r, d); o != nil {
			return s.object(r, d, o)
		}
		r.Record(model.Event{
			DeploymentID: d.ID, At: now, Actor: actorSystem, Kind: model.EventKindResubmit,
			From: string(d.State), To: string(d.State), Message: "确认 Jenkins 中没有对应的构建，重新提交",
		})
		s.intend(d, now)
		return nil
	})
	if err != nil || d.State != model.StateSubmitting {
		return err
	}
	return s.post(ctx, d, claimed)
}

func (s *Service) fireAll(r *model.Release, d *model.Deployment, c model.Cause, events ...model.DeploymentEvent) error {
	for _, event := range events {
		if err := s.fire(r, d, event, c); err != nil {
			return err
		}
	}
	return nil
}
