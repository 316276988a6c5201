package model

import "time"

// FormerBuild is a build that a deployment had before people had it deployed again. The JSON form is stored.
type FormerBuild struct {
	Build      int64           `json:"build"`
	URL        string          `json:"url,omitempty"`
	QueueID    int64           `json:"queue_id,omitempty"`
	PostedAt   *time.Time      `json:"posted_at,omitempty"`  // the first intent to POST, by our clock; nil: not kept
	StartedAt  *time.Time      `json:"started_at,omitempty"` // by Jenkins' clock
	FinishedAt *time.Time      `json:"finished_at,omitempty"`
	State      DeploymentState `json:"state"`            // how it ended
	Result     string          `json:"result,omitempty"` // as Jenkins named it
}

// Is tells whether b is the build. Numbers repeat when a job was made anew.
func (f FormerBuild) Is(b Build) bool {
	return f.Build == b.Number && (f.StartedAt == nil || f.StartedAt.Equal(b.StartedAt))
}

// Retriable tells whether a person may have it deployed again after it failed. What was lost and given up is not: nobody knows
// what its build did.
func (d *Deployment) Retriable() bool {
	switch d.State {
	case StateUnstable, StateAborted:
		return true
	case StateFailed:
		return d.MissingSince == nil
	default:
		return false
	}
}

// Again lets go of how it ended, before there is another build. The old build is never taken for the new one. Without one it
// is still looked for what came of the POSTs.
func (d *Deployment) Again() {
	if d.Build > 0 {
		d.Former = append(d.Former, FormerBuild{
			Build: d.Build, URL: d.BuildURL, QueueID: d.QueueID, PostedAt: d.PostedAt, StartedAt: d.StartedAt,
			FinishedAt: d.FinishedAt, State: d.State, Result: d.Result,
		})
		d.PostedAt, d.PostedAhead, d.SubmittedAt = nil, 0, nil
	}
	d.Forget()
	d.LogDueAt = nil
}

// MayHaveRun tells whether it had a build, or may have had one: nobody knows it of what was lost or was never answered.
func (d *Deployment) MayHaveRun() bool {
	switch {
	case d.Build > 0, len(d.Former) > 0, d.MissingSince != nil, d.Code == CodeJenkinsUnknown:
		return true
	default: // what was lost and then retried is looked for since its first POST
		return d.Retries > 0 && d.PostedAt != nil
	}
}

// Had tells whether it had the build before.
func (d *Deployment) Had(b Build) bool {
	for _, f := range d.Former {
		if f.Is(b) {
			return true
		}
	}
	return false
}
