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
	Parameters map[string]string // passwords are missing
	Users      []string
}

// InputStep is a question of a paused pipeline.
type InputStep struct {
	ID         string
	Message    string
	Proceed    string // the button's text
	Parameters []ParameterDefinition
}
