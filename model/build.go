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
	Answers  int  // how many of its input steps were answered with yes
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
	Interrupts []Interrupt // what ended it early
	Pipeline   bool
	Tests      *TestCounts // nil: it published none
	Changes    []Change    // what was committed since the build before, at most MaxChanges
}

// Interrupt is one reason for which a build was aborted.
type Interrupt struct {
	Text     string // in Jenkins' words, such as "Aborted by 张三"
	Rejected bool   // an input step was answered with no
}

// BuildNumbers are the numbers that a job gives its builds.
type BuildNumbers struct {
	Last int64 // of the newest build that is still there; 0: none
	Next int64 // of the next one
}

// FollowMark changes when a controller's followed deployments do.
type FollowMark struct{ Count, Newest, Versions int64 }

// MarkOf is the mark of these deployments.
func MarkOf(followed []*Deployment) FollowMark {
	m := FollowMark{Count: int64(len(followed))}
	for _, d := range followed {
		m.Newest = max(m.Newest, d.ID)
		m.Versions += d.Version
	}
	return m
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
	ID         string                `json:"id"`
	Message    string                `json:"message,omitempty"`
	Proceed    string                `json:"proceed,omitempty"` // the button's text
	Parameters []ParameterDefinition `json:"parameters,omitempty"`
}
