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

// candidates are the names it may be offered under, the best first.
func (d described) candidates() []string {
	candidates := []string{model.Cut(strings.TrimSpace(d.label), maxOptionName)}
	for _, hint := range d.hints {
		if hint == d.label {
			continue // it would tell nobody anything
		}
		candidates = append(candidates, withSuffix(d.label, " ("+hint+")"))
	}
	return candidates
}

// withSuffix cuts label so that the whole suffix fits; of a suffix too long by itself the end is kept.
func withSuffix(label, suffix string) string {
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

// directory leads from names to what they mean. A name that could mean two things means none of them: an approved form
// may be older than the second, and the wrong app must not be deployed.
type directory[T comparable] struct {
	keys   map[string]T // what means one thing whatever others are called
	one    map[string]T
	shared map[string]int // how many a name could mean
	// decorated: the names are offered with what goes on behind them. What looks like such an addition is one then, never
	// part of a name.
	decorated bool
}

func newDirectory[T comparable]() directory[T] {
	return directory[T]{keys: map[string]T{}, one: map[string]T{}, shared: map[string]int{}}
}

// enter lets each of the names mean item.
func (d directory[T]) enter(item T, names ...string) {
	for i, name := range names {
		names[i] = strings.TrimSpace(name)
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		if name == "" || d.decorated && bareName(name) != name {
			continue
		}
		_, known := d.one[name]
		switch {
		case d.shared[name] > 0:
			d.shared[name]++
		case known:
			delete(d.one, name)
			d.shared[name] = 2
		default:
			d.one[name] = item
		}
	}
}

// find returns what a name means, and how many things it could mean.
func (d directory[T]) find(name string) (T, int) {
	name = strings.TrimSpace(name)
	if item, ok := d.keys[name]; ok {
		return item, 1
	}
	if d.decorated {
		name = bareName(name)
	}
	if item, ok := d.one[name]; ok {
		return item, 1
	}
	var none T
	return none, d.shared[name]
}

// nameAll gives each item a name of its own and makes the directory of everything they may be called: also of the names
// that they would have if others were not there.
func nameAll[T comparable](items []T, describe func(T) described) ([]string, directory[T]) {
	d := newDirectory[T]()
	return d.nameAll(items, describe), d
}

func (d directory[T]) nameAll(items []T, describe func(T) described) []string {
	for _, item := range items {
		about := describe(item)
		if about.key != "" {
			d.keys[about.key] = item
		}
		d.enter(item, append(about.candidates(), about.aliases...)...)
	}
	names := make([]string, len(items))
	for i, item := range items {
		names[i] = d.offer(item, describe(item))
	}
	return names
}

// offer is the best name that means the item alone.
func (d directory[T]) offer(item T, about described) string {
	for _, name := range about.candidates() {
		if found, n := d.find(name); n == 1 && found == item {
			return name
		}
	}
	name := withSuffix(about.label, " #"+model.Hash(about.hints...)[:8])
	d.enter(item, name)
	return name
}
