package service

import (
	"sync"
	"time"

	"github.com/oabridge/oabridge/model"
)

// readingKind is what has to be asked for values that no listing has.
type readingKind int

const (
	readGit    readingKind = iota // what the job's git parameters may be
	readBuilds                    // the job's newest builds
	readSource                    // the rule's source
)

// reading is one request for values.
type reading struct {
	kind readingKind
	model.JobRef
	rule    *ParameterRule // of readSource
	project string         // the same
}

// page is what a reading brought.
type page struct {
	at     time.Time            // when it was read; zero: never
	lists  map[string]valueList // by parameter; of a source by ""
	builds []offeredBuild       // newest first
	good   []map[string]string  // the parameters of successful builds, newest first
	failed bool                 // the last try
	state  readingState
}

// readingState is how far a reading is.
type readingState int

const (
	notRead  readingState = iota
	expected              // in the line of those that nobody waits for
	wanted                // in the line of those that somebody waits for
	underWay
)

// Limits of what is kept in memory of values.
const (
	mostPages  = 5000
	mostBuilds = 100 // of a job
	mostGood   = 20  // successful builds whose parameters are kept
	mostKept   = 300_000
)

// How old values may be before they are read again because somebody asks.
const (
	valuesFresh     = 30 * time.Second
	valuesAfterFail = 10 * time.Second
	valuesAhead     = 10 * time.Minute // when nobody asks yet, but may soon
)

// entry is a page with what the book needs to know of it.
type entry struct {
	page
	asked time.Time
	tried time.Time
	old   bool // something is known to have changed
	size  int
}

// valueBook keeps what was read, and lines up what has to be. It answers at once, always.
type valueBook struct {
	now func() time.Time

	mu    sync.Mutex
	pages map[reading]*entry
	kept  int              // values on all pages, at most mostKept
	lanes map[string]*lane // by controller; "" for sources
	ahead map[string]time.Time
}

// lane is the line before one server, so that a slow one keeps no other waiting.
type lane struct {
	urgent chan reading // somebody waits for it
	idle   chan reading // somebody may soon
}

// laneLength is how many readings wait before one server; more are asked for again by who needs them.
const laneLength = 200

func newLane() *lane {
	return &lane{urgent: make(chan reading, laneLength), idle: make(chan reading, laneLength)}
}

func newValueBook(now func() time.Time) *valueBook {
	return &valueBook{
		now: now, pages: map[reading]*entry{}, lanes: map[string]*lane{"": newLane()}, ahead: map[string]time.Time{},
	}
}

// lane is where r waits.
func (b *valueBook) lane(r reading) *lane {
	if r.kind == readSource {
		return b.lanes[""]
	}
	return b.lanes[r.Controller]
}

// look returns what is known, and has it read when it is too old for somebody who asks now.
func (b *valueBook) look(r reading) page {
	b.mu.Lock()
	defer b.mu.Unlock()
	e, now := b.entry(r), b.now()
	e.asked = now
	if (e.state == expected || e.due(now, r.fresh())) && lineUp(b.lane(r).urgent, r) {
		e.state = wanted
	}
	return e.page
}

// expect has r read before somebody asks.
func (b *valueBook) expect(r reading) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if e := b.entry(r); e.due(b.now(), max(valuesAhead, r.fresh())) && lineUp(b.lane(r).idle, r) {
		e.state = expected
	}
}

// begin tells whether r still has to be read: it may stand in both lines.
func (b *valueBook) begin(r reading) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	e := b.entry(r)
	begins := e.state == expected || e.state == wanted
	if begins {
		e.state, e.old = underWay, false
	}
	return begins
}

func (b *valueBook) entry(r reading) *entry {
	e := b.pages[r]
	if e == nil {
		if len(b.pages) >= mostPages {
			b.forget()
		}
		e = &entry{asked: b.now()}
		b.pages[r] = e
	}
	return e
}

// size is about how much memory the page takes, in values.
func (p page) size() int {
	n := len(p.builds) + 5*len(p.good)
	for _, l := range p.lists {
		n += len(l.options)
	}
	return n
}

// forget drops the page that nobody asked for the longest; false when every page is to be read.
func (b *valueBook) forget() bool {
	var oldest reading
	var found *entry
	for r, e := range b.pages {
		if e.state == notRead && (found == nil || e.asked.Before(found.asked)) {
			oldest, found = r, e
		}
	}
	if found == nil {
		return false
	}
	b.kept -= found.size
	delete(b.pages, oldest)
	return true
}

func (e *entry) due(now time.Time, fresh time.Duration) bool {
	switch {
	case e.state != notRead:
		return false
	case e.failed:
		return now.Sub(e.tried) >= valuesAfterFail
	}
	return e.at.IsZero() || e.old || now.Sub(e.at) >= fresh
}

// outdate has r read again when somebody asks, however new it is.
func (b *valueBook) outdate(r reading) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if e := b.pages[r]; e != nil {
		e.old = true
	}
}

func (r reading) fresh() time.Duration {
	if r.rule != nil && r.rule.Fresh > 0 {
		return r.rule.Fresh
	}
	return valuesFresh
}

func lineUp(line chan<- reading, r reading) bool {
	select {
	case line <- r:
		return true
	default:
		return false
	}
}

// write keeps what a try brought; of one that failed only that it did. It tells whether the one before failed too.
func (b *valueBook) write(r reading, got page, failed bool) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	e := b.entry(r)
	before := e.failed
	e.tried, e.state, e.failed = b.now(), notRead, failed
	if !failed {
		e.at, e.lists, e.builds, e.good = e.tried, got.lists, got.builds, got.good
		b.kept -= e.size
		e.size = got.size()
		b.kept += e.size
		for b.kept > mostKept && len(b.pages) > 1 && b.forget() {
			continue
		}
	}
	return before
}

// soon tells whether a project's values may be read ahead again.
func (b *valueBook) soon(project string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	if last, ok := b.ahead[project]; ok && now.Sub(last) < valuesFresh {
		return false
	}
	if len(b.ahead) >= mostPages {
		clear(b.ahead)
	}
	b.ahead[project] = now
	return true
}
