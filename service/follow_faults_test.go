package service

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
)

// squad are fifty jobs of five kinds, ten of each, with a release each.
const (
	squadFolder = "deploy/squad"
	squadSize   = 50
)

var squadKinds = []string{"pipe", "free", "asks", "soon", "homeless"}

func squadKind(i int) string { return squadKinds[i%len(squadKinds)] }

func squadApp(i int) string { return fmt.Sprintf("%s-%02d", squadKind(i), i) }

func squadJob(i int) string { return squadFolder + "/" + squadApp(i) }

// newSquad lets every release have its build running, paused or queued: pipelines and freestyle builds of ten minutes, pipelines
// that ask, pipelines that end soon, and builds that wait for a node.
func newSquad(t *testing.T, adjust ...func(*Options)) *world {
	w := newWorld(t, append([]func(*Options){func(o *Options) { o.Robots = nil }}, adjust...)...)
	w.jenkins.SetExecutors(squadSize)
	for i := range squadSize {
		job := jenkinstest.Job{FullName: squadJob(i), Duration: 10 * time.Minute, Parameters: jenkinstest.Company()[4].Parameters}
		switch squadKind(i) {
		case "pipe":
			job.Kind, job.Result = jenkinstest.Pipeline, []string{"SUCCESS", "FAILURE"}[i/5%2]
		case "asks":
			job.Kind, job.Duration = jenkinstest.Pipeline, time.Second
			job.Inputs = []jenkinstest.Input{{ID: "Confirm", Message: "继续?"}}
		case "soon":
			job.Kind, job.Duration, job.Result = jenkinstest.Pipeline, 3*time.Minute, []string{"SUCCESS", "UNSTABLE"}[i/5%2]
		case "homeless":
			job.Label, job.Duration = "nowhere", time.Minute
		}
		w.jenkins.AddJob(job)
	}
	if err := w.RefreshOnce(t.Context(), "prod"); err != nil {
		t.Fatal(err)
	}
	for i := range squadSize {
		w.submit("项目名称", "squad", "应用名称", squadApp(i), "实例ID", fmt.Sprint("squad-", i))
	}
	w.submitDueNow()
	w.looks(30, time.Second)
	return w
}

// looks looks n times, letting that much time pass before each. A look may fail.
func (w *world) looks(n int, pass time.Duration) {
	w.t.Helper()
	for range n {
		w.clock.Advance(pass)
		if w.controller().line.away() != nil {
			w.probe(w.t.Context(), w.controller())
		}
		_ = w.look()
	}
}

func squadNumber(i int) string { return fmt.Sprintf("R-%d", 1001+i) }

// counts are how many of each kind are in each state.
func (w *world) counts() map[string]int {
	w.t.Helper()
	n := map[string]int{}
	for i := range squadSize {
		n[squadKind(i)+" "+string(w.release(squadNumber(i)).Deployments[0].State)]++
	}
	return n
}

func (w *world) wantCounts(when string, want map[string]int) {
	w.t.Helper()
	got := w.counts()
	for what, n := range want {
		if got[what] != n {
			w.t.Errorf("%s: %d are %s, want %d (%v)", when, got[what], what, n, got)
		}
	}
}

// answerAll says yes to every question by hand.
func (w *world) answerAll() {
	w.t.Helper()
	for i := range squadSize {
		if squadKind(i) == "asks" {
			w.byHand("li", "/job/deploy/job/squad/job/"+squadApp(i)+"/1/input/Confirm/proceedEmpty", "")
		}
	}
}

// wantTruth compares what every release says with what really became of its build: the same, or lost with a reason where Jenkins
// itself cannot know.
func (w *world) wantTruth() {
	w.t.Helper()
	truth := map[string]jenkinstest.Build{}
	for _, b := range w.jenkins.Ledger().Builds {
		truth[b.Parameters["RELEASE_ID"]] = b
	}
	states := map[string]model.DeploymentState{
		"SUCCESS": model.StateSucceeded, "UNSTABLE": model.StateUnstable, "FAILURE": model.StateFailed, "ABORTED": model.StateAborted,
	}
	for i := range squadSize {
		number := squadNumber(i)
		d := w.release(number).Deployments[0]
		b, built := truth[number]
		want := states[b.Result]
		if !built || b.Vanished {
			want = model.StateLost
		}
		if d.State != want || (want == model.StateLost) != strings.Contains(d.Message, "已找不到这次构建") {
			w.t.Errorf("%s of %s is %s (%s), in truth %q, vanished %v", number, squadJob(i), d.State, d.Message, b.Result, b.Vanished)
		}
	}
	if n := len(w.jenkins.Ledger().Triggers); n != squadSize {
		w.t.Errorf("%d triggers", n)
	}
}

// house gives the homeless a node.
func (w *world) house() {
	for i := range squadSize {
		if squadKind(i) == "homeless" {
			w.jenkins.SetJob(squadJob(i), func(j *jenkinstest.Job) { j.Label = "" })
		}
	}
}

func TestFiftyBuildsThroughARestart(t *testing.T) {
	w := newSquad(t)
	w.wantCounts("before", map[string]int{"pipe running": 10, "free running": 10, "asks paused": 10, "soon running": 10, "homeless queued": 10})
	w.clock.Advance(4 * time.Minute) // nobody looks, and some end
	w.jenkins.Restart(20 * time.Second)
	w.looks(15, 2*time.Second)
	w.wantCounts("after", map[string]int{"pipe running": 10, "free aborted": 10, "asks paused": 10, "homeless queued": 10})
	w.house()
	w.answerAll()
	w.looks(200, 5*time.Second)
	w.wantTruth()
	w.wantCounts("at the end", map[string]int{"pipe succeeded": 5, "pipe failed": 5, "asks succeeded": 10, "soon succeeded": 5, "soon unstable": 5, "homeless succeeded": 10})
}

