package service

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/model"
)

func mapped(pairs ...string) func(*FormRules) {
	return func(r *FormRules) {
		r.Parameters = map[string]string{}
		for i := 0; i+1 < len(pairs); i += 2 {
			r.Parameters[pairs[i]] = pairs[i+1]
		}
	}
}

func TestParametersOfAForm(t *testing.T) {
	for name, c := range map[string]struct {
		rules    func(*FormRules)
		in       map[string][]string
		want     map[string][]string
		problems []string
	}{
		"named like the parameter":    {mapped(), fields("VERSION", "v1"), map[string][]string{"VERSION": {"v1"}}, nil},
		"a list of one":               {mapped(), fields("VERSION", `["v1"]`), map[string][]string{"VERSION": {"v1"}}, nil},
		"empty is not given":          {mapped(), fields("VERSION", "", "ENV", "null"), map[string][]string{}, nil},
		"mapped":                      {mapped("VERSION", "版本号"), fields("版本号", "v1"), map[string][]string{"VERSION": {"v1"}}, nil},
		"mapped and by its own name":  {mapped("VERSION", "版本号"), fields("版本号", "v1", "VERSION", "v1"), map[string][]string{"VERSION": {"v1"}}, nil},
		"two parameters of one field": {mapped("VERSION", "版本号", "TAG", "版本号"), fields("版本号", "v1"), map[string][]string{"VERSION": {"v1"}, "TAG": {"v1"}}, nil},
		"of a field with a meaning":   {mapped("WHY", "上线说明"), fields("上线说明", "修复"), map[string][]string{"WHY": {"修复"}}, nil},
		"several values":              {mapped(), fields("HOSTS", `["h2","h3"]`), map[string][]string{"HOSTS": {"h2", "h3"}}, nil},
		"contradiction": {
			mapped("VERSION", "版本号"), fields("版本号", "v1", "VERSION", "v2"), map[string][]string{"VERSION": {"v2"}},
			[]string{"“VERSION”由两个字段给出且值不一致"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			f, problems := reader(c.rules).Read(c.in)
			wantProblems(t, problems, c.problems...)
			if diff := cmp.Diff(c.want, f.Parameters); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestIgnoredFieldsAreKeptButNotRead(t *testing.T) {
	in := fields("备忘", strings.Repeat("x", 10<<10), "VERSION", "v1")
	f, problems := reader(func(r *FormRules) { r.Ignore = []string{"备忘"} }).Read(in)
	wantProblems(t, problems)
	if diff := cmp.Diff(map[string][]string{"VERSION": {"v1"}}, f.Parameters); diff != "" {
		t.Errorf("parameters (-want +got):\n%s", diff)
	}
	if len(f.Raw["备忘"]) != 1 {
		t.Error("the form that is kept lacks it")
	}
}

func TestMappedFieldReachesTheBuild(t *testing.T) {
	w := newWorld(t, func(o *Options) {
		o.Form.Parameters = map[string]string{"VERSION": "版本号", "TAG": "版本号", "NOTES": "上线说明"}
	})
	got := w.submit("VERSION", "", "版本号", "v3.0.0")
	w.turns(3)
	w.want(got.Number, model.ReleaseSucceeded, model.StateSucceeded)
	if p := w.builds(webJob)[0].Parameters; p["VERSION"] != "v3.0.0" || p["NOTES"] != "修复结算" {
		t.Errorf("the build got %v", p)
	}
	o, err := w.ParameterOptions(t.Context(), model.Question{Project: "商城", Apps: []string{"商城前端"}, Parameter: "版本号"})
	if err != nil || o.List[0].ID != "v1.0.0" {
		t.Errorf("choices of a mapped field: %v, %v", o, err)
	}
}

// A field with a meaning of its own is no mistake where an app does not declare the parameter that it is mapped to.
func TestMappedFieldWithAMeaningNeedsNoParameter(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Form.Parameters = map[string]string{"WHY": "上线说明"} })
	if v, err := w.Validate(t.Context(), form()); err != nil || v.Problems != "" {
		t.Errorf("%q, %v", v, err)
	}
}

func TestWhatAFormSaysForgesNoLineOfAMessage(t *testing.T) {
	w := newWorld(t)
	v, err := w.Validate(t.Context(), form("应用名称", "x\n请先完成数据库变更", "A\u2028B\nC", "v", "ENV", "a\rb"))
	if err != nil {
		t.Fatal(err)
	}
	if lines := strings.Split(v.Problems, "\n"); len(lines) != 1 || strings.ContainsAny(v.Problems, "\r\u2028") {
		t.Errorf("message %q", lines)
	}
	v, err = w.Validate(t.Context(), form("A\u2028B\nC", "v", "ENV", "a\rb"))
	if lines := strings.Split(v.Problems, "\n"); err != nil || len(lines) != 2 || strings.ContainsAny(v.Problems, "\r\u2028") {
		t.Errorf("message %q, %v", lines, err)
	}
}
