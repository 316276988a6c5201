package store

import (
	"context"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/oabridge/oabridge/model"
)

// Post stores a message of no release; one with a known key is dropped. Errors: invalid_request, database_unavailable.
func (s *Store) Post(ctx context.Context, m model.Message) error {
	return s.exclusive(ctx, func(db *gorm.DB) error { return s.insertMessages(db, m.ReleaseID, []model.Message{m}) })
}

// Messages returns the newest messages of a release, in the order in which they were written, at most limit. Errors:
// database_unavailable.
func (s *Store) Messages(ctx context.Context, releaseID int64, limit int) ([]model.Message, error) {
	var rows []messageRow
	err := s.read(ctx, func(db *gorm.DB) error {
		return db.Where("release_id = ?", releaseID).Order("id DESC").Limit(limit).Find(&rows).Error
	})
	slices.Reverse(rows)
	return messagesOf(rows), err
}

// ClaimMessages leases up to limit pending messages that are due, the oldest first. Errors: database_unavailable.
func (s *Store) ClaimMessages(
	ctx context.Context, owner string, lease time.Duration, limit int,
) ([]model.Message, error) {
	pending := due{table: "messages", index: "messages_due", filter: "state = ?", args: []any{model.MessagePending}}
	rows, err := claim[messageRow](ctx, s, pending, hold{owner, lease, limit})
	return messagesOf(rows), err
}

// SettleMessage saves how a try ended: State, Attempts, NextAt, LastCode, LastError, SentAt, TaskID and CheckAt of m; the
// lease ends.
// Errors: conflict (m.LeaseOwner does not hold it any more), database_unavailable.
func (s *Store) SettleMessage(ctx context.Context, m model.Message) error {
	return s.exclusive(ctx, func(db *gorm.DB) error { return settleRow(db, m) })
}

func settleRow(db *gorm.DB, m model.Message) error {
	held := db.Model(&messageRow{}).Where("id = ? AND state = ? AND lease_owner = ?", m.ID, model.MessagePending, m.LeaseOwner)
	return saved(held.UpdateColumns(map[string]any{
		"state": m.State, "attempts": m.Attempts, "next_at": moment(m.NextAt), "last_code": m.LastCode,
		"last_error": text(m.LastError), "sent_at": momentOf(m.SentAt), "task_id": m.TaskID, "check_at": momentOf(m.CheckAt),
		"lease_owner": "", "lease_until": nil, "version": gorm.Expr("version + 1"),
	}))
}

// insertMessages stores messages; one whose key is known is the same message and stays as it is.
func (s *Store) insertMessages(tx *gorm.DB, releaseID int64, messages []model.Message) error {
	if len(messages) == 0 {
		return nil
	}
	now := s.Now()
	rows := make([]messageRow, len(messages))
	for i, m := range messages {
		m.ReleaseID = releaseID
		if m.State == "" {
			m.State = model.MessagePending
		}
		if m.CreatedAt.IsZero() {
			m.CreatedAt = now
		}
		if m.NextAt.IsZero() && m.State == model.MessagePending {
			m.NextAt = m.CreatedAt
		}
		rows[i] = newMessageRow(m)
	}
	known := clause.OnConflict{Columns: []clause.Column{{Name: "message_key"}}, DoNothing: true}
	return tx.Clauses(known).Create(&rows).Error
}
