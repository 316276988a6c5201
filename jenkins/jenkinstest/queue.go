package jenkinstest

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// leftFor is how long Jenkins remembers an item that left the queue.
const leftFor = 5 * time.Minute

type queueState int

const (
	waiting queueState = iota
	blocked
	buildable
	left
)

// queueItem is one item of the queue, also after it left.
type queueItem struct {
	id             int64
	item           *item
	values         []value
	causes         []cause
	state          queueState
	since          time.Time
	due            time.Time // end of the quiet period
	buildableSince time.Time
	leftAt         time.Time
	build          *build // of a started one
}

type cause struct{ user, fullName string }

// schedule queues a job, or folds the request into an identical item that waits already.
func (s *Server) schedule(i *item, values []value, by *User, delay time.Duration, now time.Time) (*queueItem, bool) {
	c := cause{user: by.Name, fullName: by.fullName()}
	for _, q := range s.queue {
		if q.item == i && sameValues(q.values, values) {
			q.causes = append(q.causes, c)
			// Jenkins always keeps the earlier of the two due times.
			if due := now.Add(delay); q.state == waiting && due.Before(q.due) {
				q.due = due
				s.maintain(now)
			}
			s.recordTrigger(q, values, by, true, now)
			return q, true
		}
	}
	s.lastID++
	q := &queueItem{id: s.lastID, item: i, values: values, causes: []cause{c}, since: now, due: now.Add(delay)}
	s.queue = append(s.queue, q)
	s.byID[q.id] = q
	for len(s.issued) > 1 && now.Sub(s.issued[1].at) >= saved {
		s.issued = s.issued[1:] // only the newest id that is surely on disk matters
	}
	s.issued = append(s.issued, issue{q.id, now})
	s.recordTrigger(q, values, by, false, now)
	s.maintain(now)
	return q, false
}

// tick lets everything happen that was due until now, in the order of its times.
func (s *Server) tick(now time.Time) {
	if now.Before(s.upAt) {
		return
	}
	if s.booting {
		s.booting = false
		s.maintain(s.upAt)
	}
	for {
		at, b := s.next()
		if at.IsZero() || at.After(now) {
			break
		}
		if at.Before(s.upAt) {
			at = s.upAt
		}
		s.step(b, at)
		s.maintain(at)
	}
	for len(s.gone) > 0 && now.Sub(s.gone[0].leftAt) >= leftFor {
		if q := s.gone[0]; s.byID[q.id] == q {
			delete(s.byID, q.id)
		}
		s.gone = s.gone[1:]
	}
}

// next is the time of the earliest event ahead and the build it concerns (nil: a quiet period ends).
func (s *Server) next() (time.Time, *build) {
	var at time.Time
	var of *build
	earlier := func(t time.Time, b *build) {
		if at.IsZero() || t.Before(at) {
			at, of = t, b
		}
	}
	for _, q := range s.queue {
		if q.state == waiting {
			earlier(s.maintenanceAfter(q.due), nil)
		}
	}
	for _, b := range s.active {
		switch {
		case !b.running():
			earlier(b.finished.Add(s.opt.Linger), b)
		case len(b.waiting) == 0:
			earlier(b.stepEnd, b)
		}
	}
	return at, of
}

// maintenanceAfter is when Jenkins looks at its queue after t: at once, or at the next beat of Options.Maintenance.
func (s *Server) maintenanceAfter(t time.Time) time.Time {
	beat := s.opt.Maintenance
	if beat <= 0 {
		return t
	}
	since := t.Sub(s.startedAt)
	return s.startedAt.Add((since + beat - 1) / beat * beat)
}

func (s *Server) step(b *build, at time.Time) {
	switch {
	case b == nil:
	case b.running():
		s.advance(b, at)
	default:
		s.active = slices.DeleteFunc(s.active, func(o *build) bool { return o == b })
	}
}

// maintain is Jenkins' Queue.maintain: unblock, end quiet periods, hand out executors.
func (s *Server) maintain(at time.Time) {
	if at.Before(s.upAt) {
		return
	}
	for _, q := range s.queue {
		if q.state == blocked && s.blockage(q, at) == "" {
			q.state = buildable
			q.buildableSince = at
		}
	}
	for _, q := range s.byDue() {
		if q.state != waiting || q.due.After(at) {
			continue
		}
		q.buildableSince = at
		q.state = buildable
		if s.blockage(q, at) != "" {
			q.state = blocked
		}
	}
	for _, q := range slices.Clone(s.queue) {
		if q.state != buildable {
			continue
		}
		if s.blockage(q, at) != "" {
			q.state = blocked
			continue
		}
		if slot, free := s.executorFor(q.item); free {
			s.start(q, slot, at)
		}
	}
}

// byDue are the queue's items by the end of their quiet periods.
func (s *Server) byDue() []*queueItem {
	sorted := slices.Clone(s.queue)
	slices.SortStableFunc(sorted, func(a, b *queueItem) int {
		return cmp.Or(a.due.Compare(b.due), cmp.Compare(a.id, b.id))
	})
	return sorted
}

// blockage says why an item may not even wait for an executor; empty when it may.
func (s *Server) blockage(q *queueItem, now time.Time) string {
	if s.quieting {
		return "Jenkins is about to shut down"
	}
	if q.item.concurrent() {
		return ""
	}
	if b := q.item.running(); b != nil {
		return fmt.Sprintf("Build #%d is already in progress (ETA: %s)", b.number, b.eta(now))
	}
	for _, other := range s.queue {
		if other != q && other.item == q.item && other.state == buildable {
			return "Waiting for next available executor"
		}
	}
	return ""
}

// executorFor finds a free executor. Pipelines always get a flyweight one, a label no node has never one.
func (s *Server) executorFor(i *item) (int, bool) {
	if i.pipeline() {
		return -1, true
	}
	if i.job.Label != "" && i.job.Label != builtIn {
		return 0, false
	}
	for slot := range s.opt.Executors {
		if !slices.ContainsFunc(s.active, func(b *build) bool { return b.slot == slot }) {
			return slot, true
		}
	}
	return 0, false
}

const builtIn = "built-in"

// start turns a queue item into a running build.
func (s *Server) start(q *queueItem, slot int, at time.Time) {
	i := q.item
	b := &build{
		item: i, number: i.nextNumber, queueID: q.id, values: q.values, causes: q.causes, queued: q.since,
		started: at.Add(s.opt.Handover), steps: plan(&i.job), slot: slot,
	}
	i.nextNumber++
	i.ran = true
	i.builds = append(i.builds, b)
	s.active = append(s.active, b)
	s.ledgerBuilds = append(s.ledgerBuilds, b)
	q.build = b
	s.leave(q, at)
	s.enter(b, b.started)
}

func (s *Server) leave(q *queueItem, at time.Time) {
	q.state = left
	q.leftAt = at
	s.queue = slices.DeleteFunc(s.queue, func(o *queueItem) bool { return o == q })
	s.gone = append(s.gone, q)
}

// inOrder are the items as Jenkins lists them: waiting ones by due time, then blocked, then buildable.
func (s *Server) inOrder() []*queueItem {
	sorted := s.byDue()
	slices.SortStableFunc(sorted, func(a, b *queueItem) int {
		if a.state == b.state && a.state != waiting {
			return cmp.Compare(a.id, b.id)
		}
		return cmp.Compare(a.state, b.state)
	})
	return sorted
}
