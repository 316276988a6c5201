package service

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/oabridge/oabridge/model"
)

// rhythm is what follows from a tick.
type rhythm struct {
	pause time.Duration
	mark  *model.FollowMark // of what was followed; nil: nothing, or another replica follows it
}

// tick looks once, in two requests, and moves what changed. A look that failed changes nothing.
func (f follower) tick(ctx context.Context) (rhythm, error) {
	followed, err := f.store.FollowedDeployments(ctx, f.c.Name)
	if err != nil || len(followed) == 0 {
		f.c.watch.blink()
		return rhythm{pause: max(f.pace.Idle, time.Second)}, err
	}
	if ours, err := f.hold(ctx); err != nil || !ours {
		f.c.watch.blink()
		return rhythm{pause: max(f.c.Poll, takeOver)}, err
	}
	queued, running, err := f.c.Client.Overview(ctx)
	f.observer.Polled(f.c.Name, model.CodeOf(err))
	if err != nil {
		f.c.watch.blink()
		_, giveErr := f.store.Lease(ctx, followLease(f.c), f.owner, 0) // Jenkins may well answer another replica
		return rhythm{pause: f.c.Poll}, errors.Join(err, giveErr)
	}
	f.c.watch.look(f.now(), queued, followed)
	if err := f.lookAll(ctx, followed, newView(queued, running)); err != nil {
		return rhythm{pause: f.c.Poll}, err
	}
	return rhythm{pause: f.nextIn(followed), mark: new(model.MarkOf(followed))}, nil
}

// hold takes or renews the lease of whoever follows the controller.
func (f follower) hold(ctx context.Context) (bool, error) {
	return f.store.Lease(ctx, followLease(f.c), f.owner, f.pace.Lease)
}

// lookAll looks at several at once, so that a slow answer holds up no others.
func (f follower) lookAll(ctx context.Context, followed []*model.Deployment, v view) error {
	var looks errgroup.Group
	looks.SetLimit(max(f.c.MaxInFlight, 1))
	failed := make([]error, len(followed))
	for i, d := range followed {
		looks.Go(func() error {
			if err := f.look(ctx, d, v); err != nil {
				failed[i] = fmt.Errorf("deployment %d of %s: %w", d.ID, d.Key(), err)
			}
			return nil
		})
	}
	_ = looks.Wait() // each look keeps its own error
	return errors.Join(failed...)
}

// following looks at what runs, as long as there is something to follow and nobody else does it.
func (s *Service) following(ctx context.Context, f follower) {
	looks := trouble{Service: s, doing: "looking at what runs", about: []any{"controller", f.c.Name}}
	next := rhythm{pause: s.pace.Idle}
	for f.rest(ctx, &looks, next) {
		tick, cancel := s.stepContext(ctx)
		var err error
		next, err = f.tick(tick)
		cancel()
		looks.note(ctx, err)
	}
}

// rest pauses until the next tick: as long as planned, or until there is something new. false when ctx ended.
func (f follower) rest(ctx context.Context, looks *trouble, p rhythm) bool {
	bell := f.bells.follow[f.c.Name]
	if looks.times > 0 {
		return looks.wait(ctx, p.pause, bell)
	}
	for left, glances := p.pause, 1; left > 0; left, glances = left-glance, glances+1 {
		rang, ok := waitFor(ctx, min(left, glance), bell)
		if rang && ok {
			// Gathers what rings at the same time into one look, and gives Jenkins the moment it needs to start an item.
			return wait(ctx, min(f.c.Poll/4, gathering), nil)
		}
		if !ok || (left > glance && p.mark != nil && f.news(ctx, *p.mark, glances)) {
			return ok
		}
	}
	return true
}

// news tells whether others changed what is followed, as another replica does that knows no other way to say so; or whether
// this one does not follow any more. It keeps the lease through a long pause.
func (f follower) news(ctx context.Context, before model.FollowMark, glances int) bool {
	ctx, cancel := f.stepContext(ctx)
	defer cancel()
	mark, err := f.store.FollowMark(ctx, f.c.Name)
	if err != nil || mark != before {
		return true // the tick tells what is wrong
	}
	if glances%max(int(f.pace.Lease/3/glance), 1) != 0 {
		return false
	}
	ours, err := f.hold(ctx)
	return err != nil || !ours
}
