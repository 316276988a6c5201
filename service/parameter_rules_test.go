package service

import (
	"context"
	"errors"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/config"
	"github.com/oabridge/oabridge/model"
)

// mallWith offers the mall with rules.
func mallWith(rules ...ParameterRule) *Service {
	s := New(Options{
		Controllers: []Controller{{Name: "prod", ReleaseParameter: "RELEASE_ID"}}, Parameters: rules,
		Policies: []ProjectPolicy{{Busy: BusyIgnore}}, // the database would tell
		Form:     FormRules{Fields: config.Default().Form.Names()}, Location: shanghai, Observer: silent{},
		Logger: slog.New(slog.DiscardHandler), NewID: counter(), RunIfLateBy: 30 * time.Minute,
		Now: func() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) },
	})
	s.offer(model.Listing{Controller: "prod", Jobs: mall(), At: s.now()})
	return s
}

func TestWhatRulesSay(t *testing.T) {
	version := func(r ParameterRule) []ParameterRule {
		r.Name = "VERSION"
		return []ParameterRule{r}
	}
	digits := regexp.MustCompile("v[0-9.]+")
	for name, c := range map[string]struct {
		rules []ParameterRule
		form  []string
		want  []string
	}{
		"required and missing":      {version(ParameterRule{Label: "版本", Required: true}), nil, []string{"参数“版本”必须填写"}},
		"required and given":        {version(ParameterRule{Required: true}), []string{"VERSION", "v1"}, nil},
		"required with a default":   {version(ParameterRule{Required: true, Default: "v1"}), nil, nil},
		"hidden and given":          {version(ParameterRule{Hidden: true}), []string{"VERSION", "v1"}, []string{"参数“VERSION”由系统填写，表单里不能填"}},
		"fixed and the same":        {version(ParameterRule{Fixed: "v1"}), []string{"VERSION", "v1"}, nil},
		"fixed and another":         {version(ParameterRule{Fixed: "v1"}), []string{"VERSION", "v2"}, []string{"参数“VERSION”固定为“v1”，不能改成“v2”"}},
		"a boolean fixed to no":     {[]ParameterRule{{Name: "DRY_RUN", Fixed: "否"}}, []string{"DRY_RUN", "是"}, []string{"固定为“false”，不能改成“true”"}},
		"a boolean fixed, the same": {[]ParameterRule{{Name: "DRY_RUN", Fixed: "否"}}, []string{"DRY_RUN", "否"}, nil},
		"pattern": {
			version(ParameterRule{Label: "版本", Pattern: digits}), []string{"VERSION", "v1-rc"}, []string{"参数“版本”的值“v1-rc”不符合要求的格式 v[0-9.]+"},
		},
		"the job's default is not what the rule wants": {
			version(ParameterRule{Values: []string{"v7"}}), nil, []string{"参数“VERSION”必须填写(任务的默认值“v1.0.0”不符合要求)"},
		},
		"the job's default, not strictly": {version(ParameterRule{Values: []string{"v7"}, Loose: true}), nil, nil},
		"too short":                       {version(ParameterRule{MinLength: 3}), []string{"VERSION", "版本"}, []string{"参数“VERSION”至少 3 个字符"}},
		"long enough in characters":       {version(ParameterRule{MaxLength: 2, Default: "x"}), []string{"VERSION", "版本"}, nil},
		"too long":                        {version(ParameterRule{MaxLength: 2, Default: "x"}), []string{"VERSION", "版本号"}, []string{"最多 2 个字符"}},
		"a configured choice that the job lacks": {
			[]ParameterRule{{Name: "ENV", Fixed: "moon"}}, nil, []string{"参数“ENV”的配置值“moon”不在任务的可选范围内，请联系管理员"},
		},
		"a configured boolean that is none": {[]ParameterRule{{Name: "DRY_RUN", Default: "maybe"}}, nil, []string{"的配置值“maybe”不在任务的可选范围内"}},
		"fewer choices":                     {[]ParameterRule{{Name: "ENV", Values: []string{"prod"}, Default: "prod"}}, []string{"ENV", "staging"}, []string{"不在可选范围内(prod)"}},
		"a choice is never loose":           {[]ParameterRule{{Name: "ENV", Loose: true}}, []string{"ENV", "moon"}, []string{"不在可选范围内"}},
		"allowed": {
			version(ParameterRule{Allow: []string{"semicolon", "newline"}}), []string{"VERSION", "a;b\nc"}, nil,
		},
		"allowed something else":         {version(ParameterRule{Allow: []string{"newline"}}), []string{"VERSION", "a;b"}, []string{"分号 ;"}},
		"a listed value may be anything": {version(ParameterRule{Values: []string{"$(x);`y`"}, Default: "$(x);`y`"}), []string{"VERSION", "$(x);`y`"}, nil},
		"a secret is not shown":          {[]ParameterRule{{Name: "API_TOKEN", Fixed: "one"}}, []string{"API_TOKEN", "two"}, []string{"固定为“******”，不能改成“******”"}},
		"a password has no rule":         {[]ParameterRule{{Name: "DB_PASSWORD", Fixed: "x"}}, nil, nil},
		"of another app":                 {version(ParameterRule{Job: regexp.MustCompile("^prod:pay/"), Required: true}), nil, nil},
		"the first rule decides": {
			append(version(ParameterRule{Job: regexp.MustCompile("^prod:mall/"), Fixed: "v1"}), version(ParameterRule{Fixed: "v2"})...),
			[]string{"VERSION", "v1"}, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := lines(t, mallWith(c.rules...), c.form...)
			if len(got) != len(c.want) {
				t.Fatalf("problems %q, want %q", got, c.want)
			}
			for i, part := range c.want {
				if !strings.Contains(got[i], part) {
					t.Errorf("problem %q, want %q", got[i], part)
				}
			}
		})
	}
}

