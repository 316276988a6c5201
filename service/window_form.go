package service

import (
	"context"
	"time"

	"github.com/oabridge/oabridge/model"
)

// checkWindow wants a scheduled time at which deployments may start, and says when a release that is wanted at once will
// have to wait.
func (s *Service) checkWindow(_ context.Context, p plan, at moment, found *findings) error {
	h, f := p.rules.hours, p.form
	now := s.now()
	switch {
	case !h.limited():
	case f.Mode == model.ExecuteScheduled && f.ScheduledAt != nil && f.ScheduledAt.After(now.Add(-s.runIfLateBy)):
		if when := *f.ScheduledAt; !h.open(when) {
			found.add(FieldScheduledAt, "执行时间 %s %s，最近可以选 %s", s.minute(when), h.why(when), s.minute(h.opening(later(when, now))))
		}
	case f.Mode == model.ExecuteNow && at == fillingIn && !h.open(now):
		found.warnings.add(FieldMode, "现在%s，批准后要等到 %s 才开始部署", h.why(now), s.minute(h.opening(now)))
	}
	return nil
}

func (s *Service) minute(t time.Time) string { return t.In(s.location).Format(minutes) }

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
