package service

import (
	"context"
	"fmt"
	"strings"

	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/service/notices"
)

// AgainRules say what people may have deployed again.
type AgainRules struct {
	Retries  int  // how often one deployment may be retried after it failed; 0: never
	RollBack bool // whether releases may be rolled back
}

// Retry lets deployments of the release that failed, or were lost, have a new build: the one with the id, or all when it is 0.
// What was cancelled only because of them waits behind them again. Jenkins is searched once more for a build that was lost; one
// that failed is never taken for the new one. Errors: not_found, conflict (nothing failed or is lost, it was retried too often,
// or the approval does not hold any more).
func (s *Service) Retry(ctx context.Context, id, deployment int64, by, reason string) (*model.Release, error) {
	s.keepBefore(ctx, id)
	return s.change(ctx, id, func(r *model.Release) error {
		if r.Proof.Barred() {
			return model.Errorf(model.CodeConflict, "上线单 %s 的审批无效，不能重试：%s", r.Number(), r.Proof.Message)
		}
		chosen, err := s.retriable(r, deployment)
		if err != nil {
			return err
		}
		cause := model.Cause{At: s.now(), Actor: by, Message: reason}
		for _, d := range chosen {
			if err := s.retry(r, d, cause); err != nil {
				return err
			}
		}
		if r.ScheduledAt != nil && r.ScheduledAt.Before(cause.At) {
			r.ScheduledAt = &cause.At // it was on time once; the person says now
		}
		return s.waitAgain(r, cause)
	})
}

// retriable are the deployments that are meant and may be retried.
func (s *Service) retriable(r *model.Release, deployment int64) ([]*model.Deployment, error) {
	if deployment != 0 {
		if _, err := r.Deployment(deployment); err != nil {
			return nil, err
		}
	}
	var chosen []*model.Deployment
	var often []string
	for _, d := range r.Deployments {
		failed := d.Retriable()
		switch {
		case deployment != 0 && d.ID != deployment, !failed && d.State != model.StateLost:
			continue
		case s.controllers[d.Controller] == nil:
			return nil, model.Errorf(model.CodeConflict, "Jenkins「%s」已不在配置里，“%s”不能重试", d.Controller, d.Title())
		case failed && d.Retries >= s.again.Retries:
			often = append(often, fmt.Sprintf("“%s”已重试 %d 次", d.Title(), d.Retries))
		}
		chosen = append(chosen, d)
	}
	switch {
	case len(often) > 0 && s.again.Retries == 0:
		return nil, model.Errorf(model.CodeConflict, "按配置(retry.max: 0)，失败的应用不能重试，请重新发起审批")
	case len(often) > 0:
		return nil, model.Errorf(model.CodeConflict, "%s，达到上限(retry.max: %d)，请重新发起审批", strings.Join(often, "，"), s.again.Retries)
	case len(chosen) == 0:
		return nil, model.Errorf(model.CodeConflict, "上线单 %s 没有可以重试的应用：只有失败、不稳定、被中止或失联的可以重试，已放弃的不可以", r.Number())
	}
	return chosen, nil
}

// retry lets one deployment wait for its turn, and tells why.
func (s *Service) retry(r *model.Release, d *model.Deployment, c model.Cause) error {
	d.Retries++
	if d.State == model.StateLost {
		s.tell(r, s.write.decided(r, d, notices.ActionRetry, c))
		d.Forget()
	} else {
		s.tell(r, s.write.decided(r, d, notices.ActionAgain, c))
		c.Message = strings.TrimSuffix(fmt.Sprintf("%s之后第 %d 次重试：%s", formerly(d), d.Retries, c.Message), "：")
		d.Again()
	}
	if err := s.fire(r, d, model.EventRetried, c); err != nil {
		return err
	}
	d.Wait, d.NextAt, d.Stop = "", &c.At, nil
	if follows(r, d) {
		d.Wait, d.NextAt = model.WaitPredecessor, nil
	}
	return nil
}

// formerly says how d ended, for the history.
func formerly(d *model.Deployment) string {
	if d.Build > 0 {
		return fmt.Sprintf("构建 %s(%s)", d.BuildTitle(), d.Result)
	}
	return "没有构建(" + model.Cut(d.Message, 100) + ")"
}

// waitAgain lets deployments wait for their turn that were cancelled only because an app before them did not succeed: those
// before which everything succeeded or may still do so.
func (s *Service) waitAgain(r *model.Release, c model.Cause) error {
	for _, d := range r.Deployments {
		if !takenBackByOrder(r, d) || !mayStillSucceed(r, d) {
			continue
		}
		cause := model.Cause{At: c.At, Actor: actorSystem, Message: "前面的应用重试，恢复等待"}
		if err := s.fire(r, d, model.EventRetried, cause); err != nil {
			return err
		}
		d.Wait, d.NextAt, d.Slot, d.DelayedSince = model.WaitPredecessor, nil, nil, nil
	}
	return nil
}

// mayStillSucceed tells whether everything before d succeeded or is not at its end, so that its turn may come.
func mayStillSucceed(r *model.Release, d *model.Deployment) bool {
	for _, before := range r.Deployments {
		if r.Precedes(before, d) && before.State.Terminal() && before.State != model.StateSucceeded {
			return false
		}
	}
	return follows(r, d)
}
