package model

import "time"

// Receipt is what the sender of a submission is answered.
type Receipt struct {
	Number      string
	State       ReleaseState // when it was accepted
	ScheduledAt *time.Time
	Duplicate   bool
}
