package service

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"github.com/oabridge/oabridge/model"
)

// withinHours lets a deployment wait for the next time at which deployments of its project may start, unless a person let
// its release go on. One that had a time of its own expires when that is too far away.
func (s submitter) withinHours(ctx context.Context, d *model.Deployment) (decide, error) {
	free := func(*model.Release, *model.Deployment) *objection { return nil }
	if !s.someClosed() {
		return free, nil
	}
	overridden, err := s.overridden(ctx, d.ReleaseID)
	if err != nil || overridden {
		return free, err
	}
	return func(r *model.Release, d *model.Deployment) *objection {
		h, now := s.hoursOf(r, d), s.now()
		opening := h.opening(now)
		if opening.Equal(now) {
			return nil
		}
		until := opening
		message := "现在" + h.why(now) + "，等到 " + s.minute(opening)
		if last := s.latest(r, d); last != nil && last.Before(opening) {
			until = last.Add(time.Second) // in time to expire
			message = "现在" + h.why(now) + "，而 " + s.minute(opening) + " 才可以开始，超过允许的延迟；到 " + s.minute(*last) + " 过期"
		}
		return &objection{
			wait: model.WaitWindow, until: &until, message: message,
			told: func(r *model.Release, d *model.Deployment) { s.tell(r, s.write.held(r, d, until)) },
		}
	}, nil
}

// hoursOf are the hours that count for d: its release's project's; while that is open and d's job is in others by now, those
// of the first of them that is open or opens.
func (s *Service) hoursOf(r *model.Release, d *model.Deployment) hours {
	own, now, c := s.rulesOfRelease(r), s.now(), s.offered.Load()
	if c == nil || !own.hours.open(now) || (r.DBChange && d.JobRef == own.dbApp) {
		return own.hours
	}
	var first *hours
	for _, p := range c.projectsOf(d.Key()) {
		if p.Key == r.Project {
			return own.hours
		}
		if h := s.rulesOfProject(p).hours; first == nil || h.opening(now).Before(first.opening(now)) {
			first = &h
		}
	}
	if first == nil {
		return own.hours
	}
	return *first
}

// someClosed tells whether there is a project whose deployments may not start now.
func (s *Service) someClosed() bool {
	now := s.now()
	for _, p := range s.policies {
		h := hours{windows: p.Windows, freezes: p.Freezes, location: s.location}
		if h.limited() && !h.open(now) {
			return true
		}
	}
	return false
}

// overridden tells whether a person let the release go on outside its window, and nobody planned it anew, or retried it, since.
func (s *Service) overridden(ctx context.Context, id int64) (bool, error) {
	events, err := s.store.History(ctx, id, 0, overrideWithin)
	overridden := false
	for _, e := range events {
		switch e.Kind {
		case model.EventKindOverride:
			overridden = true
		case model.EventKindReplan, string(model.EventRetried):
			overridden = false
		}
	}
	return overridden, err
}

// overrideWithin is how many of a release's newest events are searched for an override.
const overrideWithin = 1000

// override lets the whole release go on outside its window.
func (s *Service) override(r *model.Release, c model.Cause) error {
	if strings.TrimSpace(c.Message) == "" {
		return model.Errorf(model.CodeInvalidRequest, "上线单 %s 在等待允许上线的时间；要在窗口之外放行，请说明原因(reason)", r.Number())
	}
	r.Record(model.Event{At: c.At, Actor: c.Actor, Kind: model.EventKindOverride, Message: c.Message})
	s.tell(r, s.write.overridden(r, c))
	return nil
}

// plannable refuses a time at which the release's deployments may not start. Now is no such time: they then wait for a
// person who lets them go on, or expire. Errors: invalid_request.
func (s *Service) plannable(r *model.Release, when time.Time) error {
	h := s.rulesOfRelease(r).hours
	if !when.After(s.now()) || h.open(when) {
		return nil
	}
	return model.Errorf(model.CodeInvalidRequest, "执行时间 %s %s，最近可以选 %s", s.minute(when), h.why(when), s.minute(h.opening(when)))
}

// reopen lets what waits for a window be asked about again, since this process may have been given others. false: the
// database did not take it.
func (s *Service) reopen(ctx context.Context, c *Controller) bool {
	step, cancel := s.stepContext(ctx)
	defer cancel()
	_, err := s.store.Reopen(step, c.Name)
	if err != nil {
		s.log.WarnContext(ctx, "windows not asked about again", "controller", c.Name, slog.Any("error", err))
	}
	return err == nil
}
