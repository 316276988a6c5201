package service

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/oabridge/oabridge/model"
)

const (
	// censusLife is how long a census counts when nothing moves here: other replicas move deployments, too.
	censusLife = time.Second
	// censusWithin bounds reading it: a form is not kept waiting for what people can find out otherwise.
	censusWithin  = 200 * time.Millisecond
	mostOccupants = 10_000 // of a controller
)

// census is who is busy with what, read once for all forms that are checked at about the same time.
type census struct {
	last    atomic.Pointer[headcount]
	moves   atomic.Int64  // of deployments, by this process
	reading chan struct{} // holds one while it is read
}

// headcount is one census. It never changes.
type headcount struct {
	busy  map[model.JobRef][]model.Occupant
	at    time.Time
	moves int64 // that had been made before it was read
}

func newCensus() *census { return &census{reading: make(chan struct{}, 1)} }

// moved says that something is not as it was counted.
func (c *census) moved() { c.moves.Add(1) }

// take is who is busy now. Errors: database_unavailable, or that of the context while somebody else reads it.
func (c *census) take(ctx context.Context, s *Service) (map[model.JobRef][]model.Occupant, error) {
	if known := c.current(s.now()); known != nil {
		return known.busy, nil
	}
	ctx, cancel := context.WithTimeout(ctx, censusWithin)
	defer cancel()
	select {
	case c.reading <- struct{}{}:
		defer func() { <-c.reading }()
	case <-ctx.Done():
		return nil, model.Wrap(model.CodeDatabaseUnavailable, ctx.Err(), "数据库暂时无法访问")
	}
	if known := c.current(s.now()); known != nil {
		return known.busy, nil
	}
	next := &headcount{busy: map[model.JobRef][]model.Occupant{}, at: s.now(), moves: c.moves.Load()}
	for _, controller := range s.ordered {
		found, err := s.store.Occupants(ctx, controller.Name, mostOccupants)
		if err != nil {
			return nil, err
		}
		for _, o := range found {
			next.busy[o.JobRef] = append(next.busy[o.JobRef], o)
		}
	}
	c.last.Store(next)
	return next.busy, nil
}

// current is the last census, nil when it does not count any more.
func (c *census) current(now time.Time) *headcount {
	last := c.last.Load()
	if last == nil || last.moves != c.moves.Load() || now.Sub(last.at) >= censusLife || now.Before(last.at) {
		return nil
	}
	return last
}
