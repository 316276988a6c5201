package storetest

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
)

func listing() map[string]func(*testing.T, *fixture) {
	return map[string]func(*testing.T, *fixture){
		"listing/every field comes back": listingEveryField,
		"listing/only when newer":        listingNewer,
		"listing/replaced":               listingReplaced,
		"listing/10,000 jobs":            listingMany,
		"listing/seen again":             listingSeen,
		"listing/held back":              listingHeld,
	}
}

func (f *fixture) saveListing(t *testing.T, l model.Listing) {
	t.Helper()
	if err := f.SaveListing(f.ctx, l); err != nil {
		t.Fatal(err)
	}
}

func (f *fixture) wantListing(t *testing.T, want model.Listing) {
	t.Helper()
	got, err := f.LoadListing(f.ctx, want.Controller, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	wantSame(t, got, want)
}

func listingEveryField(t *testing.T, f *fixture) {
	l := *fill[model.Listing](1)
	l.At = l.Changed
	f.saveListing(t, l)
	f.wantListing(t, l)
	empty := model.Listing{Controller: "empty", At: f.clock.Now()}
	f.saveListing(t, empty)
	empty.Changed = empty.At
	f.wantListing(t, empty)
}

func listingNewer(t *testing.T, f *fixture) {
	_, err := f.LoadListing(f.ctx, "prod", time.Time{})
	wantCode(t, err, model.CodeNotFound)
	at := f.clock.Now()
	f.saveListing(t, model.Listing{Controller: "prod", At: at})
	_, err = f.LoadListing(f.ctx, "prod", at)
	wantCode(t, err, model.CodeNotFound)
	_, err = f.LoadListing(f.ctx, "test", time.Time{})
	wantCode(t, err, model.CodeNotFound)
	if _, err = f.LoadListing(f.ctx, "prod", at.Add(-time.Microsecond)); err != nil {
		t.Fatal(err)
	}
}

func listingReplaced(t *testing.T, f *fixture) {
	for seed := range int64(3) {
		l := *fill[model.Listing](seed)
		l.Controller, l.At = "prod", l.Changed
		f.saveListing(t, l)
		f.wantListing(t, l)
	}
}

func listingMany(t *testing.T, f *fixture) {
	l := model.Listing{Controller: "prod", Changed: f.clock.Now(), At: f.clock.Now()}
	job := *fill[model.Job](1)
	for i := range 10_000 {
		job.FullName = fmt.Sprintf("deploy/team-%d/应用-%d 🚀", i%40, i)
		l.Jobs = append(l.Jobs, job)
	}
	f.saveListing(t, l)
	got, err := f.LoadListing(f.ctx, "prod", time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "the same jobs", reflect.DeepEqual(got, l), true)
}

func (f *fixture) touchListing(t *testing.T, controller string, changed, at time.Time) {
	t.Helper()
	if err := f.TouchListing(f.ctx, controller, changed, at); err != nil {
		t.Fatal(err)
	}
}

func (f *fixture) wantTimes(t *testing.T, want model.ListingTimes) {
	t.Helper()
	got, err := f.ListingTimes(f.ctx, "prod")
	if err != nil {
		t.Fatal(err)
	}
	wantSame(t, got, want)
}

// listingSeen moves the time of a listing on without touching its jobs, and that of no other listing.
func listingSeen(t *testing.T, f *fixture) {
	f.wantTimes(t, model.ListingTimes{})
	first := f.clock.Now()
	second, third, fourth := first.Add(time.Minute), first.Add(2*time.Minute), first.Add(3*time.Minute)
	l := *fill[model.Listing](1)
	l.Controller, l.Changed, l.At = "prod", first, first
	f.saveListing(t, l)
	f.touchListing(t, "prod", first, second)
	f.wantTimes(t, model.ListingTimes{Changed: first, At: second})
	l.At = second
	f.wantListing(t, l)
	_, err := f.LoadListing(f.ctx, "prod", first)
	wantCode(t, err, model.CodeNotFound)
	l.Changed, l.At = third, third
	f.saveListing(t, l)
	f.wantTimes(t, model.ListingTimes{Changed: third, At: third})
	f.touchListing(t, "prod", first, fourth) // by somebody who does not know of the new one
	f.wantTimes(t, model.ListingTimes{Changed: third, At: third})
	f.wantListing(t, l)
}

// listingHeld keeps a listing beside the one in force.
func listingHeld(t *testing.T, f *fixture) {
	first := f.clock.Now()
	second, third := first.Add(time.Minute), first.Add(2*time.Minute)
	good, held := *fill[model.Listing](1), *fill[model.Listing](2)
	good.Controller, good.Changed, good.At = "prod", first, first
	held.Controller, held.Changed, held.At = model.HeldName("prod"), second, second
	f.saveListing(t, good)
	f.saveListing(t, held)
	f.wantTimes(t, model.ListingTimes{Changed: first, At: first, HeldSince: second, Held: second})
	f.touchListing(t, held.Controller, second, third)
	held.At = third
	f.wantListing(t, good)
	f.wantListing(t, held)
	f.saveListing(t, held) // with both times
	f.wantTimes(t, model.ListingTimes{Changed: first, At: first, HeldSince: second, Held: third})
	told := model.Message{Key: "held", Kind: model.NoticeCatalogue, Channel: model.ChannelRobot, Recipient: "ops", State: model.MessagePending}
	good.Changed, good.At, good.Jobs = third, third, held.Jobs
	for range 2 {
		change := model.ListingChange{Save: []model.Listing{good}, Drop: []string{held.Controller}, Tell: []model.Message{told}}
		if err := f.ChangeListings(f.ctx, change); err != nil {
			t.Fatal(err)
		}
		f.wantTimes(t, model.ListingTimes{Changed: third, At: third})
		f.wantListing(t, good)
	}
	if messages, err := f.ListMessages(f.ctx, model.MessageFilter{Limit: 10}); err != nil || len(messages) != 1 {
		t.Errorf("%d messages (%v)", len(messages), err)
	}
	if err := f.ChangeListings(f.ctx, model.ListingChange{}); err != nil {
		t.Fatal(err)
	}
	f.wantListing(t, good)
}
