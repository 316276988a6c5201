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

type deploymentRow struct {
	ID        int64 `gorm:"primaryKey"`
	ReleaseID int64
	leaseRow
	Position         int
	Controller       string
	Job              string
	AppName          string
	State            model.DeploymentState
	Wait             model.Wait `gorm:"column:wait_reason"`
	Attempts         int
	Parameters       string
	ReleaseParameter string
	Parameterised    bool
	SubmittedAt      sql.NullInt64
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
}
