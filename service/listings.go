package service

import (
	"maps"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/oabridge/oabridge/model"
)

// listings are what the last listings of all controllers offer, in memory.
type listings struct {
	// times are by controller. They are read by whoever answers forms, who must not wait while a catalogue is built; the map
	// is never changed.
	times atomic.Pointer[map[string]model.ListingTimes]

	mu  sync.Mutex // held while a catalogue is built
	all map[string]*section
}

func newListings() *listings {
	l := &listings{all: map[string]*section{}}
	l.times.Store(&map[string]model.ListingTimes{})
	return l
}

// timesOf are the times of the controller's listings; zero where there is none.
func (l *listings) timesOf(controller string) model.ListingTimes {
	return (*l.times.Load())[controller]
}

// last is what is offered of the controller; nil when it was never listed.
func (l *listings) last(controller string) *section {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all[controller]
}

// seen notes that the controller still lists what is offered.
func (l *listings) seen(controller string, at time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.note(controller, func(t *model.ListingTimes) { t.At = at })
}

// held notes when the controller's listing was seen that is held back; zero times when none is.
func (l *listings) held(controller string, since, at time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.note(controller, func(t *model.ListingTimes) { t.HeldSince, t.Held = since, at })
}

// note changes a controller's times. The caller holds the lock.
func (l *listings) note(controller string, change func(*model.ListingTimes)) {
	times := maps.Clone(*l.times.Load())
	t := times[controller]
	change(&t)
	times[controller] = t
	l.times.Store(&times)
}

// offer makes a new catalogue with the listing in it.
func (s *Service) offer(l model.Listing) {
	s.offerPart(buildSection(s.controllers[l.Controller].Rules, l))
}

func (s *Service) offerPart(part *section) {
	s.listings.mu.Lock()
	defer s.listings.mu.Unlock()
	l := &part.listing
	s.listings.all[l.Controller] = part
	var sections []*section
	for _, c := range s.ordered {
		if known := s.listings.all[c.Name]; known != nil {
			sections = append(sections, known)
		}
	}
	c := assemble(s.offered.Load(), sections, s.explicit)
	c.prepare(s.alphabet)
	for _, p := range c.Projects {
		p.prepare(s.alphabet)
	}
	c.access = s.access.viewOf(c, len(sections) == len(s.ordered))
	s.offered.Store(c)
	s.live.take(c)
	s.listings.note(l.Controller, func(t *model.ListingTimes) { t.Changed, t.At = l.Changed, l.At })
	// Reading a large listing leaves several times its size behind, and nothing like it comes until the next change.
	debug.FreeOSMemory()
}

func (s *Service) offeredApps(controller string) int {
	if c := s.offered.Load(); c != nil && c.sections[controller] != nil {
		return c.sections[controller].size
	}
	return 0
}

// Listed says when each controller was last seen to list what is offered; one that never was is missing.
func (s *Service) Listed() map[string]time.Time {
	var listed map[string]time.Time
	for controller, t := range *s.listings.times.Load() {
		if t.At.IsZero() {
			continue
		}
		if listed == nil {
			listed = map[string]time.Time{}
		}
		listed[controller] = t.At
	}
	return listed
}
