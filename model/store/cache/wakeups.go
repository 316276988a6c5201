package cache

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// Wakeups carries words between the processes of one bridge, by pub/sub. Any of them may be lost.
type Wakeups struct {
	redis *Redis
	self  string // what we said ourselves is not heard

	mu      sync.Mutex
	unsaid  map[string]struct{}
	anybody chan struct{}
}

// NewWakeups makes Wakeups on a Redis.
func NewWakeups(r *Redis) *Wakeups {
	return &Wakeups{redis: r, self: rand.Text(), unsaid: map[string]struct{}{}, anybody: make(chan struct{}, 1)}
}

const (
	mostUnsaid   = 256
	betweenSaid  = 20 * time.Millisecond // gathers what is said often
	silence      = 5 * time.Second       // after it we ask whether the connection lives
	betweenTries = time.Second
)

// Send tells the other processes soon. It never waits; when there is too much to say already, or Redis is away, nothing
// is said.
func (w *Wakeups) Send(word string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.unsaid) >= mostUnsaid {
		return
	}
	w.unsaid[word] = struct{}{}
	select {
	case w.anybody <- struct{}{}:
	default:
	}
}

// Run says what is to be said and calls hear for what others say, until ctx ends.
func (w *Wakeups) Run(ctx context.Context, hear func(word string)) {
	var both sync.WaitGroup
	both.Go(func() { w.saying(ctx) })
	both.Go(func() { w.hearing(ctx, hear) })
	both.Wait()
}

func (w *Wakeups) channel() string { return w.redis.key(kindWakeup) }

func (w *Wakeups) saying(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-w.anybody:
		}
		for word := range w.take() {
			_ = w.redis.call(ctx, kindWakeup, w.redis.patience, func(ctx context.Context) error {
				return w.redis.client.Publish(ctx, w.channel(), w.self+" "+word).Err()
			}) // lost: the others look by themselves soon
		}
		if !pause(ctx, betweenSaid) {
			return
		}
	}
}

func (w *Wakeups) take() map[string]struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	words := w.unsaid
	w.unsaid = map[string]struct{}{}
	return words
}

func (w *Wakeups) hearing(ctx context.Context, hear func(string)) {
	for {
		err := w.listen(ctx, hear)
		if ctx.Err() != nil {
			return
		}
		w.redis.log.DebugContext(ctx, "wake-ups interrupted", slog.Any("error", err))
		if !pause(ctx, betweenTries) {
			return
		}
	}
}

// listen hears until the connection is lost or ctx ends.
func (w *Wakeups) listen(ctx context.Context, hear func(string)) error {
	line := w.redis.client.Subscribe(ctx)
	defer func() { _ = line.Close() }()
	defer context.AfterFunc(ctx, func() { _ = line.Close() })() // ends a read that waits
	if err := line.Subscribe(ctx, w.channel()); err != nil {
		return err
	}
	for asked := false; ; {
		said, err := line.ReceiveTimeout(ctx, silence)
		switch {
		case err == nil:
			asked = false
		case errors.Is(err, os.ErrDeadlineExceeded) && !asked:
			asked, err = true, line.Ping(ctx)
		}
		if err != nil {
			return err
		}
		if m, ok := said.(*redis.Message); ok {
			if who, word, _ := strings.Cut(m.Payload, " "); who != w.self {
				hear(word)
			}
		}
	}
}
