package model

import (
	"slices"
	"strconv"
	"time"
)

// Wait says why a deployment in StateWaiting does not go on.
type Wait string

// The reasons to wait.
const (
	WaitSchedule    Wait = "schedule"    // until the release's ScheduledAt
	WaitPredecessor Wait = "predecessor" // until the deployment before it succeeded
	WaitManual      Wait = "manual"      // until a person starts it
	WaitJenkins     Wait = "jenkins"     // Jenkins cannot be reached or is starting
	WaitAuth        Wait = "auth"        // Jenkins does not accept our login or rights
	WaitFolded      Wait = "folded"      // Jenkins folded the request into somebody else's queued item
	WaitJob         Wait = "job"         // until another release of the same job has ended
	WaitApproval    Wait = "approval"    // until DingTalk confirms the approval
	WaitAccess      Wait = "access"      // until DingTalk tells whether the initiator may use the project
	WaitWindow      Wait = "window"      // until deployments of the project may start
	WaitDrift       Wait = "drift"       // the job changed after the approval: until a person decides
)

// Waits returns every reason to wait.
func Waits() []Wait {
	return []Wait{WaitSchedule, WaitPredecessor, WaitManual, WaitJenkins, WaitAuth, WaitFolded, WaitJob, WaitApproval, WaitAccess, WaitWindow, WaitDrift}
}

// JobRef names one Jenkins job.
type JobRef struct {
	Controller string
	FullName   string // "folder/job"
}

// Key is the app key, "controller:fullName".
func (j JobRef) Key() string { return j.Controller + ":" + j.FullName }

// ParameterValue is one parameter of a build. The JSON form is stored.
type ParameterValue struct {
	Name   string `json:"name"`
	Value  string `json:"value"`
	Chosen bool   `json:"chosen,omitempty"` // by the form; else the job's default
	Secret bool   `json:"secret,omitempty"` // never shown
	// Each are the values that go out in fields of their own, as a selection of several wants it. Jenkins then shows them
	// as one text, with something between them: with commas it is Value.
	Each []string `json:"each,omitempty"`
	// Label is what people call the parameter; "" when nobody gave it another name.
	Label string `json:"label,omitempty"`
	// Dropped: the job does not declare it any more, and a person decided to go on without it.
	Dropped bool `json:"dropped,omitempty"`
}

// Title is the parameter's name for people.
func (p ParameterValue) Title() string {
	if p.Label != "" {
		return p.Label
	}
	return p.Name
}

// Masked stands for a secret value wherever people read.
const Masked = "******"

// Shown is the value for people.
func (p ParameterValue) Shown() string {
	if p.Secret && p.Value != "" {
		return Masked
	}
	return p.Value
}

// Veiled is the value with as many parts, all of which people may see.
func (p ParameterValue) Veiled() ParameterValue {
	if p.Secret {
		p.Value = p.Shown()
		p.Each = slices.Repeat([]string{Masked}, len(p.Each))
	}
	return p
}

// Deployment is one app of a release: one Jenkins build.
type Deployment struct {
	ID        int64
	ReleaseID int64
	Position  int // in the form's order, from 1
	JobRef
	AppName string // label at submission
	State   DeploymentState
	Version int64

	Wait       Wait
	NextAt     *time.Time // when the submitter looks at it; nil: not at all
	LeaseOwner string     // who works on it now
	LeaseUntil *time.Time
	Attempts   int  // POSTs made
	Slot       *int // its place among those that may have a build of the job at the same time; nil: none

	Parameters       []ParameterValue
	ReleaseParameter string     // the job's parameter that carries the release number; "" when the job declares none
	Parameterised    bool       // whether the job declares parameters at all
	Definition       Definition // what the job declared when the release was asked for; nil: stored before that was kept
	Drift            *Drift     // how the job changed since; nil: nothing is known of that

	SubmittedAt  *time.Time    // the last intent to POST
	PostedAt     *time.Time    // the first intent to POST: nothing older in Jenkins came of it
	PostedAhead  time.Duration // how far Jenkins' clock was ahead of ours then
	DelayedSince *time.Time    // since when Jenkins does not take it; nil: it is not due, or Jenkins has it
	Unanswered   int           // POSTs in a row that ended without a definite answer
	QueueID      int64         // 0 until known; Jenkins may give it to another job after a crash
	Build        int64         // build number, 0 until known; with JobRef it is the key once known
	BuildURL     string
	Described    bool       // whether the build's description was set
	MissingSince *time.Time // since when Jenkins, though it answers, does not know it
	StartedAt    *time.Time
	FinishedAt   *time.Time
	Duration     time.Duration  // as Jenkins measured it
	Result       string         // as Jenkins named it
	Asked        []string       // the questions of input steps that people were told of
	Inputs       []PendingInput // the input steps that wait for people now
	Answers      []Answer       // what input steps were told, of every build that it had
	QueuedAt     *time.Time     // when Jenkins had it first, by its clock as StartedAt; nil: it never did
	Details      *BuildDetails  // nil: the build did not end yet
	Retries      int            // how often people had it deployed again after a failure, or after it was lost
	Former       []FormerBuild  // the builds that it had before those
	LogDueAt     *time.Time     // when its build's log is to be kept; nil: it is, or there is none
	Estimate     time.Duration  // how long Jenkins expected the build to run when it started; 0: it could not tell
	PausedAt     *time.Time     // since when it waits at an input step
	PausedFor    time.Duration  // how long it waited at input steps before
	QueuedTold   bool           // people know that it is queued for long
	SlowTold     bool           // people know that it runs longer than usual
	MovedTo      string         // the job's name since it was renamed while the build ran; "": it was not

	Code    Code   // of the last thing that went wrong
	Message string // for people: why it waits or how it ended
	Stop    *StopRequest
}

