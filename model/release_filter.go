package model

import "time"

// ReleaseFilter says which releases to list. What is zero lets everything through; all that is set must hold.
type ReleaseFilter struct {
	States   []ReleaseState // one of these
	From, To time.Time      // recorded in this time, To itself not

	Project string // key or name, exactly
	Person  string // initiator or approver, by id or name, exactly

	DeploymentFilter

	RollbackOf int64 // rolls back this release
	Before     int64 // only releases with a smaller id; 0 for the newest
	Limit      int   // from 1 to 200
}

// DeploymentFilter says which deployments are meant: a release is listed when one of its own is.
type DeploymentFilter struct {
	App        string // key or name, exactly
	Deployment DeploymentState
	Result     string // as Jenkins named it
}

// Has tells whether d is meant.
func (f DeploymentFilter) Has(d *Deployment) bool {
	return (f.App == "" || f.App == d.Key() || f.App == d.AppName) &&
		(f.Deployment == "" || f.Deployment == d.State) && (f.Result == "" || f.Result == d.Result)
}
