package service

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/oabridge/oabridge/model"
)

// maxOptionName is how many runes DingTalk shows of an option (DingTalk docs: basic-controls).
const maxOptionName = 50

// described is what there is to know of something that people choose by its name.
type described struct {
	key     string   // its id, where that means it alone whatever others are called; may be empty
	label   string   // what people call it
	hints   []string // what tells it from others of the same label, the shortest first, the last one unique
	aliases []string // what a form may call it beside its offered name
}

// candidate is the n-th best name that it may be offered under; false when there are no more.
func (d described) candidate(n int) (string, bool) {
	label := strings.TrimSpace(d.label)
	switch {
	case n == 0:
		return model.Cut(label, maxOptionName), true
	case n > len(d.hints):
		return "", false
	case d.hints[n-1] == label:
		return "", true // it would tell nobody anything
	}
	return withSuffix(label, " ("+d.hints[n-1]+")"), true
}

// withSuffix cuts label so that the whole suffix fits; of a suffix too long by itself the end is kept.
func withSuffix(label, suffix string) string {
	if len(label)+len(suffix) <= maxOptionName {
		return label + suffix // as with most; runes are no more than bytes
	}
	s := []rune(suffix)
	if len(s) > maxOptionName-10 {
		s = append([]rune(" (…"), s[len(s)-(maxOptionName-14):]...)
	}
	return model.Cut(label, maxOptionName-len(s)) + string(s)
}

// shortestFirst sorts what tells things from one another; of the same length the first stays the first.
func shortestFirst(hints []string) []string {
	slices.SortStableFunc(hints, func(a, b string) int { return utf8.RuneCountInString(a) - utf8.RuneCountInString(b) })
	return hints
}

// nameAll gives each item a name of its own and makes the directory of everything they may be called: also of the names
// that they would have if others were not there.
func nameAll[T any](items []T, describe func(T) described) ([]string, *directory[T]) {
	d := newDirectory(items)
	return d.nameAll(describe), d
}
