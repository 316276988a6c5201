package store

import (
	"context"

	"gorm.io/gorm"
)

// Writable tells whether the database answers and takes writes. It is a write that changes nothing: databases refuse
// also that when they are read-only. Errors: the database_… codes.
func (s *Store) Writable(ctx context.Context) error {
	return s.exclusive(ctx, func(db *gorm.DB) error {
		return db.Exec("UPDATE leases SET lease_until = lease_until WHERE name = ''").Error
	})
}
