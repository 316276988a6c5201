package jenkinstest

import (
	"maps"
	"slices"
	"time"
)

// Ledger is what really happened, whatever the fake answered or forgot since.
type Ledger struct {
	Requests int
	// Busy is how long requests were served that let no other in; see Options.Exclusive.
	Busy time.Duration
	// ByPath counts requests by method and operation: "POST buildWithParameters", "GET queue", "GET queue/item",
	// "GET computer", "GET api" (the listing), "GET job", "GET builds" (of a job), "GET run" (a build's JSON), "POST stop", "POST input/proceed" …
	ByPath   map[string]int
	Builds   []Build   // in the order they started
	Triggers []Trigger // in the order they were accepted
	Scans    []string  // multibranch projects and organisation folders that were told to scan, by a POST as for a build
}

// Trigger is one accepted POST of build or buildWithParameters.
type Trigger struct {
	Job        string
	Parameters map[string]string
	QueueID    int64
	User       string
	Folded     bool // into an item queued before: no build of its own
	Lost       bool // with its item, which a kill -9 took out of the queue: no build of it will ever be
	At         time.Time
}

func (s *Server) recordTrigger(q *queueItem, values []value, by *User, folded bool, now time.Time) {
	t := Trigger{Job: q.item.job.FullName, Parameters: map[string]string{}, QueueID: q.id, User: by.Name, Folded: folded, At: now}
	for _, v := range values {
		t.Parameters[v.param.Name] = v.text
	}
	s.triggers = append(s.triggers, t)
}

// recordLost notes that nothing will come of the requests behind an item.
func (s *Server) recordLost(q *queueItem) {
	for i := range s.triggers {
		if t := &s.triggers[i]; t.QueueID == q.id && !t.At.Before(q.since) {
			t.Lost = true
		}
	}
}

// Ledger returns a copy of the ledger as of now.
func (s *Server) Ledger() Ledger {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tick(s.opt.Now())
	l := Ledger{Requests: s.requests, Busy: s.worker.total(), ByPath: maps.Clone(s.byPath), Triggers: slices.Clone(s.triggers),
		Scans: slices.Clone(s.scans)}
	for _, b := range s.ledgerBuilds {
		l.Builds = append(l.Builds, b.view())
	}
	return l
}

// Triggered is how many builds were triggered, without copying the ledger.
func (s *Server) Triggered() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.triggers)
}
