package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/oabridge/oabridge/config"
	"github.com/oabridge/oabridge/model/store"
	"github.com/oabridge/oabridge/model/store/storetest/servers"
)

// wantStatus asks in both forms, which must agree.
func wantStatus(t *testing.T, path, state string, code int, version int64, lines ...string) schemaStatus {
	t.Helper()
	text, asJSON := oabridge(t, "migrate", "status", "-c", path), oabridge(t, "migrate", "status", "--json", "-c", path)
	var status schemaStatus
	decode(t, asJSON, &status)
	if text.code != code || asJSON.code != code || status.State != state || status.Version != version || status.Newest != store.Newest() {
		t.Fatalf("%s\n%s, want %q, version %d and exit %d", text, asJSON, state, version, code)
	}
	for _, line := range lines {
		if !strings.Contains(text.stdout, line) {
			t.Errorf("want %q: %s", line, text)
		}
	}
	return status
}

func TestMigrateStatus(t *testing.T) {
	for driver, dsn := range map[string]string{
		config.SQLite: filepath.Join(t.TempDir(), "a.db"), config.MySQL: servers.MariaDB(t),
	} {
		t.Run(driver, func(t *testing.T) {
			path := configured(t, driver, dsn)
			wantStatus(t, path, schemaEmpty, 0, 0, "the database is empty", "  00001 initial      pending")
			wantStatus(t, path, schemaEmpty, 0, 0) // it did not migrate
			if _, err := os.Stat(dsn); driver == config.SQLite && err == nil {
				t.Error("a file was made")
			}
			if o := oabridge(t, "migrate", "-c", path); o.code != 0 {
				t.Fatal(o)
			}
			status := wantStatus(t, path, schemaCurrent, 0, store.Newest(), "up to date", "  00002 replicas     applied · 已执行 20")
			for _, m := range status.Migrations {
				if m.AppliedAt == nil || m.AppliedAt.Year() < 2026 {
					t.Errorf("%+v", m)
				}
			}
			db, name := "mysql", dsn
			if driver == config.SQLite {
				db, name = "sqlite3", "file:"+filepath.ToSlash(dsn)
			}
			change(t, db, name, "DELETE FROM goose_db_version WHERE version_id > 1")
			wantStatus(t, path, schemaPending, 0, 1, "migrations are pending", "00001 initial      applied", "00002 replicas     pending")
			change(t, db, name, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)")
			wantStatus(t, path, schemaNewer, exitConfiguration, 9999, "belongs to a newer program", "  09999 (unknown to this program")
		})
	}
}
