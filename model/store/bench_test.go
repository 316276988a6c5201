package store_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/model/store"
	"github.com/oabridge/oabridge/model/store/storetest"
)

const (
	few  = 1_000     // finished releases of a young installation
	many = 1_000_000 // and of a very old one
)

// stocked is a store with n finished releases and one deployment that is due.
func stocked(b *testing.B, open storetest.Opener, n int) *store.Store {
	b.Helper()
	clock := storetest.NewClock()
	s := open(b, clock.Now)
	if _, _, err := s.Migrate(b.Context()); err != nil {
		b.Fatal(err)
	}
	if err := s.Seed(b.Context(), n); err != nil {
		b.Fatal(err)
	}
	if err := s.CreateRelease(b.Context(), due(clock.Now()), nil, compose); err != nil {
		b.Fatal(err)
	}
	return s
}

// BenchmarkSize runs the daily work by turns with few and with many finished releases and reports how much longer it
// takes with many.
func BenchmarkSize(b *testing.B) {
	for name, open := range openers() {
		b.Run(name, func(b *testing.B) {
			stores := []*store.Store{stocked(b, open, few), stocked(b, open, many)}
			for name, work := range map[string]func(context.Context, *store.Store) error{
				"claim": claimOne, "idle": claimNothing, "page": newestPage, "transition": transition,
			} {
				b.Run(name, func(b *testing.B) { compare(b, stores, work) })
			}
		})
	}
}

func compare(b *testing.B, stores []*store.Store, work func(context.Context, *store.Store) error) {
	var took [2]time.Duration
	for b.Loop() {
		for i, s := range stores {
			begin := time.Now()
			if err := work(b.Context(), s); err != nil {
				b.Fatal(err)
			}
			took[i] += time.Since(begin)
		}
	}
	b.ReportMetric(float64(took[0].Microseconds())/float64(b.N), "µs/1k")
	b.ReportMetric(float64(took[1].Microseconds())/float64(b.N), "µs/1M")
	b.ReportMetric(float64(took[1])/float64(took[0]), "1M/1k")
}

// claimOne claims the one deployment that is due; the lease ends at once.
func claimOne(ctx context.Context, s *store.Store) error {
	claimed, err := s.ClaimDeployments(ctx, "prod", "me", 0, 10)
	if err == nil && len(claimed) != 1 {
		err = fmt.Errorf("%d claimed", len(claimed))
	}
	return err
}

// claimNothing looks for work where there is none.
func claimNothing(ctx context.Context, s *store.Store) error {
	_, err := s.ClaimDeployments(ctx, "test", "me", time.Hour, 10)
	return err
}

// newestPage is the page that the console opens with.
func newestPage(ctx context.Context, s *store.Store) error {
	_, err := s.ListReleases(ctx, model.ReleaseFilter{Limit: 50})
	return err
}

// pages are the first pages of every kind of filter: of what nearly all releases have, of what none has, and of several at once.
func pages() map[string]model.ReleaseFilter {
	in := func(minutes int) time.Time {
		return storetest.NewClock().Now().Add(time.Duration(minutes) * time.Minute)
	}
	failed := []model.ReleaseState{model.ReleaseFailed, model.ReleasePartial}
	return map[string]model.ReleaseFilter{
		"project": {Project: "商城"}, "initiator": {Person: "张三"}, "approver": {Person: "manager02"}, "nobody": {Person: "nobody"},
		"app": {DeploymentFilter: model.DeploymentFilter{App: "prod:deploy/shop/web"}}, "rollback": {RollbackOf: 7},
		"deployment": {DeploymentFilter: model.DeploymentFilter{Deployment: model.StateSucceeded}},
		"result":     {DeploymentFilter: model.DeploymentFilter{Result: "SUCCESS"}}, "states": {States: failed},
		"time": {From: in(100), To: in(500)}, "time+person": {From: in(100), To: in(500), Person: "张三"},
		"person+project+state": {Person: "张三", Project: "商城", States: []model.ReleaseState{model.ReleaseSucceeded}},
		"app+never":            {DeploymentFilter: model.DeploymentFilter{App: "商城前端", Result: "FAILURE"}},
	}
}

// BenchmarkFilters reads a page of 50 by each filter.
func BenchmarkFilters(b *testing.B) {
	for name, open := range openers() {
		b.Run(name, func(b *testing.B) {
			stores := []*store.Store{stocked(b, open, few), stocked(b, open, many)}
			for name, f := range pages() {
				f.Limit = 50
				b.Run(name, func(b *testing.B) {
					compare(b, stores, func(ctx context.Context, s *store.Store) error { _, err := s.ListReleases(ctx, f); return err })
				})
			}
		})
	}
}

// BenchmarkIndex gives their terms to 100,000 releases of an older version.
func BenchmarkIndex(b *testing.B) {
	for name, open := range openers() {
		b.Run(name, func(b *testing.B) {
			s := stocked(b, open, many/10)
			for b.Loop() {
				for _, statement := range []string{"DELETE FROM release_terms", "DELETE FROM installation WHERE name = 'indexed'"} {
					if err := s.Exec(b.Context(), statement); err != nil {
						b.Fatal(err)
					}
				}
				if _, _, err := s.Migrate(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// transition is one step of a deployment, with its line of history.
func transition(ctx context.Context, s *store.Store) error {
	page, err := s.ListReleases(ctx, model.ReleaseFilter{Limit: 1})
	if err != nil {
		return err
	}
	return s.UpdateRelease(ctx, page[0].ID, func(r *model.Release) error {
		r.Deployments[0].Attempts++
		r.Record(model.Event{Kind: "bench"})
		return nil
	})
}

// BenchmarkReady opens a database of 1,000,000 releases, up to the first answers.
func BenchmarkReady(b *testing.B) {
	path := filepath.Join(b.TempDir(), "oabridge.db")
	reopen := func(b testing.TB, now func() time.Time) *store.Store {
		return open(b, store.Options{Driver: store.DriverSQLite, DSN: path, Now: now})
	}
	if err := stocked(b, reopen, many).Close(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		s := reopen(b, time.Now)
		if _, _, err := s.Migrate(b.Context()); err != nil {
			b.Fatal(err)
		}
		if _, err := s.CountDeployments(b.Context()); err != nil {
			b.Fatal(err)
		}
		if _, err := s.ListReleases(b.Context(), model.ReleaseFilter{Limit: 50}); err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/ready")
}
