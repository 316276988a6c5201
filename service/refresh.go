package service

import (
	"context"
	"errors"
	"log/slog"
	"runtime/debug"
	"sync"
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

// listings are what the last listings of all controllers offer, in memory.
type listings struct {
	mu  sync.Mutex
	all map[string]*section
}

func newListings() *listings { return &listings{all: map[string]*section{}} }

// at says when the controller was listed last; the zero time when never.
func (l *listings) at(controller string) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	if s := l.all[controller]; s != nil {
		return s.listing.At
	}
	return time.Time{}
}

// Warm loads the saved listings, so that forms can be answered before, or without, Jenkins.
func (s *Service) Warm(ctx context.Context) error {
	for _, c := range s.ordered {
		if err := s.loadSaved(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) loadSaved(ctx context.Context, c *Controller) error {
	l, err := s.saved.LoadListing(ctx, c.Name, s.listings.at(c.Name))
	if model.CodeOf(err) == model.CodeNotFound {
		return nil
	}
	if err != nil {
		return err
	}
	s.offer(l)
	return nil
}

// refreshing keeps one controller's listing fresh. One process asks Jenkins; the others take what it saved.
func (s *Service) refreshing(ctx context.Context, c *Controller) {
	for {
		err := s.RefreshOnce(ctx, c.Name)
		if err != nil {
			s.log.WarnContext(ctx, "catalogue not refreshed", "controller", c.Name,
				"code", string(model.CodeOf(err)), slog.Any("error", err))
		}
		if !s.takeListings(ctx, c) {
			return
		}
	}
}

// takeListings takes what other processes list until the next listing is due; false when ctx ended.
func (s *Service) takeListings(ctx context.Context, c *Controller) bool {
	due := time.NewTimer(c.Refresh)
	defer due.Stop()
	for {
		select {
		case <-ctx.Done():
			return false
		case <-due.C:
			return ctx.Err() == nil
		case <-s.bells.listed[c.Name]:
		}
		loading, cancel := s.stepContext(ctx)
		if err := s.loadSaved(loading, c); err != nil {
			s.log.WarnContext(ctx, "listing of another process not loaded", "controller", c.Name,
				"code", string(model.CodeOf(err)), slog.Any("error", err))
		}
		cancel()
	}
}

// listTimeout bounds one listing, which may be large.
const listTimeout = time.Minute

// RefreshOnce refreshes one controller's listing now. Errors: not_found (no such controller), the jenkins_… codes,
// database_unavailable.
func (s *Service) RefreshOnce(ctx context.Context, controller string) error {
	c := s.controllers[controller]
	if c == nil {
		return model.Errorf(model.CodeNotFound, "没有名为“%s”的 Jenkins", controller)
	}
	ctx, cancel := context.WithTimeout(ctx, listTimeout)
	defer cancel()
	// Two that list at once do no harm, so the lease need not outlast a slow listing.
	ours, err := s.store.Lease(ctx, listLease(c), s.owner, c.Refresh+s.pace.Lease)
	if err != nil {
		return err
	}
	if !ours {
		return s.loadSaved(ctx, c)
	}
	var part *section
	l, err := c.Client.List(ctx)
	if err == nil {
		l.Controller, l.At = c.Name, s.now()
		part = buildSection(c.Rules, l)
	}
	if err == nil && s.offeredApps(c.Name) > 0 && part.size == 0 {
		// More likely a right was lost than a company's every job: the last listing stays.
		err = model.Errorf(model.CodeJenkinsForbidden, "Jenkins「%s」一个任务也没有列出，继续使用上次的清单；请检查账号的 Job/Read 权限", c.Name)
	}
	if err == nil {
		s.offerPart(part)
		if err = s.saved.SaveListing(ctx, l); err == nil {
			s.wakeups.Send(wordListing + c.Name)
		}
	}
	s.observer.Refreshed(c.Name, model.CodeOf(err), s.offeredApps(c.Name))
	if err != nil { // Jenkins may well answer another replica
		_, giveErr := s.store.Lease(ctx, listLease(c), s.owner, 0)
		return errors.Join(err, giveErr)
	}
	return nil
}

func (s *Service) offeredApps(controller string) int {
	if c := s.offered.Load(); c != nil && c.sections[controller] != nil {
		return c.sections[controller].size
	}
	return 0
}

// offer makes a new catalogue with the listing in it.
func (s *Service) offer(l model.Listing) {
	s.offerPart(buildSection(s.controllers[l.Controller].Rules, l))
}

func (s *Service) offerPart(part *section) {
	s.listings.mu.Lock()
	defer s.listings.mu.Unlock()
	s.listings.all[part.listing.Controller] = part
	var sections []*section
	for _, c := range s.ordered {
		if known := s.listings.all[c.Name]; known != nil {
			sections = append(sections, known)
		}
	}
	s.offered.Store(assemble(s.offered.Load(), sections, s.explicit))
	// Reading a large listing leaves several times its size behind, and nothing like it comes for a while.
	debug.FreeOSMemory()
}

// Listed says when each controller was listed last; one that never was is missing.
func (s *Service) Listed() map[string]time.Time {
	c := s.offered.Load()
	if c == nil {
		return nil
	}
	return c.ListedAt
}
