package model

import "sync"

// Option is one choice of a form control.
type Option struct {
	ID   string // unique
	Name string // unique within its list, at most 50 runes
}

// Question is what a form asks choices for.
type Question struct {
	By        string // the DingTalk user id of who fills it in; "" when the form does not tell
	Project   string
	Apps      []string
	Parameter string
	Keyword   string
}

// Choices is a list of choices as a form may show it: at most 200.
type Choices struct {
	List     []Option
	Total    int // how many match, also those that did not fit
	Disabled int // how many apps were left out because they are disabled

	once     sync.Once
	rendered []byte
}

// Rendered returns what render makes of the options, made once: the options of a catalogue never change.
func (o *Choices) Rendered(render func(*Choices) []byte) []byte {
	o.once.Do(func() { o.rendered = render(o) })
	return o.rendered
}
