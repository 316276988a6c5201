package service

import (
	"context"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/oabridge/oabridge/model"
)

// Run works until ctx ends: it lists, submits, follows and delivers. What is in hand then is finished (each step has
// its own time-out), nothing new is begun. It returns when every goroutine has ended.
func (s *Service) Run(ctx context.Context) {
	var all sync.WaitGroup
	for _, c := range s.ordered {
		all.Go(func() { s.refreshing(ctx, c) })
		all.Go(func() { s.submitting(ctx, submitter{worker{s, c}}) })
		all.Go(func() { s.following(ctx, follower{worker{s, c}}) })
		all.Go(func() { s.heeding(ctx, follower{worker{s, c}}) })
		all.Go(func() { s.probing(ctx, c) })
		all.Go(func() { s.showing(ctx, c) })
	}
	all.Go(func() { s.readingValues(ctx) })
	all.Go(func() { s.delivering(ctx) })
	all.Go(func() { s.checking(ctx) })
	all.Go(func() { s.inquiring(ctx) })
	all.Go(func() { s.attending(ctx) })
	all.Go(func() { s.keepingLogs(ctx) })
	all.Go(func() { s.pruning(ctx) })
	all.Go(func() { s.indexing(ctx) })
	all.Go(func() { s.registering(ctx) })
	all.Go(func() { s.wakeups.Run(ctx, s.hear) })
	all.Wait()
	s.access.end()
	s.giveBack(ctx)
	s.leave(ctx)
}

// giveBack ends this process' named leases, so that the next one need not wait for their end.
func (s *Service) giveBack(ctx context.Context) {
	ctx, cancel := partingContext(ctx)
	defer cancel()
	names := []string{pruneLease}
	for _, c := range s.ordered {
		names = append(names, followLease(c), listLease(c), logLease(c))
	}
	for _, name := range names {
		if _, err := s.store.Lease(ctx, name, s.owner, 0); err != nil {
			s.log.WarnContext(ctx, "lease not given back", "lease", name, slog.Any("error", err))
			return
		}
	}
}

// parting bounds what is said at the end, which others find out by themselves.
const parting = time.Second

func partingContext(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), parting)
}

// What must run once per controller, however many processes there are, holds a lease of these names.
func followLease(c *Controller) string { return "follow:" + c.Name }
func listLease(c *Controller) string   { return "list:" + c.Name }

// wait pauses for d or until the bell rings; false when ctx ended.
func wait(ctx context.Context, d time.Duration, bell <-chan struct{}) bool {
	_, ok := waitFor(ctx, d, bell)
	return ok
}

// waitFor is wait that also tells whether the bell rang.
func waitFor(ctx context.Context, d time.Duration, bell <-chan struct{}) (rang, ok bool) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	case <-bell:
		rang = true
	}
	return rang, ctx.Err() == nil
}

// claimName names one claim, so that two claims of one process are told apart.
func (s *Service) claimName() string {
	return s.owner + "/" + strconv.FormatInt(s.claims.Add(1), 36)
}

// stepContext lets a step that has begun end, also for a while after ctx ended, but not for longer than a lease.
func (s *Service) stepContext(ctx context.Context) (context.Context, context.CancelFunc) {
	step, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.pace.Step)
	stop := context.AfterFunc(ctx, func() {
		select {
		case <-step.Done():
		case <-time.After(s.pace.Grace):
			cancel()
		}
	})
	return step, func() { stop(); cancel() }
}

// lastSave is how long saving may take when the step itself was cut short.
const lastSave = 3 * time.Second

// savingContext lets the outcome of a step be saved though the step's own time is over.
func (s *Service) savingContext(step context.Context) (context.Context, context.CancelFunc) {
	patience := s.pace.Step
	if step.Err() != nil {
		patience = lastSave
	}
	return context.WithTimeout(context.WithoutCancel(step), patience)
}

// submitting claims what is due and does one step for each, at most MaxInFlight at once.
func (s *Service) submitting(ctx context.Context, sub submitter) {
	s.compareClocks(ctx, sub)
	var steps errgroup.Group
	slots := make(chan struct{}, sub.c.MaxInFlight)
	bell := s.bells.submit[sub.c.Name]
	claims := trouble{Service: s, doing: "claiming deployments", about: []any{"controller", sub.c.Name}}
	var swept time.Time
	reopened := false
	for claims.wait(ctx, s.pace.Idle, bell) {
		now := s.now()
		if now.Sub(swept) >= sweepEvery {
			reopened = reopened || s.reopen(ctx, sub.c)
			s.sweep(ctx, sub.c)
			swept = now
		} else if sub.c.line.away() != nil {
			continue // a replica that reaches Jenkins shall have what is due
		}
		claims.note(ctx, s.submitDue(ctx, sub, &steps, slots, bell))
	}
	_ = steps.Wait() // steps log their own errors
}

// compareClocks asks Jenkins something, so that its clock is known before the first POST. A Jenkins that does not answer
// takes no POST either.
func (s *Service) compareClocks(ctx context.Context, sub submitter) {
	asking, cancel := s.stepContext(ctx)
	defer cancel()
	if _, _, err := sub.c.Client.Overview(asking); err != nil {
		s.log.WarnContext(ctx, "first look at Jenkins failed", "controller", sub.c.Name,
			"code", string(model.CodeOf(err)), slog.Any("error", err))
	}
}

func (s *Service) submitDue(ctx context.Context, sub submitter, steps *errgroup.Group, slots, bell chan struct{}) error {
	free := cap(slots) - len(slots)
	if free == 0 {
		return nil // a step that ends rings the bell
	}
	claiming, cancel := s.stepContext(ctx)
	defer cancel()
	due, err := s.store.ClaimDeployments(claiming, sub.c.Name, s.claimName(), s.pace.Lease, free)
	if err != nil {
		return err
	}
	due, err = s.admit(claiming, sub.c, due)
	for _, d := range due {
		slots <- struct{}{} // never blocks: only this goroutine fills the slots, and no more than were free
		steps.Go(func() error {
			step, cancel := s.stepContext(ctx)
			defer cancel()
			if err := sub.step(step, d); err != nil {
				s.log.WarnContext(ctx, "step failed", "release", d.ReleaseID, "deployment", d.ID, "app", d.Key(),
					"state", string(d.State), "code", string(model.CodeOf(err)), slog.Any("error", err))
			}
			<-slots
			ring(bell)
			return nil
		})
	}
	return err
}
