package service

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/oabridge/oabridge/model"
)

// When DingTalk is asked what became of a work notice; it knows for 24 hours.
const (
	firstCheck   = 30 * time.Second
	lastCheck    = 23 * time.Hour
	checkPause   = 5 * time.Second
	checksAtOnce = 16
)

// checking asks what became of the work notices that DingTalk took.
func (s *Service) checking(ctx context.Context) {
	if s.fates == nil {
		return
	}
	claims := trouble{Service: s, doing: "claiming fates"}
	for claims.wait(ctx, checkPause, nil) {
		claims.note(ctx, s.checkDue(ctx))
	}
}

func (s *Service) checkDue(ctx context.Context) error {
	step, cancel := s.stepContext(ctx)
	defer cancel()
	due, err := s.store.ClaimFates(step, s.claimName(), s.pace.Lease, checksAtOnce)
	if err != nil {
		return err
	}
	for _, m := range due {
		if ctx.Err() != nil || step.Err() != nil {
			return nil // the leases end by themselves
		}
		s.learnFate(step, m)
	}
	return nil
}

// learnFate asks about one message and saves the answer. What did not arrive is dead: nobody was told, and a person has to look.
func (s *Service) learnFate(ctx context.Context, m model.Message) {
	fate, err := s.fates.SendResult(ctx, m.TaskID)
	s.settleFate(&m, fate, err)
	saveErr := s.insist(ctx, func(ctx context.Context) error { return s.store.SettleFate(ctx, m) })
	if err != nil || saveErr != nil {
		s.log.WarnContext(ctx, "fate of a message not known", "message", m.ID, "task", m.TaskID, slog.Any("error", err),
			slog.Any("save", saveErr))
	}
	if saveErr == nil && m.State == model.MessageDead {
		s.observer.GaveUp(m.Channel, m.LastCode)
		s.log.WarnContext(ctx, "message did not arrive", "message", m.ID, "channel", string(m.Channel), "recipient", m.Recipient,
			"task", m.TaskID, "code", string(m.LastCode), "reason", m.LastError)
	}
}

// settleFate decides what an answer means. A repeat that DingTalk dropped was there before: no two of our texts are equal.
func (s *Service) settleFate(m *model.Message, fate model.NoticeFate, err error) {
	reason, dropped := fate.Dropped[m.Recipient]
	switch {
	case err != nil:
		s.askAgain(m, err)
	case slices.Contains(fate.Read, m.Recipient), slices.Contains(fate.Unread, m.Recipient):
		m.CheckAt = nil
	case dropped && reason == model.DropRepeat:
		m.CheckAt, m.LastError = nil, "钉钉当天已向此人发送过同样的内容(143106)"
	case dropped && reason == model.DropDailyLimit:
		undelivered(m, model.CodeDingTalkQuota, "此人当天收到的工作通知已达 500 条上限(143105)，钉钉没有送达")
	case dropped:
		undelivered(m, model.CodeDingTalkForbidden, "钉钉没有送达，原因代码："+cmp.Or(reason, "无"))
	case slices.Contains(fate.Invalid, m.Recipient):
		undelivered(m, model.CodeDingTalkNotFound, "组织里没有这个用户 ID，钉钉没有送达")
	case slices.Contains(fate.Failed, m.Recipient):
		undelivered(m, model.CodeDingTalkUnavailable, "钉钉发送失败，没有送达")
	default:
		s.askAgain(m, nil)
	}
}

func undelivered(m *model.Message, code model.Code, reason string) {
	m.State, m.CheckAt, m.LastCode, m.LastError = model.MessageDead, nil, code, reason
}

// askAgain waits for as long as the message is old, and not beyond the time for which DingTalk knows.
func (s *Service) askAgain(m *model.Message, err error) {
	now := s.now()
	age := firstCheck
	if m.SentAt != nil {
		age = max(age, now.Sub(*m.SentAt))
	}
	m.CheckAt = nil
	if age < lastCheck && model.CodeOf(err) != model.CodeDingTalkRejected {
		m.CheckAt = new(now.Add(min(max(age, retryAfter(err)), lastCheck-age)))
	}
}
