package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"sync/atomic"
)

// sessions makes the connections of a pool.
type sessions struct {
	driver.Connector
	// epoch counts the fail-overs that were noticed: a connection of an earlier one is not used again, since it leads to
	// a primary that takes no writes any more.
	epoch atomic.Int64
}

// Connect opens a connection and sets its isolation level. The variable's name differs between MySQL and MariaDB, the
// statement does not.
func (p *sessions) Connect(ctx context.Context) (driver.Conn, error) {
	epoch := p.epoch.Load()
	conn, err := p.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	c, ok := conn.(mysqlConn)
	if !ok {
		return nil, joinClose(driver.ErrSkip, conn)
	}
	if _, err := c.ExecContext(ctx, "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED", nil); err != nil {
		return nil, joinClose(err, conn)
	}
	return &session{mysqlConn: c, of: p, epoch: epoch}, nil
}

// mysqlConn is all that database/sql asks of the driver's connections.
type mysqlConn interface {
	driver.Conn
	driver.Pinger
	driver.ExecerContext
	driver.QueryerContext
	driver.ConnPrepareContext
	driver.ConnBeginTx
	driver.NamedValueChecker
	driver.SessionResetter
	driver.Validator
}

// session is a connection that leaves the pool when it is not to be trusted any more: one goroutine uses it at a time.
type session struct {
	mysqlConn
	of    *sessions
	epoch int64
	spent bool
}

// note learns from an error.
func (s *session) note(err error) {
	if err != nil && failureOf(err) == readOnly {
		s.of.epoch.CompareAndSwap(s.epoch, s.epoch+1)
	}
}

// IsValid is database/sql's question before it keeps the connection.
func (s *session) IsValid() bool {
	return !s.spent && s.epoch == s.of.epoch.Load() && s.mysqlConn.IsValid()
}

// ResetSession is database/sql's question before it hands the connection out again.
func (s *session) ResetSession(ctx context.Context) error {
	if !s.IsValid() {
		return driver.ErrBadConn
	}
	return s.mysqlConn.ResetSession(ctx)
}

// ExecContext runs a statement.
func (s *session) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	result, err := s.mysqlConn.ExecContext(ctx, query, args)
	s.note(err)
	return result, err
}

// QueryContext runs a query.
func (s *session) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	rows, err := s.mysqlConn.QueryContext(ctx, query, args)
	s.note(err)
	return rows, err
}

// BeginTx begins a transaction.
func (s *session) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	tx, err := s.mysqlConn.BeginTx(ctx, o)
	if err != nil {
		return nil, err
	}
	return &sessionTx{Tx: tx, session: s, ctx: ctx}, nil
}

// sessionTx is a transaction whose end has the time-out of its beginning.
type sessionTx struct {
	driver.Tx
	session *session
	ctx     context.Context //nolint:containedctx // driver.Tx gives Commit none, and a server may freeze just then
}

// Commit ends the transaction. One that the server refused to commit may still be open in the session, where the next
// BEGIN would commit it: so the session is not used again.
func (t *sessionTx) Commit() error {
	_, err := t.session.ExecContext(t.ctx, "COMMIT", nil)
	t.session.spent = err != nil
	return err
}

// Rollback ends the transaction.
func (t *sessionTx) Rollback() error {
	err := t.Tx.Rollback()
	t.session.spent = err != nil && !errors.Is(err, driver.ErrBadConn)
	return err
}
