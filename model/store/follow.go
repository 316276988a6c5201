package store

import (
	"context"
	"slices"

	"gorm.io/gorm"

	"github.com/oabridge/oabridge/model"
)

// FollowedDeployments returns the deployments of controller that Jenkins has (queued, running, paused), the oldest
// first. Errors: database_unavailable.
func (s *Store) FollowedDeployments(ctx context.Context, controller string) ([]*model.Deployment, error) {
	followed := slices.DeleteFunc(model.DeploymentStates(), func(d model.DeploymentState) bool { return !d.Followed() })
	var rows []deploymentRow
	err := s.read(ctx, func(db *gorm.DB) error {
		query := "SELECT * FROM deployments " + s.dialect.using("deployments_state") + " WHERE state IN ? AND controller = ? ORDER BY id"
		return db.Raw(query, followed, controller).Scan(&rows).Error
	})
	if err != nil {
		return nil, err
	}
	return deploymentsOf(rows)
}

// BuildHolders returns which deployments hold builds of the job, by build number, for numbers of at least from; of
// several the newest. Errors: database_unavailable.
func (s *Store) BuildHolders(ctx context.Context, job model.JobRef, from int64) (map[int64]int64, error) {
	var rows []struct{ ID, Build int64 }
	err := s.read(ctx, func(db *gorm.DB) error {
		query := "SELECT id, build FROM deployments " + s.dialect.using("deployments_build") +
			" WHERE controller = ? AND job = ? AND build >= ? ORDER BY id"
		return db.Raw(query, job.Controller, job.FullName, max(from, 1)).Scan(&rows).Error
	})
	holders := make(map[int64]int64, len(rows))
	for _, row := range rows {
		holders[row.Build] = row.ID
	}
	return holders, err
}
