package model

import (
	"strings"
	"unicode"
)

// BuildDetails are what a build left behind. The JSON form is stored.
type BuildDetails struct {
	Tests   *TestCounts `json:"tests,omitempty"` // nil: it published none
	Changes []Change    `json:"changes,omitempty"`
	Failure *Failure    `json:"failure,omitempty"` // nil: it did not fail, or nothing is known
}

// Failure is where a build failed, as far as Jenkins tells.
type Failure struct {
	Stage string   `json:"stage,omitempty"` // the first stage that failed; "" when it is no pipeline
	Error string   `json:"error,omitempty"` // in Jenkins' words
	Lines []string `json:"lines,omitempty"` // the last lines of the log, cleaned and masked
}

// Limits of what is kept of a build, in characters.
const (
	maxChangeID      = 64
	maxChangeAuthor  = 100
	maxChangeMessage = 200
)

// LeftBehind is what b, which ended, published. Foreign texts are fit to be kept and shown: short, on one line, and without
// characters that steer a terminal or hide others.
func (b Build) LeftBehind() *BuildDetails {
	left := &BuildDetails{}
	if t := b.Tests; t != nil {
		left.Tests = &TestCounts{Total: max(t.Total, 0), Failed: max(t.Failed, 0), Skipped: max(t.Skipped, 0)}
	}
	for _, c := range b.Changes[:min(len(b.Changes), MaxChanges)] {
		left.Changes = append(left.Changes, Change{
			ID: plainLine(c.ID, maxChangeID), Author: plainLine(c.Author, maxChangeAuthor), Message: plainLine(c.Message, maxChangeMessage),
		})
	}
	return left
}

// plainLine makes one short line of a foreign text.
func plainLine(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), unicode.IsSpace(r):
			return ' '
		case unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	return Cut(strings.Join(strings.Fields(s), " "), most)
}
