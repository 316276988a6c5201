package cache

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// errAway is what callers get at once while Redis is known not to answer.
var errAway = errors.New("redis did not answer lately")

// health keeps callers away from a Redis that does not answer: one of them pays for finding out, the others do not wait.
type health struct {
	mu    sync.Mutex
	down  bool
	turn  int // how often it came back: what fails later than that is no news
	falls int // how often it went away lately
	rest  int // looks to leave out
	good  int // looks in a row that went well
}

// Looks that go well until earlier falls are forgotten, and how far the pause grows by them: a Redis that comes and goes
// is worth less than none.
const (
	goodLooks = 120
	mostFalls = 5
)

// begin tells whether Redis may be asked, and in which turn.
func (h *health) begin() (int, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.turn, !h.down
}

// fell notes that a call of a turn got no answer; true when nobody had noted it before.
func (h *health) fell(turn int) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.down || turn != h.turn {
		return false
	}
	h.down, h.good = true, 0
	h.rest = 1<<h.falls - 1
	h.falls = min(h.falls+1, mostFalls)
	return true
}

// rose notes that Redis took a look; true when it had been away.
func (h *health) rose() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.good++; h.good == goodLooks {
		h.falls = 0
	}
	if !h.down {
		return false
	}
	h.down = false
	h.turn++
	return true
}

// due tells whether this look is to be made.
func (h *health) due() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.down && h.rest > 0 {
		h.rest--
		return false
	}
	return true
}

// Up tells whether Redis answered when it was asked last.
func (r *Redis) Up() bool {
	_, up := r.health.begin()
	return up
}

// call asks Redis within limit, unless it is away. Only a missing answer makes it away: one that refuses costs nobody
// time.
func (r *Redis) call(ctx context.Context, kind string, limit time.Duration, ask func(context.Context) error) error {
	turn, up := r.health.begin()
	if !up {
		return errAway
	}
	bounded, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	err := ask(bounded)
	if err == nil || errors.Is(err, redis.Nil) || ctx.Err() != nil { // a caller that left says nothing of Redis
		return err
	}
	r.failed(kind)
	if _, refused := errors.AsType[redis.Error](err); !refused {
		r.away(ctx, turn, err)
	}
	return err
}

func (r *Redis) away(ctx context.Context, turn int, err error) {
	if r.health.fell(turn) {
		r.log.WarnContext(ctx, "redis does not answer; going on without it", "key", "redis.addr",
			"remedy", "check the address and that Redis runs, and the password", slog.Any("error", err))
	}
}

// Look finds out whether Redis takes writes now, and lets callers ask it from then on, or not.
func (r *Redis) Look(ctx context.Context) {
	turn, _ := r.health.begin()
	bounded, cancel := context.WithTimeout(ctx, r.patience)
	defer cancel()
	err := r.client.Set(bounded, r.key(kindAlive), "1", time.Minute).Err()
	switch {
	case ctx.Err() != nil:
	case err != nil:
		r.failed(kindAlive)
		r.away(ctx, turn, err)
	case r.health.rose():
		r.log.InfoContext(ctx, "redis answers again")
	}
}

// Watch looks after Redis until ctx ends. Without it, a Redis that was away once stays unused.
func (r *Redis) Watch(ctx context.Context) {
	for pause(ctx, r.interval) {
		if r.health.due() {
			r.Look(ctx)
		}
	}
}

// pause waits for d; false when ctx ended.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
