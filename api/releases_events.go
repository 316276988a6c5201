package api

import (
	"context"
	"math"
	"strconv"
	"time"

	"github.com/oabridge/oabridge/model"
)

// How many lines of a history one answer holds.
const (
	defaultLines = 200
	maxLines     = 1000
)

// historyReply is one page of a history, in the order in which it happened.
type historyReply struct {
	Events []eventView `json:"events"`
	// NextBefore is the value of ?before= for the page before this one; null on the first.
	NextBefore *int64 `json:"next_before"`
}

// listEvents answers GET /api/releases/{number}/events: the newest lines of the history, or those before one.
func (s *Server) listEvents(ctx context.Context, r request) (any, error) {
	if err := r.only("before", "limit"); err != nil {
		return nil, err
	}
	before, err := r.count("before", 0, math.MaxInt64)
	if err != nil {
		return nil, err
	}
	limit, err := r.count("limit", defaultLines, maxLines)
	if err != nil {
		return nil, err
	}
	id, err := r.id()
	if err != nil {
		return nil, err
	}
	if _, err := s.service.Release(ctx, id); err != nil {
		return nil, err
	}
	return s.history(ctx, id, before, int(limit))
}

// history reads one page. One line more than fits tells whether there is a page before it.
func (s *Server) history(ctx context.Context, id, before int64, limit int) (historyReply, error) {
	events, err := s.service.History(ctx, id, before, limit+1)
	if err != nil {
		return historyReply{}, err
	}
	var next *int64
	if len(events) > limit {
		events = events[len(events)-limit:]
		next = &events[0].ID
	}
	return historyReply{Events: viewEvents(events), NextBefore: next}, nil
}

// count reads a number from 1 to most, fallback when it is missing. Errors: invalid_request.
func (r request) count(name string, fallback, most int64) (int64, error) {
	value, err := r.one(name)
	if err != nil || value == "" {
		return fallback, err
	}
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil || n < 1 || n > most {
		return 0, invalid("参数%s的值“%s”不正确", quoted(name), model.Cut(value, 40))
	}
	return n, nil
}

type eventView struct {
	ID           int64      `json:"id"`
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
			ID: e.ID, At: e.At.UTC(), Actor: e.Actor, Kind: e.Kind, DeploymentID: e.DeploymentID, From: e.From, To: e.To,
			Code: e.Code, Message: e.Message,
		}
	}
	return views
}
