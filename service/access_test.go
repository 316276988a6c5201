package service

import (
	"bytes"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
)

// ruled are rules by which 支付 is for department 20, its manager and the role 发布经理, and 数据平台 for department 3.
func ruled() []AccessRule {
	return []AccessRule{
		{Keys: patterns("^prod:(deploy/)?pay$"), Departments: []int64{20}, Users: []string{"boss"}},
		{Names: []string{"支付"}, Roles: []string{"发布经理"}},
		{Keys: patterns("^prod:(deploy/)?data$"), Names: []string{"数据平台"}, Departments: []int64{3}},
	}
}

// restricted has somebody adjust a service so that these rules hold.
func restricted(f *staff) func(*Options) {
	return func(o *Options) { o.Access = AccessPolicy{Rules: ruled(), Members: f} }
}

// membersRead waits until nobody is asked about any more.
func (s *Service) membersRead() { s.access.members.all.Wait() }

func TestWhoARuleMeans(t *testing.T) {
	belongs := &membership{departments: []int64{1, 2, 20}, roles: []model.Role{{ID: 7, Name: "发布经理", Group: "职务"}}}
	for name, c := range map[string]struct {
		rule AccessRule
		id   string
		is   *membership
		want bool
	}{
		"a user":                              {AccessRule{Users: []string{"li", "zhang"}}, "zhang", nil, true},
		"another user":                        {AccessRule{Users: []string{"li"}}, "zhang", belongs, false},
		"nobody is no user without a name":    {AccessRule{Users: []string{""}, Departments: []int64{0}}, "", belongs, false},
		"a department":                        {AccessRule{Departments: []int64{20}}, "zhang", belongs, true},
		"the department above":                {AccessRule{Departments: []int64{2}}, "zhang", belongs, true},
		"the organisation":                    {AccessRule{Departments: []int64{1}}, "zhang", belongs, true},
		"another department":                  {AccessRule{Departments: []int64{21}}, "zhang", belongs, false},
		"a department, of whom nothing known": {AccessRule{Departments: []int64{20}}, "zhang", nil, false},
		"somebody who left":                   {AccessRule{Departments: []int64{1}}, "zhang", &membership{gone: true}, false},
		"a role by its name":                  {AccessRule{Roles: []string{"发布经理"}}, "zhang", belongs, true},
		"a role by its group and name":        {AccessRule{Roles: []string{"职务/发布经理"}}, "zhang", belongs, true},
		"a role by its id":                    {AccessRule{Roles: []string{"7"}}, "zhang", belongs, true},
		"a role of another group":             {AccessRule{Roles: []string{"岗位/发布经理"}}, "zhang", belongs, false},
		"another role":                        {AccessRule{Roles: []string{"发布"}}, "zhang", belongs, false},
		"one way of several is enough":        {AccessRule{Users: []string{"x"}, Departments: []int64{9}, Roles: []string{"7"}}, "zhang", belongs, true},
	} {
		if got := c.rule.admits(c.id, c.is); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestWhichProjectsARuleNames(t *testing.T) {
	for name, c := range map[string]struct {
		rule  AccessRule
		key   string
		names []string
		want  bool
	}{
		"a key":                       {AccessRule{Keys: patterns("^prod:deploy/trade$")}, "prod:deploy/trade", nil, true},
		"several keys":                {AccessRule{Keys: patterns("^prod:deploy/trade")}, "prod:deploy/trade-old", nil, true},
		"another key":                 {AccessRule{Keys: patterns("^test:")}, "prod:deploy/trade", nil, false},
		"exactly a name":              {AccessRule{Names: []string{"交易平台"}}, "prod:a", []string{"交易平台 (a)", "交易平台"}, true},
		"part of a name":              {AccessRule{Names: []string{"交易"}}, "prod:a", []string{"交易平台"}, false},
		"no name is no name":          {AccessRule{Names: []string{""}}, "prod:a", []string{""}, false},
		"an explicit project's id":    {AccessRule{Keys: patterns("^core$")}, "core", nil, true},
		"a name that is no key of it": {AccessRule{Keys: patterns("交易")}, "prod:a", []string{"交易平台"}, false},
	} {
		if got := c.rule.names(c.key, c.names...); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// guarded is a service that offers 商城 to everybody, and 支付 and 数据平台 by ruled.
func guarded(t *testing.T, f *staff, adjust ...func(*Options)) *Service {
	t.Helper()
	s := offering(CatalogueRules{}, append(mall(), container("data", "数据平台"), plainJob("data/report", "报表"))...)
	o := Options{Access: AccessPolicy{Rules: ruled(), Members: f}}
	for _, a := range adjust {
		a(&o)
	}
	s.access = newAccess(o.Access, s.now, s.log)
	t.Cleanup(s.access.end)
	s.offer(s.listings.all["prod"].listing)
	return s
}

func (s *Service) projectsOf(t *testing.T, by, keyword string) []string {
	t.Helper()
	o, err := s.ProjectOptions(t.Context(), model.Question{By: by, Keyword: keyword})
	if err != nil {
		t.Fatal(err)
	}
	if o.Total != len(o.List) {
		t.Errorf("%d in all, %d in the list", o.Total, len(o.List))
	}
	return ids(o)
}

func TestWhoIsOfferedWhat(t *testing.T) {
	s := guarded(t, newStaff())
	for by, want := range map[string][]string{
		"":        {"prod:mall"},
		"zhang":   {"prod:mall", "prod:pay"},
		"li":      {"prod:mall", "prod:data"},
		"chen":    {"prod:mall", "prod:pay"},
		"boss":    {"prod:mall", "prod:pay"}, // DingTalk knows nobody by that id
		"nobody":  {"prod:mall"},
		"张三":      {"prod:mall"},
		"boss,li": {"prod:mall"},
	} {
		if got := s.projectsOf(t, by, ""); !slices.Equal(got, want) {
			t.Errorf("%q is offered %q, want %q", by, got, want)
		}
	}
	if got := s.projectsOf(t, "zhang", "支"); !slices.Equal(got, []string{"prod:pay"}) {
		t.Errorf("a keyword finds %q", got)
	}
	if got := s.projectsOf(t, "li", "支"); len(got) != 0 {
		t.Errorf("a keyword finds %q for who may not use it", got)
	}
	for _, by := range []string{"zhang", "li", ""} {
		apps, err := s.AppOptions(t.Context(), model.Question{By: by, Project: "支付"})
		_, parametersErr := s.ParameterOptions(t.Context(), model.Question{By: by, Project: "支付", Apps: []string{"支付网关"}, Parameter: "X"})
		if by == "zhang" {
			if err != nil || !slices.Equal(ids(apps), []string{"prod:pay/gateway"}) || model.CodeOf(parametersErr) != model.CodeUnknownParameter {
				t.Errorf("%q: %v, %v", by, err, parametersErr)
			}
			continue
		}
		codeIs(t, err, model.CodeUnknownProject)
		codeIs(t, parametersErr, model.CodeUnknownProject)
		if _, unknown := s.AppOptions(t.Context(), model.Question{By: by, Project: "支付付"}); strings.Replace(model.MessageOf(unknown), "支付付", "支付", 1) != model.MessageOf(err) {
			t.Errorf("%q is told %q, and of what does not exist %q", by, model.MessageOf(err), model.MessageOf(unknown))
		}
	}
	if _, err := s.AppOptions(t.Context(), model.Question{Project: "商城"}); err != nil {
		t.Errorf("what is for everybody: %v", err)
	}
}

func TestListsOfProjectsAreMadeOncePerGroupOfPeople(t *testing.T) {
	f := newStaff()
	f.departments["wang"] = []int64{1, 2, 20}
	s := guarded(t, f)
	list := func(by string) *model.Choices {
		o, err := s.ProjectOptions(t.Context(), model.Question{By: by})
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	zhang, wang, li := list("zhang"), list("wang"), list("li")
	if zhang != wang || zhang == li {
		t.Errorf("the lists of two of a department are the same: %v, as that of another one: %v", zhang == wang, zhang == li)
	}
	s.offer(model.Listing{Controller: "prod", At: s.now().Add(time.Second), Jobs: []model.Job{container("pay", "支付"), plainJob("pay/x", "")}})
	if got := ids(list("zhang")); !slices.Equal(got, []string{"prod:pay"}) {
		t.Errorf("after a new listing %q", got)
	}
}

// TestALabelThatSeveralHaveIsStillNamed: another project of the same label gives both a longer name.
func TestALabelThatSeveralHaveIsStillNamed(t *testing.T) {
	s := guarded(t, newStaff(), func(o *Options) {
		o.Access = AccessPolicy{Rules: []AccessRule{{Names: []string{"支付"}, Users: []string{"boss"}}}}
	})
	s.offer(model.Listing{Controller: "prod", At: s.now().Add(time.Second), Jobs: []model.Job{
		container("a", "支付"), plainJob("a/x", ""), container("b", "支付"), plainJob("b/x", ""), container("c", "商城"), plainJob("c/x", ""),
	}})
	if got := s.projectsOf(t, "zhang", ""); !slices.Equal(got, []string{"prod:c"}) {
		t.Errorf("offered %q", got)
	}
	if got := s.projectsOf(t, "boss", ""); len(got) != 3 {
		t.Errorf("offered %q", got)
	}
}

func TestWithoutRulesNobodyIsAskedForAnything(t *testing.T) {
	s := offering(CatalogueRules{}, mall()...)
	all, _ := s.ProjectOptions(t.Context(), model.Question{})
	his, err := s.ProjectOptions(t.Context(), model.Question{By: "zhang"})
	if err != nil || all != his || len(all.List) != 2 {
		t.Errorf("%v, %v", his, err)
	}
}

// TestARuleForNothingIsToldOnce: what it was meant for would be for everybody.
func TestARuleForNothingIsToldOnce(t *testing.T) {
	var log bytes.Buffer
	s := guarded(t, newStaff())
	s.access.log = slog.New(slog.NewTextHandler(&log, nil))
	list := func(jobs ...model.Job) int {
		s.offer(model.Listing{Controller: "prod", At: s.now(), Jobs: jobs})
		return strings.Count(log.String(), "a rule of access names no project")
	}
	if n := list(append(mall(), container("data", "数据平台"), plainJob("data/report", ""))...); n != 0 {
		t.Errorf("told %d times of rules that name something", n)
	}
	if first, again := list(mall()...), list(mall()...); first != 1 || again != 1 {
		t.Errorf("told %d times, then %d: %s", first, again, log.String())
	}
}

// TestAMigrationBelongsToItsRelease: the policy puts it there, wherever else it is offered.
func TestAMigrationBelongsToItsRelease(t *testing.T) {
	w, _ := guardedWorld(t, func(o *Options) {
		o.Access.Rules = append(o.Access.Rules, AccessRule{Names: []string{"数据平台"}, Users: []string{"boss"}})
		o.Policies = []ProjectPolicy{{DBChange: DBChangeSecondApp, DBApp: model.JobRef{Controller: "prod", FullName: "deploy/data/data-report"}}}
	})
	r := w.submit("是否有数据库变更", "是")
	w.turns(8)
	w.want(r.Number, model.ReleaseSucceeded, model.StateSucceeded, model.StateSucceeded)
}

// TestAnAppThatLeftItsProjectIsForThoseOfTheOther: a view may show it no more.
func TestAnAppThatLeftItsProjectIsForThoseOfTheOther(t *testing.T) {
	s := guarded(t, newStaff())
	r := &model.Release{Project: "prod:gone", ProjectName: "从前"}
	for app, want := range map[string]bool{"pay/gateway": true, "data/report": false, "mall/web": true, "gone/x": true} {
		d := &model.Deployment{JobRef: model.JobRef{Controller: "prod", FullName: app}}
		if is := s.admitsRelease(t.Context(), "zhang", r, d); is.ok != want || is.err != nil {
			t.Errorf("%s: %+v", app, is)
		}
	}
}
