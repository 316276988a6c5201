package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/driver"
)

// ErrNoFile is why a database that is no file cannot be copied.
var ErrNoFile = errors.New("only SQLite databases are files that can be copied")

// Copied is what a copy of the database has.
type Copied struct {
	Bytes    int64
	Version  int64 // of its schema; 0: none
	Releases int64
}

// copiedAtOnce is how many pages are copied between two looks at the context.
const copiedAtOnce = 256

// Copy copies a SQLite database, as it is at this moment, to a file that is empty or not there, and checks the copy from
// end to end. Others may go on reading and writing meanwhile; what they write is not in the copy. A copy that failed is
// left for the caller to remove. Errors: ErrNoFile, those of SQLite.
func (s *Store) Copy(ctx context.Context, file string, progress func(pages, of int)) (Copied, error) {
	if s.writer == nil {
		return Copied{}, ErrNoFile
	}
	full, err := filepath.Abs(file)
	if err != nil {
		return Copied{}, err
	}
	if err := createPrivate(full); err != nil {
		return Copied{}, err
	}
	uri := (&url.URL{Scheme: "file", Path: filepath.ToSlash(full)}).String()
	if err := s.copyPages(ctx, uri, progress); err != nil {
		return Copied{}, fmt.Errorf("the database cannot be copied: %w", err)
	}
	copied, err := verify(ctx, uri)
	if err != nil {
		return Copied{}, fmt.Errorf("the copy is not sound: %w", err)
	}
	copied.Bytes, err = settle(full)
	return copied, err
}

func (s *Store) copyPages(ctx context.Context, uri string, progress func(pages, of int)) (err error) {
	session, err := s.sql.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, session.Close()) }()
	return session.Raw(func(connection any) error {
		c, ok := connection.(driver.Conn)
		if !ok {
			return fmt.Errorf("%T is no connection to SQLite", connection)
		}
		return copySnapshot(ctx, c.Raw(), uri, progress)
	})
}

// copySnapshot reads within one transaction: without it every write of another process would make the copy begin anew.
func copySnapshot(ctx context.Context, c *sqlite3.Conn, uri string, progress func(pages, of int)) (err error) {
	if err := c.Exec("BEGIN DEFERRED; SELECT COUNT(*) FROM sqlite_schema"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Exec("ROLLBACK")) }()
	backup, err := c.BackupInit("main", uri)
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := backup.Close(); err == nil { // it repeats what a step said
			err = closeErr
		}
	}()
	for done := false; !done; {
		if err := ctx.Err(); err != nil {
			return err
		}
		if done, err = backup.Step(copiedAtOnce); err != nil {
			return err
		}
		progress(backup.PageCount()-backup.Remaining(), backup.PageCount())
	}
	return nil
}

// verify reads every page of the copy and compares tables with their indexes and foreign keys.
func verify(ctx context.Context, uri string) (copied Copied, err error) {
	db, err := driver.Open(uri)
	if err != nil {
		return copied, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var verdict string
	if err := db.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&verdict); err != nil {
		return copied, err
	}
	if verdict != "ok" {
		return copied, errors.New(verdict)
	}
	var strays, tables int64
	if err := db.QueryRowContext(ctx, "SELECT COUNT(*) FROM pragma_foreign_key_check").Scan(&strays); err != nil {
		return copied, err
	}
	if strays > 0 {
		return copied, fmt.Errorf("%d rows belong to rows that are not there", strays)
	}
	const known = "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name IN ('releases', '" + versionTable + "')"
	if err := db.QueryRowContext(ctx, known).Scan(&tables); err != nil || tables < 2 {
		return copied, err
	}
	return copied, counts(ctx, db, &copied)
}

func counts(ctx context.Context, db *sql.DB, copied *Copied) error {
	const query = "SELECT (SELECT MAX(version_id) FROM " + versionTable + "), (SELECT COUNT(*) FROM releases)"
	return db.QueryRowContext(ctx, query).Scan(&copied.Version, &copied.Releases)
}

// settle leaves one file, safe on the disk, and returns its size.
func settle(file string) (int64, error) {
	for _, suffix := range []string{"-wal", "-shm", "-journal"} {
		if err := os.Remove(file + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return 0, err
		}
	}
	f, err := os.OpenFile(file, os.O_RDWR, 0) //nolint:gosec // the path is the operator's own
	if err != nil {
		return 0, err
	}
	info, err := f.Stat()
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return 0, err
	}
	return info.Size(), nil
}
