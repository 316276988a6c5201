package service

import (
	"context"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
)

// refreshDue does what the loop would do now, and returns how long it would wait then.
func (w *world) refreshDue() time.Duration {
	w.t.Helper()
	pause, err := w.refreshTurn(w.t.Context(), w.controller())
	if err != nil {
		w.t.Fatal(err)
	}
	return pause
}

// listedTimes is how often Jenkins was asked for all of its jobs.
func (w *world) listedTimes() int { return w.jenkins.Ledger().ByPath["GET api"] }

// pauses lets the loops of processes run for a time, and returns the pauses before each listing of Jenkins.
func (w *world) pauses(d time.Duration, processes ...*world) []time.Duration {
	w.t.Helper()
	if len(processes) == 0 {
		processes = []*world{w}
	}
	next := make([]time.Time, len(processes))
	var pauses []time.Duration
	last, end := w.clock.Now(), w.clock.Now().Add(d)
	for now := last; !now.After(end); now = w.clock.Now() {
		for i, p := range processes {
			if next[i].After(now) {
				continue
			}
			before := w.listedTimes()
			next[i] = now.Add(p.refreshDue())
			for range w.listedTimes() - before {
				pauses, last = append(pauses, now.Sub(last)), now
			}
		}
		w.clock.Advance(slices.MinFunc(next, time.Time.Compare).Sub(now))
	}
	return pauses
}

func seconds(list ...float64) []time.Duration {
	durations := make([]time.Duration, len(list))
	for i, s := range list {
		durations[i] = time.Duration(s * float64(time.Second))
	}
	return durations
}

// tally counts what is written of listings.
type tally struct {
	Listings
	saved, touched int
}

func (c *tally) SaveListing(ctx context.Context, l model.Listing) error {
	c.saved++
	return c.Listings.SaveListing(ctx, l)
}

func (c *tally) TouchListing(ctx context.Context, controller string, changed, at time.Time) error {
	c.touched++
	return c.Listings.TouchListing(ctx, controller, changed, at)
}

// tallied counts what the world's process writes of listings.
func tallied(c *tally) func(*Options) {
	return func(o *Options) { c.Listings = o.Store; o.Shared.Listings = c }
}

func TestPausesGrowWhileNothingChanges(t *testing.T) {
	var c tally
	w := newWorld(t, tallied(&c))
	before := w.offered.Load()
	want := seconds(30, 45, 67.5, 101.25, 151.875, 227.8125, 300, 300, 300)
	if got := w.pauses(1600 * time.Second); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if c.saved != 1 || c.touched != len(want) || w.offered.Load() != before {
		t.Errorf("saved %d times, touched %d times, another catalogue: %v", c.saved, c.touched, w.offered.Load() != before)
	}
	if at := w.Listed()["prod"]; w.clock.Now().Sub(at) > 300*time.Second {
		t.Errorf("listed at %s, it is %s", at, w.clock.Now())
	}
}

func TestPausesAreShortAgainAfterAChange(t *testing.T) {
	w := newWorld(t)
	w.pauses(time.Hour)
	for i, change := range []func(){
		func() { w.addApp("new") },
		func() { w.jenkins.RemoveJob("deploy/mall/new") },
		func() { w.jenkins.SetJob(webJob, func(j *jenkinstest.Job) { j.Description += "." }) },
	} {
		change()
		w.clock.Advance(300 * time.Second)
		before := w.offered.Load()
		w.refreshDue()
		if got := w.pauses(80 * time.Second); !slices.Equal(got, seconds(30, 45)) || w.offered.Load() == before {
			t.Errorf("change %d: %v", i, got)
		}
	}
}

// A process that comes knows by the saved times how long nothing has changed.
func TestPausesAreKeptOverARestart(t *testing.T) {
	w := newWorld(t)
	w.pauses(120 * time.Second)
	w.reborn()
	if got := w.pauses(360 * time.Second); !slices.Equal(got, seconds(7.5, 101.25, 151.875)) {
		t.Errorf("%v", got)
	}
}

func TestPausesAreShortenedAndStretched(t *testing.T) {
	random := 0.0
	w := newWorld(t, func(o *Options) {
		o.Random = func() float64 { random = math.Mod(random+0.75, 1); return random }
		o.Controllers[0].RefreshMax = 30 * time.Second
	})
	if got := w.pauses(100 * time.Second); !slices.Equal(got, seconds(31.5, 30, 28.5)) { // by 0.75, 0.5 and 0.25
		t.Errorf("%v", got)
	}
}

