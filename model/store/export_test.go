package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

// Recorded are the statements that ran, with their values.
type Recorded struct {
	mu         sync.Mutex
	statements []string
}

// Record keeps every statement of s from now on.
func (s *Store) Record() *Recorded {
	r := &Recorded{}
	s.db = s.db.Session(&gorm.Session{Logger: recorder{logger.Discard, r}})
	return r
}

// Take returns what ran since the last Take.
func (r *Recorded) Take() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	taken := slices.Clone(r.statements)
	r.statements = nil
	return taken
}

type recorder struct {
	logger.Interface
	to *Recorded
}

func (r recorder) Trace(_ context.Context, _ time.Time, statement func() (string, int64), _ error) {
	text, _ := statement()
	r.to.mu.Lock()
	defer r.to.mu.Unlock()
	r.to.statements = append(r.to.statements, text)
}

// Plan tells how the database runs a statement, in its own words.
func (s *Store) Plan(ctx context.Context, statement string) (string, error) {
	explain := "EXPLAIN "
	if s.writer != nil {
		explain, statement = "EXPLAIN QUERY PLAN ", strings.ReplaceAll(statement, `"`, "'")
	}
	var steps []struct{ Detail, Table, Type, Key, Extra string }
	err := s.db.WithContext(ctx).Raw(explain + statement).Scan(&steps).Error
	return strings.Trim(fmt.Sprint(steps), "[]"), err
}

// Exec runs a statement that the store has no method for.
func (s *Store) Exec(ctx context.Context, statement string, args ...any) error {
	return s.db.WithContext(ctx).Exec(statement, args...).Error
}

// Driver is the driver of the options.
func (s *Store) Driver() string {
	if s.writer != nil {
		return DriverSQLite
	}
	return DriverMySQL
}

// Value is the only column of the only row of a query.
func (s *Store) Value(ctx context.Context, query string) (string, error) {
	var value string
	err := s.sql.QueryRowContext(ctx, query).Scan(&value)
	return value, err
}

// MigrateTo migrates as an older program would, no further than to the version.
func (s *Store) MigrateTo(ctx context.Context, version int64) error {
	pool, done, err := s.dialect.migration(ctx)
	if err != nil {
		return err
	}
	provider, err := s.provider(pool)
	if err == nil {
		_, err = provider.UpTo(ctx, version)
	}
	return errors.Join(err, done())
}

// Script runs statements that end with a semicolon and a line break, in one session. Only the first ones when limit is not
// negative.
func (s *Store) Script(ctx context.Context, text string, limit int) (ran int, err error) {
	session, err := s.sql.Conn(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, session.Close()) }()
	for _, statement := range strings.Split(text, ";\n") {
		if strings.TrimSpace(statement) == "" || ran == limit {
			continue
		}
		if _, err := session.ExecContext(ctx, statement); err != nil {
			return ran, fmt.Errorf("%s: %w", statement, err)
		}
		ran++
	}
	return ran, nil
}
