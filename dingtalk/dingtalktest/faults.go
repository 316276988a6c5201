package dingtalktest

import (
	"net/http"
	"strings"
	"time"
)

// counter is how many more calls a fault meets; negative is all until it is set again.
type counter int

func (c *counter) take() bool {
	if *c > 0 {
		*c--
		return true
	}
	return *c < 0
}

type failure struct {
	status int
	times  counter
	prefix string
}

type faults struct {
	failures       []*failure
	delay          time.Duration
	slow           counter
	cutBefore      counter
	cutAfter       counter
	rateLimit      counter
	limitedPrefix  string // of the paths that rateLimit meets
	banPage        counter
	banned         int // ban pages served, to alternate their two forms
	wrongSignature counter
	down           bool
}

// fault is what happens to one call.
type fault struct {
	lost    bool          // never reaches its handler
	cut     bool          // gets no answer
	limited bool          // is beyond the rate
	delay   time.Duration // waits for its answer, which is decided already
	instead *reply        // gets this
}

// next takes one fault of each kind that waits for this path. A call that is lost, banned or failed uses up no other.
func (f *faults) next(path string) fault {
	if f.down || f.cutBefore.take() {
		return fault{lost: true, cut: true}
	}
	if f.banPage.take() {
		f.banned++
		return fault{instead: banPage(f.banned)}
	}
	for _, failure := range f.failures {
		if strings.HasPrefix(path, failure.prefix) && failure.times.take() {
			return fault{instead: &reply{failure.status, "application/json", []byte(`{"code":"ServiceUnavailable","message":"fault"}`)}}
		}
	}
	limited := strings.HasPrefix(path, f.limitedPrefix) && f.rateLimit.take()
	result := fault{limited: limited, cut: f.cutAfter.take()}
	if f.slow.take() {
		result.delay = f.delay
	}
	return result
}

// banPage alternates between the JSON that is no answer of the interface and an HTML page.
func banPage(n int) *reply {
	if n%2 == 1 {
		return &reply{http.StatusOK, "application/json", []byte(`{"status":1111,"punish":"deny"}`)}
	}
	return &reply{http.StatusForbidden, "text/html", []byte("<!DOCTYPE html><html><body>亲,访问被拒绝</body></html>")}
}

// Fail answers the next calls whose path begins with prefix with an HTTP status. As everywhere here, negative times last
// until they are set again.
func (s *Server) Fail(status, times int, prefix string) {
	s.set(func(f *faults) { f.failures = append(f.failures, &failure{status, counter(times), prefix}) })
}

// Slow holds back the answers of the next calls; what they asked for is done at once, also when the client hangs up.
func (s *Server) Slow(delay time.Duration, times int) {
	s.set(func(f *faults) { f.delay, f.slow = delay, counter(times) })
}

// CutBefore cuts the connection of the next calls before anything is done.
func (s *Server) CutBefore(times int) { s.set(func(f *faults) { f.cutBefore = counter(times) }) }

// CutAfter does what the next calls ask for, and cuts the connection instead of answering.
func (s *Server) CutAfter(times int) { s.set(func(f *faults) { f.cutAfter = counter(times) }) }

// RateLimit answers the next calls as beyond the rate: 410100 for robots, 90018 and its new-style name elsewhere.
func (s *Server) RateLimit(times int) { s.RateLimitPath(times, "") }

// RateLimitPath is RateLimit for the calls whose path begins with prefix.
func (s *Server) RateLimitPath(times int, prefix string) {
	s.set(func(f *faults) { f.rateLimit, f.limitedPrefix = counter(times), prefix })
}

// BanPage answers the next calls as for a banned address: first {"status":1111,"punish":"deny"}, then HTML, in turns.
func (s *Server) BanPage(times int) { s.set(func(f *faults) { f.banPage = counter(times) }) }

// WrongSignature refuses the next robot messages with 310000, whatever their signature.
func (s *Server) WrongSignature(times int) {
	s.set(func(f *faults) { f.wrongSignature = counter(times) })
}

// Down cuts every connection until it is called with false.
func (s *Server) Down(down bool) { s.set(func(f *faults) { f.down = down }) }

// Heal takes back every fault that still stands. A robot that is blocked stays so.
func (s *Server) Heal() { s.set(func(f *faults) { *f = faults{} }) }

func (s *Server) set(change func(*faults)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.faults)
}
