package store_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model/store"
	"github.com/oabridge/oabridge/model/store/storetest/servers"
)

// TestOpenRefuses wants every mistake in the configuration to name its key.
func TestOpenRefuses(t *testing.T) {
	folder := t.TempDir()
	notADatabase := filepath.Join(folder, "text.db")
	if err := os.WriteFile(notADatabase, []byte(strings.Repeat("this is no database\n", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		driver, dsn, want string
	}{
		"no driver":         {"", "a.db", "database.driver"},
		"unknown driver":    {"postgres", "a.db", "use sqlite or mysql"},
		"no dsn":            {"sqlite", "", "database.dsn"},
		"URI":               {"sqlite", "file:a.db?mode=memory", "path of a file"},
		"in memory":         {"sqlite", ":memory:", "path of a file"},
		"no such folder":    {"sqlite", filepath.Join(folder, "missing", "a.db"), "no such file"},
		"a folder":          {"sqlite", folder, "is a directory"},
		"not a database":    {"sqlite", notADatabase, "not a database"},
		"not a DSN":         {"mysql", "mysql://root@localhost/oabridge", "user:password@tcp(host:3306)/database"},
		"no database":       {"mysql", "root@tcp(127.0.0.1:3306)/", "database's name is missing"},
		"nobody listens":    {"mysql", "root@tcp(127.0.0.1:1)/oabridge", "cannot be opened"},
		"unknown parameter": {"mysql", "root@tcp(127.0.0.1:1)/oabridge?loc=Nowhere", "database.dsn"},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := store.Open(t.Context(), store.Options{Driver: test.driver, DSN: test.dsn})
			if err == nil {
				_ = s.Close()
				t.Fatal("opened")
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %q, want %q in it", err, test.want)
			}
		})
	}
}

// TestSQLitePaths opens files by the names that people give them.
func TestSQLitePaths(t *testing.T) {
	t.Chdir(t.TempDir())
	absolute := filepath.Join(t.TempDir(), "oabridge.db")
	for _, path := range []string{"oabridge.db", "./a+b c?d#e%20&f=g.db", "上线.db", absolute} {
		s := open(t, store.Options{Driver: store.DriverSQLite, DSN: path})
		if _, _, err := s.Migrate(t.Context()); err != nil {
			t.Fatal(path, err)
		}
		for _, suffix := range []string{"", "-wal"} {
			info, err := os.Stat(path + suffix)
			if err != nil {
				t.Fatal(err)
			}
			if info.Mode().Perm() != 0o600 {
				t.Errorf("%s%s may be read by others: %v", path, suffix, info.Mode())
			}
		}
	}
}

// TestConnectionSettings asks the databases themselves.
func TestConnectionSettings(t *testing.T) {
	lite := openSQLite(t, time.Now)
	for pragma, want := range map[string]string{
		"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "10000",
	} {
		wantValue(t, lite, "SELECT * FROM pragma_"+pragma, want)
	}
	maria := open(t, store.Options{
		Driver: store.DriverMySQL, DSN: servers.MariaDB(t) + "?parseTime=false&clientFoundRows=false&loc=Local&sql_mode=''",
	})
	for variable, want := range map[string]string{
		"@@tx_isolation": "READ-COMMITTED", "@@innodb_lock_wait_timeout": "5", "@@character_set_connection": "utf8mb4",
		"@@sql_mode LIKE '%STRICT_ALL_TABLES%'": "1",
	} {
		wantValue(t, maria, "SELECT "+variable, want)
	}
}

func wantValue(t *testing.T, s *store.Store, query, want string) {
	t.Helper()
	got, err := s.Value(t.Context(), query)
	if err != nil || got != want {
		t.Errorf("%s: got %q (%v), want %q", query, got, err, want)
	}
}
