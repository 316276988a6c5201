package service

import (
	"context"
	"errors"
	"log/slog"
	"reflect"
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
	ours, err := s.store.Lease(ctx, listLease(c), s.owner, listTimeout+s.pace.Lease)
	if err != nil || !ours {
		return !ours, err
	}
	defer func() { // at once: Jenkins may well answer another replica
		giving, cancel := partingContext(ctx)
		defer cancel()
		_, giveErr := s.store.Lease(giving, listLease(c), s.owner, 0)
		err = errors.Join(err, giveErr)
	}()
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

// judgeListing takes a listing, or says why not. saved are the times of what is saved.
func (s *Service) judgeListing(ctx context.Context, c *Controller, l model.Listing, saved model.ListingTimes) error {
	last, times := s.listings.last(c.Name), s.listings.timesOf(c.Name)
	changed := last == nil || !sameListing(last.listing, l) || times.Changed.After(l.At) // by a clock that was wrong
	switch {
	case changed:
		part := buildSection(c.Rules, l)
		if last != nil && last.size > 0 && part.size == 0 {
			// More likely a right was lost than a company's every job: the last listing stays.
			return model.Errorf(model.CodeJenkinsForbidden, "Jenkins「%s」一个任务也没有列出，继续使用上次的清单；请检查账号的 Job/Read 权限", c.Name)
		}
		s.offerPart(part)
	case saved.Changed.Equal(times.Changed):
		s.listings.seen(c.Name, l.At)
		c.turn.listed(false, lastAsked(times), c.Refresh)
		return s.saved.TouchListing(ctx, c.Name, times.Changed, l.At)
	default: // what was offered before could not be saved
		s.listings.seen(c.Name, l.At)
		l.Changed = times.Changed
	}
	c.turn.listed(changed, lastAsked(times), c.Refresh)
	if err := s.saved.SaveListing(ctx, l); err != nil {
		return err
	}
	s.wakeups.Send(wordListing + c.Name)
	return nil
}

// sameListing tells whether two listings say the same. Jobs made alike share their parameters, so this is cheap.
func sameListing(a, b model.Listing) bool {
	return reflect.DeepEqual(a.Jobs, b.Jobs) && reflect.DeepEqual(a.Views, b.Views)
}
