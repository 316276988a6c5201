package store

import (
	"context"
	"time"

	"gorm.io/gorm"
)

type leaseRow struct {
	Name       string `gorm:"primaryKey"`
	LeaseOwner string
	LeaseUntil int64
}

// TableName is gorm's hook.
func (leaseRow) TableName() string { return "leases" }

// Lease takes or renews a named lease; false when somebody else holds it. A ttl of 0 gives it back. Errors:
// database_unavailable.
func (s *Store) Lease(ctx context.Context, name, owner string, ttl time.Duration) (bool, error) {
	var mine bool
	err := s.exclusive(ctx, func(db *gorm.DB) error {
		now, err := s.readTime(db)
		if err != nil {
			return err
		}
		row := leaseRow{Name: keyColumn(name), LeaseOwner: keyColumn(owner)}
		if ttl > 0 { // what is given back stays so when the clock is set back
			row.LeaseUntil = now.Add(ttl).UnixMicro()
		}
		free := db.Model(&leaseRow{}).
			Where("name = ? AND (lease_owner = ? OR lease_until <= ?)", row.Name, row.LeaseOwner, now.UnixMicro())
		result := free.UpdateColumns(map[string]any{"lease_owner": row.LeaseOwner, "lease_until": row.LeaseUntil})
		if mine = result.RowsAffected > 0; mine || result.Error != nil {
			return result.Error
		}
		err = db.Create(&row).Error
		mine = err == nil
		if isDuplicate(err) {
			return nil
		}
		return err
	})
	return mine, err
}
