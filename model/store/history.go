package store

import (
	"context"

	"gorm.io/gorm"

	"github.com/oabridge/oabridge/model"
)

// History returns a release's events, oldest first, at most limit. Errors: database_unavailable.
func (s *Store) History(ctx context.Context, releaseID int64, limit int) ([]model.Event, error) {
	var rows []eventRow
	err := s.read(ctx, func(db *gorm.DB) error {
		return db.Where("release_id = ?", releaseID).Order("id").Limit(limit).Find(&rows).Error
	})
	if err != nil {
		return nil, err
	}
	list := make([]model.Event, len(rows))
	for i := range rows {
		list[i] = rows[i].event()
	}
	return list, nil
}

func (s *Store) insertEvents(tx *gorm.DB, releaseID int64, events []model.Event) error {
	if len(events) == 0 {
		return nil
	}
	rows := make([]eventRow, len(events))
	for i, e := range events {
		e.ReleaseID = releaseID
		if e.At.IsZero() {
			e.At = s.Now()
		}
		rows[i] = newEventRow(e)
	}
	return tx.Create(&rows).Error
}
