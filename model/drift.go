package model

import "time"

// DriftPolicy says what becomes of a deployment whose job changed after the approval, so that what was approved does not
// fit any more.
type DriftPolicy string

// The policies of jenkins[].on_drift.
const (
	DriftHold   DriftPolicy = "hold"   // it waits until a person lets it go on, or cancels it
	DriftFail   DriftPolicy = "fail"   // it is refused
	DriftIgnore DriftPolicy = "ignore" // it goes on; Jenkins' own answer decides
)

// Drift is what is known of a job that changed after the approval. The JSON form is stored.
type Drift struct {
	Since   time.Time `json:"since"`            // when it was noticed
	Changes []string  `json:"changes"`          // for people
	Seen    string    `json:"seen"`             // fingerprint of what the job declared then; "" when it was gone
	Barred  bool      `json:"barred,omitempty"` // nobody can go on with the job as it was then
	Moved   []string  `json:"moved,omitempty"`  // full names of jobs that it may have become
	// Accepted is the fingerprint of what a person goes on with; "" when nobody decided.
	Accepted string `json:"accepted,omitempty"`
	// Ignored is what was gone on with because of DriftIgnore, so that the history tells it once.
	Ignored string `json:"ignored,omitempty"`
}

// Continuation is a person's wish that a held deployment goes on.
type Continuation struct {
	Deployment int64  // its id; 0: all of the release that are held
	Job        string // full name of the job that it became; "": the same
	By         string
	Reason     string
}
