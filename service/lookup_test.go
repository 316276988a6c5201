package service

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/model"
)

// ids are the ids of a list, in order.
func ids(o *model.Choices) []string {
	var all []string
	for _, option := range o.List {
		all = append(all, option.ID)
	}
	return all
}

func TestAmbiguousLabelsAreRefusedAndKeysAreNot(t *testing.T) {
	s := offering(CatalogueRules{}, container("a/mall", "商城"), container("b/mall", "商城"),
		plainJob("a/mall/web", "前端"), plainJob("a/mall/h5", "前端"), plainJob("b/mall/web", "前端"))
	for name, c := range map[string]struct {
		project, app string
		code         model.Code
		message      string
	}{
		"two projects of one label":          {"商城", "web", model.CodeUnknownProject, "有 2 个项目可以叫“商城”，请重新选择"},
		"two apps of one label":              {"prod:a/mall", "前端", model.CodeUnknownApp, "里有 2 个应用可以叫“前端”，请重新选择"},
		"project by its unique name":         {"商城 (b/mall)", "前端", "", ""},
		"project by its path, app by name":   {"a/mall", "h5", "", ""},
		"app by its unique name":             {"a/mall", "前端 (h5)", "", ""},
		"app by its key, with spaces around": {" prod:a/mall ", " prod:a/mall/web ", "", ""},
		"no project":                         {"c", "web", model.CodeUnknownProject, "没有项目“c”，请重新选择"},
		"no app":                             {"a/mall", "c", model.CodeUnknownApp, "里没有应用“c”"},
	} {
		t.Run(name, func(t *testing.T) {
			catalogue, err := s.catalogue()
			if err != nil {
				t.Fatal(err)
			}
			p, err := catalogue.FindProject(c.project)
			if err == nil {
				_, err = p.FindApp(c.app)
			}
			codeIs(t, err, c.code)
			if err != nil && !strings.Contains(model.MessageOf(err), c.message) {
				t.Errorf("message %q, want %q", model.MessageOf(err), c.message)
			}
		})
	}
}

func TestKeywords(t *testing.T) {
	s := offering(CatalogueRules{}, mall()...)
	for keyword, want := range map[string][]string{
		"": {"prod:mall/web", "prod:mall/order"}, "前端": {"prod:mall/web"}, "ORDER": {"prod:mall/order"},
		"qianduan": {"prod:mall/web"}, "ＱＤ": {"prod:mall/web"}, "order mall": {"prod:mall/order"},
		"mall/": {"prod:mall/web", "prod:mall/order"}, " 前端 ": {"prod:mall/web"}, "火箭": nil,
	} {
		o, err := s.AppOptions(t.Context(), model.Question{Project: "商城", Keyword: keyword})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, ids(o)); diff != "" || o.Total != len(want) {
			t.Errorf("%q: total %d (-want +got):\n%s", keyword, o.Total, diff)
		}
	}
	o, err := s.ProjectOptions(t.Context(), model.Question{Keyword: "支"})
	if diff := cmp.Diff([]string{"prod:pay"}, ids(o)); diff != "" || err != nil {
		t.Errorf("projects (-want +got):\n%s%v", diff, err)
	}
}

func TestAppsBeforeAProjectIsChosen(t *testing.T) {
	o, err := offering(CatalogueRules{}, mall()...).AppOptions(t.Context(), model.Question{Project: " "})
	if err != nil || len(o.List) != 0 {
		t.Errorf("%+v, %v", o, err)
	}
	_, err = offering(CatalogueRules{}, mall()...).AppOptions(t.Context(), model.Question{Project: "火星"})
	codeIs(t, err, model.CodeUnknownProject)
}

func TestChoicesOfParameters(t *testing.T) {
	s := offering(CatalogueRules{}, mall()...)
	for parameter, want := range map[string][]string{
		"ENV": {"staging", "prod", strings.Repeat("长", 60)}, "DRY_RUN": {"true", "false"}, "VERSION": {"v1.0.0"}, "NOTES": nil,
		"BRANCH": {noticeID},
	} {
		o, err := s.ParameterOptions(t.Context(), model.Question{Project: "商城", Apps: []string{"商城前端"}, Parameter: parameter})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, ids(o)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", parameter, diff)
		}
	}
	o, err := s.ParameterOptions(t.Context(), model.Question{Project: "商城", Apps: []string{"商城前端"}, Parameter: "ENV", Keyword: "pro"})
	if diff := cmp.Diff([]string{"prod"}, ids(o)); diff != "" || err != nil {
		t.Errorf("keyword (-want +got):\n%s%v", diff, err)
	}
}

