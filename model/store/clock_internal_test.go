package store

import (
	"testing"
	"time"
)

// TestClockBetweenReadings tells the database's time while this machine's clock is set and the machine is suspended.
func TestClockBetweenReadings(t *testing.T) {
	base := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	read := time.Now() // with a monotonic reading
	for name, test := range map[string]struct {
		now  time.Time
		want time.Duration
	}{
		"as usual":              {read.Add(time.Minute), time.Minute},
		"set forward/suspended": {read.Round(0).Add(time.Hour), time.Hour},
	} {
		c := clock{ask: "SELECT", base: base, at: read, local: func() time.Time { return test.now }}
		if got := c.now().Sub(base); got != test.want {
			t.Errorf("%s: %s after the reading, want %s", name, got, test.want)
		}
	}
}
