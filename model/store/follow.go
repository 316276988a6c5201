package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/oabridge/oabridge/model"
)

// FollowedDeployments returns the deployments of controller that Jenkins has (queued, running, paused), the oldest
// first. Errors: database_unavailable.
func (s *Store) FollowedDeployments(ctx context.Context, controller string) ([]*model.Deployment, error) {
	var rows []deploymentRow
	err := s.read(ctx, func(db *gorm.DB) error {
		query := "SELECT * FROM deployments " + s.dialect.using("deployments_state") + " WHERE state IN ? AND controller = ? ORDER BY id"
		return db.Raw(query, followedStates(), controller).Scan(&rows).Error
	})
	if err != nil {
		return nil, err
	}
	return deploymentsOf(rows)
}

// FollowedOf returns the deployments of one job that Jenkins has, the oldest first. Errors: database_unavailable.
func (s *Store) FollowedOf(ctx context.Context, job model.JobRef) ([]*model.Deployment, error) {
	var rows []deploymentRow
	err := s.read(ctx, func(db *gorm.DB) error {
		query := "SELECT * FROM deployments " + s.dialect.using("deployments_state") +
			" WHERE state IN ? AND controller = ? AND (job = ? OR moved_to = ?) ORDER BY id"
		return db.Raw(query, followedStates(), job.Controller, job.FullName, job.FullName).Scan(&rows).Error
	})
	if err != nil {
		return nil, err
	}
	return deploymentsOf(rows)
}

// FollowMark changes when what FollowedDeployments returns does. Errors: database_unavailable.
func (s *Store) FollowMark(ctx context.Context, controller string) (model.FollowMark, error) {
	var mark model.FollowMark
	err := s.read(ctx, func(db *gorm.DB) error {
		query := "SELECT COUNT(*) AS count, COALESCE(MAX(id), 0) AS newest, COALESCE(SUM(version), 0) AS versions FROM deployments " +
			s.dialect.using("deployments_state") + " WHERE state IN ? AND controller = ?"
		return db.Raw(query, followedStates(), controller).Scan(&mark).Error
	})
	return mark, err
}

func followedStates() []model.DeploymentState {
	return slices.DeleteFunc(model.DeploymentStates(), func(d model.DeploymentState) bool { return !d.Followed() })
}

// BuildHolders returns the builds of the job that deployments hold, or held before they were retried: by number, when they
// started as far as that is known. Numbers repeat when a job was made anew. Only numbers of at least from. Errors:
// database_unavailable.
func (s *Store) BuildHolders(ctx context.Context, job model.JobRef, from int64) (map[int64][]time.Time, error) {
	var rows []struct {
		Build        int64
		StartedAt    sql.NullInt64
		FormerBuilds sql.NullString
	}
	err := s.read(ctx, func(db *gorm.DB) error {
		// One that is retried and has no new build yet has the number 0.
		const columns = "SELECT build, started_at, former_builds FROM deployments "
		query := columns + s.dialect.using("deployments_build") + " WHERE controller = ? AND job = ? AND build >= ? UNION ALL " +
			columns + s.dialect.using("deployments_build") + " WHERE controller = ? AND job = ? AND build = 0 AND retries > 0"
		return db.Raw(query, job.Controller, job.FullName, max(from, 1), job.Controller, job.FullName).Scan(&rows).Error
	})
	holders := make(map[int64][]time.Time, len(rows))
	hold := func(number int64, at *time.Time) {
		if number < max(from, 1) {
			return
		}
		started := time.Time{}
		if at != nil {
			started = *at
		}
		holders[number] = append(holders[number], started)
	}
	var c jsonColumns
	for _, row := range rows {
		hold(row.Build, timeOrNil(row.StartedAt))
		var former []model.FormerBuild
		c.decodeSome("former_builds", row.FormerBuilds.String, &former)
		for _, f := range former {
			hold(f.Build, f.StartedAt)
		}
	}
	return holders, errors.Join(err, c.err)
}
