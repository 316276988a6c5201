package jenkinstest

import "time"

// Kind says what a Job is; it decides the _class, the executors used and which fields are exported.
type Kind string

// The kinds of items. Folder, Multibranch and Organization are containers: they hold jobs and are never built.
const (
	Freestyle    Kind = "freestyle"
	Pipeline     Kind = "pipeline"
	Maven        Kind = "maven"
	Matrix       Kind = "matrix"
	Folder       Kind = "folder"
	Multibranch  Kind = "multibranch"
	Organization Kind = "organization"
)

// ParameterKind says which plugin's parameter definition a Parameter is.
type ParameterKind string

// The parameter kinds of the recordings. ExtendedChoice and ActiveChoice do not export their choices.
const (
	String         ParameterKind = "string"
	Text           ParameterKind = "text"
	Choice         ParameterKind = "choice"
	Boolean        ParameterKind = "boolean"
	Password       ParameterKind = "password"
	File           ParameterKind = "file"
	Run            ParameterKind = "run"
	Credentials    ParameterKind = "credentials"
	GitParameter   ParameterKind = "git"
	ActiveChoice   ParameterKind = "active-choice"
	CascadeChoice  ParameterKind = "cascade-choice"
	ExtendedChoice ParameterKind = "extended-choice"
)

// Parameter is one parameter of a job or of an input step.
type Parameter struct {
	Name string
	Kind ParameterKind // default String
	// Default is the default value; a Choice without one uses its first choice, as Jenkins does.
	Default     string
	Choices     []string
	Description string
	// Filter says which builds a Run offers, ALL when empty; its Choices are the one job that it offers builds of.
	Filter string
	// Multi makes an ExtendedChoice a multiple selection (PT_MULTI_SELECT).
	Multi bool
	// BrokenExport makes exporting all fields throw, which Jenkins answers with an empty parameterDefinitions.
	BrokenExport bool
}

// Input is one input step of a pipeline.
type Input struct {
	// ID is what the step names; empty gives 32 hex digits, stable for a job.
	ID      string
	Message string
	// Proceed is the caption of the button, "Proceed" when empty.
	Proceed    string
	Parameters []Parameter
	// Submitters who may answer; empty means everybody with the Build permission. Administrators always may.
	Submitters []string
	// SubmitterParameter stores who answered in the pipeline, which adds an action to the build.
	SubmitterParameter string
	// Stage the step stands in, "审批" when empty.
	Stage string
	// Parallel groups inputs: those with the same number above 0 are asked at the same time.
	Parallel int
}

// Job describes a job or a container and how its builds behave.
type Job struct {
	FullName    string // "a/b/c"; missing folders are created
	DisplayName string // empty: the name
	Description string
	Kind        Kind // default Freestyle
	Disabled    bool
	Parameters  []Parameter
	// ParametersAfterFirstRun hides the parameters until a build has started, as with a scripted pipeline.
	ParametersAfterFirstRun bool
	// Duration is how long a build works, not counting the time it waits for input.
	Duration time.Duration
	// Result of the builds, SUCCESS when empty.
	Result string
	// ResultOf decides a build's result when it ends; it must not call the Server.
	ResultOf func(Build) string `json:"-"`
	Inputs   []Input
	// Stages names a pipeline's stages in order. A stage that an Input names waits for it, the others share Duration.
	Stages []string
	// Concurrent allows a freestyle job several builds at once; without it a second one is a BlockedItem.
	Concurrent bool
	// Serial forbids a pipeline several builds at once (pipelines allow them unless told otherwise).
	Serial bool
	// Stubborn is how often a build must be told to stop: 1 ignores stop, 2 ignores stop and term, 3 ignores all.
	Stubborn int
	// Label no node has makes the items wait as stuck BuildableItems.
	Label string
	// QuietPeriod of this job; 0 uses the server's.
	QuietPeriod time.Duration
	// Log lines appear evenly spread over Duration.
	Log string
	// Error is the message of a failing pipeline stage.
	Error string
	// Configurations of a matrix job, such as "OS=linux": parts of its builds, and no jobs.
	Configurations []string
	// SCM is the class of the source control, hudson.scm.NullSCM when empty.
	SCM string
	// Commits are the change list of the builds.
	Commits []Commit
	// Tests are the published test results of builds that ended: total, failed, skipped; all 0: none.
	Tests [3]int
}

// Commit is one change of a build.
type Commit struct{ ID, Author, Message string }

// Permission is a right of a User, named as Jenkins names it in X-Required-Permission.
type Permission string

// The permissions checked. Read is needed to see an item at all; without it everything about it is 404.
const (
	Read      Permission = "hudson.model.Item.Read"
	BuildItem Permission = "hudson.model.Item.Build"
	Cancel    Permission = "hudson.model.Item.Cancel"
	Create    Permission = "hudson.model.Item.Create"
	Configure Permission = "hudson.model.Item.Configure"
	Delete    Permission = "hudson.model.Item.Delete"
	UpdateRun Permission = "hudson.model.Run.Update"

	administer Permission = "hudson.model.Hudson.Administer"
)

// User is an account of the fake.
type User struct {
	Name        string
	FullName    string // empty: the name
	Token       string // API token: no crumb needed
	Password    string // password: POST needs a crumb and its session cookie
	Admin       bool   // has every permission
	Permissions []Permission
	// Folders limits the permissions to these path prefixes; empty means everywhere.
	Folders []string
}

// Answer is one answer to an input step.
type Answer struct {
	ID      string
	User    string
	Proceed bool
	// Parameters as the pipeline got them; a parameter that was left out is nil.
	Parameters map[string]any
	At         time.Time
}

// Build is one build as the ledger keeps it.
type Build struct {
	Job         string
	Number      int
	QueueID     int64
	Parameters  map[string]string
	User        string // who triggered first
	Causes      []string
	Result      string // empty while it runs
	Building    bool
	Description string
	Queued      time.Time
	Started     time.Time
	Finished    time.Time
	Waiting     []string // ids of the inputs it waits for
	Answers     []Answer
	// Vanished builds were running at a kill -9: Jenkins knows nothing of them.
	Vanished bool
}
