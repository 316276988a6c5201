package store

import (
	"context"
	"database/sql"
	"fmt"
	"sync/atomic"
	"time"

	"gorm.io/gorm"
)

// Store is one database. It is safe for use by many goroutines.
type Store struct {
	db      *gorm.DB
	sql     *sql.DB
	dialect dialect
	clock   *clock
	writer  chan struct{} // SQLite has one writer: waiting here is fair and wakes at once; nil on MySQL
	stored  atomic.Int64  // when Writable last stored something
	indexed atomic.Bool   // every release has its terms
}

// Open connects to the database and checks that it answers. It does not migrate.
func Open(ctx context.Context, o Options) (*Store, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	s := &Store{}
	if o.Driver == DriverSQLite {
		s.writer = make(chan struct{}, 1)
		s.dialect, err = openSQLite(o)
	} else {
		s.dialect, err = openMySQL(o)
	}
	if err != nil {
		return nil, err
	}
	s.sql = s.dialect.pool
	s.clock = newClock(s.dialect.time, o.Local)
	if o.Now != nil {
		s.clock = newClock("", o.Now)
	}
	if err := s.connect(ctx, o); err != nil {
		return nil, fmt.Errorf("database.dsn: the database cannot be opened: %w", joinClose(err, s.sql))
	}
	return s, nil
}

func (s *Store) connect(ctx context.Context, o Options) error {
	if err := s.sql.PingContext(ctx); err != nil {
		return err
	}
	db, err := gorm.Open(s.dialect.gorm, &gorm.Config{
		Logger:                 newStatementLogger(o.Logger),
		SkipDefaultTransaction: true,
		DisableAutomaticPing:   true,
	})
	s.db = db
	if err != nil {
		return err
	}
	_, err = s.clock.read(db.WithContext(ctx))
	return err
}

// Close ends every connection.
func (s *Store) Close() error { return s.sql.Close() }

// Ping tells whether the database answers. Errors: database_unavailable.
func (s *Store) Ping(ctx context.Context) error { return classify(ctx, s.sql.PingContext(ctx)) }

// Now is the time that counts for everything that is stored: on MySQL the database's, so that all replicas agree.
func (s *Store) Now() time.Time { return column(s.clock.now()) }

// readTime is Now without the error of what passed since it was read last.
func (s *Store) readTime(db *gorm.DB) (time.Time, error) {
	now, err := s.clock.read(db)
	return column(now), err
}

// column is a time as a column holds it.
func column(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }
