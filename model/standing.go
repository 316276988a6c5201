package model

import "time"

// Standing is how one deployment stands, as far as the labels of apps tell of it.
type Standing struct {
	ID         int64
	ReleaseID  int64
	FullName   string // of its job
	State      DeploymentState
	Build      int64 // 0 until known
	FinishedAt *time.Time
	Parameters []ParameterValue // only of one that succeeded
}
