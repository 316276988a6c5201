package service

import (
	"context"
	"fmt"
	"time"

	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/service/notices"
)

// submitter gives due deployments of one controller to Jenkins.
type submitter struct{ worker }

// maxRejections is how many POSTs in a row may end without a definite answer and without leaving a build, before a person
// has to look: Jenkins answers 500 for a value that it does not take, too.
const maxRejections = 5

// step does one step for a claimed deployment.
func (s submitter) step(ctx context.Context, d *model.Deployment) error {
	if d.State == model.StateSubmitting {
		return s.recover(ctx, d)
	}
	claimed, slot := d.LeaseOwner, d.Slot
	if away := s.c.line.away(); away != nil {
		return s.standBy(ctx, d, claimed, away)
	}
	var before *found
	if d.PostedAt != nil {
		hit, done, err := s.lookAgain(ctx, d, claimed)
		if err != nil || done {
			return err
		}
		before = hit
	}
	conditions, err := s.askConditions(ctx, d)
	if err != nil {
		return s.standBy(ctx, d, claimed, err)
	}
	d, err = s.update(ctx, d, claimed, func(r *model.Release, d *model.Deployment) error {
		d.Slot = slot
		return s.due(r, d, s.unlessDoubtful(before, conditions))
	})
	if err != nil || d.State != model.StateSubmitting {
		return err
	}
	return s.post(ctx, d, claimed)
}

// lookAgain looks for a build of a deployment that was POSTed before and not accepted, since no POST is repeated without
// a look. done: nothing is left to POST now, because there is a build after all or because Jenkins does not answer.
func (s submitter) lookAgain(ctx context.Context, d *model.Deployment, claimed string) (hit *found, done bool, err error) {
	defer s.adopting(d)()
	if hit, err = s.find(ctx, d); err != nil {
		return nil, true, s.standBy(ctx, d, claimed, err)
	}
	if hit.nothing() {
		return hit, false, nil
	}
	slot := d.Slot
	_, err = s.update(ctx, d, claimed, func(r *model.Release, d *model.Deployment) error {
		release(d)
		d.Slot = slot
		if err := s.fire(r, d, model.EventDue, model.Cause{At: s.now(), Actor: actorSystem}); err != nil {
			return err
		}
		return s.adopt(r, d, hit)
	})
	return hit, true, err
}

// standBy lets a waiting deployment wait on, because Jenkins does not answer; until it is too late for it.
func (s submitter) standBy(ctx context.Context, d *model.Deployment, claimed string, why error) error {
	_, err := s.update(ctx, d, claimed, func(r *model.Release, d *model.Deployment) error {
		release(d)
		if late := s.tooLate(r, d); late != "" {
			return s.fire(r, d, model.EventExpired, model.Cause{At: s.now(), Actor: actorSystem, Message: late})
		}
		s.putOff(r, d, why)
		return nil
	})
	return err
}

// putOff lets a deployment wait on, because a look at Jenkins failed.
func (s submitter) putOff(r *model.Release, d *model.Deployment, lookErr error) {
	err, pause := lookErr, s.patience(d)
	if model.CodeOf(err) != model.CodeJenkinsProtocol {
		err = notSent(err)
	}
	d.Wait, d.Code, d.Message = model.WaitJenkins, model.CodeOf(err), model.MessageOf(err)
	if d.Code == model.CodeJenkinsAuth || d.Code == model.CodeJenkinsForbidden {
		d.Wait, pause = model.WaitAuth, authPause
	}
	next := s.now().Add(pause)
	if last := s.latest(r, d); last != nil && next.After(*last) && last.After(s.now()) {
		next = last.Add(time.Second) // in time to expire
	}
	d.NextAt = &next
	s.tellDelay(r, d)
}

