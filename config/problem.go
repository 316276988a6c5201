package config

import (
	"fmt"
	"strings"
)

// Problem is one thing that is wrong with a configuration, and what to do about it.
type Problem struct {
	Key     string // such as jenkins[0].url
	Value   string // what was given, without secrets; empty when nothing was given or it must not be shown
	Message string // what is wrong
	Remedy  string // what to do
	Source  string // where it was given: a file and line or a variable; empty when it was not given at all
}

// Problems are all problems of a configuration. It is the error of Load and Validate.
type Problems []Problem

// Error returns one block, readable in a terminal.
func (p Problems) Error() string {
	var text strings.Builder
	fmt.Fprintf(&text, "the configuration has %d problem", len(p))
	if len(p) != 1 {
		text.WriteByte('s')
	}
	for _, problem := range p {
		text.WriteString("\n  " + problem.String())
	}
	return text.String()
}

// String returns the problem on two lines: what is wrong and where, then what to do.
func (p Problem) String() string {
	var text strings.Builder
	text.WriteString(p.Key)
	if p.Value != "" {
		fmt.Fprintf(&text, " = %q", p.Value)
	}
	text.WriteString(": " + p.Message)
	if p.Source != "" {
		fmt.Fprintf(&text, " (%s)", p.Source)
	}
	if p.Remedy != "" {
		text.WriteString("\n      → " + p.Remedy)
	}
	return strings.TrimPrefix(text.String(), ": ")
}

// report collects problems below one key.
type report struct {
	key  string
	list *Problems
}

func (r report) at(key string) report {
	if r.key != "" {
		key = r.key + "." + key
	}
	return report{key, r.list}
}

func (r report) index(i int) report { return report{fmt.Sprintf("%s[%d]", r.key, i), r.list} }

func (r report) add(value, message, remedy string) {
	*r.list = append(*r.list, Problem{Key: r.key, Value: value, Message: message, Remedy: remedy})
}
