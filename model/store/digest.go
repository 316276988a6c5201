package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/oabridge/oabridge/model"
)

// ClaimBacklog leases up to limit more pending messages that are due for m's recipient to m's owner, the oldest first. None
// of them is a digest, or was in one. Errors: database_unavailable.
func (s *Store) ClaimBacklog(
	ctx context.Context, m model.Message, lease time.Duration, limit int,
) ([]model.Message, error) {
	backlog := due{
		table: "messages", index: "messages_due", filter: "state = ? AND channel = ? AND recipient = ? AND kind <> ? AND digest_id IS NULL",
		args: []any{model.MessagePending, m.Channel, text(m.Recipient), model.NoticeDigest},
	}
	rows, err := claim[messageRow](ctx, s, backlog, hold{m.LeaseOwner, lease, limit})
	return messagesOf(rows), err
}

// Merge stores a digest in the place of pending messages that its owner holds: it is leased to the same owner, and they
// are merged. It returns the digest's id. Errors: conflict (one of them is not held any more: nothing is stored),
// database_unavailable.
func (s *Store) Merge(ctx context.Context, digest model.Message, members []int64, lease time.Duration) (int64, error) {
	row := newMessageRow(digest)
	err := s.write(ctx, func(tx *gorm.DB) error {
		now, err := s.readTime(tx)
		if err != nil {
			return err
		}
		row.ID, row.Lease.LeaseUntil = 0, moment(now.Add(lease))
		if err := tx.Create(&row).Error; err != nil {
			return err
		}
		held := tx.Model(&messageRow{}).
			Where("id IN ? AND state = ? AND lease_owner = ?", members, model.MessagePending, digest.LeaseOwner)
		merged := held.UpdateColumns(map[string]any{
			"state": model.MessageMerged, "digest_id": row.ID, "lease_owner": "", "lease_until": nil,
			"version": gorm.Expr("version + 1"),
		})
		if merged.Error == nil && merged.RowsAffected != int64(len(members)) {
			return model.Errorf(model.CodeConflict, "有消息已由另一个实例处理")
		}
		return merged.Error
	})
	return row.ID, err
}

// Unmerge saves that a digest was refused, as SettleMessage does, and makes its members pending again; each keeps its
// DigestID. All of it or nothing. Errors: conflict (the digest's owner does not hold it any more), database_unavailable.
func (s *Store) Unmerge(ctx context.Context, digest model.Message) error {
	return s.write(ctx, func(tx *gorm.DB) error {
		if err := settleRow(tx, digest); err != nil {
			return err
		}
		members := tx.Model(&messageRow{}).Where("state = ? AND digest_id = ?", model.MessageMerged, digest.ID)
		return members.UpdateColumns(map[string]any{
			"state": model.MessagePending, "next_at": moment(digest.NextAt), "version": gorm.Expr("version + 1"),
		}).Error
	})
}