func TestWhatIsSentWithoutTheForm(t *testing.T) {
	s := mallWith(ParameterRule{Name: "VERSION", Label: "版本", Default: "v5"}, ParameterRule{Name: "ENV", Hidden: true, Fixed: "prod"},
		ParameterRule{Name: "DRY_RUN", Default: "是"})
	p := planned(t, s, fields("项目名称", "商城", "应用名称", "商城前端"))
	sent := map[string]model.ParameterValue{}
	for _, v := range p.apps[0].parameters {
		sent[v.Name] = v
	}
	for name, want := range map[string]string{"VERSION": "v5", "ENV": "prod", "DRY_RUN": "true", "NOTES": ""} {
		if got, ok := sent[name]; !ok || got.Value != want || got.Chosen {
			t.Errorf("%s: %+v, want %q", name, got, want)
		}
	}
	if v := sent["VERSION"]; v.Title() != "版本" {
		t.Errorf("people call it %q", v.Title())
	}
}

func TestWhatRulesOffer(t *testing.T) {
	s := mallWith(
		ParameterRule{Name: "VERSION", Values: []string{"v2", "v1", "v10"}, Pattern: regexp.MustCompile("v[0-9]")},
		ParameterRule{Name: "ENV", Fixed: "prod"}, ParameterRule{Name: "DRY_RUN", Hidden: true}, ParameterRule{Name: "NOTES", Default: "无"})
	for name, want := range map[string][]string{"VERSION": {"v2", "v1", "v10"}, "ENV": {"prod"}, "NOTES": {"无"}} {
		o, err := s.ParameterOptions(t.Context(), model.Question{Project: "商城", Apps: []string{"商城前端"}, Parameter: name})
		if diff := cmp.Diff(want, ids(o)); err != nil || diff != "" {
			t.Errorf("%s: %v %s", name, err, diff)
		}
	}
	_, err := s.ParameterOptions(t.Context(), model.Question{Project: "商城", Apps: []string{"商城前端"}, Parameter: "DRY_RUN"})
	codeIs(t, err, model.CodeUnknownParameter)
}

// cmdb is a source that says what it is told to.
type cmdb struct {
	values []model.Option
	err    error
	asked  []model.Place
}