// update changes a deployment that is still claimed by us. Errors: conflict when it is not any more.
func (s submitter) update(ctx context.Context, d *model.Deployment, claimed string,
	decide func(*model.Release, *model.Deployment) error) (*model.Deployment, error) {
	var updated *model.Deployment
	_, err := s.change(ctx, d.ReleaseID, func(r *model.Release) error {
		current, err := r.Deployment(d.ID)
		if err != nil {
			return err
		}
		if current.LeaseOwner != claimed {
			return model.Errorf(model.CodeConflict, "部署 %d 已由另一个实例处理", d.ID)
		}
		updated = current
		return decide(r, current)
	})
	return updated, err
}

// due saves the intent to POST, or ends a deployment whose time has passed.
func (s submitter) due(r *model.Release, d *model.Deployment, conditions decide) error {
	now := s.now()
	if r.Proof.Barred() { // whatever made it due
		release(d)
		d.Wait, d.NextAt = model.WaitApproval, nil
		return nil
	}
	if late := s.tooLate(r, d); late != "" {
		release(d)
		return s.fire(r, d, model.EventExpired, model.Cause{At: now, Actor: actorSystem, Message: late})
	}
	if o := conditions(r, d); o != nil {
		return s.object(r, d, o)
	}
	cause := model.Cause{At: now, Actor: actorSystem}
	if r.StartsByTime(d) && now.Sub(*r.ScheduledAt) >= notices.MentionLate {
		cause.Message = "比计划晚 " + people(now.Sub(*r.ScheduledAt)) + "执行"
	}
	if err := s.fire(r, d, model.EventDue, cause); err != nil {
		return err
	}
	s.intend(d, now)
	return nil
}

// latest is until when a deployment may start that waited for the release's time; nil when that does not matter. Those
// behind the first of a sequence start when their turn comes.
func (s *Service) latest(r *model.Release, d *model.Deployment) *time.Time {
	if r.ScheduledAt == nil || !r.StartsByTime(d) {
		return nil
	}
	return new(r.ScheduledAt.Add(s.runIfLateBy))
}

// tooLate says that the release's time passed by more than is allowed, "" when it did not.
func (s *Service) tooLate(r *model.Release, d *model.Deployment) string {
	last := s.latest(r, d)
	if last == nil || !s.now().After(*last) {
		return ""
	}
	return fmt.Sprintf("错过执行时间 %s，已超过允许的 %s", s.clock(*r.ScheduledAt), people(s.runIfLateBy))
}

// intend writes down a POST that is about to be made. The lease stays: should we die now, whoever claims the
// deployment after us looks for the build first.
func (s submitter) intend(d *model.Deployment, now time.Time) {
	d.SubmittedAt, d.NextAt = &now, &now
	if d.PostedAt == nil {
		d.PostedAt, d.PostedAhead = &now, s.c.Client.Ahead()
	}
	d.Attempts++
	d.Wait = ""
}

// release gives a claimed deployment back.
func release(d *model.Deployment) { d.LeaseOwner, d.LeaseUntil = "", nil }

// post makes the one POST and saves what came of it. When saving fails the deployment stays submitting and the next
// claim looks for the build.
func (s submitter) post(ctx context.Context, d *model.Deployment, claimed string) error {
	if d.LeaseUntil == nil || !s.now().Before(*d.LeaseUntil) {
		return model.Errorf(model.CodeConflict, "部署 %d 的租约已过期，由下一个实例继续", d.ID) // we were suspended
	}
	queueID, folded, err := s.trigger(ctx, d, carried(d, (&model.Release{ID: d.ReleaseID}).Number()))
	answered := func(r *model.Release, d *model.Deployment) error {
		release(d)
		if err != nil || folded {
			return s.notQueued(r, d, err)
		}
		d.QueueID, d.Unanswered = queueID, 0
		d.NextAt = nil
		d.Enter(s.now().Add(s.c.Client.Ahead()))
		return s.fire(r, d, model.EventQueued, model.Cause{
			At: s.now(), Actor: actorJenkins, Message: fmt.Sprintf("队列编号 %d", queueID),
		})
	}
	saveErr := s.insist(ctx, func(ctx context.Context) error {
		_, err := s.update(ctx, d, claimed, answered)
		return err
	})
	if saveErr == nil {
		s.nudgeFollower(s.c.Name)
	}
	return saveErr
}

