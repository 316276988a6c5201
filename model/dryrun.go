package model

import "time"

// DryRun is what would become of a form.
type DryRun struct {
	Problems    []Finding // none: it is valid
	Warnings    []Finding
	Project     string // key
	ProjectName string
	Mode        ExecuteMode
	ScheduledAt *time.Time
	Order       Order
	Builds      []DraftBuild // in their order; none of a form that is not valid
}

// Finding is one thing that a check of a form brought to light.
type Finding struct {
	Field   string // canonical, or the form's; "" for the form as a whole
	Message string // for people
}

// DraftBuild is one build as it would be wanted.
type DraftBuild struct {
	Position int
	JobRef
	AppName   string
	Migration bool       // it makes the release's database change
	Wait      Wait       // what it would wait for; "": nothing
	At        *time.Time // until when, as far as that is known
	After     []int      // the positions of those that have to succeed before
	Post      Post
	Values    []DraftValue // of the POST's fields, in their order
}

// Post is one POST as it goes out.
type Post struct {
	Method string
	URL    string
	Type   string // of the body; "" when there is none
	Body   string
	Fields []PostField // of the body, in its order
}

// PostField is one field of a POST. A parameter of several values has several.
type PostField struct{ Name, Value string }

// DraftValue is one field of a POST and where its value comes from.
type DraftValue struct {
	PostField
	Origin ValueOrigin
	Secret bool // Value is masked
}

// ValueOrigin says where a value comes from.
type ValueOrigin string

// The origins of a value.
const (
	OriginForm    ValueOrigin = "form"
	OriginDefault ValueOrigin = "default" // of the configuration's rule or of the job
	OriginRelease ValueOrigin = "release" // the release's number
)

// NumberToCome stands for the number of a release that there is none of yet.
const NumberToCome = NumberPrefix + "NNNN"
