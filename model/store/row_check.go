package store

import (
	"cmp"

	"github.com/oabridge/oabridge/model"
)

// checkRow is one approval that has to be looked into.
type checkRow struct {
	ID        int64        `gorm:"primaryKey"`
	Lease     leaseColumns `gorm:"embedded"`
	Key       string       `gorm:"column:check_key"`
	Instance  string
	ReleaseID int64
	State     model.CheckState
	Event     string
	Attempts  int
	Code      model.Code
	Message   string
	Created   int64 `gorm:"column:created_at"`
}

// TableName is gorm's hook.
func (checkRow) TableName() string { return "approval_checks" }

func (row *checkRow) key() int64           { return row.ID }
func (row *checkRow) lease() *leaseColumns { return &row.Lease }

func newCheckRow(c model.Check) (checkRow, error) {
	var columns jsonColumns
	row := checkRow{
		Key: keyColumn(c.Key), Instance: keyColumn(c.Event.Instance), ReleaseID: c.ReleaseID,
		State: cmp.Or(c.State, model.CheckPending), Message: text(c.Message), Lease: leaseColumns{Version: 1},
		Event: columns.encode("event", c.Event), Created: c.CreatedAt.UnixMicro(),
	}
	if row.State == model.CheckPending {
		row.Lease.NextAt = moment(c.NextAt)
	}
	return row, columns.err
}

func (row *checkRow) check() (model.Check, error) {
	var columns jsonColumns
	c := model.Check{
		ID: row.ID, Key: row.Key, ReleaseID: row.ReleaseID, State: row.State, Attempts: row.Attempts,
		NextAt: timeOrZero(row.Lease.NextAt), LeaseOwner: row.Lease.LeaseOwner, Code: row.Code, Message: row.Message,
		CreatedAt: timeOf(row.Created),
	}
	columns.decode("event", row.Event, &c.Event)
	return c, columns.err
}
