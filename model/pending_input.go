package model

import "time"

// PendingInput is an input step that waits for people. The JSON form is stored.
type PendingInput struct {
	Step  InputStep `json:"step"` // without the defaults of passwords
	Since time.Time `json:"since"`
	// Why says, for people, why the bridge does not answer by itself.
	Why        string     `json:"why,omitempty"`
	RemindedAt *time.Time `json:"reminded_at,omitempty"`
	// TimedOut: nobody answered in time, and people know.
	TimedOut bool `json:"timed_out,omitempty"`
}

// AnswerOutcome says what became of an answer.
type AnswerOutcome string

// The outcomes of an answer.
const (
	AnswerWanted  AnswerOutcome = "wanted"  // decided, and Jenkins was not seen to have taken it yet
	AnswerGiven   AnswerOutcome = "given"   // Jenkins took it
	AnswerLate    AnswerOutcome = "late"    // the step did not wait any more: somebody was faster, or the build ended
	AnswerRefused AnswerOutcome = "refused" // Jenkins did not take it
)

// Answer is what an input step is told, by a rule or by a person. The JSON form is stored.
type Answer struct {
	Build   int64  `json:"build"`
	Step    string `json:"step"` // the input's id
	Message string `json:"message,omitempty"`
	// Abort: the answer is no.
	Abort      bool             `json:"abort,omitempty"`
	Parameters []ParameterValue `json:"parameters,omitempty"`
	By         string           `json:"by"` // "system" for a rule
	Reason     string           `json:"reason,omitempty"`
	At         time.Time        `json:"at"`
	Outcome    AnswerOutcome    `json:"outcome"`
	Note       string           `json:"note,omitempty"` // for people: why it was late or refused
}