// Line is what stands before one job: the slots that are taken, and who waits for one, in the order of approval.
type Line struct {
	Taken   []int
	Others  int     // that have or may have a build without a slot: begun by a version that knew no slots
	Waiting []int64 // ids of deployments
}

// Title is the deployment for people: the app's label.
func (d *Deployment) Title() string {
	if d.AppName != "" {
		return d.AppName
	}
	return d.FullName
}

// BuildJob is the job whose build it is now: another name than FullName when the job was renamed while the build ran.
func (d *Deployment) BuildJob() string {
	if d.MovedTo != "" {
		return d.MovedTo
	}
	return d.FullName
}

// Paused is how long the build waited at input steps until now.
func (d *Deployment) Paused(now time.Time) time.Duration {
	if d.PausedAt == nil {
		return d.PausedFor
	}
	return d.PausedFor + max(0, now.Sub(*d.PausedAt))
}

// Forget takes back everything that is known of a build, before there is another one.
func (d *Deployment) Forget() {
	d.QueueID, d.Build, d.BuildURL, d.Described, d.Asked = 0, 0, "", false, nil
	d.Inputs, d.QueuedAt, d.Details = nil, nil, nil
	d.MissingSince, d.StartedAt, d.Duration, d.Result, d.Unanswered = nil, nil, 0, "", 0
	d.Estimate, d.PausedAt, d.PausedFor, d.QueuedTold, d.SlowTold, d.MovedTo = 0, nil, 0, false, false, ""
}

// BuildTitle is "#12" once the build number is known.
func (d *Deployment) BuildTitle() string {
	if d.Build == 0 {
		return ""
	}
	return "#" + strconv.FormatInt(d.Build, 10)
}

// Sent are the parameters that Jenkins is given: those that were not dropped.
func (d *Deployment) Sent() []ParameterValue {
	dropped := func(p ParameterValue) bool { return p.Dropped }
	if !slices.ContainsFunc(d.Parameters, dropped) {
		return d.Parameters
	}
	return slices.DeleteFunc(slices.Clone(d.Parameters), dropped)
}

// Event is one line of a release's history. Append-only.
type Event struct {
	ID           int64
	ReleaseID    int64
	DeploymentID int64 // 0: of the release itself
	At           time.Time
	Actor        string
	Kind         string // a DeploymentEvent or one of EventKind…
	From, To     string // states; "" when the state did not move
	Code         Code
	Message      string
}

// Kinds of events that move no deployment.
const (
	EventKindAccepted   = "accepted"      // the release was recorded
	EventKindRelease    = "release"       // the release's computed state changed
	EventKindStop       = "stop"          // somebody asked to stop, or it did not stop
	EventKindRolledBack = "rolled_back"   // another release rolls it back
	EventKindStopSent   = "stop_sent"     // Jenkins was told to end it
	EventKindStart      = "start"         // somebody started a release that waited for it
	EventKindInput      = "input_answer"  // an input step was answered by us
	EventKindDiffers    = "differs"       // a build's parameters are not those that were approved
	EventKindDuplicate  = "duplicate"     // the same submission arrived again
	EventKindUnknown    = "post_unknown"  // a POST to Jenkins ended without an answer
	EventKindReplan     = "replan"        // somebody set a new time
	EventKindResubmit   = "post_repeated" // the build surely was not there: POST again
	EventKindResent     = "resent"        // somebody had a message sent again
	EventKindProved     = "proved"        // DingTalk confirmed the approval
	EventKindRefuted    = "refuted"       // the approval does not hold what was submitted
	EventKindWithdrawn  = "withdrawn"     // the approval was refused or taken back
	EventKindOverride   = "override"      // somebody let the release go on outside its window
	EventKindHeld       = "held"          // the job changed after the approval: a person has to decide
	EventKindContinued  = "continued"     // somebody let what was held go on
	EventKindIgnored    = "drift_ignored" // the job changed, and the configuration says to go on
	EventKindQueued     = "queued_long"   // it is in Jenkins' queue for longer than people should wait without a word
	EventKindSlow       = "slow"          // the build runs longer than usual
	EventKindMoved      = "moved"         // the job was renamed while the build ran
)
