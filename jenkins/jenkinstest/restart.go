package jenkinstest

import (
	"net/http"
	"slices"
	"time"
)

// defaultDown is how long a restart asked for over HTTP takes.
const defaultDown = 3 * time.Second

// saved is how often Jenkins writes its queue to disk: what is younger is lost in a kill -9.
const saved = time.Minute

// Restart is a clean restart: 503 while down, queue ids survive, left items become 404, running freestyle builds
// ABORTED; pipelines go on afterwards, with a new queueId.
func (s *Server) Restart(down time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.opt.Now()
	s.tick(now)
	s.restart(down, now)
}

func (s *Server) restart(down time.Duration, now time.Time) {
	for _, b := range s.active {
		if b.running() && !b.item.pipeline() {
			s.finish(b, now, "ABORTED")
		}
	}
	s.boot(down, now)
}

// Kill is a kill -9 and a start: items queued in the last minute are lost and their ids given out again, running
// freestyle builds vanish, pipelines go on.
func (s *Server) Kill(down time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.opt.Now()
	s.tick(now)
	s.queue = slices.DeleteFunc(s.queue, func(q *queueItem) bool {
		lost := now.Sub(q.since) < saved
		if lost {
			delete(s.byID, q.id)
			s.recordLost(q)
		}
		return lost
	})
	for _, b := range s.active {
		if b.running() && !b.item.pipeline() {
			b.vanished = true
			b.item.builds = slices.DeleteFunc(b.item.builds, func(o *build) bool { return o == b })
		}
	}
	s.lastID = 0
	for _, one := range s.issued {
		if now.Sub(one.at) >= saved {
			s.lastID = max(s.lastID, one.id)
		}
	}
	s.issued = slices.DeleteFunc(s.issued, func(one issue) bool { return one.id > s.lastID })
	s.boot(down, now)
}

// boot is what every start does: what had left the queue is forgotten, pipelines resume under a new queue id.
func (s *Server) boot(down time.Duration, now time.Time) {
	for _, q := range s.gone {
		if s.byID[q.id] == q {
			delete(s.byID, q.id)
		}
	}
	s.gone = nil
	s.active = slices.DeleteFunc(s.active, func(b *build) bool { return !b.running() || b.vanished })
	for _, b := range s.active {
		s.lastID++
		s.issued = append(s.issued, issue{s.lastID, now})
		b.queueID = s.lastID
		b.stepEnd = b.stepEnd.Add(down)
	}
	s.quieting = false
	s.session++
	s.downAt, s.upAt = now, now.Add(down)
	s.startedAt = s.upAt
	s.booting = true
}

// starting is the answer while Jenkins is not up: 503, and in the second half a POST already reaches a half-ready Jenkins.
func (s *Server) starting(c *call) *answer {
	half := s.downAt.Add(s.upAt.Sub(s.downAt) / 2)
	if c.r.Method == http.MethodPost && !c.now.Before(half) {
		return s.oops()
	}
	a := s.htmlPage(http.StatusServiceUnavailable, "Starting Jenkins")
	a.header.Del("X-Jenkins")
	a.header.Del("X-Jenkins-Session")
	return a
}
