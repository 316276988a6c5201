package service

import (
	"context"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"github.com/oabridge/oabridge/model"
)

const (
	// inquiriesAtOnce are claimed and looked into side by side, so that each has the whole time of a step.
	inquiriesAtOnce = 4
	firstInquiry    = 3 * time.Second
	longestInquiry  = 15 * time.Minute
	// notThereYet is how long DingTalk may not know an instance that was just named.
	notThereYet = 2 * time.Minute
	// quietInquiry is how long an approval may be unreadable before people are told.
	quietInquiry = 5 * time.Minute
)

// ReceiveEvent keeps an event of an approval; whatever it leads to happens later. Events of other templates, and those
// that decide nothing, are dropped. Errors: database_unavailable and the like: the sender shall come again.
func (s *Service) ReceiveEvent(ctx context.Context, e model.ApprovalEvent) error {
	if !s.concerns(e) {
		return nil
	}
	if e.ReceivedAt.IsZero() {
		e.ReceivedAt = s.now()
	}
	key := "event:" + e.ID
	if e.ID == "" {
		key = "event:" + model.Hash(e.Instance, e.Kind, e.Result, strconv.FormatInt(e.BornAt.UnixMilli(), 10))
	}
	if err := s.store.KeepCheck(ctx, model.Check{Key: key, Event: e, CreatedAt: s.now(), NextAt: s.now()}); err != nil {
		return err
	}
	s.log.InfoContext(ctx, "approval event kept", "event", e.ID, "via", e.Via, "instance", e.Instance, "kind", e.Kind, "result", e.Result)
	s.nudge()
	return nil
}

func (s *Service) concerns(e model.ApprovalEvent) bool {
	switch {
	case e.Instance == "" || !s.allowedTemplate(e.ProcessCode):
		return false
	default:
		return e.Kind == model.ApprovalFinishes || e.Kind == model.ApprovalTerminates || e.Kind == model.ApprovalDeleted
	}
}

// inquiring looks into approvals as long as ctx lasts.
func (s *Service) inquiring(ctx context.Context) {
	claims := trouble{Service: s, doing: "claiming approvals to look into"}
	for claims.wait(ctx, s.pace.Idle, s.bells.checks) {
		looked, err := s.inquireDue(ctx)
		claims.note(ctx, err)
		if looked == inquiriesAtOnce {
			ring(s.bells.checks)
		}
	}
}

func (s *Service) inquireDue(ctx context.Context) (int, error) {
	step, cancel := s.stepContext(ctx)
	defer cancel()
	due, err := s.store.ClaimChecks(step, s.claimName(), s.pace.Lease, inquiriesAtOnce)
	if err != nil {
		return 0, err
	}
	var looks sync.WaitGroup
	for _, c := range due {
		looks.Go(func() { s.inquireOnce(step, c) })
	}
	looks.Wait()
	return len(due), nil
}

// inquireOnce looks once and saves how that ended.
func (s *Service) inquireOnce(ctx context.Context, c model.Check) {
	done, err := s.lookInto(ctx, &c)
	c.Attempts++
	c.Code, c.Message = model.CodeOf(err), ""
	if err != nil {
		c.Message = model.MessageOf(err)
	}
	switch {
	case done && err == nil && c.State == model.CheckPending:
		c.Finish()
	case done && err == nil:
	case done:
		c.GiveUp()
	default:
		c.NextAt = s.now().Add(inquiryPause(c.Attempts, c.Code))
	}
	if err != nil {
		s.log.WarnContext(ctx, "approval not settled yet", "instance", c.Event.Instance, "try", c.Attempts, "state", string(c.State),
			"code", string(c.Code), slog.Any("error", err))
	}
	save, cancel := s.savingContext(ctx)
	defer cancel()
	if err := s.store.SettleCheck(save, c); err != nil && model.CodeOf(err) != model.CodeConflict {
		s.log.WarnContext(ctx, "look into an approval not saved", "instance", c.Event.Instance, slog.Any("error", err))
	}
}

// inquiryPause grows, since an approval may take a day; what a person has to put right is not asked for often.
func inquiryPause(attempts int, code model.Code) time.Duration {
	if code == model.CodeDingTalkQuota || code == model.CodeDingTalkForbidden || code == model.CodeDingTalkAuth {
		return longestInquiry
	}
	if code.OfDatabase() {
		return firstInquiry
	}
	longest := longestInquiry
	if code == model.CodeDingTalkUnavailable || code == model.CodeDingTalkThrottled || code == model.CodeCatalogueUnready {
		longest = time.Minute // go on soon after it is back
	}
	return min(firstInquiry<<min(attempts-1, 12), longest)
}
