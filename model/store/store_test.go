package store_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

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
