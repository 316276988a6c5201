package store_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/model/store"
	"github.com/oabridge/oabridge/model/store/storetest"
	"github.com/oabridge/oabridge/model/store/storetest/servers"
)

var byApp = model.ReleaseFilter{DeploymentFilter: model.DeploymentFilter{App: "prod:deploy/shop/web"}, Limit: 9}

func wantListed(t *testing.T, s *store.Store, f model.ReleaseFilter, want ...int64) {
	t.Helper()
	releases, err := s.ListReleases(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	var got []int64
	for _, r := range releases {
		got = append(got, r.ID)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%+v: %s", f, diff)
	}
}

func runs(t *testing.T, s *store.Store, statement string) {
	t.Helper()
	if err := s.Exec(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

// TestWhatOlderProgramsStoredIsFound lists what a program stored that knows no terms: before this one started, and while it goes
// on beside it.
func TestWhatOlderProgramsStoredIsFound(t *testing.T) {
	onEach(t, func(t *testing.T, s *store.Store) {
		create(t, s, 0, 5)
		all := []int64{1005, 1004, 1003, 1002, 1001}
		forget := func() {
			t.Helper()
			runs(t, s, "DELETE FROM release_terms")
			wantListed(t, s, byApp)
		}
		wantListed(t, s, byApp, all...)
		forget()
		wantVersions(t, s, newest, newest)
		wantListed(t, s, byApp, all...)
		forget()
		err := s.UpdateRelease(t.Context(), 1003, func(r *model.Release) error { r.Initiator.Name = "王五"; return nil })
		if err != nil {
			t.Fatal(err)
		}
		wantListed(t, s, byApp, 1003) // a change gives it all that it lacks
		if _, err := s.Prune(t.Context(), time.Unix(0, 0)); err != nil {
			t.Fatal(err)
		}
		wantListed(t, s, byApp, all...)
	})
}

// TestIndexingGoesOn takes up an index where it was left.
func TestIndexingGoesOn(t *testing.T) {
	onEach(t, func(t *testing.T, s *store.Store) {
		if err := s.Seed(t.Context(), 1700); err != nil {
			t.Fatal(err)
		}
		runs(t, s, "DELETE FROM release_terms")
		runs(t, s, "DELETE FROM installation WHERE name = 'indexed'")
		wantVersions(t, s, newest, newest)
		wantValue(t, s, "SELECT COUNT(DISTINCT release_id) FROM release_terms", "1700")
		wantValue(t, s, "SELECT MAX(id) - (SELECT value FROM installation WHERE name = 'indexed') FROM releases", "0")
		runs(t, s, "DELETE FROM release_terms")
		wantVersions(t, s, newest, newest)
		wantValue(t, s, "SELECT MAX(r.id) - MIN(t.release_id) < 1000 FROM releases r, release_terms t", "1") // it looks back a little, not at all
	})
}

func TestPrunedReleasesLeaveNoTerms(t *testing.T) {
	onEach(t, func(t *testing.T, s *store.Store) {
		if err := s.Seed(t.Context(), 3); err != nil {
			t.Fatal(err)
		}
		if pruned, err := s.Prune(t.Context(), s.Now().Add(time.Hour)); err != nil || pruned.Releases != 3 {
			t.Fatal(pruned, err)
		}
		wantValue(t, s, "SELECT COUNT(*) FROM release_terms", "0")
	})
}

// TestTheIndexGrowsInSteps looks for releases of an older program while they are indexed: what may be missing is refused, not left
// out.
func TestTheIndexGrowsInSteps(t *testing.T) {
	for driver, dsn := range map[string]string{
		store.DriverSQLite: filepath.Join(t.TempDir(), "oabridge.db"), store.DriverMySQL: servers.MariaDB(t),
	} {
		clock := storetest.NewClock()
		again := func() *store.Store { return open(t, store.Options{Driver: driver, DSN: dsn, Now: clock.Now}) }
		s := again()
		wantVersions(t, s, 0, newest)
		if err := s.Seed(t.Context(), 700); err != nil {
			t.Fatal(err)
		}
		runs(t, s, "DELETE FROM release_terms")
		runs(t, s, "DELETE FROM installation WHERE name LIKE 'index%'")
		s = again()
		byPerson := model.ReleaseFilter{Person: "张三", Limit: 9}
		for steps := 1; steps < 99; steps++ {
			if _, err := s.ListReleases(t.Context(), byPerson); model.CodeOf(err) != model.CodeDatabaseUnavailable {
				t.Fatalf("%s: a part is listed: %v", driver, err)
			}
			if page, err := s.ListReleases(t.Context(), model.ReleaseFilter{States: []model.ReleaseState{model.ReleaseSucceeded}, Limit: 9}); err != nil || len(page) != 9 {
				t.Fatalf("%s: %d by state: %v", driver, len(page), err)
			}
			whole, err := s.IndexReleases(t.Context(), 0)
			if err != nil {
				t.Fatal(err)
			}
			if whole {
				if steps < 4 {
					t.Errorf("%s: %d steps", driver, steps)
				}
				break
			}
		}
		for _, s := range []*store.Store{s, again()} {
			if page, err := s.ListReleases(t.Context(), byPerson); err != nil || len(page) != 9 {
				t.Errorf("%s: %d: %v", driver, len(page), err)
			}
		}
	}
}
