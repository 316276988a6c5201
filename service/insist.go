package service

import (
	"context"
	"errors"
	"time"

	"github.com/oabridge/oabridge/model"
)

// The pauses between two tries to save the same.
const (
	firstInsistence   = 50 * time.Millisecond
	longestInsistence = time.Second
)

// insist saves what happened outside and cannot be taken back: again while the database is away, since it may be back in a
// moment, unless we are to stop. Whoever finds a conflict after a try whose outcome was not known is told
// nothing: that try was saved after all, or somebody went on from there.
func (s *Service) insist(step context.Context, save func(context.Context) error) error {
	ctx, cancel := s.savingContext(step)
	defer cancel()
	unknown := false
	for pause := firstInsistence; ; pause = min(2*pause, longestInsistence) {
		err := save(ctx)
		code := model.CodeOf(err)
		if unknown && code == model.CodeConflict {
			return nil
		}
		if !code.OfDatabase() || errors.Is(step.Err(), context.Canceled) {
			return err
		}
		unknown = unknown || code == model.CodeDatabaseUnknown
		if !wait(ctx, pause, nil) {
			return err
		}
	}
}
