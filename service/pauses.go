package service

import (
	"sync"
	"time"

	"github.com/oabridge/oabridge/model"
)

// listTurn says when a controller is to be listed. What the processes of one bridge have to agree upon is read from the
// saved times, so that each of them comes to the same and none has to be told.
type listTurn struct {
	taken chan struct{} // full while this process decides about the listing
	// For whoever took it: what was held back last, and what is to be told with what is saved next.
	held   *heldListing
	untold []model.Message

	mu      sync.Mutex
	stretch float64   // of the pauses, around 1, so that processes do not come at the same time
	failed  time.Time // when Jenkins was asked in vain last; zero: it has answered since
	misses  misses
}

const (
	spread        = 0.1              // how far pauses are stretched or shortened
	retryPause    = 30 * time.Second // after a listing that failed, at most
	clockTroubled = time.Minute      // a listing that was made this far in the future says nothing of how fresh it is
)

// lastAsked is when Jenkins was last asked and answered; the zero time when never.
func lastAsked(t model.ListingTimes) time.Time {
	if t.Held.After(t.At) {
		return t.Held
	}
	return t.At
}

// due is when the controller is to be listed next: the longer nothing changed, the later. Each listing that changes
// nothing makes the pause half as long again.
func (s *Service) due(c *Controller) time.Time {
	t := s.listings.timesOf(c.Name)
	c.turn.mu.Lock()
	defer c.turn.mu.Unlock()
	last, pause := lastAsked(t), min(c.Refresh+t.At.Sub(t.Changed)/2, c.RefreshMax)
	if t.Held.After(t.At) {
		pause = c.Refresh // it may be over at any moment
	}
	due := last.Add(c.turn.stretched(pause))
	switch wanted, ok := c.turn.misses.due(last); {
	case last.IsZero() || last.After(s.now().Add(clockTroubled)):
		due = time.Time{}
	case ok && wanted.Before(due):
		due = wanted
	}
	if again := c.turn.failed.Add(c.turn.stretched(min(c.Refresh, retryPause))); !c.turn.failed.IsZero() && again.After(due) {
		due = again
	}
	return due
}

func (t *listTurn) stretched(pause time.Duration) time.Duration {
	return time.Duration(float64(pause) * t.stretch)
}

// ended notes how the process' own listing ended. random is from 0 up to 1.
func (t *listTurn) ended(now time.Time, err error, random float64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.stretch = 1 + spread*(2*random-1)
	t.failed = time.Time{}
	if err != nil {
		t.failed = now
	}
}

// listed notes what a listing brought that was made after the one at before.
func (t *listTurn) listed(changed bool, before time.Time, longest time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	_, wanted := t.misses.due(before)
	t.misses.listed(changed, wanted, longest)
}

// back notes that Jenkins can be reached again.
func (t *listTurn) back() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.failed = time.Time{}
}
