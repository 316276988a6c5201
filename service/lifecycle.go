package service

import (
	"github.com/oabridge/oabridge/model"
)

// Actors in the history that are no people.
const (
	actorSystem   = "system"
	actorJenkins  = "jenkins"
	actorDingTalk = "dingtalk"
)

// fire moves a deployment and does everything that follows from it for the release: the next in a sequence becomes
// ready or is taken back, and the end of the release is told.
func (s *Service) fire(r *model.Release, d *model.Deployment, event model.DeploymentEvent, c model.Cause) error {
	if err := r.Fire(d, event, c); err != nil {
		return err
	}
	if d.State == model.StateLost {
		s.tell(r, s.write.lost(r, d))
	}
	if !d.State.Terminal() {
		return nil
	}
	if err := s.goOn(r, d, c); err != nil {
		return err
	}
	if r.State.Terminal() && !endIsTold(r) {
		s.tell(r, s.write.finished(r))
	}
	return nil
}

// endIsTold tells whether the notice that the approval does not hold said already how the release ended.
func endIsTold(r *model.Release) bool {
	return r.State == model.ReleaseRejected || (r.State == model.ReleaseCancelled && r.Proof.State == model.ProofWithdrawn)
}

// goOn decides what the end of d means for those that wait for it.
func (s *Service) goOn(r *model.Release, d *model.Deployment, c model.Cause) error {
	if d.State != model.StateSucceeded {
		return s.takeBackBehind(r, d, model.Cause{
			At: c.At, Actor: actorSystem, Message: "前面的应用“" + d.Title() + "”没有成功，不再执行",
		})
	}
	for _, next := range r.Deployments {
		if !waitsFor(r, next, d) || follows(r, next) {
			continue
		}
		next.Wait, next.NextAt = "", &c.At
		if r.ScheduledAt != nil && r.ScheduledAt.After(c.At) { // planned anew in the meantime
			next.Wait, next.NextAt = model.WaitSchedule, r.ScheduledAt
		}
	}
	return nil
}

// waitsFor tells whether d waits until before has succeeded.
func waitsFor(r *model.Release, d, before *model.Deployment) bool {
	return d.State == model.StateWaiting && d.Wait == model.WaitPredecessor && r.Precedes(before, d)
}

// takeBackBehind takes back what waits behind d.
func (s *Service) takeBackBehind(r *model.Release, d *model.Deployment, c model.Cause) error {
	for _, next := range r.Deployments {
		if !waitsFor(r, next, d) {
			continue
		}
		if err := r.Fire(next, model.EventCancelled, c); err != nil {
			return err
		}
	}
	return nil
}
