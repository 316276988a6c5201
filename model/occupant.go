package model

// Occupant is a deployment that is not at its end: who asks for its job must wait for it, or beside it.
type Occupant struct {
	JobRef
	State     DeploymentState
	ReleaseID int64
	Initiator Person
}