// What Jenkins had queued for less than a minute is lost in a kill, and its ids are given to others.
func TestFiftyBuildsThroughAKill(t *testing.T) {
	w := newSquad(t)
	w.jenkins.Kill(20 * time.Second)
	w.looks(15, 2*time.Second)
	for i := range 10 { // the ids that were lost are other people's now
		w.byHand("li", "/job/deploy/job/squad/job/"+squadApp(5*i+4)+"/buildWithParameters", fmt.Sprint("VERSION=theirs-", i))
	}
	w.house()
	w.answerAll()
	w.looks(300, 5*time.Second)
	got := w.counts()
	if got["pipe succeeded"] != 5 || got["pipe failed"] != 5 || got["asks succeeded"] != 10 || got["free lost"] != 10 || got["homeless lost"] != 10 {
		t.Errorf("%v", got)
	}
	for i := range squadSize {
		d := w.release(squadNumber(i)).Deployments[0]
		reason := map[string]string{"free": "可能是 Jenkins 异常退出", "homeless": "可能在 Jenkins 异常退出时丢失"}[squadKind(i)]
		if d.State == model.StateLost && (reason == "" || !strings.Contains(d.Message, reason)) {
			t.Errorf("%s: %s", squadJob(i), d.Message)
		}
	}
}

// A look that fails or brings half an answer changes nothing, whatever it was.
func TestFiftyBuildsThroughBadAnswers(t *testing.T) {
	t.Parallel()
	w := newSquad(t)
	for i, harm := range []func(*jenkinstest.Server){
		func(s *jenkinstest.Server) { s.CutBefore(1, "GET /computer/") },
		func(s *jenkinstest.Server) { s.CutAfter(1, "GET /queue/") },
		func(s *jenkinstest.Server) { s.Fail(503, 1, "GET /computer/") },
		func(s *jenkinstest.Server) { s.Fail(500, 1, "GET /queue/") },
		func(s *jenkinstest.Server) { s.Truncate(1, "GET /computer/") },
		func(s *jenkinstest.Server) { s.Truncate(1, "GET /queue/") },
		func(s *jenkinstest.Server) { s.Halve(30) },
		func(s *jenkinstest.Server) { s.Truncate(20, "GET /job/") },
	} {
		harm(w.jenkins)
		w.looks(30, time.Second)
		w.jenkins.Heal()
		w.wantCounts(fmt.Sprint("after harm ", i), map[string]int{"pipe running": 10, "free running": 10, "asks paused": 10, "homeless queued": 10})
	}
	w.house()
	w.answerAll()
	w.looks(200, 5*time.Second)
	w.wantTruth()
}

// Builds of jobs that we may not read any more are null in /computer and 404 by themselves: while that passes nothing is
// decided, and when it stays a person is told why.
func TestFiftyBuildsOfWhichWeSeeNothingForAWhile(t *testing.T) {
	t.Parallel()
	rights := func(w *world, to ...jenkinstest.Permission) {
		w.jenkins.SetUser("admin", func(u *jenkinstest.User) { u.Admin, u.Permissions = false, to })
	}
	w := newSquad(t)
	rights(w)
	w.looks(60, time.Second)
	w.jenkins.SetUser("admin", func(u *jenkinstest.User) { u.Admin = true })
	w.looks(20, time.Second)
	w.wantCounts("after a minute", map[string]int{"pipe running": 10, "free running": 10, "asks paused": 10, "homeless queued": 10})
	rights(w)
	w.looks(60, 5*time.Second)
	for i := range squadSize {
		d := w.release(squadNumber(i)).Deployments[0]
		if d.State != model.StateLost || !strings.Contains(d.Message, "已被删除或改名，或账号不再有查看它的权限") {
			t.Errorf("%s is %s: %s", squadJob(i), d.State, d.Message)
		}
	}
}

// Jenkins goes on with a build whose folder was renamed, and so do we.
func TestFiftyBuildsWhoseFolderIsRenamed(t *testing.T) {
	w := newSquad(t)
	if !w.jenkins.MoveJob(squadFolder, "deploy/renamed") {
		t.Fatal("not renamed")
	}
	w.looks(20, time.Second)
	w.wantCounts("after", map[string]int{"pipe running": 10, "free running": 10, "asks paused": 10})
	d := w.release(squadNumber(0)).Deployments[0]
	if d.MovedTo != "deploy/renamed/"+squadApp(0) || !strings.Contains(d.BuildURL, "/job/renamed/job/") || d.FullName != squadJob(0) {
		t.Errorf("%+v", d)
	}
	for i := range squadSize {
		if squadKind(i) == "asks" {
			w.byHand("li", "/job/deploy/job/renamed/job/"+squadApp(i)+"/1/input/Confirm/proceedEmpty", "")
		}
	}
	w.looks(200, 5*time.Second)
	for what, n := range map[string]int{"pipe succeeded": 5, "pipe failed": 5, "free succeeded": 10, "asks succeeded": 10, "soon succeeded": 5, "soon unstable": 5, "homeless lost": 10} {
		if got := w.counts()[what]; got != n {
			t.Errorf("%d are %s, want %d", got, what, n)
		}
	}
}
