package api

import (
	"context"
	"time"

	"github.com/oabridge/oabridge/model"
)

// source names this way in, in releases and metrics.
const source = "connector"

type receiptReply struct {
	ReleaseID   string             `json:"releaseId"`
	State       model.ReleaseState `json:"state"`
	ScheduledAt *time.Time         `json:"scheduledAt,omitempty"`
	Duplicate   bool               `json:"duplicate"`
}

func noReceipt(string) fragment { return inside(receiptReply{}) }

// submit records an approved form. It is finished even when the caller hangs up: DingTalk may not come again.
func (s *Server) submit(ctx context.Context, f fields) (fragment, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.limits.Submit)
	defer cancel()
	r, err := s.service.Submit(ctx, f, source)
	if err != nil {
		return nil, err
	}
	return inside(receiptReply{
		ReleaseID: r.Number, State: r.State, ScheduledAt: r.ScheduledAt, Duplicate: r.Duplicate,
	}), nil
}
