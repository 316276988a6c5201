package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model/store"
)

// create stores releases, each with a key.
func create(t *testing.T, s *store.Store, from, n int) {
	t.Helper()
	for i := range n {
		if err := s.CreateRelease(t.Context(), due(time.Now()), []string{fmt.Sprint("key:", from+i)}, compose); err != nil {
			t.Fatal(err)
		}
	}
}

// TestCopyWhileOthersWrite lets another process store releases in the middle of the copy: none is in it, and all that
// belongs to the others is.
func TestCopyWhileOthersWrite(t *testing.T) {
	folder := t.TempDir()
	original, copied := filepath.Join(folder, "a.db"), filepath.Join(folder, "上线 ?#%.db")
	s := open(t, store.Options{Driver: store.DriverSQLite, DSN: original})
	wantVersions(t, s, 0, newest)
	if err := s.Seed(t.Context(), 3000); err != nil {
		t.Fatal(err)
	}
	create(t, s, 0, 20)
	other := open(t, store.Options{Driver: store.DriverSQLite, DSN: original})
	steps := 0
	got, err := s.Copy(t.Context(), copied, func(pages, of int) {
		steps++
		create(t, other, 20*steps, 20)
		if pages > of || of < 300 {
			t.Errorf("%d of %d pages", pages, of)
		}
	})
	if err != nil || steps < 3 {
		t.Fatal(steps, err)
	}
	info, err := os.Stat(copied)
	if err != nil || info.Size() != got.Bytes || info.Mode().Perm() != 0o600 || got.Version != newest || got.Releases != 3020 {
		t.Errorf("%+v, %v, %v", got, info, err)
	}
	left, err := filepath.Glob(filepath.Join(folder, "上线*"))
	if err != nil || len(left) != 1 {
		t.Errorf("left behind: %v %v", left, err)
	}
	wantValue(t, s, "SELECT COUNT(*) FROM releases", fmt.Sprint(3020+20*steps))
	c := open(t, store.Options{Driver: store.DriverSQLite, DSN: copied})
	wantVersions(t, c, newest, newest)
	wantValue(t, c, "SELECT COUNT(*) FROM releases r JOIN deployments d ON d.release_id = r.id", "3020")
	wantValue(t, c, "SELECT COUNT(*) FROM events WHERE kind = 'accepted'", "20")
	wantValue(t, c, "SELECT COUNT(*) FROM messages", "3020")
	wantValue(t, c, "SELECT COUNT(*) FROM idempotency_keys WHERE submission_key LIKE 'key:%'", "20")
	if due, err := c.ClaimDeployments(t.Context(), "prod", "me", time.Minute, 100); err != nil || len(due) != 20 {
		t.Errorf("%d due in the copy: %v", len(due), err)
	}
}

func TestCopyEndsWithItsContext(t *testing.T) {
	folder := t.TempDir()
	s := open(t, store.Options{Driver: store.DriverSQLite, DSN: filepath.Join(folder, "a.db")})
	wantVersions(t, s, 0, newest)
	if err := s.Seed(t.Context(), 2000); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, err := s.Copy(ctx, filepath.Join(folder, "b.db"), func(int, int) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	create(t, s, 0, 1) // the connection is as good as before
}

// TestCopyTellsOfDamage copies a database in which an index lies.
func TestCopyTellsOfDamage(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "a.db")
	s := open(t, store.Options{Driver: store.DriverSQLite, DSN: file})
	wantVersions(t, s, 0, newest)
	create(t, s, 0, 1)
	if err := s.Exec(t.Context(), "PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.LastIndex(data, []byte("deploy/shop/web")) // the last pages hold the indexes
	data[at]++
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	s = open(t, store.Options{Driver: store.DriverSQLite, DSN: file})
	if copied, err := s.Copy(t.Context(), filepath.Join(folder, "b.db"), func(int, int) {}); err == nil {
		t.Errorf("a damaged copy counts as sound: %+v", copied)
	}
}

func TestCopyOfMySQLIsRefused(t *testing.T) {
	_, err := openMariaDB(t, time.Now).Copy(t.Context(), filepath.Join(t.TempDir(), "a.db"), func(int, int) {})
	if !errors.Is(err, store.ErrNoFile) {
		t.Error(err)
	}
}
