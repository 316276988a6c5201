package store

import (
	"cmp"
	"context"
	"math"
	"slices"

	"gorm.io/gorm"

	"github.com/oabridge/oabridge/model"
)

// History returns the newest events of a release, or those before the one with the id, in the order in which they happened,
// at most limit. Errors: database_unavailable.
func (s *Store) History(ctx context.Context, releaseID, before int64, limit int) ([]model.Event, error) {
	var rows []eventRow
	err := s.read(ctx, func(db *gorm.DB) error {
		return db.Where("release_id = ? AND id < ?", releaseID, cmp.Or(max(before, 0), math.MaxInt64)).
			Order("id DESC").Limit(limit).Find(&rows).Error
	})
	if err != nil {
		return nil, err
	}
	slices.Reverse(rows)
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
