package service

import (
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
)

func TestEveryRepeatedPostIsPrecededByALook(t *testing.T) {
	w := newWorld(t)
	w.jenkins.Fail(503, 2, trigger)
	got := w.submit()
	w.turns(1)
	before := w.jenkins.Ledger().ByPath
	w.turns(10)
	w.want(got.Number, model.ReleaseSucceeded, model.StateSucceeded)
	after := w.jenkins.Ledger().ByPath
	if builds, job := after["GET builds"]-before["GET builds"], after["GET job"]-before["GET job"]; builds != 2 || job != 2 {
		t.Errorf("%d looks at the job's builds and %d at the job for two repeated POSTs", builds, job)
	}
}

func TestBuildThatTurnsUpAfterAllIsAdoptedInsteadOfPostedAgain(t *testing.T) {
	w := newWorld(t)
	w.jenkins.Fail(503, 1, trigger)
	got := w.submit()
	w.turn()
	w.want(got.Number, model.ReleaseActive, model.StateWaiting)
	// A proxy said 503, and yet Jenkins had taken the request.
	w.byHand("admin", "/job/deploy/job/mall/job/mall-web/buildWithParameters?delay=0sec", "VERSION=v2.1.0&ENV=prod&RELEASE_ID="+got.Number)
	w.turns(5)
	w.want(got.Number, model.ReleaseSucceeded, model.StateSucceeded)
	if n := len(w.builds(webJob)); n != 1 {
		t.Errorf("%d builds, want 1", n)
	}
}

func TestLooksThatFailAreNoPosts(t *testing.T) {
	w := newWorld(t)
	w.jenkins.Fail(503, 1, trigger)
	got := w.submit()
	w.turn()
	w.jenkins.Fail(503, 40, "GET /queue/")
	for range 120 { // two minutes in which Jenkins does not answer
		w.clock.Advance(time.Second)
		w.submitDueNow()
	}
	r := w.want(got.Number, model.ReleaseActive, model.StateWaiting)
	if d := r.Deployments[0]; d.Attempts != 1 || d.Wait != model.WaitJenkins || d.Message == "" {
		t.Errorf("%d attempts, waits for %q: %q", d.Attempts, d.Wait, d.Message)
	}
	if n := w.jenkins.Ledger().ByPath["GET queue"]; n > 15 {
		t.Errorf("a Jenkins that does not answer was asked %d times in two minutes", n)
	}
}

// A database that was lost gives out its numbers again; Jenkins still has builds of the same numbers. Neither adopt one
// of them nor send again what may be there: a person looks.
func TestOldBuildWithTheSameNumberIsForAPersonToJudge(t *testing.T) {
	w := newWorld(t)
	w.byHand("admin", "/job/deploy/job/mall/job/mall-web/buildWithParameters?delay=0sec", "VERSION=v1&ENV=prod&RELEASE_ID=R-1001")
	w.clock.Advance(time.Hour)
	w.jenkins.CutBefore(1, trigger)
	got := w.submit()
	w.turns(130)
	r := w.want(got.Number, model.ReleaseFailed, model.StateFailed)
	if n := len(w.builds(webJob)); n != 1 || r.Deployments[0].Code != model.CodeJenkinsUnknown {
		t.Errorf("%d builds, code %s", n, r.Deployments[0].Code)
	}
}

// With an answer nothing is in doubt, whatever builds there were before.
func TestOldBuildWithTheSameNumberDoesNotMatterWhenJenkinsAnswers(t *testing.T) {
	w := newWorld(t)
	w.byHand("admin", "/job/deploy/job/mall/job/mall-web/buildWithParameters?delay=0sec", "VERSION=v1&ENV=prod&RELEASE_ID=R-1001")
	w.clock.Advance(time.Hour)
	got := w.submit()
	w.turns(4)
	if r := w.want(got.Number, model.ReleaseSucceeded, model.StateSucceeded); r.Deployments[0].Build != 2 {
		t.Errorf("ours is #%d", r.Deployments[0].Build)
	}
}

func TestLeasesAreGivenBackAtTheEnd(t *testing.T) {
	w := newWorld(t)
	for _, name := range []string{followLease(w.controller()), listLease(w.controller())} {
		if ours, err := w.store.Lease(t.Context(), name, w.owner, time.Hour); !ours || err != nil {
			t.Fatalf("%s: %v %v", name, ours, err)
		}
		if theirs, err := w.store.Lease(t.Context(), name, "another", time.Hour); theirs || err != nil {
			t.Fatalf("%s was taken while it was held: %v", name, err)
		}
	}
	w.giveBack(t.Context())
	for _, name := range []string{followLease(w.controller()), listLease(w.controller())} {
		if theirs, err := w.store.Lease(t.Context(), name, "another", time.Hour); !theirs || err != nil {
			t.Errorf("%s was not given back: %v", name, err)
		}
	}
}

func TestClocksThatDifferDoNotHideOurBuild(t *testing.T) {
	for _, ahead := range []time.Duration{-time.Hour, time.Hour} {
		t.Run(ahead.String(), func(t *testing.T) {
			w := newWorld(t)
			w.ahead = ahead
			if _, _, err := w.controller().Client.Overview(t.Context()); err != nil { // the clocks are compared
				t.Fatal(err)
			}
			w.jenkins.CutAfter(1, trigger)
			got := w.submit()
			w.turns(5)
			w.want(got.Number, model.ReleaseSucceeded, model.StateSucceeded)
			if n := len(w.builds(webJob)); n != 1 {
				t.Errorf("%d builds, want 1", n)
			}
		})
	}
}
