package model

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Order says how the deployments of one release follow each other.
type Order string

// The orders of form.order.
const (
	OrderSequence Order = "sequence" // one after another, in the form's order, stopping at the first that does not succeed
	OrderParallel Order = "parallel" // side by side
	OrderFirst    Order = "first"    // the first alone, the others side by side when it succeeded; never configured
)

// Precedes tells whether d waits until before has succeeded.
func (r *Release) Precedes(before, d *Deployment) bool {
	switch r.Order {
	case OrderParallel:
		return false
	case OrderFirst:
		return before.Position == 1 && d.Position > 1
	default:
		return before.Position < d.Position
	}
}

// ExecuteMode is the form's 执行方式.
type ExecuteMode string

// The ways a form can ask to be executed.
const (
	ExecuteNow       ExecuteMode = "now"       // 立即
	ExecuteScheduled ExecuteMode = "scheduled" // 定时, at Release.ScheduledAt
	ExecuteManual    ExecuteMode = "manual"    // 手动: recorded, started by a person
)

// Person is somebody known by DingTalk user id.
type Person struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
}

// Label is the name when it is known, else the id.
func (p Person) Label() string {
	if p.Name != "" {
		return p.Name
	}
	return p.ID
}

// Release is one accepted submission: who, why, when, which apps. With its deployments it is changed as a whole, in
// one transaction.
type Release struct {
	ID          int64 // 0 until stored; Number is made of it
	Version     int64 // counts the changes; guards against lost updates
	State       ReleaseState
	Accepted    ReleaseState // State when it was accepted: what a repeated submission is answered
	Fingerprint string       // hash of what was asked for; tells a repeat from a different form with the same key
	Source      string       // the way it came in: connector, stream, http or reconciliation

	ProcessInstanceID string // DingTalk approval instance, "" when unknown
	BusinessID        string // 审批编号
	RequestID         string // our own id in a hidden form field

	Project     string // project key, "controller:path"
	ProjectName string
	Mode        ExecuteMode
	ScheduledAt *time.Time // UTC
	Order       Order
	Initiator   Person
	Approvers   []Person
	Reason      string
	DBChange    bool
	Form        map[string][]string // the fields as they came in
	Proof       Proof
	RollbackOf  int64 // the release that this one rolls back; 0: none

	CreatedAt  time.Time
	UpdatedAt  time.Time
	FinishedAt *time.Time

	Deployments []*Deployment

	events   []Event
	messages []Message
	checks   []Check
}

// NumberPrefix starts every release's number.
const NumberPrefix = "R-"

// Number is the release's number for people, such as R-1042.
func (r *Release) Number() string { return NumberPrefix + strconv.FormatInt(r.ID, 10) }

// ParseNumber reads a release's number, with or without the prefix, in any case. Errors: not_found.
func ParseNumber(s string) (int64, error) {
	digits := strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(s)), NumberPrefix)
	id, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || id <= 0 || strings.HasPrefix(digits, "+") {
		return 0, Errorf(CodeNotFound, "没有编号为“%s”的上线单", Cut(s, 40))
	}
	return id, nil
}

// Cause says when and by whom something happened to a deployment, and why.
type Cause struct {
	At      time.Time
	Actor   string // "system", "jenkins", or who asked for it
	Code    Code   // "" when nothing went wrong
	Message string // for people
}

// Fire moves d by event, records it in the history, and computes the release's state anew. It is the only way a
// deployment changes its state. Errors: invalid_transition.
func (r *Release) Fire(d *Deployment, event DeploymentEvent, c Cause) error {
	next, err := Next(d.State, event)
	if err != nil {
		return err
	}
	r.Record(Event{
		DeploymentID: d.ID, At: c.At, Actor: c.Actor, Kind: string(event),
		From: string(d.State), To: string(next), Code: c.Code, Message: c.Message,
	})
	d.State = next
	d.Code, d.Message = c.Code, c.Message
	d.FinishedAt = nil
	if next == StateRunning && d.Stop != nil && d.Stop.Unstarted {
		d.Stop = nil
	}
	if next.Terminal() {
		d.FinishedAt = &c.At
		d.NextAt = nil
		d.Wait = ""
	}
	if next.Terminal() || next == StateLost {
		d.Slot = nil
	}
	if next != StateWaiting && next != StateSubmitting {
		d.DelayedSince = nil
	}
	if d.PausedFor = d.Paused(c.At); next == StatePaused {
		d.PausedAt = &c.At
	} else {
		d.PausedAt = nil
		d.askNoMore("这一步已不再等待")
	}
	r.summarise(c)
	return nil
}

func (r *Release) summarise(c Cause) {
	states := make([]DeploymentState, len(r.Deployments))
	for i, d := range r.Deployments {
		states[i] = d.State
	}
	next := Summarise(r.Proof.State, states)
	if next == r.State {
		return
	}
	r.Record(Event{At: c.At, Actor: c.Actor, Kind: EventKindRelease, From: string(r.State), To: string(next)})
	r.State = next
	r.FinishedAt = nil
	if next.Terminal() {
		r.FinishedAt = &c.At
	}
}

// Record appends one line to the release's history.
func (r *Release) Record(e Event) { r.events = append(r.events, e) }

// Tell puts a message into the outbox.
func (r *Release) Tell(m Message) { r.messages = append(r.messages, m) }

// PendingEvents are the history lines that are not stored yet.
func (r *Release) PendingEvents() []Event { return slices.Clone(r.events) }

// Tells says whether there are messages that are not stored yet.
func (r *Release) Tells() bool { return len(r.messages) > 0 }

// TakePending hands the history lines and messages that are not stored yet to the store, which writes them in the
// transaction of the change itself.
func (r *Release) TakePending() ([]Event, []Message) {
	events, messages := r.events, r.messages
	r.events, r.messages = nil, nil
	return events, messages
}

// Check asks for the approval to be looked into.
func (r *Release) Check(c Check) { r.checks = append(r.checks, c) }

// TakeChecks hands the checks that are not stored yet to the store.
func (r *Release) TakeChecks() []Check {
	checks := r.checks
	r.checks = nil
	return checks
}

// Deployment returns the deployment with this id. Errors: not_found.
func (r *Release) Deployment(id int64) (*Deployment, error) {
	for _, d := range r.Deployments {
		if d.ID == id {
			return d, nil
		}
	}
	return nil, Errorf(CodeNotFound, "上线单 %s 里没有部署 %d", r.Number(), id)
}

// DeploymentOf returns the deployment of an app, by its key, its job's full name or what people call it. Errors: not_found (none,
// or several).
func (r *Release) DeploymentOf(app string) (*Deployment, error) {
	var found []*Deployment
	for _, d := range r.Deployments {
		if app == d.Key() {
			return d, nil
		}
		if app == d.FullName || app == d.Title() {
			found = append(found, d)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return nil, Errorf(CodeNotFound, "上线单 %s 里没有应用“%s”", r.Number(), Cut(app, 100))
	}
	return nil, Errorf(CodeNotFound, "上线单 %s 里有 %d 个应用都叫“%s”，请用“控制器:任务全名”指明", r.Number(), len(found), Cut(app, 100))
}
