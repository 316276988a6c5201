package model

import "time"

// ParameterKind is what a job's parameter is, by Jenkins' class.
type ParameterKind string

// The kinds of parameters.
const (
	KindString         ParameterKind = "string"
	KindText           ParameterKind = "text"
	KindChoice         ParameterKind = "choice"
	KindBoolean        ParameterKind = "boolean"
	KindPassword       ParameterKind = "password"
	KindFile           ParameterKind = "file"
	KindCredentials    ParameterKind = "credentials"
	KindRun            ParameterKind = "run"
	KindGit            ParameterKind = "git"
	KindActiveChoice   ParameterKind = "active_choice"
	KindExtendedChoice ParameterKind = "extended_choice"
	KindOther          ParameterKind = "other"
)

// Forbidden tells whether a form must not carry a value of this kind.
func (k ParameterKind) Forbidden() bool {
	return k == KindPassword || k == KindFile || k == KindCredentials
}

// ParameterDefinition is one declared parameter of a job. The JSON form is stored with the catalogue.
type ParameterDefinition struct {
	Name        string        `json:"n"`
	Kind        ParameterKind `json:"k"`
	Description string        `json:"d,omitempty"`
	Choices     []string      `json:"c,omitempty"`
	// Default is nil when Jenkins exports none (passwords, plugin kinds): the value is then Jenkins' own affair.
	Default *string `json:"v,omitempty"`
	// Multiple: several values may be chosen, and each is sent in a field of its own.
	Multiple bool `json:"m,omitempty"`
	// BuildsOf is the job whose builds a run parameter offers; Filter says which of them.
	BuildsOf string `json:"r,omitempty"`
	Filter   string `json:"l,omitempty"`
}

// Place is where a parameter is asked for.
type Place struct {
	Controller string
	Project    string // its key, without the controller
	Job        string // fullName
	App        string // the last part of the job's fullName
}

// Offer is what Jenkins says that a parameter may be when it is asked for that alone.
type Offer struct {
	Values  []Option
	Problem string // why Jenkins has no values, or not all of them; "" when it has
}

// JobKind is what an item of a controller is, by Jenkins' class.
type JobKind string

// The kinds of items.
const (
	JobFreestyle    JobKind = "freestyle"
	JobPipeline     JobKind = "pipeline"
	JobMaven        JobKind = "maven"
	JobMatrix       JobKind = "matrix"
	JobOther        JobKind = "other" // something else that can be built
	JobFolder       JobKind = "folder"
	JobMultibranch  JobKind = "multibranch"  // its branches' jobs are built, never itself
	JobOrganization JobKind = "organization" // holds multibranch projects
)

// JobKinds are all kinds of items.
func JobKinds() []JobKind {
	return []JobKind{JobFreestyle, JobPipeline, JobMaven, JobMatrix, JobOther, JobFolder, JobMultibranch, JobOrganization}
}

// Job is one item of a controller as Jenkins lists it: a buildable job or a container of others.
type Job struct {
	FullName    string                `json:"f"` // "folder/job"
	Name        string                `json:"n"`
	DisplayName string                `json:"t,omitempty"`
	Description string                `json:"d,omitempty"`
	Kind        JobKind               `json:"k,omitempty"` // empty in listings of older versions
	Container   bool                  `json:"o,omitempty"` // folder, multibranch project, organisation folder
	Buildable   bool                  `json:"b,omitempty"` // false: disabled
	Parameters  []ParameterDefinition `json:"p,omitempty"`
}

// View is what Jenkins calls a view: a list of items under a name.
type View struct {
	Name string   `json:"n"` // with the views or folders it stands in: "folder/view"
	Jobs []string `json:"j"` // full names of the items it shows: jobs, and containers with all they hold
}

// Listing is all jobs of one controller at one moment.
type Listing struct {
	Controller string
	Jobs       []Job
	Views      []View    // none unless they were asked for
	Changed    time.Time // when Jenkins was first asked and listed this; which listing it is
	At         time.Time // when Jenkins was last asked and listed this
}
