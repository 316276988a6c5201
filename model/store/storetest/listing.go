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
	f.saveListing(t, l)
	f.wantListing(t, l)
	empty := model.Listing{Controller: "empty", At: f.clock.Now()}
	f.saveListing(t, empty)
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
		l.Controller = "prod"
		f.saveListing(t, l)
		f.wantListing(t, l)
	}
}

func listingMany(t *testing.T, f *fixture) {
	l := model.Listing{Controller: "prod", At: f.clock.Now()}
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
