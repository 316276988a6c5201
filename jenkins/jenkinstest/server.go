// Package jenkinstest is a stateful fake Jenkins for tests, the demo and manual play: jobs, queue, builds, input steps,
// users and faults, answering as the recordings of a Jenkins 2.452.2 in testdata do. State advances on each request
// from an injected clock, so a test with its own clock is deterministic; there are no goroutines.
package jenkinstest

import (
	"net/http"
	"sync"
	"time"
)

// Options configure a Server; the zero value is a Jenkins with the user admin/admin-token.
type Options struct {
	Now         func() time.Time // clock; default time.Now
	QuietPeriod time.Duration    // default 5s like a real one; negative for none
	Executors   int              // of the built-in node, default 2; pipelines use one-off executors
	Users       []User           // default: admin with the API token admin-token
	// Delay is added to each answer; 7ms makes the fake as fast as the measured Jenkins.
	Delay time.Duration
	// Exclusive is the part of Delay in which no other request is served. With a Delay of 7ms, 6ms gives what was measured:
	// 120 requests a second one at a time, 150 to 180 with many at once.
	Exclusive time.Duration
	// RootURL is the configured root URL that JSON url fields follow; default http://Host of the first request.
	RootURL string
	// Maintenance is the beat at which Jenkins looks at its queue: until then an item whose quiet period is over says
	// "Finished waiting". 0 looks at once, a real one every 5s.
	Maintenance time.Duration
	// Handover is the moment between leaving the queue and the build, when a LeftItem has no executable.
	Handover time.Duration
	// Linger is how long a finished build stays in /computer and holds its executor.
	Linger time.Duration
}

// Server is the fake Jenkins. All methods may be called at any time from any goroutine.
type Server struct {
	mu           sync.Mutex
	opt          Options
	root         *item
	queue        []*queueItem // not left
	byID         map[int64]*queueItem
	gone         []*queueItem // left, oldest first
	active       []*build     // running, or lingering on an executor
	lastID       int64
	issued       []issue // ids given out, to know which a kill -9 forgets
	quieting     bool
	startedAt    time.Time
	session      int       // counts the starts; X-Jenkins-Session follows it
	downAt       time.Time // start of the last restart
	upAt         time.Time // until then the server is starting
	booting      bool      // the queue was not looked at since the last start
	cookies      int
	faults       faults
	requests     int
	byPath       map[string]int
	triggers     []Trigger
	scans        []string
	ledgerBuilds []*build
	worker       worker
}

// issue is a queue id given out at a time.
type issue struct {
	id int64
	at time.Time
}

// New builds a fake without jobs.
func New(opt Options) *Server {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.QuietPeriod == 0 {
		opt.QuietPeriod = 5 * time.Second
	}
	if opt.Executors == 0 {
		opt.Executors = 2
	}
	if opt.Users == nil {
		opt.Users = []User{{Name: "admin", FullName: "管理员", Token: "admin-token", Password: "admin", Admin: true}}
	}
	return &Server{
		opt: opt, root: &item{job: Job{Kind: Folder}}, byID: map[int64]*queueItem{}, startedAt: opt.Now(),
		byPath: map[string]int{}, faults: faults{slow: opt.Delay},
	}
}

// ServeHTTP answers as Jenkins would; faults are applied around the answer.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	cut, slow, ans := s.handle(w, r)
	s.mu.Unlock()
	s.worker.work(min(s.opt.Exclusive, slow))
	pause(r.Context(), slow-s.opt.Exclusive)
	if cut {
		hangUp(w)
		return
	}
	ans.write(w, r)
}

// handle works out the answer under the lock.
func (s *Server) handle(w http.ResponseWriter, r *http.Request) (cut bool, slow time.Duration, ans *answer) {
	now := s.opt.Now()
	if s.opt.RootURL == "" {
		s.opt.RootURL = "http://" + r.Host
	}
	segs := segments(r.URL)
	s.requests++
	s.byPath[r.Method+" "+asked(r, segs)]++
	fault := s.faults.take(r)
	if s.faults.down || fault == cutBefore {
		return true, s.faults.slow, nil
	}
	if fault > 0 {
		ans = s.htmlPage(fault, "Oops!").set("Date", now.UTC().Format(http.TimeFormat))
		return false, s.faults.slow, ans
	}
	c := &call{r: r, segs: segs, now: now, server: s}
	ans = s.answerTo(w, c)
	if fault < truncated {
		ans = s.htmlPage(-fault, "Oops!")
	}
	ans.truncated = fault == truncated
	ans.set("Date", now.UTC().Format(http.TimeFormat)) // a client may compare the clocks
	return fault == cutAfter, s.faults.slow, ans
}

func (s *Server) answerTo(w http.ResponseWriter, c *call) *answer {
	if c.now.Before(s.upAt) {
		return s.starting(c)
	}
	s.tick(c.now)
	if refusal := s.authenticate(c); refusal != nil {
		return refusal
	}
	if refusal := c.readForm(w); refusal != nil {
		return refusal
	}
	if refusal := s.checkCrumb(c); refusal != nil {
		return refusal
	}
	ans := s.route(c)
	s.tick(c.now)
	return ans
}

// QuietDown lets nothing new start ("prepare for shutdown"); what runs goes on and triggering still queues.
func (s *Server) QuietDown() { s.setQuiet(true) }

// CancelQuietDown ends QuietDown.
func (s *Server) CancelQuietDown() { s.setQuiet(false) }

func (s *Server) setQuiet(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.opt.Now()
	s.tick(now)
	s.quieting = on
	if !on {
		s.maintain(now)
	}
}
