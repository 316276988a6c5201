//go:build linux || darwin

package store_test

import (
	"context"
	"fmt"
	"math"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/model/store"
	"github.com/oabridge/oabridge/model/store/storetest"
)

// cramped is set in the process that lets itself have no room.
const cramped = "OABRIDGE_TEST_CRAMPED"

// TestFullDisk lets the system refuse what SQLite writes, in a process of its own, since the limit is the process's.
func TestFullDisk(t *testing.T) {
	if os.Getenv(cramped) != "" {
		runOutOfSpace(t)
		return
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	child := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestFullDisk$", "-test.v")
	child.Env = append(os.Environ(), cramped+"=1")
	if out, err := child.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

func runOutOfSpace(t *testing.T) {
	file, clock := t.TempDir()+"/oabridge.db", storetest.NewClock()
	s := open(t, store.Options{Driver: store.DriverSQLite, DSN: file, Now: clock.Now})
	if _, _, err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Writable(t.Context()); err != nil {
		t.Fatal(err)
	}
	signal.Ignore(syscall.SIGXFSZ)
	wal, err := os.Stat(file + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	for n := range 8 { // the room ends in one part of a transaction after another
		limitFiles(t, uint64(wal.Size())+200_000+uint64(n)*30_000)
		fillUp(t, s, fmt.Sprint("round ", n))
	}
	limitFiles(t, 1)
	err = s.CreateRelease(t.Context(), due(clock.Now()), []string{"now"}, compose)
	if model.CodeOf(err) != model.CodeDatabaseFull || !strings.Contains(err.Error(), "no space left") {
		t.Errorf("a full disk is told as: %v", err)
	}
	if err := s.Writable(t.Context()); err != nil {
		t.Errorf("asked again within seconds: %v", err)
	}
	clock.Advance(time.Minute)
	if err := s.Writable(t.Context()); model.CodeOf(err) != model.CodeDatabaseFull {
		t.Errorf("writable on a full disk: %v", err)
	}
	_, err = s.Copy(t.Context(), file+".copy", func(int, int) {})
	if err == nil || strings.Count(err.Error(), "sqlite3:") != 1 {
		t.Errorf("a copy without room: %v", err)
	}
	limitFiles(t, math.MaxInt64)
	if err := s.Writable(t.Context()); err != nil {
		t.Error(err)
	}
	if err := s.CreateRelease(t.Context(), due(clock.Now()), []string{"later"}, compose); err != nil {
		t.Fatal(err)
	}
	stored(t, s, "later")
}

// limitFiles lets no file become larger.
func limitFiles(t *testing.T, size uint64) {
	t.Helper()
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	limit.Cur = min(size, limit.Max)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
}
