package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/oabridge/oabridge/model"
)

// withdrawalKey is the check that remembers that an approval does not hold any more.
func withdrawalKey(instance string) string { return "withdrawn:" + instance }

// KeepWithdrawal remembers that an approval does not hold any more, whether its release is known or still to come; the
// first reason stays. Errors: database_unavailable.
func (s *Store) KeepWithdrawal(ctx context.Context, instance, why string, at time.Time) error {
	return s.KeepCheck(ctx, model.Check{
		Key: withdrawalKey(instance), Event: model.ApprovalEvent{Instance: instance}, State: model.CheckDone, Message: why, CreatedAt: at,
	})
}

// Withdrawal is why an approval does not hold any more; "" when nobody took it back. Errors: database_unavailable.
func (s *Store) Withdrawal(ctx context.Context, instance string) (string, error) {
	var why []string
	err := s.read(ctx, func(db *gorm.DB) error {
		return db.Raw("SELECT message FROM approval_checks WHERE check_key = ?", keyColumn(withdrawalKey(instance))).Scan(&why).Error
	})
	if err != nil || len(why) == 0 {
		return "", err
	}
	return why[0], nil
}
