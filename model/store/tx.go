package store

import (
	"context"
	"time"

	"gorm.io/gorm"
)

// lookBack is how long we try to learn what became of a COMMIT whose answer was lost.
const lookBack = 2 * time.Second

// read runs one or more reads, each seeing what is committed. They run again when their connection breaks.
func (s *Store) read(ctx context.Context, query func(*gorm.DB) error) error {
	db := s.db.WithContext(ctx)
	err := query(db)
	if err != nil && failureOf(err) == lost && ctx.Err() == nil {
		err = query(db)
	}
	return classify(ctx, err)
}

// write runs change in one transaction: all of it is stored or nothing. It runs change again when the transaction lost
// against another one, or its connection before the COMMIT, so change starts from what it reads. Errors:
// database_outcome_unknown (the answer to the COMMIT was lost), those of classify.
func (s *Store) write(ctx context.Context, change func(*gorm.DB) error) error {
	return s.alone(ctx, func(db *gorm.DB) error { return transaction(db, change) })
}

// exclusive runs a write of single statements, each its own transaction. Errors: as write.
func (s *Store) exclusive(ctx context.Context, change func(*gorm.DB) error) error {
	return s.alone(ctx, func(db *gorm.DB) error {
		err := change(db)
		if err != nil && failureOf(err) == lost {
			return outcomeUnknown(err)
		}
		return err
	})
}

// alone runs change, again when that failed in a way that surely did nothing. SQLite has one writer at a time.
func (s *Store) alone(ctx context.Context, change func(*gorm.DB) error) error {
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
	for try := 1; err != nil && ctx.Err() == nil && mayRunAgain(err, try); try++ {
		err = change(db)
	}
	return classify(ctx, err)
}

// transaction is gorm's, except that a COMMIT that may have been done is told from one that surely was not.
func transaction(db *gorm.DB, change func(*gorm.DB) error) error {
	committing := false
	err := db.Transaction(func(tx *gorm.DB) error {
		err := change(tx)
		committing = err == nil
		return err
	})
	if err != nil && committing && !undone(err) {
		return outcomeUnknown(err)
	}
	return err
}
