package store_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/model/store"
	"github.com/oabridge/oabridge/model/store/storetest"
	"github.com/oabridge/oabridge/model/store/storetest/servers"
)

func TestMain(m *testing.M) { os.Exit(servers.Main(m)) }

func TestSQLite(t *testing.T) { storetest.Run(t, openSQLite) }

func TestMariaDB(t *testing.T) { storetest.Run(t, openMariaDB) }

func openSQLite(t testing.TB, now func() time.Time) *store.Store {
	return open(t, store.Options{Driver: store.DriverSQLite, DSN: filepath.Join(t.TempDir(), "oabridge.db"), Now: now})
}

func openMariaDB(t testing.TB, now func() time.Time) *store.Store {
	return open(t, store.Options{Driver: store.DriverMySQL, DSN: servers.MariaDB(t), Now: now})
}

func open(t testing.TB, o store.Options) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func openers() map[string]storetest.Opener {
	return map[string]storetest.Opener{"sqlite": openSQLite, "mariadb": openMariaDB}
}

// onEach runs a test on every database, migrated.
func onEach(t *testing.T, test func(*testing.T, *store.Store)) {
	for name, open := range openers() {
		t.Run(name, func(t *testing.T) {
			s := open(t, storetest.NewClock().Now)
			if _, _, err := s.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			test(t, s)
		})
	}
}

// due is a release whose deployment can be claimed at once.
func due(now time.Time) *model.Release {
	return &model.Release{State: model.ReleaseActive, Deployments: []*model.Deployment{{
		JobRef: model.JobRef{Controller: "prod", FullName: "deploy/shop/web"}, State: model.StateWaiting, NextAt: &now,
	}}}
}

func compose(r *model.Release) error {
	r.Record(model.Event{Kind: model.EventKindAccepted})
	r.Tell(model.Message{Key: r.Number()})
	return nil
}
