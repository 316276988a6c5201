package api

import (
	"context"
	"net/url"
	"time"

	"github.com/oabridge/oabridge/model"
)

// Service is everything the routes ask for.
type Service interface {
	Chooser
	Submitter
	Reader
	Exporter
	Onlooker
	Operator
	Rescuer
	Returner
	Answerer
	Letters
	Offering
	LogReader
}

// Offering reports what forms are offered, and what not. Errors: catalogue_unready, unknown_project, not_found (no such
// controller).
type Offering interface {
	Catalogue(f model.CatalogueFilter) (*model.CatalogueReport, error)
	// AcceptListing puts in force what is held back of the controller and returns what it lost. loss, when it is not "", says
	// which loss is meant. Errors also: conflict (nothing is held back, or another loss), database_….
	AcceptListing(ctx context.Context, controller, loss, by string) (model.Loss, error)
}

// Letters are messages as people see them. Errors: not_found, database_unavailable.
type Letters interface {
	ListMessages(ctx context.Context, f model.MessageFilter) ([]model.Message, error)
	Message(ctx context.Context, id int64) (model.Message, error)
	// Resend has one sent again that was given up. Errors also: conflict (it was not).
	Resend(ctx context.Context, id int64, by string) (model.Message, error)
}

// Chooser offers what a form may choose from. Its errors have the codes catalogue_unready, unknown_project, unknown_app
// and unknown_parameter.
type Chooser interface {
	ProjectOptions(ctx context.Context, q model.Question) (*model.Choices, error)
	AppOptions(ctx context.Context, q model.Question) (*model.Choices, error)
	ParameterOptions(ctx context.Context, q model.Question) (*model.Choices, error)
	// Stale tells whether what is offered of the project, or of all when it is "", is older than it should be, and how old.
	Stale(project string) (age time.Duration, stale bool)
}

// Submitter takes forms.
type Submitter interface {
	// NewRequestID makes a fresh id for a form's hidden field.
	NewRequestID() string
	// Validate tells what is wrong with a form that is being filled in. Errors: catalogue_unready.
	Validate(ctx context.Context, fields map[string][]string) (model.Verdict, error)
	// DryRun tells what would become of a form that is being filled in, or comes approved. Errors: catalogue_unready,
	// database_unavailable.
	DryRun(ctx context.Context, fields map[string][]string, asApproved bool) (model.DryRun, error)
	// Submit records an approved form. Errors: validation_failed, submission_conflict, catalogue_unready,
	// database_unavailable.
	Submit(ctx context.Context, fields map[string][]string, source string) (model.Receipt, error)
}

// Reader reads releases for people. Errors: not_found, database_unavailable.
type Reader interface {
	List(ctx context.Context, f model.ReleaseFilter) ([]*model.Release, error)
	Release(ctx context.Context, id int64) (*model.Release, error)
	// History returns the newest events, or those before the one with the id, in the order in which they happened.
	History(ctx context.Context, id, before int64, limit int) ([]model.Event, error)
	Messages(ctx context.Context, id int64) ([]model.Message, error)
}

// Exporter reads many releases for programs.
type Exporter interface {
	// Export delivers every release that the filter lets through, the newest first, and never holds more than a few. Errors:
	// database_unavailable, and deliver's.
	Export(ctx context.Context, f model.ReleaseFilter, deliver func(*model.Release) error) error
}

// LogReader reads builds' logs.
type LogReader interface {
	// ReadLog delivers the log of a deployment's build, until the build ends when it is to be followed. Errors: not_found, the
	// jenkins_… codes, and deliver's.
	ReadLog(ctx context.Context, id int64, q model.LogQuery, deliver func(model.LogPiece) error) error
}

// Onlooker tells what Jenkins says now, for people who wait.
type Onlooker interface {
	// Progress is of the release's deployments that Jenkins has. What Jenkins does not say in time is missing.
	Progress(ctx context.Context, r *model.Release) []model.Progress
}

// Pushes takes hints that something happened to a build.
type Pushes interface {
	// Push has it looked at now and never waits. false: it is nothing of ours.
	Push(p model.Push) bool
}

// Operator changes releases for people. Errors: not_found, conflict, database_unavailable.
type Operator interface {
	// Cancel takes back one deployment with what waits behind it, or all of the release when deployment is 0.
	Cancel(ctx context.Context, id, deployment int64, by, reason string) (*model.Release, error)
	Start(ctx context.Context, id int64, by, reason string) (*model.Release, error)
	// Replan sets a new time for what has not started or expired. Errors also: invalid_request (at).
	Replan(ctx context.Context, id int64, at, by, reason string) (*model.Release, error)
}

// Returner undoes releases.
type Returner interface {
	// RollBack makes a release of what the apps of another one were before it; asked for twice it is one. Errors: not_found,
	// invalid_request, conflict, submission_conflict, access_denied, job_changed, unknown_app, catalogue_unready, database_unavailable,
	// the jenkins_… and dingtalk_… codes.
	RollBack(ctx context.Context, id int64, wish model.RollbackWish) (model.Rollback, error)
}

// Rescuer decides for people what becomes of deployments that failed, were lost, or are held: the one with the id, or all of the
// release when it is 0. Errors: not_found, conflict (there is none), database_unavailable.
type Rescuer interface {
	// Continue lets go on what is held because its job changed. Errors also: invalid_request, unknown_app, the jenkins_… codes.
	Continue(ctx context.Context, id int64, c model.Continuation) (*model.Release, error)
	Retry(ctx context.Context, id, deployment int64, by, reason string) (*model.Release, error)
	Abandon(ctx context.Context, id, deployment int64, by, reason string) (*model.Release, error)
}

// Answerer has pipelines told what people want. Errors: not_found, invalid_request, conflict (nothing waits, somebody answered,
// or the approval does not allow a yes), database_unavailable.
type Answerer interface {
	Answer(ctx context.Context, id int64, q model.AnswerRequest) (*model.Release, error)
}

// Callback is how DingTalk pushes events by HTTP: signed and encrypted, as is what it is answered.
type Callback interface {
	// Open checks and reads a push; event is nil when it is nothing for us. Errors: invalid_request, signature_missing,
	// signature_invalid, event_unreadable, event_owner_mismatch.
	Open(query url.Values, body []byte) (typ string, event *model.ApprovalEvent, err error)
	// Success is the answer to a push that was taken, as JSON.
	Success() ([]byte, error)
}

// Events takes what happened to approvals.
type Events interface {
	// ReceiveEvent stores the event, once, however often it comes; what follows from it is done later. Errors:
	// database_unavailable.
	ReceiveEvent(ctx context.Context, e model.ApprovalEvent) error
}
