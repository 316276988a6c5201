package service

import (
	"sync"
	"time"
)

// clock is a clock that only the test moves, until it is let run.
type clock struct {
	mu    sync.Mutex
	at    time.Time
	since time.Time // when it was let run; zero: it stands
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.since.IsZero() {
		return c.at
	}
	return c.at.Add(time.Since(c.since))
}

// Run lets the clock go on by itself.
func (c *clock) Run() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.since = time.Now()
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}
