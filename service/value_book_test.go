package service

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
)

func TestOnlyBuildsOfTheJobAreRuns(t *testing.T) {
	w := withGit(t)
	for value, good := range map[string]bool{
		webJob + "#1": true, webJob + "#0": false, webJob + "#": false, webJob: false, "other#1": false, webJob + "#1x": false, "#1": false,
	} {
		f, problems := w.form.Read(fields("项目名称", "商城", "应用名称", "Git 应用", "RUN", value))
		_, found, err := w.checkForm(t.Context(), f, problems, approved)
		if err != nil || (found.Message() == "") != good {
			t.Errorf("%q: %q %v", value, found.Message(), err)
		}
	}
}

// TestReadersEndWithTheService: nothing is read any more once Run's context ended, and Run waits for what was under way.
func TestReadersEndWithTheService(t *testing.T) {
	w := withGit(t)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { w.readingValues(ctx); close(ended) }()
	w.choices("REVISION")
	for len(w.choices("REVISION")) != 3 {
		time.Sleep(time.Millisecond)
	}
	w.jenkins.Slow(time.Hour)
	w.clock.Advance(time.Hour)
	w.choices("REVISION")
	cancel()
	<-ended
	w.jenkins.Slow(0)
}

// job is the reading of a git job.
func job(i int) reading {
	return reading{kind: readGit, JobRef: model.JobRef{Controller: "prod", FullName: fmt.Sprintf("job-%d", i)}}
}

func TestTheBookForgetsWhatNobodyAsksFor(t *testing.T) {
	c := &clock{at: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}
	b := newValueBook(c.Now)
	b.lanes["prod"] = newLane()
	fill := func(r reading, values int) {
		t.Helper()
		c.Advance(time.Second)
		if b.look(r); !b.begin(r) {
			t.Fatal("nothing to read")
		}
		<-b.lanes["prod"].urgent
		all := make([]string, values)
		for i := range all {
			all[i] = fmt.Sprint(i)
		}
		b.write(r, page{lists: map[string]valueList{"R": plainList(all)}}, false)
	}
	for i := range mostPages + 10 {
		fill(job(i), 1)
	}
	if len(b.pages) != mostPages || b.pages[job(9)] != nil || b.pages[job(10)] == nil || b.kept != mostPages {
		t.Errorf("%d pages with %d values", len(b.pages), b.kept)
	}
	for i := range 40 {
		fill(job(i), mostValues)
	}
	if b.kept > mostKept || b.pages[job(39)] == nil || b.pages[job(0)] != nil {
		t.Errorf("%d values kept", b.kept)
	}
	b.look(job(7777))
	c.Advance(time.Hour)
	for range len(b.pages) {
		b.forget()
	}
	if b.forget() || len(b.pages) != 1 {
		t.Errorf("%d pages left: one is to be read", len(b.pages))
	}
}

func TestALineHasAnEnd(t *testing.T) {
	b := newValueBook(time.Now)
	b.lanes["prod"] = newLane()
	for i := range laneLength + 5 {
		b.look(job(i))
		b.expect(job(1000 + i))
	}
	if b.begin(job(laneLength)) || b.begin(job(1000+laneLength)) {
		t.Error("what stands in no line is read")
	}
	b.look(job(1000)) // somebody waits for it now, but the line is full
	for range laneLength {
		<-b.lanes["prod"].urgent
	}
	b.look(job(1000))
	b.look(job(laneLength))
	for _, want := range []reading{job(1000), job(laneLength), job(1000)} {
		if got, _ := b.lanes["prod"].next(t.Context()); got != want {
			t.Errorf("%s comes before %s", got.FullName, want.FullName)
		}
	}
	if !b.begin(job(1000)) || b.begin(job(1000)) {
		t.Error("what stands in both lines is read once")
	}
}

func TestValuesThatSeveralAppsTake(t *testing.T) {
	w := withGit(t)
	w.jenkins.AddJob(jenkinstest.Job{FullName: "deploy/mall/git-2", DisplayName: "第二个", Kind: jenkinstest.Pipeline, Parameters: []jenkinstest.Parameter{
		{Name: "REVISION", Kind: jenkinstest.GitParameter, Choices: []string{"v1.0.0", "v3"}}}})
	if err := w.RefreshOnce(t.Context(), "prod"); err != nil {
		t.Fatal(err)
	}
	wantIDs(t, w.choices("REVISION", "Git 应用", "第二个"), noticeID)
	w.readAll()
	wantIDs(t, w.choices("REVISION", "Git 应用", "第二个"), "v1.0.0")
}
