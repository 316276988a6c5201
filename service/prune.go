package service

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/oabridge/oabridge/model"
)

// Retention deletes what was kept for long enough.
type Retention interface {
	// Prune deletes a bounded batch of what ended before the time, and rows of replicas that are long gone. What it
	// returns is empty when nothing is left. Errors: database_unavailable.
	Prune(ctx context.Context, before time.Time) (model.Pruned, error)
}

// pruneLease is held by the one process that prunes.
const pruneLease = "prune"

// pruning deletes old releases as long as ctx lasts. One process does it; the others find the lease taken, or nothing
// left.
func (s *Service) pruning(ctx context.Context) {
	for {
		pruned, err := s.prune(ctx)
		err = errors.Join(err, s.pruneLogs(ctx))
		if err != nil {
			s.log.WarnContext(ctx, "pruning ended early, the rest goes later", slog.Any("error", err))
		}
		if pruned.Rows() > 0 {
			s.log.InfoContext(ctx, "pruned what was kept for long enough", "keep", s.keep, "releases", pruned.Releases,
				"deployments", pruned.Deployments, "events", pruned.Events, "messages", pruned.Messages, "checks", pruned.Checks, "replicas", pruned.Replicas)
		}
		if !wait(ctx, s.pace.Prune, nil) {
			return
		}
	}
}

// prune deletes batch after batch, with a pause after each for those who have work to do.
func (s *Service) prune(ctx context.Context) (model.Pruned, error) {
	var sum model.Pruned
	for {
		batch, err := s.pruneBatch(ctx)
		s.observer.Pruned(batch)
		sum = sum.Plus(batch)
		if err != nil || batch.Rows() == 0 || !wait(ctx, s.pace.Breath, nil) {
			return sum, err
		}
	}
}

// pruneBatch deletes nothing when another process is at it. With nothing to keep releases by, only rows of replicas go.
func (s *Service) pruneBatch(ctx context.Context) (model.Pruned, error) {
	ctx, cancel := s.stepContext(ctx)
	defer cancel()
	mine, err := s.store.Lease(ctx, pruneLease, s.owner, s.pace.Lease)
	if err != nil || !mine {
		return model.Pruned{}, err
	}
	var before time.Time
	if s.keep > 0 {
		before = s.now().Add(-s.keep)
	}
	return s.store.Prune(ctx, before)
}
