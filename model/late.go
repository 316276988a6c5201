package model

import (
	"slices"
	"time"
)

// StartsByTime tells whether d waits for the release's time: everything before it has ended by then. Those behind the first
// of a sequence start when their turn comes.
func (r *Release) StartsByTime(d *Deployment) bool {
	if r.ScheduledAt == nil {
		return false
	}
	return !slices.ContainsFunc(r.Deployments, func(before *Deployment) bool {
		return r.Precedes(before, d) && (before.FinishedAt == nil || before.FinishedAt.After(*r.ScheduledAt))
	})
}

// LateBy is how much later than planned d was first given to Jenkins; 0 when it was on time, or had no time of its own.
func (r *Release) LateBy(d *Deployment) time.Duration {
	if d.PostedAt == nil || !r.StartsByTime(d) {
		return 0
	}
	return max(d.PostedAt.Sub(*r.ScheduledAt), 0)
}
