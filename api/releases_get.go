package api

import (
	"context"
	"time"

	"github.com/oabridge/oabridge/model"
)

type detailReply struct {
	releaseView
	Events []eventView `json:"events"`
	// EventsBefore is the value of ?before= of /events for the lines before these; null when these are all.
	EventsBefore *int64        `json:"events_before"`
	Messages     []messageView `json:"messages"`
}

// getRelease answers GET /api/releases/{number}: one release with the end of its history and what was told.
func (s *Server) getRelease(ctx context.Context, r request) (any, error) {
	if err := r.only(); err != nil {
		return nil, err
	}
	id, err := r.id()
	if err != nil {
		return nil, err
	}
	release, err := s.service.Release(ctx, id)
	if err != nil {
		return nil, err
	}
	history, err := s.history(ctx, id, 0, maxLines)
	if err != nil {
		return nil, err
	}
	messages, err := s.service.Messages(ctx, id)
	if err != nil {
		return nil, err
	}
	return detailReply{
		releaseView: viewNow(release, s.service.Progress(ctx, release)), Events: history.Events, EventsBefore: history.NextBefore, Messages: viewMessages(messages),
	}, nil
}

// messageView tells what became of a message. Its text stays with its recipient.
type messageView struct {
	Kind      model.NoticeKind   `json:"kind"`
	Channel   model.Channel      `json:"channel"`
	Recipient string             `json:"recipient"`
	Title     string             `json:"title"`
	State     model.MessageState `json:"state"`
	Attempts  int                `json:"attempts"`
	LastCode  model.Code         `json:"last_code"`
	LastError string             `json:"last_error"`
	CreatedAt time.Time          `json:"created_at"`
	SentAt    *time.Time         `json:"sent_at"`
}

func viewMessages(messages []model.Message) []messageView {
	views := make([]messageView, len(messages))
	for i, m := range messages {
		views[i] = messageView{
			Kind: m.Kind, Channel: m.Channel, Recipient: m.Recipient, Title: m.Title, State: m.State, Attempts: m.Attempts,
			LastCode: m.LastCode, LastError: m.LastError, CreatedAt: m.CreatedAt.UTC(), SentAt: utc(m.SentAt),
		}
	}
	return views
}
