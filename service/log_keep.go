package service

import (
	"context"
	"log/slog"
	"time"

	"github.com/oabridge/oabridge/model"
)

// How logs are kept.
const (
	keepPause    = 2 * time.Second
	logsAtOnce   = 8
	keepPatience = 5 * time.Minute // of one log
	keepGiveUp   = 24 * time.Hour  // after a build's end
	lastKeep     = 5 * time.Second // of the logs that are due when people have builds made again
	prunedLogs   = 64              // blocks deleted at a time
)

// keepingLogs keeps the logs of builds that ended, one process at a time for each controller.
func (s *Service) keepingLogs(ctx context.Context) {
	if s.logRules.Keep == 0 {
		return
	}
	looks := trouble{Service: s, doing: "keeping logs"}
	for looks.wait(ctx, keepPause, nil) {
		for _, c := range s.ordered {
			if ctx.Err() != nil {
				return
			}
			if c.line.away() == nil {
				looks.note(ctx, s.keepLogs(ctx, c))
			}
		}
	}
}

func logLease(c *Controller) string { return "logs:" + c.Name }

func (s *Service) keepLogs(ctx context.Context, c *Controller) error {
	due, err := s.dueLogs(ctx, c)
	for _, d := range due {
		if ctx.Err() != nil || err != nil {
			break
		}
		err = s.keepLog(ctx, d)
	}
	return err
}

func (s *Service) dueLogs(ctx context.Context, c *Controller) ([]*model.Deployment, error) {
	step, cancel := s.stepContext(ctx)
	defer cancel()
	due, err := s.store.DueLogs(step, c.Name, logsAtOnce)
	if err != nil || len(due) == 0 {
		return nil, err
	}
	// Two that keep the same log do no harm, so the lease need not outlast a long one.
	ours, err := s.store.Lease(step, logLease(c), s.owner, s.pace.Lease)
	if err != nil || !ours {
		return nil, err
	}
	return due, nil
}

// keepLog reads one log to its end and stores it. One that cannot be read now is tried again, more and more seldom.
func (s *Service) keepLog(ctx context.Context, d *model.Deployment) error {
	blocks, err := s.wholeLog(ctx, d)
	step, cancel := s.stepContext(ctx)
	defer cancel()
	if err == nil {
		return s.store.KeepLog(step, logOf(d), blocks)
	}
	if ctx.Err() != nil {
		return nil // it stays due
	}
	age := keepGiveUp
	if d.FinishedAt != nil {
		age = s.now().Sub(*d.FinishedAt)
	}
	next := s.now().Add(max(age/2, 10*time.Second))
	if model.CodeOf(err) == model.CodeJenkinsNotFound || age >= keepGiveUp {
		next = time.Time{}
		s.log.WarnContext(ctx, "log not kept", "deployment", d.ID, "app", d.Key(), "build", d.Build, slog.Any("error", err))
	}
	return s.store.PostponeLog(step, logOf(d), next)
}

// keepBefore keeps the logs of a release's builds that are still due, before there are others. What cannot be read in time is not kept.
func (s *Service) keepBefore(ctx context.Context, id int64) {
	ctx, cancel := context.WithTimeout(ctx, lastKeep)
	defer cancel()
	r, err := s.store.Release(ctx, id)
	if err != nil {
		return // whoever asked is told so
	}
	for _, d := range r.Deployments {
		if d.LogDueAt != nil && d.Retriable() && d.Build > 0 {
			if err := s.keepLog(ctx, d); err != nil {
				s.log.WarnContext(ctx, "log not kept before a retry", "deployment", d.ID, "app", d.Key(), "build", d.Build, slog.Any("error", err))
			}
		}
	}
}

func (s *Service) wholeLog(ctx context.Context, d *model.Deployment) ([]model.LogBlock, error) {
	ctx, cancel := context.WithTimeout(ctx, keepPatience)
	defer cancel()
	tail, done := s.tail(d)
	defer done()
	if err := tail.Finish(ctx); err != nil {
		return nil, err
	}
	return tail.Spool().Blocks()
}

// pruneLogs deletes what was kept for long enough, a little at a time.
func (s *Service) pruneLogs(ctx context.Context) error {
	for s.logRules.Keep > 0 {
		step, cancel := s.stepContext(ctx)
		n, err := s.store.PruneLogs(step, s.now().Add(-s.logRules.Keep), prunedLogs)
		cancel()
		if err != nil || n < prunedLogs || !wait(ctx, s.pace.Breath, nil) {
			return err
		}
	}
	return nil
}
