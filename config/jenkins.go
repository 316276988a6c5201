package config

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// The values of Jenkins.Project that are no regular expression.
const (
	ProjectByFolder = "folder"   // each folder is a project
	ProjectByView   = "view"     // each view is a project
	ProjectExplicit = "explicit" // only what the section projects names is offered
)

// Jenkins is one controller: a Jenkins server and what of it is offered.
type Jenkins struct {
	Name      string `yaml:"name"`
	URL       string `yaml:"url"`
	User      string `yaml:"user"`
	Token     Secret `yaml:"token"`
	TokenFile string `yaml:"token_file,omitempty"`
	// Folders are where jobs are looked for; empty means everywhere.
	Folders []string `yaml:"folders"`
	// Include and Exclude are regular expressions on a job's full name.
	Include []string `yaml:"include"`
	Exclude []string `yaml:"exclude"`
	// Project is folder, view, explicit, or a regular expression with the groups project and app.
	Project string `yaml:"project" default:"folder"`
	// ProjectDepth is how many folders below the one in Folders make a project; 0: the folder that holds the job.
	ProjectDepth int `yaml:"project_depth" default:"0"`
	// ProjectPath makes a project's label of the labels of all folders, or views, on its path.
	ProjectPath bool `yaml:"project_path" default:"false"`
	// Labels are what people call jobs, folders (by their full names) and views.
	Labels map[string]string `yaml:"labels"`
	// LabelFrom is where other labels come from, the first that says something: display_name, description, name.
	LabelFrom []string `yaml:"label_from"`
	// BranchParameter is the name under which a form gives the branch of a multibranch project. Without one every branch's
	// job is an app.
	BranchParameter string `yaml:"branch_parameter"`
	// Refresh is how often the catalogue is read again while it changes, RefreshMax how seldom while it does not.
	Refresh    time.Duration `yaml:"refresh" default:"30s"`
	RefreshMax time.Duration `yaml:"refresh_max"`
	// StaleAfter is how old a listing may be before forms are told that it is.
	StaleAfter time.Duration `yaml:"stale_after"`
	// MaxLoss is the share of the apps on offer that may vanish at once; a listing that lost more is held back until a person
	// accepts it.
	MaxLoss float64 `yaml:"max_loss" default:"0.3"`
	// Poll is how often what is followed is looked at when something is about to change, PollMax when nothing is;
	// one that is below Poll counts as Poll.
	Poll    time.Duration `yaml:"poll" default:"1s"`
	PollMax time.Duration `yaml:"poll_max" default:"15s"`
	// Show is what the labels of apps tell of what goes on: running, holder, version.
	Show []string `yaml:"show"`
	// VersionParameter is the build parameter that carries an app's version.
	VersionParameter string `yaml:"version_parameter"`
	// ReleaseParameter is the build parameter that carries the release number when a job declares it.
	ReleaseParameter string `yaml:"release_parameter" default:"RELEASE_ID"`
	// ValuesTimeout is how long Jenkins may take to say what the git parameters of a job may be; it asks the git server.
	ValuesTimeout time.Duration `yaml:"values_timeout" default:"30s"`
	// MaxInFlight is how many requests go to the controller at once.
	MaxInFlight int `yaml:"max_in_flight" default:"8"`
	// MaxParallelPerJob is how many releases may have a build of the same job at the same time; the others wait in the order
	// of their approval. Jobs that do not declare the release parameter always run one at a time.
	MaxParallelPerJob int `yaml:"max_parallel_per_job" default:"1"`
	// OnDrift is what becomes of a release whose job changed after the approval, so that what was approved does not fit any
	// more: hold, fail or ignore.
	OnDrift string `yaml:"on_drift" default:"hold"`
	Stop    Stop   `yaml:"stop"`
	// Inputs are the pipelines' input steps that may be answered; the first rule that matches decides.
	Inputs []Input `yaml:"inputs"`
	// InputReminder is when people are told once more of an input step that nobody answers, InputTimeout when it has waited for
	// too long; 0: never. OnInputTimeout says what becomes of it then: wait or abort.
	InputReminder  time.Duration `yaml:"input_reminder" default:"30m"`
	InputTimeout   time.Duration `yaml:"input_timeout" default:"24h"`
	OnInputTimeout string        `yaml:"on_input_timeout" default:"wait"`
	// Results say what else than SUCCESS counts as success; the first rule that names the job decides.
	Results []Result `yaml:"results"`
}

// The values of Jenkins.OnDrift.
const (
	DriftHold   = "hold" // it waits for a person
	DriftFail   = "fail"
	DriftIgnore = "ignore" // it goes on, and Jenkins' own answer decides
)

var controllerName = regexp.MustCompile(`^[a-z0-9-]+$`)

func (j Jenkins) check(r report) {
	if j.Name != "" && !controllerName.MatchString(j.Name) {
		r.at("name").add(j.Name, "a controller's name has only a-z, 0-9 and -", "rename it, for example to prod")
	}
	j.checkAccess(r)
	r.at("include").expressions(j.Include)
	r.at("exclude").expressions(j.Exclude)
	j.checkProject(r.at("project"))
	j.checkCatalogue(r)
	j.checkFreshness(r)
	j.checkShow(r)
	r.at("poll").lasts(j.Poll, 50*time.Millisecond, 5*time.Minute)
	r.at("values_timeout").lasts(j.ValuesTimeout, time.Second, 5*time.Minute)
	r.at("poll_max").lasts(j.PollMax, 50*time.Millisecond, 5*time.Minute)
	r.at("max_in_flight").between(j.MaxInFlight, 1, 100)
	r.at("max_parallel_per_job").between(j.MaxParallelPerJob, 1, 1000)
	r.at("on_drift").oneOf(j.OnDrift, DriftHold, DriftFail, DriftIgnore)
	j.Stop.check(r.at("stop"))
	j.checkInputs(r)
	for i, result := range j.Results {
		result.check(r.at("results").index(i))
	}
}

func (j Jenkins) checkAccess(r report) {
	if r.at("url").url(j.URL, "https://jenkins.example.com") {
		if parsed, err := url.Parse(j.URL); err == nil && (parsed.RawQuery != "" || parsed.Fragment != "") {
			r.at("url").add(withoutUser(parsed), "the URL has a query or a fragment", "give only the address of Jenkins itself")
		}
	}
	r.at("user").required(j.User, "set the user the API token belongs to")
	r.at("token").required(j.Token.Reveal(), "set token or token_file to an API token of that user")
}

func (j Jenkins) checkProject(r report) {
	if j.projectWord() || !r.expression(j.Project) {
		return
	}
	groups := regexp.MustCompile(j.Project).SubexpNames()
	if !slices.Contains(groups, "project") || !slices.Contains(groups, "app") {
		r.add(j.Project, "the expression lacks the groups project and app",
			`write `+strings.Join(projectWords, ", ")+`, or an expression such as ^deploy/(?P<project>[^/]+)/(?P<app>.+)$`)
	}
}

var projectWords = []string{ProjectByFolder, ProjectByView, ProjectExplicit}

// projectWord tells whether Project is a word and no expression.
func (j Jenkins) projectWord() bool { return slices.Contains(projectWords, j.Project) }

func checkControllers(r report, list []Jenkins) {
	if len(list) == 0 {
		r.add("", "there is no Jenkins controller", "add one entry with name, url, user and token")
	}
	names := uniqueNames{what: "controller"}
	for i, j := range list {
		names.check(r.index(i).at("name"), j.Name)
		j.check(r.index(i))
	}
}
