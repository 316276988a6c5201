package store

import (
	"database/sql"
	"time"

	"github.com/oabridge/oabridge/model"
)

// leaseColumns are the same in every table that work is claimed from.
type leaseColumns struct {
	Version    int64
	NextAt     sql.NullInt64 // NULL: nothing to claim
	LeaseOwner string
	LeaseUntil sql.NullInt64
}

// deploymentRow is one deployment. Rows are comparable: equal rows need no saving.
type deploymentRow struct {
	ID               int64 `gorm:"primaryKey"`
	ReleaseID        int64
	Lease            leaseColumns `gorm:"embedded"`
	Position         int
	Controller       string
	Job              string
	AppName          string
	State            model.DeploymentState
	Wait             model.Wait `gorm:"column:wait_reason"`
	Attempts         int
	Slot             sql.NullInt64 `gorm:"column:job_slot"`
	Parameters       string
	ReleaseParameter string
	Parameterised    bool
	Definition       string // "" when it is not known
	Drift            string // "" when there is none
	SubmittedAt      sql.NullInt64
	PostedAt         sql.NullInt64
	PostedAheadNs    int64
	DelayedSince     sql.NullInt64
	Unanswered       int
	QueueID          int64
	Build            int64
	BuildURL         string
	Described        bool
	MissingSince     sql.NullInt64
	StartedAt        sql.NullInt64
	FinishedAt       sql.NullInt64
	Duration         time.Duration `gorm:"column:duration_ns"`
	Result           string
	Asked            string
	Code             model.Code
	Message          string
	Stop             string `gorm:"column:stop_request"`
	LogDueAt         sql.NullInt64
	Estimate         time.Duration `gorm:"column:estimate_ns"`
	PausedAt         sql.NullInt64
	PausedFor        time.Duration `gorm:"column:paused_ns"`
	QueuedTold       bool
	SlowTold         bool
	MovedTo          string
	PendingInputs    string // "" when there are none, as of the next two
	Answers          string
	Details          string
	QueuedAt         sql.NullInt64
	Retries          int
	FormerBuilds     string // "" when there are none
}

// TableName is gorm's hook.
func (deploymentRow) TableName() string { return "deployments" }

func (row *deploymentRow) key() int64           { return row.ID }
func (row *deploymentRow) lease() *leaseColumns { return &row.Lease }

func newDeploymentRow(d *model.Deployment) (deploymentRow, error) {
	var c jsonColumns
	row := deploymentRow{
		ID: d.ID, ReleaseID: d.ReleaseID, Position: d.Position, Controller: d.Controller, Job: d.FullName,
		Lease: leaseColumns{
			Version: d.Version, NextAt: momentOf(d.NextAt), LeaseOwner: d.LeaseOwner, LeaseUntil: momentOf(d.LeaseUntil),
		},
		AppName: text(d.AppName), State: d.State, Wait: d.Wait, Attempts: d.Attempts, Slot: slotOf(d.Slot),
		Parameters: c.encode("parameters", d.Parameters), ReleaseParameter: text(d.ReleaseParameter),
		Parameterised: d.Parameterised, SubmittedAt: momentOf(d.SubmittedAt), PostedAt: momentOf(d.PostedAt),
		PostedAheadNs: int64(d.PostedAhead), DelayedSince: momentOf(d.DelayedSince), Unanswered: d.Unanswered, QueueID: d.QueueID, Build: d.Build,
		BuildURL: text(d.BuildURL), Described: d.Described, MissingSince: momentOf(d.MissingSince),
		StartedAt: momentOf(d.StartedAt), FinishedAt: momentOf(d.FinishedAt), Duration: d.Duration, Result: text(d.Result),
		Definition: c.encodeSome("definition", d.Definition, d.Definition != nil), Drift: c.encodeSome("drift", d.Drift, d.Drift != nil),
		Asked: c.encode("asked", d.Asked), Code: d.Code, Message: text(d.Message), Stop: c.encode("stop_request", d.Stop),
		LogDueAt: momentOf(d.LogDueAt),
		Estimate: d.Estimate, PausedAt: momentOf(d.PausedAt), PausedFor: d.PausedFor, QueuedTold: d.QueuedTold,
		SlowTold: d.SlowTold, MovedTo: text(d.MovedTo),
		PendingInputs: c.encodeSome("pending_inputs", d.Inputs, len(d.Inputs) > 0),
		Answers:       c.encodeSome("answers", d.Answers, len(d.Answers) > 0),
		Details:       c.encodeSome("details", d.Details, d.Details != nil),
		QueuedAt:      momentOf(d.QueuedAt), Retries: d.Retries,
		FormerBuilds: c.encodeSome("former_builds", d.Former, len(d.Former) > 0),
	}
	return row, c.err
}

