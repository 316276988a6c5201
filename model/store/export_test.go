package store

import (
	"context"
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
	var steps []struct{ Detail, Type, Key, Extra string }
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
