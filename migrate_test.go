package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMigrate(t *testing.T) {
	database := filepath.Join(t.TempDir(), "a.db")
	path := written(t, "database: {dsn: '"+database+"'}\n"+
		"jenkins: [{name: a, url: 'http://127.0.0.1:1', user: a, token: a}]\ndingtalk: {connector: {insecure: true}}\n")
	if o := oabridge(t, "migrate", "-c", path); o.code != 0 || !strings.HasPrefix(o.stdout, "database migrated from version 0 to ") {
		t.Errorf("the first time: %s", o)
	}
	if o := oabridge(t, "migrate", "-c", path); o.code != 0 || !strings.HasPrefix(o.stdout, "database is up to date") {
		t.Errorf("the second time: %s", o)
	}
	var versions map[string]int64
	decode(t, oabridge(t, "migrate", "--json", "-c", path), &versions)
	if versions["from"] == 0 || versions["from"] != versions["to"] {
		t.Errorf("as JSON: %v", versions)
	}
	if err := os.WriteFile(database, []byte(strings.Repeat("this is no database\n", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	if o := oabridge(t, "migrate", "-c", path); o.code != exitConfiguration || !strings.Contains(o.stderr, database) ||
		!strings.Contains(o.stderr, "restore a backup or change database.dsn") {
		t.Errorf("not a database: %s", o)
	}
}

func TestServeOnADamagedDatabase(t *testing.T) {
	database := filepath.Join(t.TempDir(), "a.db")
	path := written(t, "listen: 127.0.0.1:0\ndatabase: {dsn: '"+database+"'}\n"+
		"jenkins: [{name: a, url: 'http://127.0.0.1:1', user: a, token: a}]\ndingtalk: {connector: {insecure: true}}\n")
	if err := os.WriteFile(database, []byte(strings.Repeat("this is no database\n", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	if o := oabridge(t, "serve", "-c", path); o.code != exitConfiguration || !strings.Contains(o.stderr, database) ||
		!strings.Contains(o.stderr, "restore a backup or change database.dsn") {
		t.Errorf("%s", o)
	}
}

// The doctor compares a MySQL database with the versions of SQLite's migrations.
func TestBothDatabasesHaveTheSameMigrations(t *testing.T) {
	names := func(dialect string) []string {
		entries, err := os.ReadDir(filepath.Join("model", "store", "migrations", dialect))
		if err != nil {
			t.Fatal(err)
		}
		var list []string
		for _, e := range entries {
			list = append(list, e.Name())
		}
		return list
	}
	if diff := cmp.Diff(names("sqlite"), names("mysql")); diff != "" {
		t.Errorf("migrations (-sqlite +mysql):\n%s", diff)
	}
}
