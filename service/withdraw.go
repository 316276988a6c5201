package service

import (
	"context"
	"slices"
	"time"

	"github.com/oabridge/oabridge/model"
)

// Withdrawals remembers approvals that do not hold any more, also those whose release is still to come.
type Withdrawals interface {
	// KeepWithdrawal remembers why an approval does not hold any more, unless that is known.
	KeepWithdrawal(ctx context.Context, instance, why string, at time.Time) error
	// Withdrawal is why an approval does not hold any more; "" when nobody took it back.
	Withdrawal(ctx context.Context, instance string) (string, error)
}

// withdrawMain takes back the approval that another one is about. DingTalk goes on to tell that it was approved, so this is
// remembered for whoever comes with it later.
func (s *Service) withdrawMain(ctx context.Context, main, why string) error {
	if err := s.store.KeepWithdrawal(ctx, main, why, s.now()); err != nil {
		return err
	}
	_, err := s.store.ReleaseByKeys(ctx, []string{keyInstance + main})
	if model.CodeOf(err) == model.CodeNotFound {
		err = s.findByForm(ctx, main)
	}
	if err != nil {
		return err
	}
	return s.withdraw(ctx, main, why)
}

// findByForm makes the release of an approval known by its instance, when it came in with the form's request id only.
func (s *Service) findByForm(ctx context.Context, instance string) error {
	a, err := s.approvals.Approval(ctx, instance)
	if err == nil {
		_, err = s.releaseOf(ctx, &a)
	}
	if code := model.CodeOf(err); code == model.CodeNotFound || code == model.CodeDingTalkNotFound {
		return nil
	}
	return err
}

// withdrawIfTakenBack takes a release back whose approval was taken back before there was a release. It returns why, "" when
// the approval holds.
func (s *Service) withdrawIfTakenBack(ctx context.Context, instance string) (string, error) {
	why, err := s.store.Withdrawal(ctx, instance)
	if err != nil || why == "" {
		return "", err
	}
	return why, s.withdraw(ctx, instance, why)
}

// withdraw takes back what has not started of the release of an approval that does not hold any more; what runs is
// stopped or left running, as the policy says. Nothing happens when there is no such release, or a second time.
func (s *Service) withdraw(ctx context.Context, instance, why string) error {
	r, _, err := s.holder(ctx, keyInstance+instance)
	if model.CodeOf(err) == model.CodeNotFound {
		return nil
	}
	if err != nil {
		return err
	}
	r, err = s.change(ctx, r.ID, func(r *model.Release) error {
		if r.Proof.State == model.ProofWithdrawn || r.Proof.State == model.ProofRefuted {
			return nil
		}
		cause := model.Cause{At: s.now(), Actor: actorDingTalk, Message: why}
		told := !r.State.Terminal() || s.fresh(r)
		r.Withdraw(cause) // also of what ended long ago: nobody may plan it anew
		r.Record(model.Event{At: cause.At, Actor: cause.Actor, Kind: model.EventKindWithdrawn, Message: why})
		if told {
			s.tell(r, s.write.withdrawn(r, why, s.policy.StopOnRevoke))
		}
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

// takeAllBack takes back what has not started, and what runs when running says so: also what begins to run before it is
// taken out of Jenkins' queue. That is done by the follower.
func (s *Service) takeAllBack(r *model.Release, c model.Cause, running bool) error {
	for _, d := range slices.Backward(r.Deployments) { // before the end of one takes back those behind it
		if (d.State == model.StateRunning || d.State == model.StatePaused) && !running {
			continue
		}
		asked := d.Stop != nil
		if err := s.takeBack(r, d, c.Actor, c.Message); err != nil {
			return err
		}
		if !asked && !running && d.Stop != nil {
			d.Stop.Unstarted = true
		}
	}
	return nil
}

func (s *Service) nudgeFollowers(r *model.Release) {
	for _, d := range r.Deployments {
		s.nudgeFollower(d.Controller)
	}
}
