package config

import (
	"slices"
	"testing"
)

func TestProblemReads(t *testing.T) {
	tests := []struct {
		problem Problem
		want    string
	}{
		{Problem{Key: "a.b", Value: "x", Message: "wrong", Remedy: "right it", Source: "f:1"}, "a.b = \"x\": wrong (f:1)\n      → right it"},
		{Problem{Key: "a.b", Message: "it is missing", Remedy: "set it"}, "a.b: it is missing\n      → set it"},
		{Problem{Message: "not YAML", Source: "f"}, "not YAML (f)"},
		{Problem{Key: "a", Value: "\x1b[2J\n", Message: "wrong"}, `a = "\x1b[2J\n": wrong`},
	}
	for _, test := range tests {
		if got := test.problem.String(); got != test.want {
			t.Errorf("got  %s\nwant %s", got, test.want)
		}
	}
}

func TestProblemsCount(t *testing.T) {
	one := Problems{{Key: "a", Message: "wrong"}}
	if got, want := one.Error(), "the configuration has 1 problem\n  a: wrong"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	two := append(one, Problem{Key: "b", Message: "wrong"})
	if got, want := two.Error(), "the configuration has 2 problems\n  a: wrong\n  b: wrong"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestReportBuildsKeys(t *testing.T) {
	var list Problems
	report{list: &list}.at("jenkins").index(2).at("inputs").index(0).at("id").add("v", "m", "r")
	want := Problem{Key: "jenkins[2].inputs[0].id", Value: "v", Message: "m", Remedy: "r"}
	if len(list) != 1 || list[0] != want {
		t.Errorf("got %+v, want %+v", list, want)
	}
}

func TestLineage(t *testing.T) {
	want := []string{"jenkins[2].inputs", "jenkins[2]", "jenkins"}
	if got := lineage("jenkins[2].inputs"); !slices.Equal(got, want) {
		t.Errorf("lineage = %q, want %q", got, want)
	}
	if got := lineage(""); got != nil {
		t.Errorf("lineage of nothing = %q", got)
	}
}
