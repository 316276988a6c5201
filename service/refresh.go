package service

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/oabridge/oabridge/model"
)

// retryAfter is how long the error asks to wait, 0 when it does not.
func retryAfter(err error) time.Duration {
	if e, ok := errors.AsType[*model.Error](err); ok {
		return e.RetryAfter
	}
	return 0
}

// Warm loads the saved listings, so that forms can be answered before, or without, Jenkins. One that cannot be read is
// left out. Errors: those of the database.
func (s *Service) Warm(ctx context.Context) error {
	for _, c := range s.ordered {
		_, err := s.takeSaved(ctx, c)
		if model.CodeOf(err).OfDatabase() {
			return err
		}
		if err != nil {
			s.log.ErrorContext(ctx, "saved listing not readable; forms wait for Jenkins", "controller", c.Name, slog.Any("error", err))
		}
	}
	return nil
}

// takeSaved takes what another process listed since, and returns the times of what is saved.
func (s *Service) takeSaved(ctx context.Context, c *Controller) (model.ListingTimes, error) {
	saved, err := s.saved.ListingTimes(ctx, c.Name)
	if err != nil {
		return saved, err
	}
	ours := s.listings.timesOf(c.Name)
	s.listings.held(c.Name, saved.HeldSince, saved.Held)
	switch {
	case saved.Changed.Equal(ours.Changed) && saved.At.After(ours.At):
		s.listings.seen(c.Name, saved.At)
	case saved.Changed.After(ours.Changed):
		l, err := s.saved.LoadListing(ctx, c.Name, saved.Changed.Add(-time.Microsecond))
		if err != nil {
			return saved, err
		}
		if l.Changed.Equal(saved.Changed) {
			l.At = saved.At
		}
		s.offer(l)
		c.turn.listed(true, ours.At, c.Refresh)
	}
	return saved, nil
}

// refreshing keeps one controller's listing fresh. One process asks Jenkins; the others take what it saved.
func (s *Service) refreshing(ctx context.Context, c *Controller) {
	for {
		pause, err := s.refreshTurn(ctx, c)
		if err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "catalogue not refreshed", "controller", c.Name,
				"code", string(model.CodeOf(err)), slog.Any("error", err))
		}
		if !wait(ctx, pause, s.bells.listing[c.Name]) {
			return
		}
	}
}

const (
	lookEvery = 30 * time.Second // at the latest it is looked what others listed
	lookAgain = time.Second      // while another process is listing
	lookSoon  = 100 * time.Millisecond
)

// refreshTurn does what is due now, and returns how long there is nothing more to do.
func (s *Service) refreshTurn(ctx context.Context, c *Controller) (time.Duration, error) {
	longest := min(c.Refresh, lookEvery)
	taking, cancel := s.stepContext(ctx)
	_, err := s.takeSaved(taking, c)
	cancel()
	if err != nil {
		return longest, err
	}
	if !s.due(c).After(s.now()) {
		busy, err := s.list(ctx, c)
		if busy {
			return lookAgain, err
		}
		if err != nil {
			return longest, err
		}
	}
	return max(min(s.due(c).Sub(s.now()), longest), lookSoon), nil
}

// listTimeout bounds one listing, which may be large.
const listTimeout = time.Minute

// listAlone keeps others, in this process and in all, from deciding about the controller's listing, until giveBack is called; nil
// when somebody else does.
func (s *Service) listAlone(ctx context.Context, c *Controller) (giveBack func() error, err error) {
	select {
	case c.turn.taken <- struct{}{}:
	default:
		return nil, nil
	}
	ours, err := s.store.Lease(ctx, listLease(c), s.owner, listTimeout+s.pace.Lease)
	if err != nil || !ours {
		<-c.turn.taken
		return nil, err
	}
	return func() error {
		defer func() { <-c.turn.taken }()
		giving, cancel := partingContext(ctx)
		defer cancel()
		_, err := s.store.Lease(giving, listLease(c), s.owner, 0)
		return err
	}, nil
}

