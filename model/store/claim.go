package store

import (
	"cmp"
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/oabridge/oabridge/model"
)

// ClaimDeployments leases up to limit deployments of controller that are waiting or submitting and due, the oldest
// first. Errors: database_unavailable.
func (s *Store) ClaimDeployments(
	ctx context.Context, controller, owner string, lease time.Duration, limit int,
) ([]*model.Deployment, error) {
	work := due{
		table: "deployments", index: "deployments_due", filter: "controller = ? AND state IN (?, ?)",
		args: []any{controller, model.StateWaiting, model.StateSubmitting},
	}
	rows, err := claim[deploymentRow](ctx, s, work, hold{owner, lease, limit})
	if err != nil {
		return nil, err
	}
	return deploymentsOf(rows)
}

// due says which rows of a table can be claimed. The index begins with the columns of filter and the time, so that a
// claim costs what is due and not what is stored.
type due struct {
	table, index string
	time         string // the column that says when; "" is next_at
	filter       string
	args         []any
}

// hold says for whom rows are claimed, how long and how many.
type hold struct {
	owner string
	lease time.Duration
	limit int
}

// claimed is a row with a lease.
type claimed[R any] interface {
	*R
	key() int64
	lease() *leaseColumns
}

// query selects columns of the rows that are due now and that nobody holds.
func (d due) query(s *Store, columns string, now time.Time, limit int) (string, []any) {
	at := cmp.Or(d.time, "next_at")
	where := d.filter + " AND " + at + " <= ? AND (lease_until IS NULL OR lease_until <= ?)"
	text := "SELECT " + columns + " FROM " + d.table + " " + s.dialect.using(d.index) + " WHERE " + where + " ORDER BY " + at + ", id LIMIT ?"
	micros := now.UnixMicro()
	return text, append(append([]any{}, d.args...), micros, micros, limit)
}

// claim leases what is due. Most of the time nothing is; one look without a lock finds that out.
func claim[R any, P claimed[R]](ctx context.Context, s *Store, d due, h hold) ([]R, error) {
	var first []int64
	err := s.read(ctx, func(db *gorm.DB) error {
		text, args := d.query(s, "id", s.Now(), 1)
		return db.Raw(text, args...).Scan(&first).Error
	})
	if err != nil || len(first) == 0 || h.limit <= 0 {
		return nil, err
	}
	var rows []R
	err = s.write(ctx, func(tx *gorm.DB) (err error) {
		rows, err = take[R, P](tx, s, d, h)
		return err
	})
	return rows, err
}

func take[R any, P claimed[R]](tx *gorm.DB, s *Store, d due, h hold) ([]R, error) {
	now, err := s.readTime(tx)
	if err != nil {
		return nil, err
	}
	text, args := d.query(s, "*", now, h.limit)
	var rows []R
	if err := tx.Raw(text+s.dialect.skipLocked, args...).Scan(&rows).Error; err != nil || len(rows) == 0 {
		return nil, err
	}
	until := moment(now.Add(h.lease))
	ids := make([]int64, len(rows))
	for i := range rows {
		row := P(&rows[i])
		ids[i] = row.key()
		columns := row.lease()
		columns.LeaseOwner, columns.LeaseUntil = h.owner, until
		columns.Version++
	}
	update := "UPDATE " + d.table + " SET lease_owner = ?, lease_until = ?, version = version + 1 WHERE id IN ?"
	return rows, tx.Exec(update, h.owner, until, ids).Error
}
