package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	sqldriver "github.com/go-sql-driver/mysql"
)

// The lock's name belongs to the whole server, so it is made of the database's.
const lockName = "CONCAT('oabridge.', SHA1(DATABASE()))"

const lockSeconds = 300

// mysqlMigration connects for a migration: without a time-out on reading, because changing a big table takes its time,
// and holding a lock, because replicas start at once. The server gives the lock back when the session dies.
func mysqlMigration(ctx context.Context, c *sqldriver.Config) (*sql.DB, func() error, error) {
	patient := c.Clone()
	patient.ReadTimeout = 0
	pool, err := mysqlPool(patient)
	if err != nil {
		return nil, nil, err
	}
	session, err := pool.Conn(ctx)
	if err != nil {
		return nil, nil, joinClose(err, pool)
	}
	done := func() error { return errors.Join(session.Close(), pool.Close()) }
	if err := lockSession(ctx, session); err != nil {
		return nil, nil, errors.Join(err, done())
	}
	return pool, done, nil
}

func lockSession(ctx context.Context, session *sql.Conn) error {
	var got sql.NullInt64
	err := session.QueryRowContext(ctx, "SELECT GET_LOCK("+lockName+", ?)", lockSeconds).Scan(&got)
	if err == nil && got.Int64 != 1 {
		return fmt.Errorf("another process has been migrating it for %d seconds", lockSeconds)
	}
	return err
}
