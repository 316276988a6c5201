package model

// Verdict is what a check of a form found, for people: one line for each thing.
type Verdict struct {
	Problems string // "" when the form may be submitted
	Warnings string // what they should know, and may submit all the same
}
