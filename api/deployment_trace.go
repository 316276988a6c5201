package api

import (
	"time"

	"github.com/oabridge/oabridge/model"
)

// traceView is what stays of a deployment: how long it took, what it was told, what its build left behind.
type traceView struct {
	// QueuedAt is when Jenkins had it first, by Jenkins' clock as started_at.
	QueuedAt *time.Time `json:"queued_at"`
	// QueueMS is how long it was in the queue; null: it is there still, or nobody knows.
	QueueMS *int64            `json:"queue_ms"`
	Tests   *model.TestCounts `json:"tests"` // null: the build published none
	Changes []model.Change    `json:"changes"`
	Answers []answerView      `json:"answers"`
	Retries int               `json:"retries"`
}

// answerView is what an input step was told.
type answerView struct {
	Build      int64               `json:"build"`
	Step       string              `json:"step"`
	Message    string              `json:"message"`
	Abort      bool                `json:"abort"`
	Parameters []parameterView     `json:"parameters"`
	By         string              `json:"by"`
	Reason     string              `json:"reason"`
	At         time.Time           `json:"at"`
	Outcome    model.AnswerOutcome `json:"outcome"`
	Note       string              `json:"note"`
}

func viewTrace(d *model.Deployment) traceView {
	v := traceView{QueuedAt: utc(d.QueuedAt), Changes: []model.Change{}, Answers: make([]answerView, len(d.Answers)), Retries: d.Retries}
	if queued, known := d.QueueTime(); known {
		v.QueueMS = new(queued.Milliseconds())
	}
	if d.Details != nil {
		v.Tests, v.Changes = d.Details.Tests, append(v.Changes, d.Details.Changes...)
	}
	for i, a := range d.Answers {
		v.Answers[i] = answerView{
			Build: a.Build, Step: a.Step, Message: a.Message, Abort: a.Abort, Parameters: viewParameters(a.Parameters), By: a.By,
			Reason: a.Reason, At: a.At.UTC(), Outcome: a.Outcome, Note: a.Note,
		}
	}
	return v
}

func viewParameters(parameters []model.ParameterValue) []parameterView {
	views := make([]parameterView, len(parameters))
	for i, p := range parameters {
		views[i] = parameterView{Name: p.Name, Value: p.Shown(), Chosen: p.Chosen, Secret: p.Secret, Dropped: p.Dropped}
	}
	return views
}
