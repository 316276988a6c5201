package store

import (
	"database/sql"

	"github.com/oabridge/oabridge/model"
)

type eventRow struct {
	ID           int64 `gorm:"primaryKey"`
	ReleaseID    int64
	DeploymentID sql.NullInt64
	HappenedAt   int64
	Actor        string
	Kind         string
	From         string `gorm:"column:from_state"`
	To           string `gorm:"column:to_state"`
	Code         model.Code
	Message      string
}

// TableName is gorm's hook.
func (eventRow) TableName() string { return "events" }

func newEventRow(e model.Event) eventRow {
	return eventRow{
		ReleaseID: e.ReleaseID, DeploymentID: idOrNull(e.DeploymentID), HappenedAt: e.At.UnixMicro(), Actor: text(e.Actor),
		Kind: e.Kind, From: e.From, To: e.To, Code: e.Code, Message: text(e.Message),
	}
}

func (row *eventRow) event() model.Event {
	return model.Event{
		ID: row.ID, ReleaseID: row.ReleaseID, DeploymentID: row.DeploymentID.Int64, At: timeOf(row.HappenedAt),
		Actor: row.Actor, Kind: row.Kind, From: row.From, To: row.To, Code: row.Code, Message: row.Message,
	}
}
