package store

import (
	"cmp"
	"context"
	"math"
	"time"

	"gorm.io/gorm"

	"github.com/oabridge/oabridge/model"
)

// ListMessages returns messages, newest first, at most f.Limit. Errors: database_unavailable.
func (s *Store) ListMessages(ctx context.Context, f model.MessageFilter) ([]model.Message, error) {
	query, args := "SELECT * FROM messages WHERE id < ?", []any{cmp.Or(max(f.Before, 0), math.MaxInt64)}
	if f.State != "" {
		query = "SELECT * FROM messages " + s.dialect.using("messages_state") + " WHERE id < ? AND state = ?"
		args = append(args, f.State)
	}
	if f.Channel != "" {
		query += " AND channel = ?"
		args = append(args, f.Channel)
	}
	args = append(args, min(max(f.Limit, 1), maxPage))
	var rows []messageRow
	err := s.read(ctx, func(db *gorm.DB) error { return db.Raw(query+" ORDER BY id DESC LIMIT ?", args...).Scan(&rows).Error })
	return messagesOf(rows), err
}

// Message returns one message. Errors: not_found, database_unavailable.
func (s *Store) Message(ctx context.Context, id int64) (model.Message, error) {
	var row messageRow
	err := s.read(ctx, func(db *gorm.DB) error { return db.Take(&row, "id = ?", id).Error })
	if err != nil {
		return model.Message{}, err
	}
	return row.message(), nil
}

// Resend makes a dead message pending again, as one that was never tried, and writes into its release's history who had it
// sent again. Errors: not_found, conflict (it is not dead), database_unavailable.
func (s *Store) Resend(ctx context.Context, id int64, by string, at time.Time) error {
	return s.write(ctx, func(tx *gorm.DB) error {
		var row messageRow
		if err := tx.Take(&row, "id = ?", id).Error; err != nil {
			return err
		}
		dead := tx.Model(&messageRow{}).Where("id = ? AND state = ?", id, model.MessageDead)
		again := dead.UpdateColumns(map[string]any{
			"state": model.MessagePending, "attempts": 0, "next_at": moment(at), "resent_by": text(by), "resent_at": moment(at),
			"task_id": 0, "check_at": nil, "sent_at": nil, "lease_owner": "", "lease_until": nil,
			"version": gorm.Expr("version + 1"),
		})
		if err := saved(again); err != nil || !row.ReleaseID.Valid {
			return err
		}
		return s.insertEvents(tx, row.ReleaseID.Int64, []model.Event{{
			At: at, Actor: by, Kind: model.EventKindResent, Code: row.LastCode, Message: "重新发送：" + row.Title,
		}})
	})
}

// CountDead counts the messages that were given up. Errors: database_unavailable.
func (s *Store) CountDead(ctx context.Context) (int64, error) {
	var count int64
	err := s.read(ctx, func(db *gorm.DB) error {
		return db.Raw("SELECT COUNT(*) FROM messages WHERE state = ?", model.MessageDead).Scan(&count).Error
	})
	return count, err
}
