package service

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
)

// keepingLogsFor has the engine keep logs for so long.
func keepingLogsFor(keep time.Duration) func(*Options) {
	return func(o *Options) { o.Logs = LogRules{Keep: keep, Pause: time.Millisecond} }
}

func (w *world) log(number string, q model.LogQuery) (string, error) {
	w.t.Helper()
	id, err := model.ParseNumber(number)
	if err != nil {
		w.t.Fatal(err)
	}
	var text strings.Builder
	err = w.ReadLog(w.t.Context(), id, q, func(p model.LogPiece) error {
		text.Write(p.Text)
		return nil
	})
	return text.String(), err
}

func (w *world) keepLogsNow() {
	w.t.Helper()
	if err := w.keepLogs(w.t.Context(), w.controller()); err != nil {
		w.t.Fatal(err)
	}
}

func TestALogOutlivesJenkins(t *testing.T) {
	w := newWorld(t, keepingLogsFor(90*24*time.Hour))
	w.jenkins.SetJob(webJob, func(j *jenkinstest.Job) {
		j.Log = "\x1b[32mpulling\x1b[0m v2.1.0\nlogin with hunter2hunter2\ndeployed\n"
		j.Parameters = append(j.Parameters, jenkinstest.Parameter{Name: "DEPLOY_TOKEN"})
	})
	if err := w.RefreshOnce(t.Context(), "prod"); err != nil {
		t.Fatal(err)
	}
	number := w.submit("DEPLOY_TOKEN", "hunter2hunter2").Number
	w.turns(3)
	w.want(number, model.ReleaseSucceeded, model.StateSucceeded)
	live, err := w.log(number, model.LogQuery{})
	if err != nil || !strings.Contains(live, "\npulling v2.1.0\nlogin with ******\ndeployed\n") || !strings.HasSuffix(live, "Finished: SUCCESS\n") {
		t.Fatalf("%q, %v", live, err)
	}
	w.keepLogsNow()
	w.jenkins.RemoveJob(webJob)
	kept, err := w.log(number, model.LogQuery{Follow: true})
	if err != nil || kept != live {
		t.Errorf("%q, %v", kept, err)
	}
	if last, err := w.log(number, model.LogQuery{Lines: 2}); err != nil || last != "deployed\nFinished: SUCCESS\n" {
		t.Errorf("%q, %v", last, err)
	}
	if rest, err := w.log(number, model.LogQuery{From: int64(len(live)) - 9}); err != nil || rest != live[len(live)-9:] {
		t.Errorf("%q, %v", rest, err)
	}
	requests := w.requests()
	w.keepLogsNow()
	if n := w.requests() - requests; n != 0 {
		t.Errorf("%d requests for a log that is kept", n)
	}
	w.clock.Advance(91 * 24 * time.Hour)
	if err := w.pruneLogs(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err = w.log(number, model.LogQuery{})
	codeIs(t, err, model.CodeJenkinsNotFound)
}

func TestALogIsFollowedFromBeforeTheBuildToItsEnd(t *testing.T) {
	w := newWorld(t, keepingLogsFor(time.Hour))
	number := w.submit().Number
	_, err := w.log(number, model.LogQuery{})
	codeIs(t, err, model.CodeNotFound)
	var followers sync.WaitGroup
	texts := make([]string, 5)
	errs := make([]error, len(texts))
	for i := range texts {
		followers.Go(func() { texts[i], errs[i] = w.log(number, model.LogQuery{Follow: true}) })
	}
	w.turns(3)
	w.want(number, model.ReleaseSucceeded, model.StateSucceeded)
	followers.Wait()
	for i, text := range texts {
		if errs[i] != nil || !strings.HasPrefix(text, "Started by user") || !strings.HasSuffix(text, "Finished: SUCCESS\n") {
			t.Errorf("follower %d: %q, %v", i, text, errs[i])
		}
	}
	if n := len(w.openLogs.tails); n != 0 {
		t.Errorf("%d logs stay open", n)
	}
}

func TestALogThatCannotBeReadNowIsKeptLater(t *testing.T) {
	w := newWorld(t, keepingLogsFor(time.Hour))
	number := w.submit().Number
	w.turns(3)
	w.want(number, model.ReleaseSucceeded, model.StateSucceeded)
	w.jenkins.Fail(500, 1, "/job/deploy/job/mall/job/mall-web/1/logText")
	w.keepLogsNow()
	due := func() int {
		list, err := w.store.DueLogs(t.Context(), "prod", 10)
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	if due() != 0 {
		t.Error("tried again at once")
	}
	w.clock.Advance(15 * time.Second)
	if due() != 1 {
		t.Error("not tried again")
	}
	w.keepLogsNow()
	d := w.release(number).Deployments[0]
	if _, err := w.store.LogSize(t.Context(), logOf(d)); err != nil || due() != 0 {
		t.Errorf("%v, %d are due", err, due())
	}
}

func TestALogThatIsGoneIsGivenUp(t *testing.T) {
	w := newWorld(t, keepingLogsFor(time.Hour))
	number := w.submit().Number
	w.turns(3)
	w.want(number, model.ReleaseSucceeded, model.StateSucceeded)
	w.jenkins.RemoveJob(webJob)
	w.keepLogsNow()
	w.clock.Advance(24 * time.Hour)
	if list, err := w.store.DueLogs(t.Context(), "prod", 10); err != nil || len(list) != 0 {
		t.Errorf("%d are due, %v", len(list), err)
	}
}

func TestWhoeverReadsALogMayStop(t *testing.T) {
	w := newWorld(t, keepingLogsFor(time.Hour))
	number := w.submit().Number
	w.turns(3)
	id, _ := model.ParseNumber(number)
	enough := errors.New("enough")
	err := w.ReadLog(t.Context(), id, model.LogQuery{Follow: true}, func(model.LogPiece) error { return enough })
	if !errors.Is(err, enough) || len(w.openLogs.tails) != 0 {
		t.Errorf("%v, %d open", err, len(w.openLogs.tails))
	}
	err = w.ReadLog(t.Context(), id, model.LogQuery{Deployment: 4711}, func(model.LogPiece) error { return nil })
	codeIs(t, err, model.CodeNotFound)
}

func TestLastLines(t *testing.T) {
	for _, c := range []struct {
		text  string
		n     int
		want  string
		found bool
	}{
		{"a\nb\nc\n", 1, "c\n", true}, {"a\nb\nc\n", 2, "b\nc\n", true}, {"a\nb\nc\n", 3, "a\nb\nc\n", false},
		{"a\nb\nc", 1, "c", true}, {"a\nb\nc\n", 9, "a\nb\nc\n", false}, {"", 1, "", false}, {"\n\n\n", 2, "\n\n", true},
	} {
		at, found := lastLines([]byte(c.text), c.n)
		if c.text[at:] != c.want || found != c.found {
			t.Errorf("%q, %d: %q %v", c.text, c.n, c.text[at:], found)
		}
	}
}

// countedLogs counts who reads logs at the same time.
type countedLogs struct {
	Jenkins
	mu                 sync.Mutex
	now, most, readers int
}

func (c *countedLogs) Log(ctx context.Context, job string, number, start int64, to io.Writer) (model.LogRead, error) {
	c.mu.Lock()
	c.readers++
	c.now++
	c.most = max(c.most, c.now)
	c.mu.Unlock()
	defer func() { c.mu.Lock(); c.now--; c.mu.Unlock() }()
	return c.Jenkins.Log(ctx, job, number, start, to)
}

func (c *countedLogs) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.readers
}

// Two hundred who follow one build cost Jenkins as much as one, and none of them is left behind when Jenkins restarts.
func TestTwoHundredFollowersAreOneReader(t *testing.T) {
	counted := &countedLogs{}
	w := newWorld(t, keepingLogsFor(time.Hour), func(o *Options) {
		counted.Jenkins, o.Controllers[0].Client = o.Controllers[0].Client, counted
		o.Logs.Pause = 50 * time.Millisecond
	})
	w.jenkins.SetJob(etlJob, func(j *jenkinstest.Job) {
		j.Duration, j.Log = 4*time.Minute, strings.Repeat("a line of the build\n", 100)
	})
	w.submit(toETL...)
	w.turns(8)
	const followers = 200
	texts, errs := make([]string, followers), make([]error, followers)
	var all sync.WaitGroup
	for i := range followers {
		all.Go(func() { texts[i], errs[i] = w.log("R-1001", model.LogQuery{Follow: true}) })
	}
	w.turns(10)
	w.jenkins.Down(true)
	before := counted.count()
	until(t, "somebody sees that Jenkins is away", func() bool { return counted.count() > before+1 })
	w.jenkins.Down(false)
	w.turns(260)
	all.Wait()
	for i, text := range texts {
		if errs[i] != nil || strings.Count(text, "a line of the build\n") != 100 || !strings.HasSuffix(text, "Finished: SUCCESS\n") {
			t.Fatalf("follower %d: %v %q", i, errs[i], text)
		}
	}
	if counted.most != 1 {
		t.Errorf("%d readers at once", counted.most)
	}
}

// A deployment that is retried has two builds, and both logs are kept.
func TestARetryKeepsBothLogs(t *testing.T) {
	w := newWorld(t, keepingLogsFor(time.Hour), func(o *Options) { o.Again.Retries = 1 })
	writes := func(result, log string) {
		w.jenkins.SetJob(webJob, func(j *jenkinstest.Job) { j.Result, j.Log = result, log })
	}
	writes("FAILURE", "the first try")
	number := w.submit().Number
	w.turns(3)
	w.want(number, model.ReleaseFailed, model.StateFailed)
	if _, err := w.Retry(t.Context(), 1001, 0, "ops", "再试一次"); err != nil {
		t.Fatal(err)
	}
	writes("SUCCESS", "the second try")
	w.turns(4)
	w.want(number, model.ReleaseSucceeded, model.StateSucceeded)
	w.keepLogsNow()
	w.jenkins.RemoveJob(webJob)
	for build, says := range map[int64]string{0: "the second try", 1: "the first try", 2: "the second try"} {
		if text, err := w.log(number, model.LogQuery{Build: build}); err != nil || !strings.Contains(text, says) {
			t.Errorf("build %d: %q %v", build, text, err)
		}
	}
	_, err := w.log(number, model.LogQuery{Build: 3})
	codeIs(t, err, model.CodeNotFound)
}
