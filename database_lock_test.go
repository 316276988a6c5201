package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/oabridge/oabridge/config"
)

// ready waits until the bridge answers that it is.
func (o *outside) ready(log *lockedBuffer) {
	o.t.Helper()
	o.eventually("the bridge is ready", func() bool {
		status, err := probe(o.t.Context(), "http://"+o.address+"/readyz")
		return err == nil && status == http.StatusOK
	}, log.String)
}

func wantServed(t *testing.T, o ending, file string) {
	t.Helper()
	for _, want := range []string{"database.dsn: another oabridge process serves the SQLite file", file, "end that process", "MySQL"} {
		if o.code != exitConfiguration || !strings.Contains(o.stderr, want) {
			t.Errorf("want exit 2 and %q: %s", want, o)
		}
	}
}

// TestOneProcessOnASQLiteFile kills the process that holds the lock: the next one gets it at once.
func TestOneProcessOnASQLiteFile(t *testing.T) {
	folder := t.TempDir()
	file, link := filepath.Join(folder, "a.db"), filepath.Join(folder, "link.db")
	first, second := newOutside(t, fmt.Sprintf("{dsn: %q}", file)), newOutside(t, fmt.Sprintf("{dsn: %q}", link))
	if err := os.Symlink(file, link); err != nil {
		t.Fatal(err)
	}
	var log lockedBuffer
	serving := process(t, &log, "serve", "-c", first.config)
	first.ready(&log)
	wantServed(t, oabridge(t, "serve", "-c", second.config), link)
	// What only looks goes on working.
	for _, command := range []string{"migrate", "migrate status", "doctor"} {
		if o := oabridge(t, append(strings.Fields(command), "-c", second.config)...); o.code != 0 {
			t.Errorf("%s: %s", command, o)
		}
	}
	if err := serving.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = serving.Wait() // it was killed
	if code, log := second.serve().stop(); code != 0 {
		t.Errorf("after the kill: exit %d\n%s", code, log)
	}
}

// TestAHardLinkedSQLiteFileIsRefused by either name: which one has the log cannot be known.
func TestAHardLinkedSQLiteFileIsRefused(t *testing.T) {
	folder := t.TempDir()
	file, link := filepath.Join(folder, "a.db"), filepath.Join(folder, "link.db")
	o := newOutside(t, fmt.Sprintf("{dsn: %q}", file))
	serving := o.serve()
	if err := os.Link(file, link); err != nil {
		t.Skip("no hard links here:", err)
	}
	before, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	wantUnusable(t, config.SQLite, link, link, "several names (hard links)", "find -samefile", "符号链接")
	wantUnusable(t, config.SQLite, file, file, "several names (hard links)")
	if after, err := os.ReadDir(folder); err != nil || len(after) != len(before) {
		t.Errorf("there were %v, there are %v (%v)", before, after, err)
	}
	if code, log := serving.stop(); code != 0 {
		t.Errorf("exit %d\n%s", code, log)
	}
	if err := os.Remove(link); err != nil {
		t.Fatal(err)
	}
	if code, log := o.serve().stop(); code != 0 {
		t.Errorf("with one name again: exit %d\n%s", code, log)
	}
}

// TestMigrateUnderAnOlderProcess leaves a file alone that a program serves which knows fewer migrations.
func TestMigrateUnderAnOlderProcess(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.db")
	o := newOutside(t, fmt.Sprintf("{dsn: %q}", file))
	serving := o.serve()
	execute(t, file, "DELETE FROM goose_db_version WHERE version_id > 1")
	wantServed(t, oabridge(t, "migrate", "-c", o.config), file)
	if code, log := serving.stop(); code != 0 {
		t.Errorf("exit %d\n%s", code, log)
	}
}
