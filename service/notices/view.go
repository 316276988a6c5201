package notices

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/oabridge/oabridge/model"
)

// Facts are what a notice is about, as they are. What does not belong to the notice stays empty.
type Facts struct {
	Release  *model.Release    // with id 0 when none was accepted
	App      *model.Deployment // the one of its apps that it is about
	Step     model.InputStep
	Action   string
	Actor    string
	Message  string
	Since    *time.Time
	Waited   time.Duration // since Since
	Problems []string
	Moved    []string
	Merged   []model.Message // what a digest tells
}

// View is what a template is given. Its fields are documented in docs/templates.md and keep their names and meanings.
type View struct {
	Event       string // the kind of notice
	Title       string // the finished title; empty in the title itself
	Number      string // empty when no release was accepted
	Project     string
	Business    string
	Instance    string
	Reason      string
	RollbackOf  string // number of the release that this one rolls back; empty when it rolls none back
	Initiator   string
	Approvers   []string
	Mode        string
	ScheduledAt *time.Time
	State       string
	StateWord   string
	Apps        []App
	App         App // empty when the notice is about the whole release
	Step        Step
	Action      string
	Actor       string
	Message     string
	Since       *time.Time
	Waited      time.Duration
	Problems    []string
	Moved       []string // full names of jobs
	Lines       []string // of a digest: finished lines of Markdown
}

// App is one app of a release.
type App struct {
	ID         int64 // in commands
	Name       string
	Job        string
	Controller string
	State      string
	StateWord  string
	Ended      bool
	Parameters []Parameter // what the form chose; defaults would only hide it
	Build      string      // "#12"; empty until it is known
	URL        string      // of the build; safe inside a Markdown link
	Took       time.Duration
	Usual      time.Duration // 0 when Jenkins cannot tell
	Tests      int           // that the build published; 0: none
	Failed     int           // of them
	Late       time.Duration // 0 unless worth mentioning
	Attempts   int
	Retries    int
	Message    string
	StoppedBy  string
	Stopping   bool     // somebody wants it to end, and it did not yet
	Stage      string   // where it failed
	Error      string   // in Jenkins' words
	Log        []string // its last lines, as many as the channel has room for
}

// Parameter is one parameter of a build.
type Parameter struct {
	Name  string
	Value string // ****** for a secret
	Text  string // NAME=value
}

// Step is the question of a pipeline that waits.
type Step struct {
	ID      string
	Message string
	Fields  []Field
	// Hidden: it wants what only Jenkins' own page takes, such as a password.
	Hidden bool
}

// Field is one value that a Step asks for.
type Field struct {
	Name        string
	Description string
	Kind        string   // in words
	Choices     []string // the first of them
	More        int      // how many choices there are beside them
	Default     string   // empty when there is none, or it is a secret
	Hidden      bool     // only Jenkins' own page takes it
}

// What a notice's Action says of it.
const (
	ActionRetry   = "retry"   // changed: what was lost is built again
	ActionAgain   = "again"   // changed: what failed is deployed again
	ActionAbandon = "abandon" // changed: what was lost is given up
	ActionReplan  = "replan"  // changed: there is a new time
	ActionAccess  = "access"  // delayed: DingTalk does not tell whether the initiator may use the project
	ActionStop    = "stop"    // delayed: it is the stopping that does not work; withdrawn: what runs is stopped
	ActionWindow  = "window"  // delayed: deployments may not start now
	ActionStart   = "start"   // changed: it goes on although deployments may not start now
	ActionCancel  = "cancel"  // changed: it is taken back, and what runs is stopped
	// ActionContinue: held: somebody may let it go on as it is; changed: somebody did.
	ActionContinue = "continue"
	ActionMove     = "move" // held: the job is gone, and may have become another

	ActionRemind  = "remind"  // input: it still waits
	ActionTimeout = "timeout" // input: it waited for too long, and goes on waiting
	ActionAbort   = "abort"   // input: it waited for too long, and the answer is no
	ActionAnswer  = "answer"  // changed: a person said yes to what a pipeline asks
	ActionReject  = "reject"  // changed: a person said no

	ActionHeld     = "held"     // catalogue: the listing is held back
	ActionOver     = "over"     // catalogue: Jenkins lists everything again
	ActionAccepted = "accepted" // catalogue: a person had what was held back taken
	ActionVanished = "vanished" // catalogue: projects are offered no more
)

// Has tells whether one of the apps is in a state.
func (v View) Has(state string) bool {
	return slices.ContainsFunc(v.Apps, func(a App) bool { return a.State == state })
}

// StateAborted is the State of a release of which nothing failed by itself: people stopped it.
const StateAborted = "aborted"

// MentionLate is how late a deployment must start for people to be told.
const MentionLate = time.Minute

// How much of a value is shown, in characters.
const (
	maxReason    = 200
	maxParameter = 100
	maxProblem   = 300
)

// How many bytes of logs a message has room for, however many apps failed: DingTalk takes 20000 and 2048 of everything.
const (
	robotLogs      = 5000
	workNoticeLogs = 700
)

// viewer makes views in one language for one kind of text.
type viewer struct {
	language Language
	escape   func(string) string
	logs     int // bytes of logs that there is room for
}

