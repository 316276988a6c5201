package model

import "time"

// QueueItem is one item of Jenkins' queue.
type QueueItem struct {
	ID         int64
	Job        string // fullName
	Why        string // Jenkins' own sentence
	Since      time.Time
	Parameters map[string]string // passwords are missing
	Users      []string          // who caused it, the creator first
	Left       bool              // it left the queue
	Cancelled  bool              // it left without a build
	Build      int64             // the build it became; 0 for a moment even when it left
}

// RunningBuild is one line of what a controller runs now.
type RunningBuild struct {
	Job      string // fullName
	Number   int64
	QueueID  int64
	HasInput bool // the pipeline has, or had, an input step
}

// Build is one build of a job.
type Build struct {
	Job        string
	Number     int64
	QueueID    int64
	Building   bool
	Result     string // SUCCESS, UNSTABLE, FAILURE, ABORTED, NOT_BUILT; "" while building
	StartedAt  time.Time
	Duration   time.Duration
	Estimate   time.Duration     // how long Jenkins expects it to take, by its predecessors; 0: it cannot tell
	Parameters map[string]string // passwords are missing
	Users      []string
	Tests      *TestCounts // nil: it published none
	Changes    []Change    // what was committed since the build before, at most MaxChanges
}

// MaxChanges is how many changes of one build are read.
const MaxChanges = 50

// TestCounts are the published test results of a build.
type TestCounts struct {
	Total   int `json:"total"`
	Failed  int `json:"failed"`
	Skipped int `json:"skipped"`
}

// Change is one commit that a build is the first to have.
type Change struct {
	ID      string `json:"id"` // the revision
	Author  string `json:"author"`
	Message string `json:"message"` // its first line
}

// Stage is one stage of a pipeline.
type Stage struct {
	Name      string
	Status    string // NOT_EXECUTED, IN_PROGRESS, PAUSED_PENDING_INPUT, SUCCESS, UNSTABLE, FAILED, ABORTED
	StartedAt time.Time
	Duration  time.Duration
	Paused    time.Duration // how much of it was spent waiting for input
	Error     string        // why it failed, in Jenkins' words
}

// InputStep is a question of a paused pipeline.
type InputStep struct {
	ID         string
	Message    string
	Proceed    string // the button's text
	Parameters []ParameterDefinition
}
