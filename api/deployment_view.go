package api

import (
	"time"

	"github.com/oabridge/oabridge/model"
)

type deploymentView struct {
	ID         int64                 `json:"id"`
	Position   int                   `json:"position"`
	App        string                `json:"app"` // key
	Name       string                `json:"name"`
	Controller string                `json:"controller"`
	Job        string                `json:"job"`
	State      model.DeploymentState `json:"state"`
	Wait       model.Wait            `json:"wait"`
	NextAt     *time.Time            `json:"next_at"`
	Attempts   int                   `json:"attempts"`
	// SubmittedAt is the last POST to Jenkins.
	SubmittedAt *time.Time `json:"submitted_at"`
	// LateMS is how much later than planned it was first given to Jenkins.
	LateMS     int64           `json:"late_ms"`
	Parameters []parameterView `json:"parameters"`
	QueueID    int64           `json:"queue_id"`
	Build      int64           `json:"build"`
	BuildURL   string          `json:"build_url"`
	// MissingSince is since when Jenkins, though it answers, does not know it.
	MissingSince *time.Time `json:"missing_since"`
	StartedAt    *time.Time `json:"started_at"`
	FinishedAt   *time.Time `json:"finished_at"`
	DurationMS   int64      `json:"duration_ms"`
	Result       string     `json:"result"`
	Code         model.Code `json:"code"`
	Message      string     `json:"message"`
	Stop         *stopView  `json:"stop"`
	// FormerBuilds are what it had before people had it deployed again.
	FormerBuilds []formerBuildView `json:"former_builds"`
	// Drift is set while the deployment is held.
	Drift *driftView `json:"drift"`
	// Queue, ExpectedAt and Stages are what Jenkins says now; only one release alone has them.
	Queue      *queueView  `json:"queue"`
	EstimateMS int64       `json:"estimate_ms"` // how long Jenkins expected the build to run; 0: it could not tell
	ExpectedAt *time.Time  `json:"expected_at"`
	PausedAt   *time.Time  `json:"paused_at"`
	PausedMS   int64       `json:"paused_ms"`
	Stages     []stageView `json:"stages"`
	// Inputs wait for an answer now.
	Inputs []inputView `json:"inputs"`
	// MovedTo is the job's name since it was renamed while the build ran.
	MovedTo string `json:"moved_to"`
	traceView
	// Failure is where the build failed; null when it did not, or nobody knows.
	Failure *failureView `json:"failure"`
}

// failureView holds no secrets.
type failureView struct {
	Stage string   `json:"stage"`
	Error string   `json:"error"` // in Jenkins' words
	Lines []string `json:"lines"` // the last ones of the log
}

// parameterView never holds a secret's value.
type parameterView struct {
	Name   string `json:"name"`
	Value  string `json:"value"`
	Chosen bool   `json:"chosen"`
	Secret bool   `json:"secret"`
	// Dropped: the job does not declare it any more, and somebody went on without it.
	Dropped bool `json:"dropped,omitempty"`
}

type driftView struct {
	Since       time.Time `json:"since"`
	Changes     []string  `json:"changes"`
	Continuable bool      `json:"continuable"`
	Moved       []string  `json:"moved"`
}

type stopView struct {
	By     string     `json:"by"`
	Reason string     `json:"reason"`
	At     time.Time  `json:"at"`
	SentAt *time.Time `json:"sent_at"`
	// Way is how Jenkins was told last: cancel, stop, term or kill; "" when it was not.
	Way model.StopWay `json:"way"`
}

type formerBuildView struct {
	Build      int64                 `json:"build"`
	URL        string                `json:"url"`
	State      model.DeploymentState `json:"state"`
	Result     string                `json:"result"`
	StartedAt  *time.Time            `json:"started_at"`
	FinishedAt *time.Time            `json:"finished_at"`
}

func viewFormer(d *model.Deployment) []formerBuildView {
	views := make([]formerBuildView, len(d.Former))
	for i, f := range d.Former {
		views[i] = formerBuildView{f.Build, f.URL, f.State, f.Result, utc(f.StartedAt), utc(f.FinishedAt)}
	}
	return views
}

func viewDeployment(r *model.Release, d *model.Deployment) deploymentView {
	v := deploymentView{
		ID: d.ID, Position: d.Position, App: d.Key(), Name: d.Title(), Controller: d.Controller, Job: d.FullName,
		State: d.State, Wait: d.Wait, NextAt: utc(d.NextAt), Attempts: d.Attempts,
		SubmittedAt: utc(d.SubmittedAt), LateMS: r.LateBy(d).Milliseconds(), MissingSince: utc(d.MissingSince),
		Parameters: viewParameters(d.Parameters), QueueID: d.QueueID, Build: d.Build, BuildURL: d.BuildURL,
		StartedAt: utc(d.StartedAt), FinishedAt: utc(d.FinishedAt), DurationMS: d.Duration.Milliseconds(),
		Result: d.Result, Code: d.Code, Message: d.Message, EstimateMS: d.Estimate.Milliseconds(), PausedAt: utc(d.PausedAt),
		PausedMS: d.PausedFor.Milliseconds(), Stages: []stageView{}, MovedTo: d.MovedTo,
		traceView: viewTrace(d), Inputs: viewInputs(d),
		FormerBuilds: viewFormer(d),
	}
	if d.Drift != nil && d.Wait == model.WaitDrift {
		v.Drift = &driftView{
			Since: d.Drift.Since.UTC(), Changes: append([]string{}, d.Drift.Changes...), Continuable: !d.Drift.Barred,
			Moved: append([]string{}, d.Drift.Moved...),
		}
	}
	if d.Details != nil && d.Details.Failure != nil {
		f := d.Details.Failure
		v.Failure = &failureView{Stage: f.Stage, Error: f.Error, Lines: append([]string{}, f.Lines...)}
	}
	if d.Stop != nil {
		v.Stop = &stopView{By: d.Stop.By, Reason: d.Stop.Reason, At: d.Stop.At.UTC(), SentAt: utc(d.Stop.SentAt), Way: d.Stop.Way}
	}
	return v
}
