package store

import (
	"context"
	"database/sql"
	"errors"

	"gorm.io/gorm"

	"github.com/oabridge/oabridge/model"
)

// releaseRows are a release and its deployments as they are stored.
type releaseRows struct {
	releaseRow
	deployments []deploymentRow
}

// loadRelease reads the release before its deployments: a release that is at its end never comes with deployments that
// are not.
func loadRelease(db *gorm.DB, where ...any) (*releaseRows, error) {
	db = db.Session(&gorm.Session{}) // the locking clause, if any, holds for both statements
	var rows releaseRows
	if err := db.Take(&rows.releaseRow, where...).Error; err != nil {
		if errors.Is(err, gorm.ErrRecordNotFound) {
			return nil, model.Wrap(model.CodeNotFound, err, "没有找到这张上线单")
		}
		return nil, err
	}
	err := db.Where("release_id = ?", rows.ID).Order("id").Find(&rows.deployments).Error
	return &rows, err
}

func (rows *releaseRows) deployment(id int64) *deploymentRow {
	for i := range rows.deployments {
		if rows.deployments[i].ID == id {
			return &rows.deployments[i]
		}
	}
	return nil
}

func (rows *releaseRows) release() (*model.Release, error) {
	r, err := rows.releaseRow.release()
	if err != nil {
		return nil, err
	}
	r.Deployments, err = deploymentsOf(rows.deployments)
	return r, err
}

// Release returns a release with its deployments. Errors: not_found, database_unavailable.
func (s *Store) Release(ctx context.Context, id int64) (*model.Release, error) {
	return s.oneRelease(ctx, "id = ?", id)
}

// ReleaseByKeys returns the release that one of the keys belongs to, the oldest of several. One that was pruned has left
// only what tells a repeat and answers it, and no deployments. Errors: not_found, database_unavailable.
func (s *Store) ReleaseByKeys(ctx context.Context, keys []string) (*model.Release, error) {
	var id sql.NullInt64
	err := s.read(ctx, func(db *gorm.DB) error {
		const query = "SELECT MIN(release_id) FROM idempotency_keys WHERE submission_key IN ?"
		return db.Raw(query, storedKeys(keys)).Scan(&id).Error
	})
	if err != nil {
		return nil, err
	}
	if !id.Valid {
		return nil, model.Errorf(model.CodeNotFound, "没有找到这张上线单")
	}
	r, err := s.Release(ctx, id.Int64)
	if model.CodeOf(err) == model.CodeNotFound {
		return s.prunedRelease(ctx, id.Int64)
	}
	return r, err
}

func (s *Store) oneRelease(ctx context.Context, where ...any) (*model.Release, error) {
	var r *model.Release
	err := s.read(ctx, func(db *gorm.DB) error {
		rows, err := loadRelease(db, where...)
		if err != nil {
			return err
		}
		r, err = rows.release()
		return err
	})
	return r, err
}