func (v viewer) view(kind model.NoticeKind, f Facts) View {
	r := f.Release
	if r == nil {
		r = &model.Release{}
	}
	state := endOf(r)
	view := View{
		Event: string(kind), Project: v.escape(r.ProjectName), Business: v.escape(r.BusinessID), Reason: v.escape(model.Cut(r.Reason, maxReason)), Instance: v.escape(r.ProcessInstanceID),
		Initiator: v.escape(r.Initiator.Label()), Mode: string(r.Mode), ScheduledAt: r.ScheduledAt,
		State: state, StateWord: v.language.words().releases[state],
		Action: f.Action, Actor: v.escape(f.Actor), Message: v.escape(f.Message), Since: f.Since, Waited: f.Waited, Step: v.step(f.Step),
	}
	if r.ID != 0 {
		view.Number = r.Number()
	}
	if r.RollbackOf != 0 {
		view.RollbackOf = (&model.Release{ID: r.RollbackOf}).Number()
	}
	for _, p := range r.Approvers {
		view.Approvers = append(view.Approvers, v.escape(p.Label()))
	}
	for _, d := range r.Deployments {
		view.Apps = append(view.Apps, v.app(r, d))
	}
	v.share(view.Apps)
	if f.App != nil {
		view.App = v.app(r, f.App)
	}
	for _, p := range f.Problems {
		view.Problems = append(view.Problems, v.escape(model.Cut(p, maxProblem)))
	}
	for _, job := range f.Moved {
		view.Moved = append(view.Moved, v.escape(job))
	}
	for _, m := range f.Merged {
		view.Lines = append(view.Lines, lineOf(m))
	}
	return view
}

// lineOf is what a digest tells of a message.
func lineOf(m model.Message) string {
	if m.Summary != "" {
		return m.Summary
	}
	return escape(m.Title)
}

// endOf is the release's state. One that somebody stopped did not fail by itself.
func endOf(r *model.Release) string {
	ended := func(d *model.Deployment) bool {
		return d.State != model.StateAborted && d.State != model.StateCancelled
	}
	if r.State == model.ReleaseFailed && !slices.ContainsFunc(r.Deployments, ended) {
		return StateAborted
	}
	return string(r.State)
}

func (v viewer) app(r *model.Release, d *model.Deployment) App {
	app := App{
		ID: d.ID, Name: v.escape(d.Title()), Job: v.escape(d.FullName), Controller: v.escape(d.Controller),
		State: string(d.State), StateWord: v.language.words().deployments[d.State], Ended: d.State.Terminal(),
		Build: d.BuildTitle(), URL: safeURL(d.BuildURL), Took: d.Duration, Usual: d.Estimate, Attempts: d.Attempts, Retries: d.Retries, Message: v.escape(d.Message),
	}
	if d.Details != nil && d.Details.Tests != nil {
		app.Tests, app.Failed = d.Details.Tests.Total, d.Details.Tests.Failed
	}
	if late := r.LateBy(d); late >= MentionLate {
		app.Late = late
	}
	if d.Stop != nil {
		app.StoppedBy, app.Stopping = v.escape(d.Stop.By), !app.Ended && !d.Stop.Unstarted
	}
	if d.Details != nil && d.Details.Failure != nil {
		v.failure(&app, d.Details.Failure)
	}
	for _, p := range d.Sent() {
		if p.Chosen {
			value := model.Cut(p.Shown(), maxParameter)
			app.Parameters = append(app.Parameters, Parameter{v.escape(p.Title()), v.escape(value), v.escape(p.Title() + "=" + value)})
		}
	}
	return app
}

func (v viewer) step(s model.InputStep) Step {
	step := Step{ID: v.escape(s.ID), Message: v.escape(model.Cut(s.Message, maxProblem))}
	for i := range s.Parameters {
		field := v.field(&s.Parameters[i])
		step.Fields, step.Hidden = append(step.Fields, field), step.Hidden || field.Hidden
	}
	return step
}

// maxChoices is how many choices of a field are named.
const maxChoices = 12

func (v viewer) field(p *model.ParameterDefinition) Field {
	f := Field{
		Name: v.escape(p.Name), Description: v.escape(model.Cut(p.Description, maxParameter)), Kind: v.language.words().kinds[p.Kind],
		Hidden: p.Kind.Forbidden(), More: max(0, len(p.Choices)-maxChoices),
	}
	if f.Hidden {
		return f
	}
	for _, choice := range p.Choices[:len(p.Choices)-f.More] {
		f.Choices = append(f.Choices, v.escape(model.Cut(choice, maxParameter)))
	}
	if p.Default != nil {
		f.Default = v.escape(model.Cut(*p.Default, maxParameter))
	}
	return f
}

// unsafeInLinks are the characters that could end a link of a Markdown text, or the line.
const unsafeInLinks = "()<>[]\"'`\\|* \t\r\n"

// safeURL is an address that stays one inside a Markdown link, "" for what is no web address.
func safeURL(address string) string {
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") {
		return ""
	}
	var b strings.Builder
	for _, r := range address {
		if strings.ContainsRune(unsafeInLinks, r) || r > '~' {
			b.WriteString(url.PathEscape(string(r)))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}
