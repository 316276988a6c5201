package api

import (
	"context"
	"time"

	"github.com/oabridge/oabridge/model"
)

type detailReply struct {
	releaseView
	Events   []eventView   `json:"events"`
	Messages []messageView `json:"messages"`
}

// getRelease answers GET /api/releases/{number}: one release with its history and what was told.
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
	events, err := s.service.History(ctx, id)
	if err != nil {
		return nil, err
	}
	messages, err := s.service.Messages(ctx, id)
	if err != nil {
		return nil, err
	}
	return detailReply{releaseView: viewOf(release), Events: viewEvents(events), Messages: viewMessages(messages)}, nil
}

type eventView struct {
	At           time.Time  `json:"at"`
	Actor        string     `json:"actor"`
	Kind         string     `json:"kind"`
	DeploymentID int64      `json:"deployment_id,omitempty"`
	From         string     `json:"from"`
	To           string     `json:"to"`
	Code         model.Code `json:"code"`
	Message      string     `json:"message"`
}

func viewEvents(events []model.Event) []eventView {
	views := make([]eventView, len(events))
	for i, e := range events {
		views[i] = eventView{
			At: e.At.UTC(), Actor: e.Actor, Kind: e.Kind, DeploymentID: e.DeploymentID, From: e.From, To: e.To,
			Code: e.Code, Message: e.Message,
		}
	}
	return views
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
