package service

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/oabridge/oabridge/model"
)

// fallBack lets another robot tell what this one cannot, once, and say for whom. It is stored before the message itself is
// settled: should we die in between, the repeat finds it known.
func (s *Service) fallBack(ctx context.Context, m model.Message) {
	to := s.fallbacks[m.Recipient]
	if m.Channel != model.ChannelRobot || to == "" {
		return
	}
	instead := fmt.Sprintf("代机器人「%s」：", m.Recipient)
	now := s.now()
	err := s.store.Post(ctx, model.Message{
		Key: model.Hash("fallback", m.Key, to), ReleaseID: m.ReleaseID, Kind: m.Kind, Channel: m.Channel, Recipient: to,
		Title: instead + m.Title, Markdown: instead + "  \n  " + m.Markdown, Summary: summaryOf(instead, m), Link: m.Link,
		State: model.MessagePending, CreatedAt: now, NextAt: now,
	})
	if err != nil {
		s.log.WarnContext(ctx, "fallback robot not told", "message", m.ID, "robot", to, slog.Any("error", err))
		return
	}
	s.nudge()
}

// summaryOf is the message in a digest of the other robot; "" leaves that to the title.
func summaryOf(instead string, m model.Message) string {
	if m.Summary == "" {
		return ""
	}
	return instead + m.Summary
}
