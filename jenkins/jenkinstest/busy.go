package jenkinstest

import (
	"context"
	"sync"
	"time"
)

// worker is what a real server has only one of: requests take turns for a part of their time.
type worker struct {
	turn sync.Mutex
	mu   sync.Mutex
	busy time.Duration
}

// work takes its turn and is busy for d.
func (w *worker) work(d time.Duration) {
	if d <= 0 {
		return
	}
	w.turn.Lock()
	defer w.turn.Unlock()
	begin := time.Now()
	time.Sleep(d)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.busy += time.Since(begin)
}

func (w *worker) total() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.busy
}

// pause waits for d unless the client goes first.
func pause(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
