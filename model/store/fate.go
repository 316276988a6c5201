package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/oabridge/oabridge/model"
)

// ClaimFates leases up to limit sent messages about which DingTalk is to be asked now. Errors: database_unavailable.
func (s *Store) ClaimFates(ctx context.Context, owner string, lease time.Duration, limit int) ([]model.Message, error) {
	sent := due{table: "messages", index: "messages_check", time: "check_at", filter: "state = ?", args: []any{model.MessageSent}}
	rows, err := claim[messageRow](ctx, s, sent, hold{owner, lease, limit})
	return messagesOf(rows), err
}

// SettleFate saves what became of a sent message: State, CheckAt, LastCode and LastError of m; the lease ends. Errors:
// conflict (m.LeaseOwner does not hold it any more), database_unavailable.
func (s *Store) SettleFate(ctx context.Context, m model.Message) error {
	return s.exclusive(ctx, func(db *gorm.DB) error {
		held := db.Model(&messageRow{}).Where("id = ? AND state = ? AND lease_owner = ? AND lease_until IS NOT NULL",
			m.ID, model.MessageSent, m.LeaseOwner)
		return saved(held.UpdateColumns(map[string]any{
			"state": m.State, "check_at": momentOf(m.CheckAt), "last_code": m.LastCode, "last_error": text(m.LastError),
			"lease_owner": "", "lease_until": nil, "version": gorm.Expr("version + 1"),
		}))
	})
}