func (row *deploymentRow) deployment() (*model.Deployment, error) {
	var c jsonColumns
	d := &model.Deployment{
		ID: row.ID, ReleaseID: row.ReleaseID, Position: row.Position,
		JobRef: model.JobRef{Controller: row.Controller, FullName: row.Job}, AppName: row.AppName, State: row.State,
		Version: row.Lease.Version, Wait: row.Wait, NextAt: timeOrNil(row.Lease.NextAt), LeaseOwner: row.Lease.LeaseOwner,
		LeaseUntil: timeOrNil(row.Lease.LeaseUntil), Attempts: row.Attempts, ReleaseParameter: row.ReleaseParameter,
		Parameterised: row.Parameterised, SubmittedAt: timeOrNil(row.SubmittedAt), PostedAt: timeOrNil(row.PostedAt),
		PostedAhead: time.Duration(row.PostedAheadNs), DelayedSince: timeOrNil(row.DelayedSince), Unanswered: row.Unanswered, QueueID: row.QueueID, Build: row.Build,
		BuildURL: row.BuildURL, Described: row.Described, MissingSince: timeOrNil(row.MissingSince),
		StartedAt: timeOrNil(row.StartedAt), FinishedAt: timeOrNil(row.FinishedAt), Duration: row.Duration,
		Result: row.Result, Code: row.Code, Message: row.Message, LogDueAt: timeOrNil(row.LogDueAt),
		Estimate: row.Estimate, PausedAt: timeOrNil(row.PausedAt), PausedFor: row.PausedFor, QueuedTold: row.QueuedTold,
		SlowTold: row.SlowTold, MovedTo: row.MovedTo, QueuedAt: timeOrNil(row.QueuedAt), Retries: row.Retries,
	}
	if row.Slot.Valid {
		d.Slot = new(int(row.Slot.Int64))
	}
	c.decode("parameters", row.Parameters, &d.Parameters)
	c.decode("asked", row.Asked, &d.Asked)
	c.decode("stop_request", row.Stop, &d.Stop)
	c.decodeSome("definition", row.Definition, &d.Definition)
	c.decodeSome("drift", row.Drift, &d.Drift)
	c.decodeSome("pending_inputs", row.PendingInputs, &d.Inputs)
	c.decodeSome("answers", row.Answers, &d.Answers)
	c.decodeSome("details", row.Details, &d.Details)
	c.decodeSome("former_builds", row.FormerBuilds, &d.Former)
	if d.Stop != nil {
		d.Stop.At = d.Stop.At.UTC()
	}
	if d.Drift != nil {
		d.Drift.Since = d.Drift.Since.UTC()
	}
	return d, c.err
}

func slotOf(slot *int) sql.NullInt64 {
	if slot == nil {
		return sql.NullInt64{}
	}
	return sql.NullInt64{Int64: int64(*slot), Valid: true}
}

func deploymentsOf(rows []deploymentRow) ([]*model.Deployment, error) {
	list := make([]*model.Deployment, len(rows))
	for i := range rows {
		d, err := rows[i].deployment()
		if err != nil {
			return nil, err
		}
		list[i] = d
	}
	return list, nil
}
