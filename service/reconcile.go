package service

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/oabridge/oabridge/model"
)

// ViaReconciliation is the way of an approval whose event never came, so that we found it ourselves.
const ViaReconciliation = "reconciliation"

const (
	// longestApproval is how long before a gap an approval may have been begun that was decided within it.
	longestApproval = 14 * 24 * time.Hour
	// longestListing is the longest time of which DingTalk lists approvals.
	longestListing = 120*24*time.Hour - time.Hour
	reconcileLease = "reconcile"
	reconcileFor   = time.Minute // time-out, and how long nobody else reconciles
)

// Reconcile looks for approvals that were decided since the time, while no events could reach us. It costs one call for
// each template and 20 approvals, and one for each approval that was never seen. Errors: conflict (another process is at it), dingtalk_…, database_….
func (s *Service) Reconcile(ctx context.Context, since time.Time) error {
	if s.approvals == nil || since.IsZero() {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, reconcileFor)
	defer cancel()
	mine, err := s.store.Lease(ctx, reconcileLease, s.owner, reconcileFor)
	if err != nil {
		return err
	}
	if !mine {
		return model.Errorf(model.CodeConflict, "另一个实例正在补查审批")
	}
	found, err := s.reconcileTemplates(ctx, since)
	if err != nil {
		return err
	}
	s.log.InfoContext(ctx, "approvals reconciled", "since", since, "to look into", found)
	if _, err := s.store.Lease(ctx, reconcileLease, s.owner, 0); err != nil {
		s.log.WarnContext(ctx, "lease not given back", "lease", reconcileLease, slog.Any("error", err))
	}
	s.nudge()
	return nil
}

// reconcileTemplates looks at each template though another one fails. What DingTalk will never list, such as a template that
// was deleted, is told and passed over.
func (s *Service) reconcileTemplates(ctx context.Context, since time.Time) (int, error) {
	found := 0
	var failed []error
	for _, code := range s.policy.ProcessCodes {
		n, err := s.reconcileTemplate(ctx, code, since)
		found += n
		switch model.CodeOf(err) {
		case "":
		case model.CodeDingTalkRejected, model.CodeDingTalkNotFound:
			s.log.ErrorContext(ctx, "approvals of a template cannot be listed: what was missed of it stays missed", "template", code, slog.Any("error", err))
		default:
			failed = append(failed, err)
		}
	}
	return found, errors.Join(failed...)
}

func (s *Service) reconcileTemplate(ctx context.Context, code string, since time.Time) (int, error) {
	now := s.now()
	from := since.Add(-longestApproval)
	if earliest := now.Add(-longestListing); from.Before(earliest) {
		from = earliest
	}
	ids, err := s.begun(ctx, code, from, now)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	unknown, err := s.store.Unchecked(ctx, ids)
	if err != nil {
		return 0, err
	}
	for _, id := range unknown {
		e := model.ApprovalEvent{
			Instance: id, ProcessCode: code, Kind: model.ApprovalFinishes, Via: ViaReconciliation, BornAt: since, ReceivedAt: now,
		}
		key := "reconcile:" + id + ":" + since.UTC().Format(time.RFC3339)
		if err := s.store.KeepCheck(ctx, model.Check{Key: key, Event: e, CreatedAt: now, NextAt: now}); err != nil {
			return 0, err
		}
	}
	return len(unknown), nil
}

// begun lists the approvals of a template that were begun between the times, in halves when they are too many for one list.
func (s *Service) begun(ctx context.Context, code string, from, to time.Time) ([]string, error) {
	ids, err := s.approvals.InstanceIDs(ctx, code, from, to, nil)
	if model.CodeOf(err) != model.CodeDingTalkTooLarge || to.Sub(from) < time.Minute {
		return ids, err
	}
	middle := from.Add(to.Sub(from) / 2)
	early, err := s.begun(ctx, code, from, middle)
	if err != nil {
		return nil, err
	}
	late, err := s.begun(ctx, code, middle, to)
	return append(early, late...), err
}