// Replicas without Redis agree by the database alone.
func TestReplicasCostJenkinsTheRequestsOfOne(t *testing.T) {
	random := 0.0
	w := newWorld(t, func(o *Options) {
		o.Random = func() float64 { random = math.Mod(random+0.3, 1); return random }
	})
	all := []*world{w, w.replica(), w.replica()}
	alone := newWorld(t).pauses(time.Hour)
	got := w.pauses(time.Hour, all...)
	if len(got) > len(alone)+2 { // the first of three to come is a little early each time
		t.Errorf("%d listings by three, %d by one: %v", len(got), len(alone), got)
	}
	w.addApp("new")
	w.pauses(6*time.Minute, all...)
	for i, p := range all {
		if !p.offers("new") || !p.Listed()["prod"].Equal(w.Listed()["prod"]) {
			t.Errorf("replica %d: %v, listed at %s", i, p.offers("new"), p.Listed()["prod"])
		}
	}
}

// What one replica lists the others take within half a minute, though their own turn comes later.
func TestReplicasTakeWhatAnotherListed(t *testing.T) {
	w := newWorld(t)
	other := w.replica()
	w.pauses(time.Hour, w, other)
	w.refreshDue()
	other.refreshDue()
	w.addApp("new")
	if err := w.RefreshOnce(t.Context(), "prod"); err != nil {
		t.Fatal(err)
	}
	before := w.listedTimes()
	w.clock.Advance(lookEvery - time.Second)
	if other.refreshDue(); !other.offers("new") || w.listedTimes() != before {
		t.Errorf("offered %v, %d listings", other.offers("new"), w.listedTimes()-before)
	}
}

func TestJenkinsThatFailsIsAskedAgainSoon(t *testing.T) {
	w := newWorld(t)
	w.pauses(time.Hour)
	w.jenkins.Fail(500, 2, "GET /api/json")
	w.clock.Advance(300 * time.Second)
	for range 2 {
		if pause, err := w.refreshTurn(t.Context(), w.controller()); err == nil || pause != retryPause {
			t.Fatalf("%s, %v", pause, err)
		}
		w.clock.Advance(retryPause)
	}
	if w.refreshDue(); !w.Listed()["prod"].Equal(w.clock.Now()) {
		t.Errorf("listed at %s", w.Listed()["prod"])
	}
}

// A Jenkins that is back is listed at once.
func TestJenkinsThatIsBackIsListed(t *testing.T) {
	w := newWorld(t)
	w.jenkins.Down(true)
	w.clock.Advance(time.Hour)
	for range tripAfter {
		_, _ = w.refreshTurn(t.Context(), w.controller()) // fails
		w.clock.Advance(retryPause)
	}
	if w.controller().line.away() == nil {
		t.Fatal("Jenkins does not count as away")
	}
	_, _ = w.refreshTurn(t.Context(), w.controller()) // fails
	w.jenkins.Down(false)
	if !w.probe(t.Context(), w.controller()) {
		t.Fatal("Jenkins is not back")
	}
	if w.refreshDue(); !w.Listed()["prod"].Equal(w.clock.Now()) {
		t.Errorf("listed at %s, it is %s", w.Listed()["prod"], w.clock.Now())
	}
}

// A clock that was wrong once does not keep a controller from being listed ever after.
func TestListingOfTheFuture(t *testing.T) {
	w := newWorld(t)
	w.clock.Advance(1000 * time.Hour)
	w.refreshDue()
	w.clock.Advance(-1000 * time.Hour)
	w.reborn()
	w.addApp("new")
	if w.refreshDue(); !w.offers("new") {
		t.Error("not listed")
	}
	other := w.replica()
	if other.refreshDue(); !other.offers("new") || !other.Listed()["prod"].Equal(w.clock.Now()) {
		t.Errorf("another replica: listed at %s", other.Listed()["prod"])
	}
}

// What could not be saved is offered, and saved later.
func TestListingThatCouldNotBeSaved(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Shared.Listings = &unsavable{Listings: o.Store} })
	shelf, _ := w.saved.(*unsavable)
	shelf.err = model.Errorf(model.CodeDatabaseUnavailable, "数据库暂时无法访问")
	w.addApp("new")
	w.clock.Advance(time.Minute)
	if _, err := w.refreshTurn(t.Context(), w.controller()); model.CodeOf(err) != model.CodeDatabaseUnavailable || !w.offers("new") {
		t.Fatalf("%v, offered %v", err, w.offers("new"))
	}
	shelf.err = nil
	w.clock.Advance(retryPause)
	w.refreshDue()
	if w.reborn(); !w.offers("new") {
		t.Error("not saved")
	}
}

// unsavable are listings that cannot be saved.
type unsavable struct {
	Listings
	err error
}

func (f *unsavable) SaveListing(ctx context.Context, l model.Listing) error {
	if f.err != nil {
		return f.err
	}
	return f.Listings.SaveListing(ctx, l)
}
