package service

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/oabridge/oabridge/model"
)

// tripAfter is how many answers in a row must fail to come before a controller counts as away.
const tripAfter = 5

// breaker keeps a Jenkins that is away from being hammered: while it is open every call fails at once, and only its probe
// goes out. A Jenkins that refuses us is not away.
type breaker struct {
	controller string
	client     Jenkins
	now        func() time.Time
	tripped    chan struct{} // rings when it opens

	mu       sync.Mutex
	failures int
	since    time.Time // when it opened; zero: it is closed
	back     time.Time // when it closed again; zero: it never opened
}

func newBreaker(controller string, client Jenkins, now func() time.Time) *breaker {
	return &breaker{controller: controller, client: client, now: now, tripped: make(chan struct{}, 1)}
}

// away is the error that says since when Jenkins cannot be reached; nil while it can.
func (b *breaker) away() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.since.IsZero() {
		return nil
	}
	return model.Errorf(model.CodeJenkinsUnavailable, "Jenkins「%s」已 %s无法访问，恢复后自动继续", b.controller, people(b.now().Sub(b.since)))
}

// awayFor is how long Jenkins has been away; 0 when it is not.
func (b *breaker) awayFor() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.since.IsZero() {
		return 0
	}
	return b.now().Sub(b.since)
}

// backSince is when Jenkins came back the last time; the zero time when it was never away.
func (b *breaker) backSince() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.back
}

// count takes note of how a call ended.
func (b *breaker) count(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if errors.Is(err, context.Canceled) {
		return // whoever asked left before Jenkins could answer
	}
	if model.CodeOf(err) != model.CodeJenkinsUnavailable {
		b.failures = 0
		return
	}
	if b.failures++; b.failures >= tripAfter && b.since.IsZero() {
		b.since = b.now()
		ring(b.tripped)
	}
}

// probe asks Jenkins whether it is back and tells whether it is.
func (b *breaker) probe(ctx context.Context) bool {
	_, _, err := b.client.Overview(ctx)
	if model.CodeOf(err) == model.CodeJenkinsUnavailable {
		return false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.failures, b.since, b.back = 0, time.Time{}, b.now()
	return true
}

// longestProbePause bounds the pauses between two probes, and so how late a Jenkins that is back is noticed.
const longestProbePause = 15 * time.Second

// probing waits for the controller to go away and asks until it is back. Then those go on that waited for it, the oldest
// first.
func (s *Service) probing(ctx context.Context, c *Controller) {
	s.observer.Reachable(c.Name, true)
	for pause := time.Duration(0); ; {
		if pause == 0 {
			select {
			case <-ctx.Done():
				return
			case <-c.line.tripped:
				s.log.WarnContext(ctx, "jenkins is away", "controller", c.Name)
				s.observer.Reachable(c.Name, false)
				pause = s.pace.Backoff
			}
		}
		if !wait(ctx, pause, nil) {
			return
		}
		pause = min(2*pause, longestProbePause)
		if s.probe(ctx, c) {
			pause = 0
		}
	}
}

// probe looks once whether a controller that was away is back, and lets the work go on.
func (s *Service) probe(ctx context.Context, c *Controller) bool {
	away := c.line.awayFor()
	step, cancel := s.stepContext(ctx)
	defer cancel()
	if !c.line.probe(step) {
		return false
	}
	s.observer.Reachable(c.Name, true)
	recalled, err := s.store.Recall(step, c.Name, s.now())
	s.log.InfoContext(ctx, "jenkins is back", "controller", c.Name, "away", away.Round(time.Second).String(), "recalled", recalled)
	if err != nil {
		s.log.WarnContext(ctx, "waiting deployments not recalled; they go on by themselves", "controller", c.Name, slog.Any("error", err))
	}
	c.turn.back()
	ring(s.bells.submit[c.Name])
	ring(s.bells.follow[c.Name])
	ring(s.bells.listing[c.Name])
	return true
}
