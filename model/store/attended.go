package store

import (
	"context"
	"strconv"
	"time"

	"gorm.io/gorm"
)

// attendedName is the row that remembers until when events could reach us.
const attendedName = "events_attended"

// Attended is until when events could reach a process of this bridge; the zero time when none ever could. Errors:
// database_unavailable.
func (s *Store) Attended(ctx context.Context) (time.Time, error) {
	var values []string
	err := s.read(ctx, func(db *gorm.DB) error {
		return db.Raw("SELECT value FROM installation WHERE name = ?", attendedName).Scan(&values).Error
	})
	if err != nil || len(values) == 0 {
		return time.Time{}, err
	}
	micros, err := strconv.ParseInt(values[0], 10, 64)
	return timeOf(micros), err
}

// Attend remembers that events could reach us at the time, unless a later one is known. Errors: database_unavailable.
func (s *Store) Attend(ctx context.Context, at time.Time) error {
	value := strconv.FormatInt(at.UnixMicro(), 10) // of the same length for centuries, so texts compare as numbers do
	return s.write(ctx, func(tx *gorm.DB) error {
		result := tx.Exec("UPDATE installation SET value = ? WHERE name = ? AND value < ?", value, attendedName, value)
		if result.Error != nil || result.RowsAffected > 0 {
			return result.Error
		}
		var known int64
		if err := tx.Raw("SELECT COUNT(*) FROM installation WHERE name = ?", attendedName).Scan(&known).Error; err != nil || known > 0 {
			return err
		}
		return tx.Exec("INSERT INTO installation (name, value) VALUES (?, ?)", attendedName, value).Error
	})
}
