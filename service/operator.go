package service

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/service/notices"
)

// Abandon gives up lost deployments of the release: the one with the id, or all when it is 0. What waits behind them is
// cancelled. Errors: not_found, conflict (nothing is lost).
func (s *Service) Abandon(ctx context.Context, id, deployment int64, by, reason string) (*model.Release, error) {
	return s.change(ctx, id, func(r *model.Release) error {
		if deployment != 0 {
			if _, err := r.Deployment(deployment); err != nil {
				return err
			}
		}
		cause, found := model.Cause{At: s.now(), Actor: by, Message: reason}, false
		for _, d := range r.Deployments {
			if d.State != model.StateLost || (deployment != 0 && d.ID != deployment) {
				continue
			}
			found = true
			s.tell(r, s.write.decided(r, d, notices.ActionAbandon, cause)) // before the end that may follow
			if err := s.abandon(r, d, cause); err != nil {
				return err
			}
		}
		if !found {
			return model.Errorf(model.CodeConflict, "上线单 %s 没有已失联、等待处理的应用", r.Number())
		}
		return nil
	})
}

func (s *Service) abandon(r *model.Release, d *model.Deployment, c model.Cause) error {
	gone := "Jenkins 中找不到构建，已放弃"
	if c.Message != "" {
		gone += "：" + c.Message
	}
	c.Message = gone
	return s.fire(r, d, model.EventAbandoned, c)
}

// longestPlan is how far ahead a release can be planned.
const longestPlan = 366 * 24 * time.Hour

// Replan sets a new time for everything of the release that has not started, or that expired: at is written as in a form,
// "now" or 立即 means at once. Errors: not_found, invalid_request (at), conflict (nothing waits).
func (s *Service) Replan(ctx context.Context, id int64, at, by, reason string) (*model.Release, error) {
	when, err := s.readPlan(at)
	if err != nil {
		return nil, err
	}
	return s.change(ctx, id, func(r *model.Release) error {
		if r.Proof.State == model.ProofRefuted || r.Proof.State == model.ProofWithdrawn {
			return model.Errorf(model.CodeConflict, "上线单 %s 的审批无效，不能改期：%s", r.Number(), r.Proof.Message)
		}
		if err := s.plannable(r, when); err != nil {
			return err
		}
		cause, ended := model.Cause{At: s.now(), Actor: by, Message: reason}, r.State.Terminal()
		planned, err := s.replan(r, when, cause)
		if err != nil {
			return err
		}
		if !planned {
			return model.Errorf(model.CodeConflict, "上线单 %s 没有可以改期的应用：都已经开始、结束或被取消", r.Number())
		}
		r.Mode, r.ScheduledAt = model.ExecuteScheduled, &when
		if r.Proof.State == model.ProofPending {
			s.proveAgain(r, cause, ended)
		}
		message := "改为 " + s.clock(when)
		if reason != "" {
			message += "：" + reason
		}
		r.Record(model.Event{At: cause.At, Actor: by, Kind: model.EventKindReplan, Message: message})
		s.tell(r, s.write.replanned(r, cause))
		return nil
	})
}

// readPlan reads a time that has not passed.
func (s *Service) readPlan(at string) (time.Time, error) {
	now := s.now()
	if text := strings.TrimSpace(at); strings.EqualFold(text, "now") || text == "立即" {
		return now, nil
	}
	when, ok := readWhen(at, s.location)
	switch {
	case !ok:
		return when, model.Errorf(model.CodeInvalidRequest, "%s；要立即执行请写 now", refusedWhen(at, s.location))
	case when.Before(now):
		return when, model.Errorf(model.CodeInvalidRequest, "执行时间 %s 已经过去；要立即执行请写 now", s.clock(when))
	case when.Sub(now) > longestPlan:
		return when, model.Errorf(model.CodeInvalidRequest, "执行时间 %s 太远，最多提前一年", s.clock(when))
	}
	return when, nil
}

// replan moves what waits, and what never ran because the release expired, to its new time. false: there is nothing.
func (s *Service) replan(r *model.Release, when time.Time, c model.Cause) (planned bool, err error) {
	expired := false // what was taken back behind an app that expired comes back with it
	for _, d := range r.Deployments {
		expired = expired || d.State == model.StateExpired
		switch {
		case d.State == model.StateWaiting && d.Stop == nil:
		case d.State == model.StateExpired, expired && takenBackByOrder(r, d):
			if err := r.Fire(d, model.EventReplanned, c); err != nil {
				return false, err
			}
		default:
			continue
		}
		planned = true
		release(d) // whoever has claimed it must not go on by the old plan
		d.Slot, d.DelayedSince, d.Code, d.Message = nil, nil, "", ""
		d.Wait, d.NextAt = model.WaitSchedule, &when
		if follows(r, d) {
			d.Wait, d.NextAt = model.WaitPredecessor, nil
		}
	}
	return planned, nil
}

// follows tells whether an app before d has yet to succeed.
func follows(r *model.Release, d *model.Deployment) bool {
	return slices.ContainsFunc(r.Deployments, func(before *model.Deployment) bool {
		return r.Precedes(before, d) && before.State != model.StateSucceeded
	})
}

// takenBackByOrder tells whether d was cancelled only because an app before it did not succeed.
func takenBackByOrder(r *model.Release, d *model.Deployment) bool {
	return r.Order != model.OrderParallel && d.State == model.StateCancelled && d.Stop == nil && d.PostedAt == nil
}
