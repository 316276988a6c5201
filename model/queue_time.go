package model

import "time"

// QueueTime is how long the deployment was in Jenkins' queue, until its build started or it left without one. false: it is
// there still, or it is not known.
func (d *Deployment) QueueTime() (time.Duration, bool) {
	left := d.StartedAt
	if left == nil {
		left = d.FinishedAt
	}
	if d.QueuedAt == nil || left == nil {
		return 0, false
	}
	return max(0, left.Sub(*d.QueuedAt)), true
}

// Enter notes when Jenkins had the deployment first, by its clock; what is known already stays.
func (d *Deployment) Enter(at time.Time) {
	if d.QueuedAt == nil && !at.IsZero() {
		d.QueuedAt = &at
	}
}
