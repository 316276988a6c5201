package store

import (
	"context"
	"slices"

	"gorm.io/gorm"

	"github.com/oabridge/oabridge/model"
)

// Occupants returns the deployments of the controller that are not at their end, the oldest first, at most limit. Errors:
// database_unavailable.
func (s *Store) Occupants(ctx context.Context, controller string, limit int) ([]model.Occupant, error) {
	var rows []struct {
		Job, InitiatorID, InitiatorName string
		State                           model.DeploymentState
		ReleaseID                       int64
	}
	open := slices.DeleteFunc(model.DeploymentStates(), model.DeploymentState.Terminal)
	err := s.read(ctx, func(db *gorm.DB) error {
		return db.Raw("SELECT d.job, d.state, d.release_id, r.initiator_id, r.initiator_name FROM deployments d "+
			s.dialect.using("deployments_state")+" JOIN releases r ON r.id = d.release_id"+
			" WHERE d.state IN ? AND d.controller = ? ORDER BY d.id LIMIT ?", open, controller, limit).Scan(&rows).Error
	})
	list := make([]model.Occupant, len(rows))
	for i, row := range rows {
		list[i] = model.Occupant{
			JobRef: model.JobRef{Controller: controller, FullName: row.Job}, State: row.State, ReleaseID: row.ReleaseID,
			Initiator: model.Person{ID: row.InitiatorID, Name: row.InitiatorName},
		}
	}
	return list, err
}
