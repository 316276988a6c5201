package service

import (
	"sync"
	"time"
)

// watch tells since when this process has looked at a controller without a gap: what was not seen while nobody looked is not
// missing.
type watch struct {
	mu    sync.Mutex
	since time.Time
}

// look notes a look that succeeded.
func (w *watch) look(now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.since.IsZero() {
		w.since = now
	}
}

// blink notes that there was none.
func (w *watch) blink() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.since = time.Time{}
}

// start is the first of the looks that follow each other; the zero time when there is none.
func (w *watch) start() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.since
}