func TestParametersThatAreNotOffered(t *testing.T) {
	s := offering(CatalogueRules{}, mall()...)
	for name, c := range map[string]struct {
		project, app, parameter string
		want                    model.Code
	}{
		"password":        {"商城", "商城前端", "DB_PASSWORD", model.CodeUnknownParameter},
		"file":            {"商城", "商城前端", "PATCH", model.CodeUnknownParameter},
		"credentials":     {"商城", "商城前端", "KEY", model.CodeUnknownParameter},
		"not declared":    {"商城", "商城前端", "MARS", model.CodeUnknownParameter},
		"no parameter":    {"商城", "商城前端", "", model.CodeUnknownParameter},
		"app unknown":     {"商城", "火箭", "ENV", model.CodeUnknownApp},
		"app disabled":    {"商城", "旧版", "ENV", model.CodeUnknownApp},
		"project unknown": {"火星", "商城前端", "ENV", model.CodeUnknownProject},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := s.ParameterOptions(t.Context(), model.Question{Project: c.project, Apps: []string{c.app}, Parameter: c.parameter})
			codeIs(t, err, c.want)
		})
	}
}

func TestAtMostTwoHundredOptions(t *testing.T) {
	for n, c := range map[int]struct {
		shown int
		last  string
	}{
		0: {0, ""}, 1: {1, "app-0"}, 199: {199, "app-198"}, 200: {200, "app-199"},
		201: {200, "还有 2 项，请输入关键字"}, 10_000: {200, "还有 9801 项，请输入关键字"},
	} {
		t.Run(strconv.Itoa(n), func(t *testing.T) {
			var all []model.Option
			for i := range n {
				all = append(all, model.Option{ID: strconv.Itoa(i), Name: "app-" + strconv.Itoa(i)})
			}
			o := newChoices(all)
			if o.Total != n || len(o.List) != c.shown {
				t.Fatalf("%d of %d", len(o.List), o.Total)
			}
			if n > 0 && o.List[c.shown-1].Name != c.last {
				t.Errorf("the last is %q, want %q", o.List[c.shown-1].Name, c.last)
			}
			if n > maxOptions && (o.List[c.shown-1].ID != moreID || all[maxOptions-1].ID != "199") {
				t.Errorf("the last is %+v, the list given was changed: %+v", o.List[c.shown-1], all[maxOptions-1])
			}
		})
	}
}

func TestParametersOfSeveralAppsAreWhatAllOfThemTake(t *testing.T) {
	jobs := mall()
	for i := range jobs {
		for j := range jobs[i].Parameters {
			if jobs[i].DisplayName != "商城前端" && jobs[i].Parameters[j].Name == "ENV" {
				jobs[i].Parameters[j].Choices = []string{"prod", "moon"}
			}
		}
	}
	other := jobs[1]
	other.FullName, other.Name, other.DisplayName = jobs[1].FullName+"-2", jobs[1].Name+"-2", "第二个"
	other.Parameters = []model.ParameterDefinition{{Name: "ENV", Kind: model.KindChoice, Choices: []string{"prod", "moon"}}}
	s := offering(CatalogueRules{}, append(jobs, other)...)
	o, err := s.ParameterOptions(t.Context(), model.Question{Project: "商城", Apps: []string{"商城前端", "第二个"}, Parameter: "ENV"})
	if err != nil || len(o.List) != 1 || o.List[0].ID != "prod" {
		t.Errorf("%+v %v", o, err)
	}
	for name, apps := range map[string][]string{"": {"商城前端"}, "商城": nil} {
		if o, err := s.ParameterOptions(t.Context(), model.Question{Project: name, Apps: apps, Parameter: "ENV"}); err != nil || len(o.List) != 0 {
			t.Errorf("before project or app is chosen: %+v %v", o, err)
		}
	}
}

// TestWhatDoesNotFit holds for lists of every length: as many options as fit, then the one that says how many more there
// are and means nothing.
func TestWhatDoesNotFit(t *testing.T) {
	for _, apps := range []int{1, 199, 200, 201, 1000} {
		jobs := []model.Job{container("mall", "商城")}
		for i := range apps {
			jobs = append(jobs, plainJob(fmt.Sprintf("mall/app-%04d", i), fmt.Sprintf("应用 %04d", i)))
		}
		s := offering(CatalogueRules{}, jobs...)
		for _, keyword := range []string{"", "应用", "yingyong", "yy", "app"} {
			o, err := s.AppOptions(t.Context(), model.Question{Project: "商城", Keyword: keyword})
			if err != nil || o.Total != apps || len(o.List) != min(apps, 200) {
				t.Fatalf("%d apps, %q: %d of %d, %v", apps, keyword, len(o.List), o.Total, err)
			}
			last := o.List[len(o.List)-1]
			if apps > 200 != isMore(last.ID) || apps > 200 != isMore(last.Name) {
				t.Errorf("%d apps, %q: the last is %+v", apps, keyword, last)
			}
			if more := fmt.Sprintf("还有 %d 项，请输入关键字", apps-199); apps > 200 && last.Name != more {
				t.Errorf("%q, want %q", last.Name, more)
			}
		}
	}
}