func (c *cmdb) Values(_ context.Context, at model.Place) ([]model.Option, error) {
	c.asked = append(c.asked, at)
	return c.values, c.err
}

func TestValuesOfASource(t *testing.T) {
	source := &cmdb{values: []model.Option{
		{ID: "1.2", Name: "稳定版"}, {ID: "1.3", Name: "1.3"}, {ID: "1.2", Name: "又一次"}, {ID: "x (y)", Name: "x (y)"}, {ID: " ", Name: "无"},
		{ID: strings.Repeat("长", 60), Name: "一个"}, {ID: "$(x)", Name: "危险"},
	}}
	s := mallWith(ParameterRule{Name: "VERSION", Source: source, Fresh: time.Minute, LastSuccessful: 0})
	options := func() *model.Choices {
		t.Helper()
		o, err := s.ParameterOptions(t.Context(), model.Question{Project: "商城", Apps: []string{"商城前端"}, Parameter: "VERSION"})
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	wantIDs(t, ids(options()), "v1.0.0", noticeID)
	(&world{Service: s, t: t}).readAll()
	want := []model.Option{{ID: "1.2", Name: "稳定版 (1.2)"}, {ID: "1.3", Name: "1.3"}, {ID: strings.Repeat("长", 60), Name: strings.Repeat("长", 49) + "…"}}
	if diff := cmp.Diff(want, options().List); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if at := (model.Place{Controller: "prod", Project: "mall", Job: "mall/web", App: "web"}); !slices.Equal(source.asked, []model.Place{at}) {
		t.Errorf("asked for %+v", source.asked)
	}
	for given, want := range map[string]string{"1.2": "1.2", "稳定版 (1.2)": "1.2", strings.Repeat("长", 49) + "…": strings.Repeat("长", 60)} {
		if got := planned(t, s, fields("项目名称", "商城", "应用名称", "商城前端", "VERSION", given)).apps[0].parameters[0]; got.Value != want {
			t.Errorf("%q means %q, want %q", given, got.Value, want)
		}
	}
}

// A name that a form submits still means its value when the list is forgotten, as after a restart; what cannot be told any
// more is refused.
func TestNamesWithoutTheirList(t *testing.T) {
	s := mallWith(ParameterRule{Name: "VERSION", Source: &cmdb{err: errors.New("away")}})
	for given, want := range map[string]string{"稳定版 (1.2)": "1.2", "1.2": "1.2", "1.2 · 上次成功": "1.2"} {
		p := planned(t, s, fields("项目名称", "商城", "应用名称", "商城前端", "VERSION", given))
		if got := p.apps[0].parameters[0]; got.Value != want || len(p.apps[0].unchecked) != 1 {
			t.Errorf("%q means %+v with %v", given, got, p.apps[0].unchecked)
		}
	}
	for _, given := range []string{strings.Repeat("长", 49) + "…", "长… (0a1b2c)", "长… #0a1b2c3d"} {
		if got := lines(t, s, "VERSION", given); len(got) != 1 || !strings.Contains(got[0], "不能用，请重新选择") {
			t.Errorf("%q: %q", given, got)
		}
	}
	(&world{Service: s, t: t}).readAll()
	o, err := s.ParameterOptions(t.Context(), model.Question{Project: "商城", Apps: []string{"商城前端"}, Parameter: "VERSION"})
	if err != nil || len(o.List) != 2 || o.List[1].Name != "读取失败，请稍后重新选择" {
		t.Errorf("%+v %v", o, err)
	}
}

func TestTheNoticeStaysInLongLists(t *testing.T) {
	for n, at := range map[int]int{0: 0, 1: 1, 199: 199, 200: 198, 500: 198} {
		var all []model.Option
		for i := range n {
			all = append(all, model.Option{ID: strings.Repeat("x", i+1)})
		}
		o := withNotice(all, "正在读取，请稍后重新选择")
		if o.Total != n || len(o.List) != min(n+1, maxOptions) || o.List[at].ID != noticeID || (n >= 200 && o.List[199].ID != moreID) {
			t.Errorf("%d: %d of %d, the notice is not at %d", n, len(o.List), o.Total, at)
		}
	}
}
