package store

import (
	"sync"
	"time"

	"gorm.io/gorm"
)

// clock tells the database's time, so that leases and due times mean the same to processes whose own clocks differ.
// Between two readings it goes on with this machine's.
type clock struct {
	ask   string           // reads the database's time in microseconds since 1970; "" when this machine's clock is the one
	local func() time.Time // this machine's

	mu   sync.Mutex
	base time.Time // the database's time when it was read last
	at   time.Time // local then; it carries Go's monotonic reading
	// known: the database was asked at least once. Any answer is better than none.
	known bool
}

// slowReading is how long reading the time may take before it is too blurred to be believed.
const slowReading = time.Second

func newClock(ask string, local func() time.Time) *clock {
	now := local()
	return &clock{ask: ask, local: local, base: now, at: now}
}

// now is the database's time as far as it is known. Of the two ways to tell how long ago that was the longer counts: a
// machine's clock may be set back, and its monotonic one stands still while the machine is suspended.
func (c *clock) now() time.Time {
	if c.ask == "" {
		return c.local()
	}
	now := c.local()
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.base.Add(max(now.Sub(c.at), now.Round(0).Sub(c.at.Round(0))))
}

// read asks the database and remembers its answer.
func (c *clock) read(db *gorm.DB) (time.Time, error) {
	if c.ask == "" {
		return c.local(), nil
	}
	before := c.local()
	var micros int64
	if err := db.Raw(c.ask).Scan(&micros).Error; err != nil {
		return time.Time{}, err
	}
	answer, took := time.UnixMicro(micros), c.local().Sub(before)
	c.mu.Lock()
	defer c.mu.Unlock()
	if took < slowReading || !c.known {
		c.base, c.at, c.known = answer, before.Add(took/2), true
	}
	return answer, nil
}
