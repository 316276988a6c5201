package store

import (
	"context"

	"gorm.io/gorm"

	"github.com/oabridge/oabridge/model"
)

// Reopen makes the controller's deployments due that wait for a window. It returns how many. Errors: database_unavailable.
func (s *Store) Reopen(ctx context.Context, controller string) (int64, error) {
	var reopened int64
	err := s.exclusive(ctx, func(db *gorm.DB) error {
		now := s.Now().UnixMicro()
		result := db.Exec("UPDATE deployments "+s.dialect.using("deployments_due")+" SET next_at = ?, version = version + 1"+
			" WHERE controller = ? AND next_at > ? AND state = ? AND wait_reason = ?",
			now, controller, now, model.StateWaiting, model.WaitWindow)
		reopened = result.RowsAffected
		return result.Error
	})
	return reopened, err
}
