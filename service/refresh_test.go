package service

import (
	"log/slog"
	"testing"
	"time"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
)

// offers tells whether an app of the mall is in the catalogue.
func (w *world) offers(app string) bool {
	w.t.Helper()
	c, err := w.catalogue()
	if err != nil {
		w.t.Fatal(err)
	}
	a, _ := c.AppByKey("prod:deploy/mall/" + app)
	return a != nil
}

func (w *world) addApp(name string) {
	w.jenkins.AddJob(jenkinstest.Job{FullName: "deploy/mall/" + name, DisplayName: name})
}

// replica is another process on the same database and Jenkins.
func (w *world) replica() *world {
	other := *w
	other.Service = New(w.options)
	return &other
}

func TestRefreshOffersWhatIsNew(t *testing.T) {
	w := newWorld(t)
	w.addApp("new")
	w.jenkins.RemoveJob(webJob)
	before, err := w.catalogue()
	if err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(30 * time.Second)
	if err := w.RefreshOnce(t.Context(), "prod"); err != nil {
		t.Fatal(err)
	}
	if !w.offers("new") || w.offers("mall-web") {
		t.Error("the catalogue is the old one")
	}
	if app, _ := before.AppByKey("prod:" + webJob); app == nil {
		t.Error("a catalogue in use was changed")
	}
	if at := w.Listed()["prod"]; !at.Equal(w.clock.Now()) {
		t.Errorf("listed at %s", at)
	}
}

func TestAnotherReplicasListingIsTakenFromTheDatabase(t *testing.T) {
	w := newWorld(t)
	other := w.replica()
	if other.Listed() != nil {
		t.Fatal("a new process has listed already")
	}
	requests := w.jenkins.Ledger().Requests
	if err := other.RefreshOnce(t.Context(), "prod"); err != nil {
		t.Fatal(err)
	}
	if !other.offers("mall-web") || w.jenkins.Ledger().Requests != requests {
		t.Errorf("offered %v, %d requests of its own", other.offers("mall-web"), w.jenkins.Ledger().Requests-requests)
	}
	w.addApp("new")
	w.clock.Advance(30 * time.Second)
	for _, process := range []*world{w, other} {
		if err := process.RefreshOnce(t.Context(), "prod"); err != nil {
			t.Fatal(err)
		}
		if !process.offers("new") {
			t.Error("a replica does not see what the other listed")
		}
	}
}

func TestDeadReplicasLeaseRunsOut(t *testing.T) {
	w := newWorld(t)
	w.addApp("new")
	if _, err := w.store.Lease(t.Context(), listLease(w.controller()), "dead", listTimeout+w.pace.Lease); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(listTimeout)
	if pause := w.refreshDue(); pause != lookAgain || w.offers("new") {
		t.Errorf("did not wait for who lists: %s", pause)
	}
	w.clock.Advance(w.pace.Lease)
	if w.refreshDue(); !w.offers("new") {
		t.Error("not listed when the lease was over")
	}
}

func TestFailingJenkinsKeepsTheCatalogue(t *testing.T) {
	for name, fail := range map[string]func(*jenkinstest.Server){
		"down":        func(j *jenkinstest.Server) { j.Down(true) },
		"error":       func(j *jenkinstest.Server) { j.Fail(500, 1, "GET /api/json") },
		"login":       func(j *jenkinstest.Server) { j.Fail(401, 1, "GET /api/json") },
		"cut before":  func(j *jenkinstest.Server) { j.CutBefore(4, "GET /api/json") },
		"cut halfway": func(j *jenkinstest.Server) { j.CutAfter(4, "GET /api/json") },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			at := w.Listed()["prod"]
			w.clock.Advance(time.Minute)
			fail(w.jenkins)
			if err := w.RefreshOnce(t.Context(), "prod"); err == nil {
				t.Fatal("it did not fail")
			}
			if !w.offers("mall-web") || !w.Listed()["prod"].Equal(at) {
				t.Error("the catalogue is gone or claims to be fresh")
			}
			w.jenkins.Down(false)
			for range 4 { // a cut connection is tried again by the client, so that fewer looks than cuts fail
				if err := w.RefreshOnce(t.Context(), "prod"); err == nil {
					break
				}
			}
			if w.Listed()["prod"].Equal(at) {
				t.Error("not refreshed afterwards")
			}
		})
	}
}

func TestOneFailingControllerHidesNoOther(t *testing.T) {
	w := newWorld(t, func(o *Options) {
		south := o.Controllers[0]
		south.Name = "south"
		o.Controllers = append(o.Controllers, south)
	})
	if c, err := w.catalogue(); err != nil || len(c.Projects) != 4 {
		t.Fatalf("%d projects, %v", len(c.Projects), err)
	}
	if err := w.RefreshOnce(t.Context(), "south"); err != nil {
		t.Fatal(err)
	}
	if c, err := w.catalogue(); err != nil || len(c.Projects) != 8 {
		t.Errorf("%d projects, %v", len(c.Projects), err)
	}
	w.jenkins.Down(true)
	if err := w.RefreshOnce(t.Context(), "prod"); err == nil || !w.offers("mall-web") {
		t.Errorf("%v", err)
	}
}

func TestNoSuchController(t *testing.T) {
	codeIs(t, newWorld(t).RefreshOnce(t.Context(), "mars"), model.CodeNotFound)
}

func TestWarmWithoutAnythingSaved(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Logger = slog.New(slog.DiscardHandler) })
	w.options.Controllers[0].Name = "never-listed"
	fresh := New(w.options)
	if err := fresh.Warm(t.Context()); err != nil || fresh.Listed() != nil {
		t.Errorf("%v, %v", fresh.Listed(), err)
	}
}
