package service

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/oabridge/oabridge/model"
)

// valueList is what is known of the values that a parameter may have.
type valueList struct {
	options []model.Option // as forms show them
	known   bool           // they were read once; else there may be any
	whole   bool           // nothing else is right
	current bool           // they are as new as the catalogue itself
	at      time.Time      // when they were read
	reading bool           // they are being read, or soon
	trouble bool           // reading failed the last time, or Jenkins could not tell all
	ids     map[string]bool
	names   map[string]string // the id that a name for people means
}

// newValueList names the values.
func newValueList(values []model.Option) valueList {
	l := valueList{known: true, whole: true, ids: make(map[string]bool, len(values)), names: make(map[string]string, len(values))}
	kept := make([]model.Option, 0, len(values))
	for _, o := range values {
		if o.ID != "" && !l.ids[o.ID] {
			l.ids[o.ID] = true
			kept = append(kept, o)
		}
	}
	l.options = named(kept)
	for _, o := range l.options {
		l.names[o.Name] = o.ID
	}
	return l
}

// outsideList names values that are not in the catalogue. What a form submits may be such a name, long after the list is
// forgotten: so a name that is not the value itself ends with the value in brackets, and a value that looks the same is left
// out.
func outsideList(values []model.Option) valueList {
	kept := make([]model.Option, 0, min(len(values), mostValues))
	whole := true
	for _, o := range values {
		o.ID, o.Name = strings.TrimSpace(o.ID), strings.TrimSpace(oneLine(o.Name))
		if _, bracketed := inBrackets(o.ID); bracketed || len(kept) == mostValues || len(o.ID) > maxValueBytes {
			whole = false
			continue
		}
		kept = append(kept, model.Option{ID: o.ID, Name: cmp.Or(o.Name, o.ID)})
	}
	l := newValueList(kept)
	l.whole = whole
	return l
}

// mostValues is how many values of one parameter are kept.
const mostValues = 10_000

// named gives each of the values a name of its own that forms can show.
func named(values []model.Option) []model.Option {
	type value struct{ model.Option }
	items := make([]*value, len(values))
	for i, v := range values {
		items[i] = &value{v}
	}
	names, _ := nameAll(items, func(v *value) described {
		label := v.Name
		if suffix := " (" + v.ID + ")"; label != v.ID && len(suffix) <= maxOptionName-10 {
			label = withSuffix(label, suffix)
		} else {
			label = v.ID
		}
		return described{label: label, hints: []string{model.Hash(v.ID)[:6]}, aliases: []string{v.ID}}
	})
	options := make([]model.Option, len(values))
	for i, v := range values {
		options[i] = model.Option{ID: v.ID, Name: names[i]}
	}
	return options
}

// plainList is a list of values that are their own names.
func plainList(values []string) valueList {
	options := make([]model.Option, len(values))
	for i, v := range values {
		options[i] = model.Option{ID: v, Name: v}
	}
	return newValueList(options)
}

// kept is the list without the values that keep does not want; what is missing then is still known.
func (l valueList) kept(keep func(id string) bool) valueList {
	l.options = slices.DeleteFunc(slices.Clone(l.options), func(o model.Option) bool { return !keep(o.ID) })
	return l
}

// resolve is the value that a form means: itself, or what is shown under that name.
func (l valueList) resolve(value string) string {
	if l.ids[value] {
		return value
	}
	if id, ok := l.names[value]; ok {
		return id
	}
	return value
}

// all are the values, in order.
func (l valueList) all() []string {
	all := make([]string, len(l.options))
	for i, o := range l.options {
		all[i] = o.ID
	}
	return all
}

// why says why a value could not be found in the list for sure.
func (l valueList) why() string {
	switch {
	case l.known && l.whole:
		return "不在已知的列表里"
	case l.known:
		return "读到的列表不完整"
	case l.trouble:
		return "可选值读取失败"
	default:
		return "可选值还没有读到"
	}
}

// inBrackets is what stands in the brackets at the end of a name.
func inBrackets(name string) (string, bool) {
	at := strings.LastIndex(name, " (")
	if at < 0 || !strings.HasSuffix(name, ")") {
		return "", false
	}
	inside := name[at+len(" (") : len(name)-1]
	return inside, inside != ""
}

// distinct keeps the first of equal values and drops empty ones.
func distinct(values []string) []string {
	if len(values) == 1 && values[0] != "" {
		return values
	}
	var kept []string
	seen := map[string]bool{"": true}
	for _, v := range values {
		if !seen[v] {
			seen[v] = true
			kept = append(kept, v)
		}
	}
	return kept
}
