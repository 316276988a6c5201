package store

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/oabridge/oabridge/model"
)

type listingRow struct {
	Controller string `gorm:"primaryKey"`
	ListedAt   int64
	Jobs       []byte // gzip of one JSON object a line
}

// TableName is gorm's hook.
func (listingRow) TableName() string { return "listings" }

// SaveListing replaces the controller's listing. Errors: database_unavailable.
func (s *Store) SaveListing(ctx context.Context, l model.Listing) error {
	jobs, err := l.Pack()
	if err != nil {
		return err
	}
	row := listingRow{Controller: l.Controller, ListedAt: l.At.UnixMicro(), Jobs: jobs}
	return s.exclusive(ctx, func(db *gorm.DB) error {
		return db.Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error
	})
}

// LoadListing returns the controller's last listing when it is newer than since. Errors: not_found (none newer),
// database_unavailable.
func (s *Store) LoadListing(ctx context.Context, controller string, since time.Time) (model.Listing, error) {
	var row listingRow
	err := s.read(ctx, func(db *gorm.DB) error {
		return db.Take(&row, "controller = ? AND listed_at > ?", controller, since.UnixMicro()).Error
	})
	if err != nil {
		return model.Listing{}, err
	}
	l := model.Listing{Controller: controller, At: timeOf(row.ListedAt)}
	err = l.Unpack(row.Jobs)
	return l, err
}
