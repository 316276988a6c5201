package service

import (
	"context"
	"slices"
	"time"

	"github.com/oabridge/oabridge/model"
)

// withdraw takes back what has not started of the release of an approval that does not hold any more; what runs is
// stopped or left running, as the policy says. Nothing happens when there is no such release, or a second time.
func (s *Service) withdraw(ctx context.Context, instance, why string) error {
	r, err := s.store.ReleaseByKeys(ctx, []string{keyInstance + instance})
	if model.CodeOf(err) == model.CodeNotFound {
		return nil
	}
	if err != nil {
		return err
	}
	r, err = s.change(ctx, r.ID, func(r *model.Release) error {
		if r.Proof.State == model.ProofWithdrawn || r.Proof.State == model.ProofRefuted || (r.State.Terminal() && !s.fresh(r)) {
			return nil
		}
		cause := model.Cause{At: s.now(), Actor: actorDingTalk, Message: why}
		r.Withdraw(cause)
		r.Record(model.Event{At: cause.At, Actor: cause.Actor, Kind: model.EventKindWithdrawn, Message: why})
		s.tell(r, s.write.withdrawn(r, why, s.policy.StopOnRevoke))
		return s.takeAllBack(r, cause, s.policy.StopOnRevoke)
	})
	if model.CodeOf(err) == model.CodeNotFound {
		return nil // pruned long ago
	}
	if err == nil {
		s.nudgeFollowers(r)
	}
	return err
}

// afterwards is how long after a release's end people are told that its approval was taken back; who clears away old
// approvals disturbs nobody.
const afterwards = 7 * 24 * time.Hour

func (s *Service) fresh(r *model.Release) bool {
	return r.FinishedAt != nil && s.now().Sub(*r.FinishedAt) < afterwards
}

// takeAllBack takes back what has not started, and what runs when running says so. A build in Jenkins' queue is taken out
// by the follower.
func (s *Service) takeAllBack(r *model.Release, c model.Cause, running bool) error {
	for _, d := range slices.Backward(r.Deployments) { // before the end of one takes back those behind it
		if (d.State == model.StateRunning || d.State == model.StatePaused) && !running {
			continue
		}
		if err := s.takeBack(r, d, c.Actor, c.Message); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) nudgeFollowers(r *model.Release) {
	for _, d := range r.Deployments {
		s.nudgeFollower(d.Controller)
	}
}
