package service

import (
	"context"
	"log/slog"
	"time"

	"github.com/oabridge/oabridge/model"
)

// unread tells once for each reason that an approved form waits because it cannot be read. It returns err.
func (s *Service) unread(ctx context.Context, c *model.Check, waited time.Duration, err error) error {
	code := model.CodeOf(err)
	if !urgentInquiry(code, waited) || c.Event.Via == ViaReconciliation { // who knows whether that one was approved
		return err
	}
	if postErr := s.postAll(ctx, s.write.unread(c.Event, err, true), c, string(code)); postErr != nil {
		s.log.WarnContext(ctx, "that an approval cannot be read is not told yet", "instance", c.Event.Instance, slog.Any("error", postErr))
	}
	return err
}

// giveUpReading tells that an approved form was not deployed because it could not be read.
func (s *Service) giveUpReading(ctx context.Context, c *model.Check, cause error) (bool, error) {
	if err := s.postAll(ctx, s.write.unread(c.Event, cause, false), c); err != nil {
		return false, err
	}
	return true, cause
}

// postAll tells of an approval that has no release, once about the same.
func (s *Service) postAll(ctx context.Context, n notice, c *model.Check, about ...string) error {
	for _, m := range s.address(n, s.people(model.Person{ID: c.Event.Originator}, nil), append(about, c.Event.Instance)...) {
		m.CreatedAt, m.NextAt = s.now(), s.now()
		if err := s.store.Post(ctx, m); err != nil {
			return err
		}
	}
	s.nudge()
	return nil
}
