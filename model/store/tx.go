package store

import (
	"context"

	"gorm.io/gorm"
)

const attempts = 6 // of a transaction that loses against another one

// read runs one or more reads, each seeing what is committed.
func (s *Store) read(ctx context.Context, query func(*gorm.DB) error) error {
	return classify(ctx, query(s.db.WithContext(ctx)))
}

// write runs change in one transaction: all of it is stored or nothing. It runs change again when the transaction lost
// against another one, so change starts from what it reads.
func (s *Store) write(ctx context.Context, change func(*gorm.DB) error) error {
	return s.exclusive(ctx, func(db *gorm.DB) error { return db.Transaction(change) })
}

// exclusive runs a write that is one statement or brings its own transaction.
func (s *Store) exclusive(ctx context.Context, change func(*gorm.DB) error) error {
	if s.writer != nil {
		select {
		case s.writer <- struct{}{}:
			defer func() { <-s.writer }()
		case <-ctx.Done():
			return classify(ctx, ctx.Err())
		}
	}
	db := s.db.WithContext(ctx)
	err := change(db)
	for try := 1; try < attempts && isTransient(err) && ctx.Err() == nil; try++ {
		err = change(db)
	}
	return classify(ctx, err)
}
