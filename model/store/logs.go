package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/oabridge/oabridge/model"
)

type logRow struct {
	DeploymentID int64 `gorm:"primaryKey"`
	Build        int64 `gorm:"primaryKey"`
	FromOffset   int64 `gorm:"primaryKey"`
	Size         int
	KeptAt       int64
	Zip          []byte
}

// TableName is gorm's hook.
func (logRow) TableName() string { return "build_logs" }

// logsAtOnce is how many blocks one statement stores: some MB.
const logsAtOnce = 8

// KeepLog stores the log of a build, in the place of what is stored of it, and notes that it is not due any more. Errors:
// database_unavailable.
func (s *Store) KeepLog(ctx context.Context, ref model.LogRef, blocks []model.LogBlock) error {
	return s.write(ctx, func(tx *gorm.DB) error {
		now, err := s.readTime(tx)
		if err != nil {
			return err
		}
		if err := tx.Exec("DELETE FROM build_logs WHERE deployment_id = ? AND build = ?", ref.Deployment, ref.Build).Error; err != nil {
			return err
		}
		rows := make([]logRow, len(blocks))
		for i, b := range blocks {
			rows[i] = logRow{
				DeploymentID: ref.Deployment, Build: ref.Build, FromOffset: b.From, Size: b.Size, KeptAt: now.UnixMicro(), Zip: b.Zip,
			}
		}
		if len(rows) > 0 {
			if err := tx.CreateInBatches(rows, logsAtOnce).Error; err != nil {
				return err
			}
		}
		return tx.Exec("UPDATE deployments SET log_due_at = NULL WHERE id = ? AND build = ?", ref.Deployment, ref.Build).Error
	})
}

// LogBlock returns the first block of a kept log that ends after the offset. Errors: not_found (none does, or nothing is kept),
// database_unavailable.
func (s *Store) LogBlock(ctx context.Context, ref model.LogRef, offset int64) (model.LogBlock, error) {
	var row logRow
	err := s.read(ctx, func(db *gorm.DB) error {
		return db.Where("deployment_id = ? AND build = ? AND from_offset + size > ?", ref.Deployment, ref.Build, offset).
			Order("from_offset").Take(&row).Error
	})
	return model.LogBlock{From: row.FromOffset, Size: row.Size, Zip: row.Zip}, err
}

// LogSize is the length of a kept log's text. Errors: not_found, database_unavailable.
func (s *Store) LogSize(ctx context.Context, ref model.LogRef) (int64, error) {
	var row logRow
	err := s.read(ctx, func(db *gorm.DB) error {
		return db.Select("from_offset", "size").Where("deployment_id = ? AND build = ?", ref.Deployment, ref.Build).
			Order("from_offset DESC").Take(&row).Error
	})
	return row.FromOffset + int64(row.Size), err
}

// DueLogs returns deployments of the controller whose build's log is to be kept now, the oldest first, at most limit. Errors:
// database_unavailable.
func (s *Store) DueLogs(ctx context.Context, controller string, limit int) ([]*model.Deployment, error) {
	var rows []deploymentRow
	err := s.read(ctx, func(db *gorm.DB) error {
		return db.Where("controller = ? AND log_due_at <= ?", controller, s.Now().UnixMicro()).Order("log_due_at").Limit(limit).Find(&rows).Error
	})
	if err != nil {
		return nil, err
	}
	return deploymentsOf(rows)
}

// PostponeLog says when the log of a build is to be kept, because it could not be read now; the zero time gives it up. Errors:
// database_unavailable.
func (s *Store) PostponeLog(ctx context.Context, ref model.LogRef, next time.Time) error {
	return s.exclusive(ctx, func(db *gorm.DB) error {
		return db.Exec("UPDATE deployments SET log_due_at = ? WHERE id = ? AND build = ?", moment(next), ref.Deployment, ref.Build).Error
	})
}

// PruneLogs deletes at most limit blocks of logs that were kept before the time, and says how many. Errors:
// database_unavailable.
func (s *Store) PruneLogs(ctx context.Context, before time.Time, limit int) (int, error) {
	var pruned int64
	err := s.write(ctx, func(tx *gorm.DB) error {
		var rows []logRow
		err := tx.Select("deployment_id", "build", "from_offset").Where("kept_at < ?", before.UnixMicro()).Order("kept_at").Limit(limit).
			Find(&rows).Error
		if err != nil {
			return err
		}
		for _, row := range rows {
			if err := tx.Delete(&row).Error; err != nil {
				return err
			}
		}
		pruned = int64(len(rows))
		return nil
	})
	return int(pruned), err
}
