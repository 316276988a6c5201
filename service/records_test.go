package service

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
)

// TestQueueTimeIsWhatJenkinsSaw compares what is recorded with Jenkins' own book, whichever way the deployment was found there.
func TestQueueTimeIsWhatJenkinsSaw(t *testing.T) {
	for name, begin := range map[string]func(w *world){
		"its answer came":         func(*world) {},
		"found in the queue":      func(w *world) { w.jenkins.CutAfter(1, trigger) },
		"Jenkins' clock is ahead": func(w *world) { w.ahead = 5 * time.Minute },
		"found running": func(w *world) {
			w.jenkins.CutAfter(1, trigger)
			w.jenkins.SetExecutors(2)
		},
		"found running, its clock behind": func(w *world) {
			w.ahead = -3 * time.Minute
			w.jenkins.CutAfter(1, trigger)
			w.jenkins.SetExecutors(2)
		},
		"killed after the POST": func(w *world) { w.jenkins.CutAfter(1, trigger); w.reborn() },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.jenkins.SetExecutors(0)
			begin(w)
			got := w.submit()
			w.turns(20)
			w.jenkins.SetExecutors(2)
			w.turns(40)
			d := w.want(got.Number, model.ReleaseSucceeded, model.StateSucceeded).Deployments[0]
			seen := w.builds(webJob)[0]
			if d.QueuedAt == nil {
				t.Fatal("nobody knows when it was queued")
			}
			queued, known := d.QueueTime()
			off := (queued - seen.Started.Sub(seen.Queued)).Abs()
			if !known || off > 1500*time.Millisecond || d.QueuedAt.Sub(seen.Queued).Abs() > 1500*time.Millisecond {
				t.Errorf("queued at %s for %s (%t), Jenkins says at %s for %s", d.QueuedAt, queued, known, seen.Queued, seen.Started.Sub(seen.Queued))
			}
		})
	}
}

func TestQueueTimeIsForgottenWithTheBuild(t *testing.T) {
	w := newWorld(t)
	w.jenkins.SetExecutors(0)
	got := w.submit()
	w.turns(3)
	d := w.want(got.Number, model.ReleaseActive, model.StateQueued).Deployments[0]
	if _, known := d.QueueTime(); d.QueuedAt == nil || known {
		t.Errorf("queued at %v, known %t: it is still there", d.QueuedAt, known)
	}
	d.Forget()
	if d.QueuedAt != nil || d.Details != nil {
		t.Error("another build would have it")
	}
}

func TestCancelledInTheQueueHasItsQueueTime(t *testing.T) {
	w := newWorld(t)
	w.jenkins.SetExecutors(0)
	got := w.submit()
	w.turns(30)
	if _, err := w.Cancel(t.Context(), 1001, 0, "ops", "停"); err != nil {
		t.Fatal(err)
	}
	w.turns(2)
	d := w.want(got.Number, model.ReleaseCancelled, model.StateCancelled).Deployments[0]
	if queued, known := d.QueueTime(); !known || queued < 28*time.Second || queued > 34*time.Second {
		t.Errorf("%s, known %t", queued, known)
	}
}

func TestTestsAndChangesOfABuildAreKept(t *testing.T) {
	w := newWorld(t)
	w.jenkins.SetJob(webJob, func(j *jenkinstest.Job) {
		j.Tests = [3]int{120, 3, 2}
		j.Commits = []jenkinstest.Commit{{ID: "4f1c", Author: "张三\u202e", Message: "修复\x1b[31m结算\x00"}, {ID: "9ab", Author: "li", Message: "=1+1"}}
	})
	got := w.submit()
	w.turns(10)
	d := w.want(got.Number, model.ReleaseSucceeded, model.StateSucceeded).Deployments[0]
	want := &model.BuildDetails{
		Tests:   &model.TestCounts{Total: 120, Failed: 3, Skipped: 2},
		Changes: []model.Change{{ID: "4f1c", Author: "张三", Message: "修复 [31m结算"}, {ID: "9ab", Author: "li", Message: "=1+1"}},
	}
	if diff := cmp.Diff(want, d.Details); diff != "" {
		t.Error(diff)
	}
}
