package store_test

import (
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model/store"
	"github.com/oabridge/oabridge/model/store/storetest/servers"
)

const newest = 12 // version of the newest migration

func wantVersions(t *testing.T, s *store.Store, wantFrom, wantTo int64) {
	t.Helper()
	from, to, err := s.Migrate(t.Context())
	if err != nil || from != wantFrom || to != wantTo {
		t.Fatalf("migrated from %d to %d (%v), want from %d to %d", from, to, err, wantFrom, wantTo)
	}
	if got, err := s.Version(t.Context()); err != nil || got != wantTo {
		t.Fatalf("version %d (%v), want %d", got, err, wantTo)
	}
}

// TestMigrate migrates an empty database, and again one with data in it.
func TestMigrate(t *testing.T) {
	for name, open := range openers() {
		t.Run(name, func(t *testing.T) {
			s := open(t, time.Now)
			if version, err := s.Version(t.Context()); err != nil || version != 0 {
				t.Fatal(version, err)
			}
			wantVersions(t, s, 0, newest)
			r := due(time.Now())
			if err := s.CreateRelease(t.Context(), r, nil, compose); err != nil {
				t.Fatal(err)
			}
			wantVersions(t, s, newest, newest)
			if _, err := s.Release(t.Context(), r.ID); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestMigrateRefusesNewer(t *testing.T) {
	onEach(t, func(t *testing.T, s *store.Store) {
		const newer = "INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, 1)"
		if err := s.Exec(t.Context(), newer); err != nil {
			t.Fatal(err)
		}
		from, to, err := s.Migrate(t.Context())
		if !errors.Is(err, store.ErrNewerDatabase) || from != 99999 || to != 99999 {
			t.Fatal(from, to, err)
		}
	})
}

// TestMigrateCutOff repeats a migration that MySQL has committed half of.
func TestMigrateCutOff(t *testing.T) {
	s := openMariaDB(t, time.Now)
	wantVersions(t, s, 0, newest)
	for _, statement := range []string{"DROP TABLE listings", "DELETE FROM goose_db_version WHERE version_id > 0"} {
		if err := s.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	wantVersions(t, s, 0, newest)
	if err := s.Exec(t.Context(), "SELECT * FROM listings"); err != nil {
		t.Fatal(err)
	}
}

// TestMigrateAtOnce lets replicas start at the same time: each ends with the newest schema, one has made it.
func TestMigrateAtOnce(t *testing.T) {
	dsn := servers.MariaDB(t)
	var migrated, failed int
	var mu sync.Mutex
	var replicas sync.WaitGroup
	for range 5 {
		s := open(t, store.Options{Driver: store.DriverMySQL, DSN: dsn})
		replicas.Go(func() {
			from, to, err := s.Migrate(t.Context())
			mu.Lock()
			defer mu.Unlock()
			if err != nil || to != newest {
				t.Error(from, to, err)
				failed++
			}
			if from == 0 {
				migrated++
			}
		})
	}
	replicas.Wait()
	if migrated != 1 || failed != 0 {
		t.Fatalf("%d have migrated, %d failed", migrated, failed)
	}
}

// TestReopen closes a database and finds everything in it again.
func TestReopen(t *testing.T) {
	for driver, dsn := range map[string]string{
		store.DriverSQLite: filepath.Join(t.TempDir(), "oabridge.db"), store.DriverMySQL: servers.MariaDB(t),
	} {
		var id int64
		for i := range 2 {
			s := open(t, store.Options{Driver: driver, DSN: dsn})
			wantVersions(t, s, int64(i*newest), newest)
			if i == 0 {
				r := due(time.Now())
				if err := s.CreateRelease(t.Context(), r, nil, compose); err != nil {
					t.Fatal(err)
				}
				id = r.ID
			} else if _, err := s.Release(t.Context(), id); err != nil {
				t.Fatal(err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
}
