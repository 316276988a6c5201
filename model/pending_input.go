package model

import (
	"slices"
	"time"
)

// PendingInput is an input step that waits for people. The JSON form is stored.
type PendingInput struct {
	Step  InputStep `json:"step"` // without the defaults of passwords
	Since time.Time `json:"since"`
	// Why says, for people, why the bridge does not answer by itself.
	Why        string     `json:"why,omitempty"`
	RemindedAt *time.Time `json:"reminded_at,omitempty"`
	// TimedOut: nobody answered in time, and people know.
	TimedOut bool `json:"timed_out,omitempty"`
	// Confirmed is how many steps of the build were answered with yes by then. More than the steps that are gone explain: one
	// that still waits was answered, and asks again.
	Confirmed int `json:"confirmed,omitempty"`
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
	By         string           `json:"by"`             // "system" for a rule
	Rule       string           `json:"rule,omitempty"` // which one
	Reason     string           `json:"reason,omitempty"`
	At         time.Time        `json:"at"`
	// SentAt is the last intent to give it to Jenkins, and Confirmed how many steps of the build had been answered with yes then:
	// while they are as many, a step that still waits was not answered by it.
	SentAt    *time.Time    `json:"sent_at,omitempty"`
	Confirmed int           `json:"confirmed,omitempty"`
	Outcome   AnswerOutcome `json:"outcome"`
	Note      string        `json:"note,omitempty"` // for people: why it was late or refused
}

// AnswerRequest is what a person wants a step to be told.
type AnswerRequest struct {
	Deployment int64  // 0: the only one that waits
	Step       string // "": the only one that waits
	Abort      bool
	Parameters map[string]string // the step's defaults fill in the rest
	By, Reason string
}

// Question names what a step asks: a pipeline may ask something else by the same id.
func (s InputStep) Question() string { return question(s.ID, s.Message) }

// Question is what it answers.
func (a Answer) Question() string { return question(a.Step, a.Message) }

func question(id, message string) string { return id + "/" + Hash(message)[:8] }

// Same tells whether two looks saw the same question, as far as that can be seen: one that is asked once more looks alike.
func (s InputStep) Same(o InputStep) bool {
	return s.Question() == o.Question() && slices.EqualFunc(s.Parameters, o.Parameters, func(a, b ParameterDefinition) bool {
		return a.Name == b.Name && a.Kind == b.Kind && (a.Kind != KindChoice || slices.Equal(a.Choices, b.Choices))
	})
}

// Hidden are the names of the parameters that only people in Jenkins may fill in.
func (s InputStep) Hidden() []string {
	var names []string
	for i := range s.Parameters {
		if s.Parameters[i].Kind.Forbidden() {
			names = append(names, s.Parameters[i].Name)
		}
	}
	return names
}

// Veiled is the step without what nobody may see: Jenkins tells the defaults of passwords in clear text.
func (s InputStep) Veiled() InputStep {
	s.Parameters = slices.Clone(s.Parameters)
	for i := range s.Parameters {
		if s.Parameters[i].Kind.Forbidden() {
			s.Parameters[i].Default, s.Parameters[i].Choices = nil, nil
		}
	}
	return s
}

// Asks returns the step that waits with a question; nil: none does.
func (d *Deployment) Asks(question string) *PendingInput {
	i := slices.IndexFunc(d.Inputs, func(p PendingInput) bool { return p.Step.Question() == question })
	if i < 0 {
		return nil
	}
	return &d.Inputs[i]
}

// Wants returns the answer to a question of the build that was decided and not seen to be taken yet; nil: there is none.
func (d *Deployment) Wants(question string) *Answer {
	for i := range d.Answers {
		if a := &d.Answers[i]; a.Outcome == AnswerWanted && a.Build == d.Build && a.Question() == question {
			return a
		}
	}
	return nil
}

// Wanting tells whether there is such an answer to any.
func (d *Deployment) Wanting() bool {
	return slices.ContainsFunc(d.Answers, func(a Answer) bool { return a.Outcome == AnswerWanted && a.Build == d.Build })
}

// Settle says what became of it. Secrets are needed no more.
func (a *Answer) Settle(outcome AnswerOutcome, note string) {
	a.Outcome, a.Note = outcome, note
	a.Parameters = slices.Clone(a.Parameters)
	for i, p := range a.Parameters {
		a.Parameters[i] = p.Veiled()
	}
}

// Missed says what became of an answer whose step waits no more. One that was sent has most likely made it go on.
func (a *Answer) Missed(why string) {
	if a.SentAt != nil {
		a.Settle(AnswerGiven, "没有收到 Jenkins 的回应，"+why)
		return
	}
	a.Settle(AnswerLate, why)
}

// askNoMore takes back what the build asked.
func (d *Deployment) askNoMore(why string) {
	d.Inputs, d.Asked = nil, nil
	for i := range d.Answers {
		if a := &d.Answers[i]; a.Outcome == AnswerWanted {
			a.Missed(why)
		}
	}
}
