package store

import (
	"database/sql"

	"github.com/oabridge/oabridge/model"
)

// releaseRow is a release without its deployments. Rows are comparable: equal rows need no saving.
type releaseRow struct {
	ID                int64 `gorm:"primaryKey"`
	Version           int64
	State             model.ReleaseState
	Accepted          model.ReleaseState `gorm:"column:accepted_state"`
	Fingerprint       string
	Source            string
	ProcessInstanceID string
	BusinessID        string
	RequestID         string
	Project           string
	ProjectName       string
	Mode              model.ExecuteMode `gorm:"column:execute_mode"`
	ScheduledAt       sql.NullInt64
	Order             model.Order `gorm:"column:deploy_order"`
	InitiatorID       string
	InitiatorName     string
	Approvers         string
	Reason            string
	DBChange          bool
	Form              string
	Created           int64 `gorm:"column:created_at"`
	Updated           int64 `gorm:"column:updated_at"`
	FinishedAt        sql.NullInt64
	ProofState        model.ProofState
	Proof             string // "" of a release that was stored before there were proofs
	RollbackOf        sql.NullInt64
}

// TableName is gorm's hook.
func (releaseRow) TableName() string { return "releases" }

func newReleaseRow(r *model.Release) (releaseRow, error) {
	var c jsonColumns
	row := releaseRow{
		ID: r.ID, Version: r.Version, State: r.State, Accepted: r.Accepted, Fingerprint: r.Fingerprint, Source: r.Source,
		ProcessInstanceID: text(r.ProcessInstanceID), BusinessID: text(r.BusinessID), RequestID: text(r.RequestID),
		Project: text(r.Project), ProjectName: text(r.ProjectName), Mode: r.Mode, ScheduledAt: momentOf(r.ScheduledAt),
		Order: r.Order, InitiatorID: text(r.Initiator.ID), InitiatorName: text(r.Initiator.Name),
		Approvers: c.encode("approvers", r.Approvers), Reason: text(r.Reason), DBChange: r.DBChange,
		Form: c.encode("form", r.Form), Created: r.CreatedAt.UnixMicro(), Updated: r.UpdatedAt.UnixMicro(),
		FinishedAt: momentOf(r.FinishedAt), ProofState: r.Proof.State, Proof: c.encode("proof", r.Proof),
		RollbackOf: idOrNull(r.RollbackOf),
	}
	return row, c.err
}

func (row *releaseRow) release() (*model.Release, error) {
	var c jsonColumns
	r := &model.Release{
		ID: row.ID, Version: row.Version, State: row.State, Accepted: row.Accepted, Fingerprint: row.Fingerprint,
		Source: row.Source, ProcessInstanceID: row.ProcessInstanceID, BusinessID: row.BusinessID, RequestID: row.RequestID,
		Project: row.Project, ProjectName: row.ProjectName, Mode: row.Mode, ScheduledAt: timeOrNil(row.ScheduledAt),
		Order: row.Order, Initiator: model.Person{ID: row.InitiatorID, Name: row.InitiatorName}, Reason: row.Reason,
		DBChange: row.DBChange, CreatedAt: timeOf(row.Created), UpdatedAt: timeOf(row.Updated),
		FinishedAt: timeOrNil(row.FinishedAt), RollbackOf: row.RollbackOf.Int64,
	}
	c.decode("approvers", row.Approvers, &r.Approvers)
	c.decode("form", row.Form, &r.Form)
	if row.Proof != "" {
		c.decode("proof", row.Proof, &r.Proof)
	}
	r.Proof.State = row.ProofState
	return r, c.err
}

// keyRow says which release a submission's key belongs to.
type keyRow struct {
	SubmissionKey string `gorm:"primaryKey"`
	ReleaseID     int64
}

// TableName is gorm's hook.
func (keyRow) TableName() string { return "idempotency_keys" }
