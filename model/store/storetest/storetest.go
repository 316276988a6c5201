// Package storetest is the one suite that every database of model/store has to pass.
package storetest

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/model/store"
)

// Opener opens a store on an empty database that is not migrated yet, and closes it after the test. now is its clock.
type Opener func(t testing.TB, now func() time.Time) *store.Store

// Run runs the whole suite, every test on a database of its own.
func Run(t *testing.T, open Opener) {
	groups := []map[string]func(*testing.T, *fixture){
		creating(), duplicating(), updating(), guarding(), claiming(), following(), leasing(), posting(), querying(), filtering(),
		listing(), texting(), lining(), pruning(), registering(), checking(), gathering(), counting(), standing(), logging(),
	}
	for _, group := range groups {
		for name, test := range group {
			t.Run(name, func(t *testing.T) { test(t, newFixture(t, open)) })
		}
	}
}

// fixture is what a test works with.
type fixture struct {
	*store.Store
	clock *Clock
	ctx   context.Context
}

func newFixture(t *testing.T, open Opener) *fixture {
	t.Helper()
	clock := NewClock()
	f := &fixture{Store: open(t, clock.Now), clock: clock, ctx: t.Context()}
	if _, _, err := f.Migrate(f.ctx); err != nil {
		t.Fatal(err)
	}
	return f
}

// Clock stands still until it is moved.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock makes a clock that shows some moment.
func NewClock() *Clock { return &Clock{now: time.Date(2026, 3, 2, 20, 0, 0, 123456000, time.UTC)} }

// Now is what the clock shows.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// waiting is a deployment that is due in a while.
func (f *fixture) waiting(job string, in time.Duration) *model.Deployment {
	at := f.clock.Now().Add(in)
	return &model.Deployment{
		JobRef: model.JobRef{Controller: "prod", FullName: job}, State: model.StateWaiting, NextAt: &at, Position: 1,
	}
}

// create stores a release of the deployments.
func (f *fixture) create(t *testing.T, deployments ...*model.Deployment) *model.Release {
	t.Helper()
	r := &model.Release{State: model.ReleaseActive, Deployments: deployments}
	if err := f.CreateRelease(f.ctx, r, nil, nothing); err != nil {
		t.Fatal(err)
	}
	return r
}

// load reads a release back.
func (f *fixture) load(t *testing.T, id int64) *model.Release {
	t.Helper()
	r, err := f.Release(f.ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// update changes a release.
func (f *fixture) update(t *testing.T, id int64, change func(*model.Release)) {
	t.Helper()
	err := f.UpdateRelease(f.ctx, id, func(r *model.Release) error { change(r); return nil })
	if err != nil {
		t.Fatal(err)
	}
}

func nothing(*model.Release) error { return nil }

func wantCode(t *testing.T, err error, want model.Code) {
	t.Helper()
	if got := model.CodeOf(err); got != want {
		t.Fatalf("got code %q (%v), want %q", got, err, want)
	}
}

func wantEqual[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Fatalf("%s: got %v, want %v", what, got, want)
	}
}

// together runs n calls at once and returns their errors.
func together(n int, call func(i int) error) []error {
	errs := make([]error, n)
	var started, done sync.WaitGroup
	started.Add(1)
	for i := range n {
		done.Go(func() {
			started.Wait()
			errs[i] = call(i)
		})
	}
	started.Done()
	done.Wait()
	return errs
}
