package store

import (
	"context"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

type callsRow struct {
	Month string `gorm:"primaryKey"`
	Kind  string `gorm:"primaryKey"`
	Calls int64
}

// TableName is gorm's hook.
func (callsRow) TableName() string { return "dingtalk_calls" }

// AddCalls adds n calls of a kind to those of the month. Errors: database_outcome_unknown (they may be counted),
// database_unavailable.
func (s *Store) AddCalls(ctx context.Context, month, kind string, n int64) error {
	row := callsRow{Month: keyColumn(month), Kind: keyColumn(kind), Calls: n}
	return s.exclusive(ctx, func(db *gorm.DB) error {
		return db.Clauses(clause.OnConflict{
			Columns:   []clause.Column{{Name: "month"}, {Name: "kind"}},
			DoUpdates: clause.Assignments(map[string]any{"calls": gorm.Expr("calls + ?", n)}),
		}).Create(&row).Error
	})
}

// Calls returns how many calls of each kind were counted in the month. Errors: database_unavailable.
func (s *Store) Calls(ctx context.Context, month string) (map[string]int64, error) {
	var rows []callsRow
	err := s.read(ctx, func(db *gorm.DB) error { return db.Where("month = ?", month).Find(&rows).Error })
	calls := make(map[string]int64, len(rows))
	for _, row := range rows {
		calls[row.Kind] = row.Calls
	}
	return calls, err
}
