package service

import (
	"sync"
	"time"

	"github.com/oabridge/oabridge/model"
)

// watch is what this process remembers of looking at a controller: since when it did without a gap, since what was not seen
// while nobody looked is not missing; and what it saw last of each deployment.
type watch struct {
	mu     sync.Mutex
	since  time.Time
	sights map[int64]*sight
	knocks map[knock]bool // told by Jenkins and not looked at yet
	queue  queueSeen
	silent time.Time // until when Jenkins is not asked where builds failed, since it was too slow to tell
}

// sight is what was seen last of one deployment, so that what does not change costs no request.
type sight struct {
	changed  time.Time // when something of it changed
	missed   time.Time // since when neither the queue nor /computer has it; zero: one of them does
	asked    time.Time // when Jenkins was asked for it alone, while they did not have it
	inputs   time.Time // when its input steps were looked at; zero: not yet
	answers  int       // how many of them had been answered then
	hasInput bool      // it has, or had, one
	busy     bool      // it is looked at now
}

func newWatch() *watch { return &watch{sights: map[int64]*sight{}, knocks: map[knock]bool{}} }

// look notes a look that succeeded, and forgets what is not followed any more.
func (w *watch) look(now time.Time, queued []model.QueueItem, followed []*model.Deployment) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.since.IsZero() {
		w.since = now
	}
	w.queue = queueSeen{at: now, items: queued}
	kept := make(map[int64]*sight, len(followed))
	for _, d := range followed {
		if s := w.sights[d.ID]; s != nil {
			kept[d.ID] = s
		}
	}
	for id, s := range w.sights {
		if s.busy {
			kept[id] = s
		}
	}
	w.sights = kept
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

// of is the sight of a deployment. The caller holds the lock.
func (w *watch) of(id int64) *sight {
	s := w.sights[id]
	if s == nil {
		s = &sight{}
		w.sights[id] = s
	}
	return s
}

// begin keeps others of this process from looking at the same deployment at the same time; false when somebody does.
func (w *watch) begin(id int64) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.of(id)
	if s.busy {
		return false
	}
	s.busy = true
	return true
}

func (w *watch) end(id int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.of(id).busy = false
}

// changed notes that something of a deployment changed.
func (w *watch) changed(id int64, now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.of(id).changed = now
}

// changedAt is when something of it was last seen to change; the zero time when that never was.
func (w *watch) changedAt(id int64) time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.of(id).changed
}

// listed notes that the queue or /computer has it.
func (w *watch) listed(id int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.of(id)
	s.missed, s.asked = time.Time{}, time.Time{}
}

// mayAsk tells whether Jenkins is to be asked for a deployment alone that neither the queue nor /computer has: at once, since
// that is how an end looks, then less and less often; at the latest when decided has come.
func (w *watch) mayAsk(id int64, now, decided time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.of(id)
	if s.missed.IsZero() {
		s.missed = now
	}
	if !s.asked.IsZero() && now.Sub(s.asked) < slowing(now.Sub(s.missed), 4, longestAsk) && now.Before(decided) {
		return false
	}
	s.asked = now
	return true
}

// mayLookIn tells whether to look at the input steps of a build that has, or had, one: at once when one was answered; else less
// and less often the longer nothing changed, since neither the end of a wait nor a second question shows in what runs.
func (w *watch) mayLookIn(d *model.Deployment, b model.RunningBuild, now time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	s, longest := w.of(d.ID), longestRunningLook
	if d.State == model.StatePaused {
		longest = longestPausedLook
	}
	s.hasInput = true
	return s.inputs.IsZero() || s.answers != b.Answers || now.Sub(s.inputs) >= slowing(now.Sub(s.changed), 4, longest)
}

// lookedIn notes a look at the input steps.
func (w *watch) lookedIn(id int64, answers int, now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.of(id)
	s.inputs, s.answers = now, answers
}

// asksPeople tells whether a build has, or had, an input step, as far as it is known.
func (w *watch) asksPeople(id int64) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.of(id).hasInput
}
