package jenkinstest

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// cutBefore, cutAfter and truncated are the faults that are no HTTP status.
const (
	cutBefore = -1
	cutAfter  = -2
	truncated = -3
)

// faults are the switches set; each fault is used up by the requests it hits.
type faults struct {
	slow  time.Duration
	down  bool
	plans []faultPlan
	half  int // answers of /computer that still lack every second build
}

type faultPlan struct {
	kind   int // a status, cutBefore, cutAfter, or a status below zero: after processing
	times  int
	method string // empty: any
	prefix string
}

// take finds the fault for a request, 0 for none, and uses it up.
func (f *faults) take(r *http.Request) int {
	for i := range f.plans {
		p := &f.plans[i]
		if p.method != "" && p.method != r.Method || !strings.HasPrefix(r.URL.Path, p.prefix) {
			continue
		}
		kind := p.kind
		if p.times--; p.times <= 0 {
			f.plans = slices.Delete(f.plans, i, i+1)
		}
		return kind
	}
	return 0
}

// halves tells whether this answer of /computer lacks every second build.
func (f *faults) halves() bool {
	if f.half == 0 {
		return false
	}
	f.half--
	return true
}

func (s *Server) addFault(kind, times int, pathPrefix string) {
	method, prefix, found := strings.Cut(pathPrefix, " ")
	if !found || strings.HasPrefix(pathPrefix, "/") {
		method, prefix = "", pathPrefix
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if times > 0 {
		s.faults.plans = append(s.faults.plans, faultPlan{kind, times, method, prefix})
	}
}

// Slow makes every answer take d longer; the request is processed first. 0 goes back to full speed.
func (s *Server) Slow(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults.slow = d
}

// Fail answers the next requests of a path prefix with a status, without processing them. The prefix is a path such as
// "/queue/", a method and a path such as "POST /job/", or empty for everything.
func (s *Server) Fail(status, times int, pathPrefix string) { s.addFault(status, times, pathPrefix) }

// FailAfter is Fail, but the requests are processed all the same.
func (s *Server) FailAfter(status, times int, pathPrefix string) {
	s.addFault(-status, times, pathPrefix)
}

// CutAfter processes the next requests of a path prefix and then cuts the connection instead of answering.
func (s *Server) CutAfter(times int, pathPrefix string) { s.addFault(cutAfter, times, pathPrefix) }

// CutBefore cuts the connection of the next requests of a path prefix without processing them.
func (s *Server) CutBefore(times int, pathPrefix string) { s.addFault(cutBefore, times, pathPrefix) }

// Truncate processes the next requests of a path prefix and ends the connection after half of the answer.
func (s *Server) Truncate(times int, pathPrefix string) { s.addFault(truncated, times, pathPrefix) }

// Halve lets every second build be missing from the next answers of /computer, as while Jenkins takes agents out of its list.
func (s *Server) Halve(times int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults.half = times
}

// Down closes every connection without an answer until it is called with false; builds go on meanwhile.
func (s *Server) Down(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults.down = on
}

// Heal takes back every fault that still stands, a quiet-down too. A restart under way goes on.
func (s *Server) Heal() {
	s.mu.Lock()
	s.faults = faults{slow: s.opt.Delay}
	s.mu.Unlock()
	s.CancelQuietDown()
}

// SetExecutors changes how many freestyle builds may run at once.
func (s *Server) SetExecutors(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opt.Executors = n
	s.maintain(s.opt.Now())
}

// AddUser lets somebody else log in.
func (s *Server) AddUser(u User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opt.Users = append(slices.Clip(s.opt.Users), u)
}

// SetUser changes somebody's rights.
func (s *Server) SetUser(name string, change func(*User)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opt.Users = slices.Clone(s.opt.Users)
	for i := range s.opt.Users {
		if s.opt.Users[i].Name == name {
			change(&s.opt.Users[i])
		}
	}
}