// RefreshOnce refreshes one controller's listing now, unless another process just did. Errors: not_found (no such
// controller), the jenkins_… codes, database_unavailable.
func (s *Service) RefreshOnce(ctx context.Context, controller string) error {
	c := s.controllers[controller]
	if c == nil {
		return model.Errorf(model.CodeNotFound, "没有名为“%s”的 Jenkins", controller)
	}
	before := s.listings.timesOf(c.Name)
	if saved, err := s.takeSaved(ctx, c); err != nil || lastAsked(saved).After(lastAsked(before)) {
		return err
	}
	_, err := s.list(ctx, c)
	return err
}

// list lists a controller, unless another process does it now or just did. busy: it does it now.
func (s *Service) list(ctx context.Context, c *Controller) (busy bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, listTimeout)
	defer cancel()
	giveBack, err := s.listAlone(ctx, c)
	if err != nil || giveBack == nil {
		return giveBack == nil, err
	}
	defer func() { err = errors.Join(err, giveBack()) }() // at once: Jenkins may well answer another replica
	before := s.listings.timesOf(c.Name)
	saved, err := s.takeSaved(ctx, c)
	if err != nil || lastAsked(saved).After(lastAsked(before)) {
		return false, err
	}
	at := s.now()
	l, err := c.Client.List(ctx)
	if err == nil {
		l.Controller, l.Changed, l.At = c.Name, at, at
		err = s.judgeListing(ctx, c, l, saved)
	}
	c.turn.ended(s.now(), err, s.random())
	s.observer.Refreshed(c.Name, model.CodeOf(err), s.offeredApps(c.Name))
	return false, err
}

// judgeListing takes a listing, or says why not. saved are the times of what is saved. Errors: catalogue_held.
func (s *Service) judgeListing(ctx context.Context, c *Controller, l model.Listing, saved model.ListingTimes) error {
	last, times := s.listings.last(c.Name), s.listings.timesOf(c.Name)
	changed := last == nil || !last.listing.Says(l) || times.Changed.After(l.At) // by a clock that was wrong
	held, err := s.heldOf(ctx, c, saved)
	if err != nil {
		return err
	}
	c.turn.listed(changed, lastAsked(times), c.Refresh)
	if changed {
		err = s.takeChanged(ctx, c, last, buildSection(c.Rules, l), held)
	} else {
		s.listings.seen(c.Name, l.At)
		err = s.keepUnchanged(ctx, c, l, saved)
	}
	if err == nil && held != nil {
		err = s.endHold(ctx, c, held)
	}
	return err
}

// takeChanged puts a listing that differs from the last one in force, unless too much of that is missing.
func (s *Service) takeChanged(ctx context.Context, c *Controller, last, part *section, held *heldListing) error {
	if last != nil {
		loss := lossOf(last, part)
		if tooMuch(loss, last, part, c.MaxLoss) {
			return s.withhold(ctx, c, part, loss, held)
		}
		c.turn.untold = append(c.turn.untold, s.ofVanished(c, last.listing.Changed, s.offered.Load().vanished(part))...)
	}
	s.offerPart(part)
	return s.save(ctx, c, part.listing)
}

// keepUnchanged saves that the listing in force is still what Jenkins lists.
func (s *Service) keepUnchanged(ctx context.Context, c *Controller, l model.Listing, saved model.ListingTimes) error {
	l.Changed = s.listings.timesOf(c.Name).Changed
	if saved.Changed.Equal(l.Changed) {
		return s.saved.TouchListing(ctx, c.Name, l.Changed, l.At)
	}
	return s.save(ctx, c, l) // when it changed it could not be saved
}

// save saves what is in force, with what is to be told of it. Others take it then.
func (s *Service) save(ctx context.Context, c *Controller, l model.Listing) error {
	var err error
	if len(c.turn.untold) == 0 {
		err = s.saved.SaveListing(ctx, l)
	} else {
		err = s.changeListings(ctx, model.ListingChange{Save: []model.Listing{l}, Tell: c.turn.untold})
	}
	if err == nil {
		c.turn.untold = nil
		s.wakeups.Send(wordListing + l.Controller)
	}
	return err
}
