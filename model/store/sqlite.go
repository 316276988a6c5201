package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/ncruces/go-sqlite3/driver"
	"github.com/ncruces/go-sqlite3/gormlite"
	"github.com/pressly/goose/v3"
)

const sqliteBusyTimeout = "busy_timeout(10000)" // milliseconds; the first pragma, so that it holds for the others

func openSQLite(o Options) (dialect, error) {
	uri, err := sqliteURI(o.DSN)
	if err != nil {
		return dialect{}, err
	}
	pool, err := driver.Open(uri)
	if err != nil {
		return dialect{}, fmt.Errorf("database.dsn: %w", err)
	}
	pool.SetMaxOpenConns(o.MaxOpen)
	pool.SetMaxIdleConns(o.MaxOpen)
	return dialect{
		goose: goose.DialectSQLite3, migrations: "migrations/sqlite",
		migration: func(context.Context) (*sql.DB, func() error, error) {
			return pool, func() error { return nil }, nil // SQLite's own lock: a migration is one transaction
		},
		hasTable:  "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = ?",
		appliedAt: "unixepoch(tstamp)",
		pool:      pool, gorm: gormlite.OpenDB(pool),
		useIndex: "INDEXED BY %s", primary: "NOT INDEXED", inOrder: "CROSS JOIN",
	}, nil
}

// sqliteURI makes the driver's URI of a path as people write it.
func sqliteURI(path string) (string, error) {
	if strings.HasPrefix(path, "file:") || strings.HasPrefix(path, ":memory:") {
		return "", errors.New("database.dsn: give the path of a file, without file: and without options")
	}
	full, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("database.dsn: %w", err)
	}
	if err := createPrivate(full); err != nil {
		return "", fmt.Errorf("database.dsn: the file cannot be opened for writing: %w", err)
	}
	options := url.Values{
		"_txlock": {"immediate"},
		"_pragma": {sqliteBusyTimeout, "journal_mode(wal)", "synchronous(full)", "foreign_keys(on)"},
		"modeof":  {full}, // the log gets the rights of the database
	}
	query := strings.ReplaceAll(options.Encode(), "+", "%20") // SQLite takes a plus for a plus
	uri := url.URL{Scheme: "file", Path: filepath.ToSlash(full), RawQuery: query}
	return uri.String(), nil
}

// createPrivate makes sure of the file: parameters may be secret, so only its owner reads it.
func createPrivate(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // the path is the operator's own
	if err != nil {
		return err
	}
	return f.Close()
}
