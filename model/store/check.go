package store

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/oabridge/oabridge/model"
)

// KeepCheck stores a check; one with a known key is the same check and stays as it is. Errors: invalid_request,
// database_unavailable.
func (s *Store) KeepCheck(ctx context.Context, c model.Check) error {
	return s.exclusive(ctx, func(db *gorm.DB) error { return s.insertChecks(db, 0, []model.Check{c}) })
}

// ClaimChecks leases up to limit pending checks that are due, the oldest first. Errors: database_unavailable.
func (s *Store) ClaimChecks(ctx context.Context, owner string, lease time.Duration, limit int) ([]model.Check, error) {
	pending := due{table: "approval_checks", index: "approval_checks_due", filter: "state = ?", args: []any{model.CheckPending}}
	rows, err := claim[checkRow](ctx, s, pending, hold{owner, lease, limit})
	if err != nil {
		return nil, err
	}
	checks := make([]model.Check, len(rows))
	for i := range rows {
		if checks[i], err = rows[i].check(); err != nil {
			return nil, err
		}
	}
	return checks, nil
}

// SettleCheck saves how a look ended: State, Attempts, NextAt, Code and Message of c; the lease ends. Errors: conflict
// (c.LeaseOwner does not hold it any more), database_unavailable.
func (s *Store) SettleCheck(ctx context.Context, c model.Check) error {
	next := moment(c.NextAt)
	if c.State != model.CheckPending {
		next = sql.NullInt64{}
	}
	return s.exclusive(ctx, func(db *gorm.DB) error {
		held := db.Model(&checkRow{}).Where("id = ? AND state = ? AND lease_owner = ?", c.ID, model.CheckPending, c.LeaseOwner)
		return saved(held.UpdateColumns(map[string]any{
			"state": c.State, "attempts": c.Attempts, "next_at": next, "code": c.Code, "message": text(c.Message),
			"lease_owner": "", "lease_until": nil, "version": gorm.Expr("version + 1"),
		}))
	})
}

// Unchecked returns those of the instances that no check knows, or only one that found them running. Errors: database_unavailable.
func (s *Store) Unchecked(ctx context.Context, instances []string) ([]string, error) {
	keys := make([]string, len(instances))
	for i, instance := range instances {
		keys[i] = keyColumn(instance)
	}
	var found []string
	err := s.read(ctx, func(db *gorm.DB) error {
		return db.Raw("SELECT DISTINCT instance FROM approval_checks WHERE instance IN ? AND state <> ?", keys, model.CheckOpen).Scan(&found).Error
	})
	var unknown []string
	for i, instance := range instances {
		if !slices.Contains(found, keys[i]) {
			unknown = append(unknown, instance)
		}
	}
	return unknown, err
}

// insertChecks stores checks; one whose key is known stays as it is.
func (s *Store) insertChecks(tx *gorm.DB, releaseID int64, checks []model.Check) error {
	if len(checks) == 0 {
		return nil
	}
	now := s.Now()
	rows := make([]checkRow, len(checks))
	for i, c := range checks {
		if c.ReleaseID == 0 {
			c.ReleaseID = releaseID
		}
		if c.CreatedAt.IsZero() {
			c.CreatedAt = now
		}
		if c.NextAt.IsZero() {
			c.NextAt = c.CreatedAt
		}
		row, err := newCheckRow(c)
		if err != nil {
			return err
		}
		rows[i] = row
	}
	known := clause.OnConflict{Columns: []clause.Column{{Name: "check_key"}}, DoNothing: true}
	return tx.Clauses(known).Create(&rows).Error
}

// pruneChecks deletes what was looked into before the time, a batch at a time.
func (s *Store) pruneChecks(tx *gorm.DB, before time.Time) (int, error) {
	var ids []int64
	old := "SELECT id FROM approval_checks WHERE created_at < ? AND state <> ? ORDER BY created_at, id LIMIT ?"
	if err := tx.Raw(old, before.UnixMicro(), model.CheckPending, pruneRows).Scan(&ids).Error; err != nil || len(ids) == 0 {
		return 0, err
	}
	result := tx.Exec("DELETE FROM approval_checks WHERE id IN ?", ids)
	return int(result.RowsAffected), result.Error
}
