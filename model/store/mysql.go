package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	sqldriver "github.com/go-sql-driver/mysql"
	"github.com/pressly/goose/v3"
	"gorm.io/driver/mysql"
)

// Time-outs of a connection. A statement that takes longer than mysqlIO means that the server or the way to it is dead.
const (
	mysqlDial     = 10 * time.Second
	mysqlIO       = 30 * time.Second
	mysqlLifetime = 3 * time.Minute // below the idle time-outs of servers, proxies and firewalls
	mysqlLockWait = "5"             // seconds
	mysqlMode     = "'TRADITIONAL'"
)

func openMySQL(o Options) (dialect, error) {
	config, err := mysqlConfig(o.DSN)
	if err != nil {
		return dialect{}, err
	}
	pool, err := mysqlPool(config)
	if err != nil {
		return dialect{}, err
	}
	pool.SetMaxOpenConns(o.MaxOpen)
	pool.SetMaxIdleConns(o.MaxOpen)
	pool.SetConnMaxLifetime(mysqlLifetime)
	return dialect{
		goose: goose.DialectMySQL, migrations: "migrations/mysql",
		migration: func(ctx context.Context) (*sql.DB, func() error, error) { return mysqlMigration(ctx, config) },
		hasTable:  "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ?",
		appliedAt: "UNIX_TIMESTAMP(tstamp)",
		pool:      pool, gorm: mysql.New(mysql.Config{Conn: pool}),
		time:     "SELECT TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(6))", // no time zone plays a part
		useIndex: "FORCE INDEX (%s)", primary: "FORCE INDEX (PRIMARY)", inOrder: "STRAIGHT_JOIN", skipLocked: " FOR UPDATE SKIP LOCKED",
	}, nil
}

// mysqlConfig reads the DSN and sets what the store relies on, whatever the DSN says.
func mysqlConfig(dsn string) (*sqldriver.Config, error) {
	c, err := sqldriver.ParseDSN(dsn)
	if err != nil {
		return nil, fmt.Errorf("database.dsn: write user:password@tcp(host:3306)/database: %w", err)
	}
	if c.DBName == "" {
		return nil, fmt.Errorf("database.dsn: the database's name is missing; write user:password@tcp(host:3306)/database")
	}
	c.ParseTime, c.Loc = true, time.UTC
	c.ClientFoundRows = true   // a row found but not changed is no conflict
	c.InterpolateParams = true // one round trip a statement, and nothing prepared that proxies must remember
	c.MultiStatements = false
	c.RejectReadOnly = false          // it would hide why; the sessions see to it
	c.Logger = &sqldriver.NopLogger{} // what it would say comes back as an error
	c.Timeout, c.ReadTimeout, c.WriteTimeout = mysqlDial, mysqlIO, mysqlIO
	if c.Params == nil {
		c.Params = map[string]string{}
	}
	c.Params["sql_mode"] = mysqlMode // a value that does not fit is an error, never cut
	c.Params["innodb_lock_wait_timeout"] = mysqlLockWait
	return c, c.Apply(sqldriver.Charset("utf8mb4", "utf8mb4_bin"))
}

func mysqlPool(c *sqldriver.Config) (*sql.DB, error) {
	connector, err := sqldriver.NewConnector(c)
	if err != nil {
		return nil, fmt.Errorf("database.dsn: %w", err)
	}
	return sql.OpenDB(&sessions{Connector: connector}), nil
}
