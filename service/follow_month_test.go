package service

import (
	"fmt"
	"testing"
	"time"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
)

// monthly is a job whose builds take that long, and how the one of a day ends.
type monthly struct {
	app      string
	kind     jenkinstest.Kind
	takes    time.Duration
	results  []string // in turn
	question bool
}

var monthlies = []monthly{
	{"hourly", jenkinstest.Freestyle, 50 * time.Minute, []string{"SUCCESS", "FAILURE", "UNSTABLE"}, false},
	{"daily", jenkinstest.Pipeline, 20 * time.Hour, []string{"SUCCESS", "SUCCESS", "NOT_BUILT"}, false},
	{"nightly", jenkinstest.Pipeline, 3 * time.Hour, []string{"SUCCESS", "ABORTED"}, true},
}

// The clock jumps by what the follower itself says is long enough: 30 days of it, with a release of each kind every day, questions
// that wait for half a day, restarts, kills, lost looks and silence. Each ends with what really became of it.
func TestThirtyDays(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) {
		o.Robots, o.Controllers[0].Poll, o.Controllers[0].PollMax = nil, 30*time.Second, 5*time.Minute
		o.Patience = Patience{Queued: 10 * time.Minute, Slow: 2}
		o.Keep = 365 * 24 * time.Hour
	})
	w.jenkins.SetExecutors(50)
	for _, m := range monthlies {
		turn := 0
		job := jenkinstest.Job{
			FullName: "deploy/month/" + m.app, Kind: m.kind, Duration: m.takes, Parameters: jenkinstest.Company()[4].Parameters, Concurrent: true,
			ResultOf: func(jenkinstest.Build) string { turn++; return m.results[turn%len(m.results)] },
		}
		if m.question {
			job.Inputs = []jenkinstest.Input{{ID: "Go", Message: "继续?"}}
		}
		w.jenkins.AddJob(job)
	}
	if err := w.RefreshOnce(t.Context(), "prod"); err != nil {
		t.Fatal(err)
	}
	f := follower{worker{w.Service, w.controller()}}
	begin := w.clock.Now()
	before := w.jenkins.Ledger().Requests
	day, half, ticks := 0, 0, 0
	for now := begin; now.Before(begin.Add((monthDays + 1) * 24 * time.Hour)); now = w.clock.Now() {
		if passed := int(now.Sub(begin) / (24 * time.Hour)); passed >= day && day < monthDays {
			w.dayBegins(day)
			day++
		}
		if passed := int(now.Sub(begin) / (12 * time.Hour)); passed > half {
			half = passed
			w.noon(half)
		}
		if w.controller().line.away() != nil {
			w.probe(t.Context(), w.controller())
		}
		w.submitDueNow()
		next, _ := f.tick(t.Context()) // may fail
		ticks++
		w.clock.Advance(next.pause)
		if next.mark == nil {
			w.clock.Advance(time.Minute)
		}
	}
	w.wantMonth(monthDays * len(monthlies))
	t.Logf("%d ticks, %d requests to Jenkins in %d days", ticks, w.jenkins.Ledger().Requests-before, monthDays+1)
}

// dayBegins asks for the releases of one day, and does some harm.
func (w *world) dayBegins(day int) {
	w.t.Helper()
	for _, m := range monthlies {
		w.submit("项目名称", "month", "应用名称", m.app, "实例ID", fmt.Sprint(m.app, "-", day), "VERSION", fmt.Sprint("v", day))
	}
	switch day % 6 {
	case 1:
		w.jenkins.Restart(3 * time.Minute)
	case 2:
		w.jenkins.CutBefore(3, "GET /computer/")
	case 3:
		w.jenkins.Halve(4)
	case 4:
		w.jenkins.Truncate(2, "GET /computer/")
	case 5:
		w.reborn()
	}
}

// noon answers what waits for people, and harms the other half of the days.
func (w *world) noon(half int) {
	w.t.Helper()
	for _, b := range w.builds("deploy/month/nightly") {
		if len(b.Waiting) > 0 {
			w.byHand("li", fmt.Sprintf("/job/deploy/job/month/job/nightly/%d/input/Go/proceedEmpty", b.Number), "")
		}
	}
	if half%14 == 13 {
		w.jenkins.Kill(time.Minute)
	}
}

// wantMonth compares every release with what became of its build.
func (w *world) wantMonth(releases int) {
	w.t.Helper()
	states := map[string]model.DeploymentState{
		"SUCCESS": model.StateSucceeded, "UNSTABLE": model.StateUnstable, "FAILURE": model.StateFailed, "ABORTED": model.StateAborted,
		"NOT_BUILT": model.StateFailed,
	}
	truth := map[string]jenkinstest.Build{}
	for _, b := range w.jenkins.Ledger().Builds {
		truth[b.Parameters["RELEASE_ID"]] = b
	}
	seen := map[model.DeploymentState]int{}
	for i := range releases {
		number := fmt.Sprintf("R-%d", 1001+i)
		d := w.release(number).Deployments[0]
		b, built := truth[number]
		want := states[b.Result]
		if !built || b.Vanished {
			want = model.StateLost
		}
		seen[d.State]++
		if d.State != want {
			w.t.Errorf("%s of %s is %s (%s), in truth %q, vanished %v", number, d.FullName, d.State, d.Message, b.Result, b.Vanished)
		}
		messages, err := w.Messages(w.t.Context(), int64(1001+i))
		if err != nil || len(messages) > 3*7 {
			w.t.Errorf("%s: %d messages (%v)", number, len(messages), err)
		}
	}
	if len(truth) != releases || seen[model.StateSucceeded] == 0 || seen[model.StateUnstable] == 0 || seen[model.StateAborted] == 0 {
		w.t.Errorf("%d builds of %d releases: %v", len(truth), releases, seen)
	}
}
