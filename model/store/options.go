package store

import (
	"fmt"
	"log/slog"
	"time"
)

// The values of Options.Driver.
const (
	DriverSQLite = "sqlite"
	DriverMySQL  = "mysql" // MySQL 8, MariaDB 10.6 and what speaks their protocol
)

// Options say which database to open and how.
type Options struct {
	Driver  string           // DriverSQLite or DriverMySQL
	DSN     string           // SQLite: a file's path; MySQL: user:password@tcp(host:3306)/database
	Now     func() time.Time // a clock in place of the real ones; nil: MySQL's own, with SQLite this machine's
	Local   func() time.Time // this machine's clock; nil: time.Now
	MaxOpen int              // connections at once; 0: 4 for SQLite, 16 for MySQL
	Logger  *slog.Logger     // slow statements, without their values; nil: nowhere
}

const (
	sqliteConnections = 4
	mysqlConnections  = 16
)

func (o Options) withDefaults() (Options, error) {
	limit := sqliteConnections
	switch o.Driver {
	case DriverSQLite:
	case DriverMySQL:
		limit = mysqlConnections
	default:
		return o, fmt.Errorf("database.driver: %q is not known; use %s or %s", o.Driver, DriverSQLite, DriverMySQL)
	}
	if o.DSN == "" {
		return o, fmt.Errorf("database.dsn: it is missing")
	}
	if o.MaxOpen <= 0 {
		o.MaxOpen = limit
	}
	if o.Local == nil {
		o.Local = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o, nil
}
