package model

import (
	"slices"
	"testing"
)

func TestDefinition(t *testing.T) {
	text := func(s string) *string { return &s }
	declared := func() []ParameterDefinition {
		return []ParameterDefinition{
			{Name: "VERSION", Kind: KindString, Description: "版本", Default: text("v1")},
			{Name: "ENV", Kind: KindChoice, Choices: []string{"staging", "prod"}, Default: text("staging")},
			{Name: "HOSTS", Kind: KindExtendedChoice, Multiple: true},
		}
	}
	same := Define(declared()).Fingerprint()
	if kind, multiple := Define(declared()).Kind("HOSTS"); kind != KindExtendedChoice || !multiple {
		t.Errorf("%s, %v", kind, multiple)
	}
	if kind, multiple := Define(declared()).Kind("ENV"); kind != KindChoice || multiple {
		t.Errorf("%s, %v", kind, multiple)
	}
	if kind, multiple := Define(nil).Kind("ENV"); kind != "" || multiple || Define(nil) == nil {
		t.Errorf("%s, %v", kind, multiple)
	}
	for name, change := range map[string]func([]ParameterDefinition) []ParameterDefinition{
		"a description": func(p []ParameterDefinition) []ParameterDefinition { p[0].Description = "neu"; return p },
		"a default":     func(p []ParameterDefinition) []ParameterDefinition { p[0].Default = nil; return p },
		"the order":     func(p []ParameterDefinition) []ParameterDefinition { slices.Reverse(p); return p },
		"the order of choices": func(p []ParameterDefinition) []ParameterDefinition {
			p[1].Choices = []string{"prod", "staging"}
			return p
		},
	} {
		if Define(change(declared())).Fingerprint() != same {
			t.Errorf("%s makes a difference", name)
		}
	}
	seen := map[string]string{same: "nothing"}
	for name, change := range map[string]func([]ParameterDefinition) []ParameterDefinition{
		"a name":   func(p []ParameterDefinition) []ParameterDefinition { p[0].Name = "TAG"; return p },
		"a kind":   func(p []ParameterDefinition) []ParameterDefinition { p[0].Kind = KindText; return p },
		"a choice": func(p []ParameterDefinition) []ParameterDefinition { p[1].Choices[1] = "moon"; return p },
		"one more choice": func(p []ParameterDefinition) []ParameterDefinition {
			p[1].Choices = append(p[1].Choices, "moon")
			return p
		},
		"no choices":      func(p []ParameterDefinition) []ParameterDefinition { p[1].Choices = nil; return p },
		"a single choice": func(p []ParameterDefinition) []ParameterDefinition { p[2].Multiple = false; return p },
		"one less":        func(p []ParameterDefinition) []ParameterDefinition { return p[:2] },
		"one more": func(p []ParameterDefinition) []ParameterDefinition {
			return append(p, ParameterDefinition{Name: "X", Kind: KindString})
		},
		"nothing declared": func([]ParameterDefinition) []ParameterDefinition { return nil },
	} {
		print := Define(change(declared())).Fingerprint()
		if other, twice := seen[print]; twice {
			t.Errorf("%s is like %s", name, other)
		}
		seen[print] = name
	}
}

func TestSent(t *testing.T) {
	d := Deployment{Parameters: []ParameterValue{{Name: "A"}, {Name: "B", Dropped: true}, {Name: "C"}}}
	if sent := d.Sent(); len(sent) != 2 || sent[0].Name != "A" || sent[1].Name != "C" || len(d.Parameters) != 3 || d.Parameters[1].Name != "B" {
		t.Errorf("%v of %v", sent, d.Parameters)
	}
	d.Parameters[1].Dropped = false
	if sent := d.Sent(); len(sent) != 3 {
		t.Errorf("%v", sent)
	}
}
