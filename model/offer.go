package model

// LeftReason says why a job is not offered.
type LeftReason string

// The reasons, in the order in which they are looked for.
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

// LeftOut is a job that forms are not offered.
type LeftOut struct {
	JobRef
	Kind   JobKind
	Reason LeftReason
	Detail string // the rule that decided, or the project that has it; "" when the reason says all
}
