package model

import "time"

// ProjectKind is what made a project.
type ProjectKind string

// The kinds of projects.
const (
	ProjectFolder     ProjectKind = "folder"
	ProjectView       ProjectKind = "view"
	ProjectExpression ProjectKind = "expression"
	ProjectExplicit   ProjectKind = "explicit"
)

// LeftReason says why a job is not offered.
type LeftReason string

// The reasons.
const (
	LeftContainer   LeftReason = "container"       // holds jobs, and is none itself
	LeftNamed       LeftReason = "named_elsewhere" // an explicit project offers it instead
	LeftOutside     LeftReason = "outside_folders"
	LeftNotIncluded LeftReason = "not_included"
	LeftExcluded    LeftReason = "excluded"
	LeftUnmatched   LeftReason = "no_project" // the expression takes no project out of its name
	LeftNoView      LeftReason = "no_view"
	LeftNotNamed    LeftReason = "not_named" // only what explicit projects name is offered
	LeftDisabled    LeftReason = "disabled"
	LeftNoBranch    LeftReason = "no_branch" // a multibranch project none of whose branches can be built
	LeftMissing     LeftReason = "missing"   // an explicit project names it, and Jenkins does not list it
)

// LeftReasons are all reasons.
func LeftReasons() []LeftReason {
	return []LeftReason{
		LeftContainer, LeftNamed, LeftOutside, LeftNotIncluded, LeftExcluded, LeftUnmatched, LeftNoView, LeftNotNamed, LeftDisabled,
		LeftNoBranch, LeftMissing,
	}
}

// LeftOut is a job that forms are not offered.
type LeftOut struct {
	JobRef
	Kind    JobKind
	Reason  LeftReason
	Detail  string // the rule that decided, or the projects that have it; "" when the reason says all
	Project string // the key of the project that would have it; "" when there is none
}

// CatalogueFilter narrows a report; its zero value is everything.
type CatalogueFilter struct {
	Project    string     // as a form may call it
	Controller string     // its name
	LeftOnly   bool       // only what is left out
	Left       LeftReason // only what is left out for this reason
}

// CatalogueReport is what forms are offered, and what not.
type CatalogueReport struct {
	Controllers []OfferingController
	Projects    []OfferedProject
	Left        []LeftOut
}

// OfferingController is a controller as the catalogue knows it.
type OfferingController struct {
	Name     string
	Apps     int
	ListedAt time.Time // zero: never
	// HeldSince is since when a listing is held back because it lost much; zero: none is.
	HeldSince time.Time
}

// OfferedProject is a project with its apps, in the order in which forms show them.
type OfferedProject struct {
	Key, Name string
	Kind      ProjectKind
	Disabled  int // apps left out because they are disabled
	Apps      []OfferedApp
}

// OfferedApp is an app as forms show it.
type OfferedApp struct {
	JobRef
	Name       string
	Kind       JobKind
	Branches   []string // of a multibranch project
	Parameters int      // how many it declares that a form may give
}
