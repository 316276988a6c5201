package model

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestCut(t *testing.T) {
	for name, c := range map[string]struct {
		in   string
		n    int
		want string
	}{
		"short":                    {"abc", 5, "abc"},
		"exactly":                  {"abcde", 5, "abcde"},
		"one too many":             {"abcdef", 5, "abcd…"},
		"runes, not bytes":         {"商城前端", 4, "商城前端"},
		"cut at a rune":            {"商城前端应用", 4, "商城前…"},
		"no space before the dots": {"abc  def", 5, "abc…"},
		"only one rune":            {"abc", 1, "…"},
		"empty":                    {"", 0, ""},
		"emoji":                    {"🚀🚀🚀", 2, "🚀…"},
		"many bytes, few runes":    {"é́é́", 4, "é́é́"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Cut(c.in, c.n); got != c.want {
				t.Errorf("Cut(%q, %d) = %q, want %q", c.in, c.n, got, c.want)
			}
		})
	}
}

func FuzzCut(f *testing.F) {
	f.Add("商城 前端", uint8(3))
	f.Add("a\xffb", uint8(1))
	f.Fuzz(func(t *testing.T, s string, n uint8) {
		if n == 0 {
			return
		}
		got := Cut(s, int(n))
		if utf8.RuneCountInString(got) > int(n) {
			t.Fatalf("Cut(%q, %d) = %q is too long", s, n, got)
		}
		if got != s && !strings.HasSuffix(got, "…") {
			t.Fatalf("Cut(%q, %d) = %q does not show that it was cut", s, n, got)
		}
	})
}

func TestHashTellsListsApart(t *testing.T) {
	seen := map[string][]string{}
	for _, parts := range [][]string{{}, {""}, {"", ""}, {"ab"}, {"a", "b"}, {"b", "a"}, {"a", "b", ""}, {"a\x00b", "c"}} {
		h := Hash(parts...)
		if before, twice := seen[h]; twice {
			t.Errorf("%q and %q have the same hash", before, parts)
		}
		if seen[h] = parts; len(h) != 64 {
			t.Errorf("%q: hash of %d digits", parts, len(h))
		}
	}
	if first, again := Hash("a", "b"), Hash("a", "b"); first != again {
		t.Error("the same parts give two hashes")
	}
}

func TestUUIDFollowsTheKeyAlone(t *testing.T) {
	first, again, other := Message{Key: "k", Attempts: 1}, Message{ID: 7, Key: "k", Attempts: 2}, Message{Key: "l"}
	if first.UUID() != again.UUID() || first.UUID() == other.UUID() || len(first.UUID()) != 32 {
		t.Errorf("%s %s %s", first.UUID(), again.UUID(), other.UUID())
	}
}

func TestSecretsAreMasked(t *testing.T) {
	for want, p := range map[string]ParameterValue{
		"v1": {Value: "v1"}, Masked: {Value: "hunter2", Secret: true}, "": {Secret: true},
	} {
		if got := p.Shown(); got != want {
			t.Errorf("%+v is shown as %q, want %q", p, got, want)
		}
	}
}

func TestNamesForPeople(t *testing.T) {
	job := JobRef{Controller: "prod", FullName: "deploy/web"}
	named, bare := Deployment{JobRef: job, AppName: "商城前端", Build: 12}, Deployment{JobRef: job}
	for what, c := range map[string][2]string{
		"key":                 {job.Key(), "prod:deploy/web"},
		"label":               {named.Title(), "商城前端"},
		"without a label":     {bare.Title(), "deploy/web"},
		"build":               {named.BuildTitle(), "#12"},
		"no build yet":        {bare.BuildTitle(), ""},
		"person":              {Person{ID: "u1", Name: "张三"}.Label(), "张三"},
		"person without name": {Person{ID: "u1"}.Label(), "u1"},
	} {
		if c[0] != c[1] {
			t.Errorf("%s: %q, want %q", what, c[0], c[1])
		}
	}
}

func TestForbiddenKinds(t *testing.T) {
	forbidden := map[ParameterKind]bool{KindPassword: true, KindFile: true, KindCredentials: true}
	for _, k := range []ParameterKind{
		KindString, KindText, KindChoice, KindBoolean, KindPassword, KindFile, KindCredentials, KindRun, KindGit,
		KindActiveChoice, KindExtendedChoice, KindOther,
	} {
		if k.Forbidden() != forbidden[k] {
			t.Errorf("%s forbidden: %v", k, k.Forbidden())
		}
	}
}

func TestChoicesAreRenderedOnce(t *testing.T) {
	c, times := &Choices{Total: 3}, 0
	render := func(c *Choices) []byte { times++; return []byte{byte(c.Total)} }
	for range 3 {
		if got := c.Rendered(render); got[0] != 3 {
			t.Errorf("got %v", got)
		}
	}
	if times != 1 {
		t.Errorf("rendered %d times", times)
	}
}
