package model

import "time"

// StopWay is how Jenkins is told to end what it has. The ways of a build are in the order of their force.
type StopWay string

// The ways.
const (
	StopCancel StopWay = "cancel" // out of the queue
	StopStop   StopWay = "stop"   // the build is interrupted, and may clean up
	StopTerm   StopWay = "term"   // a pipeline's steps are given up
	StopKill   StopWay = "kill"   // a pipeline is ended whatever it is doing
)

// StopRequest is a wish to end a deployment that Jenkins has already, or may have. The JSON form is stored.
type StopRequest struct {
	By     string     `json:"by"`
	Reason string     `json:"reason"`
	At     time.Time  `json:"at"`
	SentAt *time.Time `json:"sent_at,omitempty"` // when Jenkins was last told
	Sent   int        `json:"sent,omitempty"`    // how often Jenkins took it, of the build that it has now
	Way    StopWay    `json:"way,omitempty"`     // how Jenkins took it last
	Failed bool       `json:"failed,omitempty"`  // Jenkins did not take it the last time
	Told   bool       `json:"told,omitempty"`    // people know that it does not stop
	// Unstarted: it is over once the build runs.
	Unstarted bool `json:"unstarted,omitempty"`
}
