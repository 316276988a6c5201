package service

import (
	"context"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/oabridge/oabridge/model"
)

// The outbox's limits.
const (
	giveUpAfter    = 24 * time.Hour
	firstPause     = 2 * time.Second
	longestPause   = 10 * time.Minute
	messagesAtOnce = 32
	sendersAtOnce  = 4
)

// delivering sends what the outbox holds.
func (s *Service) delivering(ctx context.Context) {
	claims := trouble{Service: s, doing: "claiming messages"}
	for claims.wait(ctx, s.pace.Idle, s.bells.outbox) {
		sent, err := s.deliverDue(ctx)
		claims.note(ctx, err)
		if sent == messagesAtOnce {
			ring(s.bells.outbox)
		}
	}
}

func (s *Service) deliverDue(ctx context.Context) (int, error) {
	step, cancel := s.stepContext(ctx)
	defer cancel()
	due, err := s.store.ClaimMessages(step, s.claimName(), s.pace.Lease, messagesAtOnce)
	if err != nil {
		return 0, err
	}
	var senders errgroup.Group
	senders.SetLimit(sendersAtOnce)
	for _, m := range due {
		senders.Go(func() error {
			if ctx.Err() != nil {
				s.handBack(step, m)
				return nil
			}
			s.deliver(step, m)
			return nil
		})
	}
	_ = senders.Wait() // deliver saves and logs its own errors
	return len(due), nil
}

// deliver makes one try and saves how it ended. Should we die in between, the same UUID lets DingTalk drop the repeat.
func (s *Service) deliver(ctx context.Context, m model.Message) {
	if ctx.Err() != nil {
		s.handBack(ctx, m)
		return
	}
	err := s.messenger.Deliver(ctx, m)
	code := model.CodeOf(err)
	s.observer.Delivered(m.Channel, code)
	s.settle(&m, err)
	saveErr := s.insist(ctx, func(ctx context.Context) error { return s.store.SettleMessage(ctx, m) })
	if saveErr != nil {
		s.log.ErrorContext(ctx, "message not settled", "message", m.ID, slog.Any("error", saveErr))
	}
	if err != nil {
		s.log.WarnContext(ctx, "message not delivered", "message", m.ID, "channel", string(m.Channel),
			"recipient", m.Recipient, "try", m.Attempts, "state", string(m.State), "code", string(code), slog.Any("error", err))
	}
}

// handBack ends the claim of a message that was not tried, so that another process need not wait for the lease's end.
func (s *Service) handBack(ctx context.Context, m model.Message) {
	saving, cancel := s.savingContext(ctx)
	defer cancel()
	if err := s.store.SettleMessage(saving, m); err != nil {
		s.log.WarnContext(ctx, "message not given back; its lease ends by itself", "message", m.ID, slog.Any("error", err))
	}
}

// settle decides what a try means: sent, again later, or given up.
func (s *Service) settle(m *model.Message, err error) {
	now := s.now()
	m.Attempts++
	if err == nil {
		m.State, m.SentAt, m.LastCode, m.LastError = model.MessageSent, &now, "", ""
		return
	}
	m.LastCode, m.LastError = model.CodeOf(err), model.Cut(model.MessageOf(err), 500)
	if now.Sub(m.CreatedAt) >= giveUpAfter || !worthRetrying(m.LastCode) {
		m.State = model.MessageDead
		return
	}
	m.NextAt = now.Add(max(retryAfter(err), min(firstPause<<min(m.Attempts-1, 20), longestPause)))
}

// worthRetrying tells whether the same message can arrive later without anybody changing the message itself.
func worthRetrying(code model.Code) bool {
	return code != model.CodeDingTalkRejected && code != model.CodeDingTalkTooLarge
}
