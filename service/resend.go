package service

import (
	"context"

	"github.com/oabridge/oabridge/model"
)

// ListMessages returns messages, newest first.
func (s *Service) ListMessages(ctx context.Context, f model.MessageFilter) ([]model.Message, error) {
	return s.store.ListMessages(ctx, f)
}

// Message returns one message. Errors: not_found.
func (s *Service) Message(ctx context.Context, id int64) (model.Message, error) {
	m, err := s.store.Message(ctx, id)
	if model.CodeOf(err) == model.CodeNotFound {
		return m, model.Errorf(model.CodeNotFound, "没有编号为 %d 的消息", id)
	}
	return m, err
}

// Resend has a message that was given up sent again, by by. Errors: not_found, conflict (it was not given up).
func (s *Service) Resend(ctx context.Context, id int64, by string) (model.Message, error) {
	before, err := s.Message(ctx, id)
	if err != nil {
		return model.Message{}, err
	}
	if before.State != model.MessageDead {
		return model.Message{}, model.Errorf(model.CodeConflict, "消息 %d 没有发送失败(当前状态 %s)，不需要重新发送", id, before.State)
	}
	if err := s.store.Resend(ctx, id, by, s.now()); err != nil {
		return model.Message{}, err
	}
	s.log.InfoContext(ctx, "message sent again", "message", id, "by", by, "channel", string(before.Channel),
		"recipient", before.Recipient, "code", string(before.LastCode))
	s.nudge()
	return s.Message(ctx, id)
}

// Dead counts the messages that were given up and not sent again.
func (s *Service) Dead(ctx context.Context) (int64, error) { return s.store.CountDead(ctx) }