// carried are the parameters of a POST for d: its own, and the number of its release.
func carried(d *model.Deployment, number string) []model.ParameterValue {
	parameters := d.Sent()
	if d.ReleaseParameter == "" {
		return parameters
	}
	return append(parameters[:len(parameters):len(parameters)], model.ParameterValue{Name: d.ReleaseParameter, Value: number})
}

// trigger POSTs. A job without parameters needs more care: Jenkins hides that it folded the request into an item that
// was queued already.
func (s submitter) trigger(ctx context.Context, d *model.Deployment, parameters []model.ParameterValue) (int64, bool, error) {
	if d.Parameterised {
		id, err := s.c.Client.Trigger(ctx, d.FullName, true, parameters)
		return id, false, err
	}
	queued, _, err := s.c.Client.Overview(ctx)
	if err != nil { // nothing was sent
		return 0, false, notSent(err)
	}
	for _, item := range queued {
		if item.Job == d.FullName {
			return 0, true, model.Errorf(model.CodeJenkinsFolded, "该任务已有排队中的构建，等它开始后再提交")
		}
	}
	id, err := s.c.Client.Trigger(ctx, d.FullName, false, nil)
	if err != nil {
		return 0, false, err
	}
	item, err := s.c.Client.QueueItem(ctx, id)
	if err == nil && len(item.Users) > 1 && !s.isUs(item.Users[0]) { // its creator comes first, then whoever was folded in
		return 0, true, model.Errorf(model.CodeJenkinsFolded, "请求被并入他人排队中的构建，稍后重新提交")
	}
	return id, false, nil
}

// notSent keeps what a failed look says for sure and calls everything else "away": no POST was made.
func notSent(err error) error {
	switch model.CodeOf(err) {
	case model.CodeJenkinsAuth, model.CodeJenkinsForbidden, model.CodeJenkinsUnavailable:
		return err
	default:
		return model.Wrap(model.CodeJenkinsUnavailable, err, "Jenkins 暂时无法访问")
	}
}

// notQueued decides what a POST that gave no queue item means.
func (s submitter) notQueued(r *model.Release, d *model.Deployment, err error) error {
	now := s.now()
	code, cause := model.CodeOf(err), model.Cause{At: now, Actor: actorJenkins, Code: model.CodeOf(err), Message: model.MessageOf(err)}
	waitFor := func(why model.Wait, pause time.Duration) error {
		next := now.Add(pause)
		if err := s.fire(r, d, model.EventNotAccepted, cause); err != nil {
			return err
		}
		d.Wait, d.NextAt, d.Unanswered = why, &next, 0
		if d.Stop != nil {
			return s.fire(r, d, model.EventCancelled, model.Cause{At: now, Actor: d.Stop.By, Message: d.Stop.Reason})
		}
		s.tellDelay(r, d)
		return nil
	}
	switch code {
	case model.CodeJenkinsFolded:
		return waitFor(model.WaitFolded, max(s.pace.Folded, s.patience(d)))
	case model.CodeJenkinsUnavailable:
		return waitFor(model.WaitJenkins, s.patience(d))
	case model.CodeJenkinsAuth, model.CodeJenkinsForbidden:
		return waitFor(model.WaitAuth, authPause)
	case model.CodeJenkinsNotFound, model.CodeJenkinsDisabled, model.CodeJenkinsRejected:
		s.mistaken(d)
		return s.fire(r, d, model.EventRefused, cause)
	default:
		// Nobody knows whether there is a build now: look for it before anything else.
		next := now.Add(s.pace.Backoff)
		d.NextAt, d.Code, d.Message = &next, code, cause.Message
		since := s.delayedSince(d)
		if d.Unanswered++; d.Unanswered > 1 {
			s.tell(r, s.write.delayed(r, d, since))
		}
		r.Record(model.Event{
			DeploymentID: d.ID, At: now, Actor: actorJenkins, Kind: model.EventKindUnknown,
			From: string(d.State), To: string(d.State), Code: code, Message: cause.Message,
		})
		return nil
	}
}
