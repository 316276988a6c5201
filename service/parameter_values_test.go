package service

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
)

const gitJob = "deploy/mall/git"

// withGit is a world with a job that has a git parameter and one that has a run parameter.
func withGit(t *testing.T, rules ...ParameterRule) *world {
	t.Helper()
	w := newWorld(t, func(o *Options) { o.Parameters = rules })
	w.jenkins.AddJob(jenkinstest.Job{FullName: gitJob, DisplayName: "Git 应用", Kind: jenkinstest.Pipeline, Duration: time.Minute, Parameters: []jenkinstest.Parameter{
		{Name: "REVISION", Kind: jenkinstest.GitParameter, Default: "main", Choices: []string{"v1.1.0", "v1.0.0", "origin/main"}},
		{Name: "RUN", Kind: jenkinstest.Run, Choices: []string{webJob}},
		{Name: "RELEASE_ID"},
	}})
	if err := w.RefreshOnce(t.Context(), "prod"); err != nil {
		t.Fatal(err)
	}
	return w
}

// readAll reads what stands in the lines.
func (w *world) readAll() {
	w.t.Helper()
	stopped, cancel := context.WithCancel(w.t.Context())
	cancel()
	for _, l := range w.values.lanes {
		for len(l.urgent)+len(l.idle) > 0 {
			r, ok := l.next(w.t.Context())
			if !ok {
				w.t.Fatal("nothing in line")
			}
			w.readValues(w.t.Context(), r)
		}
		if _, ok := l.next(stopped); ok {
			w.t.Fatal("there is more in line")
		}
	}
}

// choices are the ids that a form of the git job may choose from.
func (w *world) choices(parameter string, apps ...string) []string {
	w.t.Helper()
	if len(apps) == 0 {
		apps = []string{"Git 应用"}
	}
	o, err := w.ParameterOptions(w.t.Context(), model.Question{Project: "商城", Apps: apps, Parameter: parameter})
	if err != nil {
		w.t.Fatal(err)
	}
	return ids(o)
}

func wantIDs(t *testing.T, got []string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// asked counts the requests for single jobs.
func (w *world) asked() int {
	return w.jenkins.Ledger().ByPath["GET job"] + w.jenkins.Ledger().ByPath["GET builds"]
}

func TestGitValuesAreReadInTheBackground(t *testing.T) {
	w := withGit(t)
	before := w.asked()
	wantIDs(t, w.choices("REVISION"), "main", noticeID)
	if got := w.asked(); got != before {
		t.Errorf("a form waited for %d requests", got-before)
	}
	w.choices("REVISION")
	w.readAll()
	wantIDs(t, w.choices("REVISION"), "v1.1.0", "v1.0.0", "origin/main")
	if got := w.asked(); got != before+1 {
		t.Errorf("%d requests, want one for both questions", got-before)
	}
	w.jenkins.SetJob(gitJob, func(j *jenkinstest.Job) { j.Parameters[0].Choices = []string{"v1.2.0"} })
	w.clock.Advance(valuesFresh - time.Second)
	w.choices("REVISION")
	w.readAll()
	wantIDs(t, w.choices("REVISION"), "v1.1.0", "v1.0.0", "origin/main")
	w.clock.Advance(time.Second)
	wantIDs(t, w.choices("REVISION"), "v1.1.0", "v1.0.0", "origin/main") // at once, though it is old
	w.readAll()
	wantIDs(t, w.choices("REVISION"), "v1.2.0")
}

func TestGitValuesThatCannotBeRead(t *testing.T) {
	w := withGit(t)
	w.jenkins.Fail(500, 1, "/job/deploy/job/mall/job/git/")
	w.choices("REVISION")
	w.readAll()
	o, err := w.ParameterOptions(t.Context(), model.Question{Project: "商城", Apps: []string{"Git 应用"}, Parameter: "REVISION"})
	if err != nil || len(o.List) != 2 || o.List[1] != (model.Option{ID: noticeID, Name: "读取失败，请稍后重新选择"}) {
		t.Errorf("%+v %v", o.List, err)
	}
	before := w.asked()
	w.readAll()
	if w.asked() != before {
		t.Error("asked again at once after a failure")
	}
	w.clock.Advance(valuesAfterFail)
	w.choices("REVISION")
	w.readAll()
	wantIDs(t, w.choices("REVISION"), "v1.1.0", "v1.0.0", "origin/main")
	w.jenkins.SetJob(gitJob, func(j *jenkinstest.Job) { j.Parameters[0].BrokenExport = true })
	w.clock.Advance(valuesFresh)
	w.choices("REVISION")
	w.readAll()
	at := w.clock.Now().Add(-valuesFresh).In(shanghai).Format("15:04")
	o, err = w.ParameterOptions(t.Context(), model.Question{Project: "商城", Apps: []string{"Git 应用"}, Parameter: "REVISION"})
	if err != nil || len(o.List) != 4 || o.List[3].Name != "读取失败，以上为 "+at+" 的值" {
		t.Errorf("%+v %v", o.List, err)
	}
}

func TestAProjectsValuesAreReadAheadAndNoOthers(t *testing.T) {
	w := withGit(t)
	w.jenkins.AddJob(jenkinstest.Job{FullName: "deploy/pay/other", DisplayName: "别的", Kind: jenkinstest.Pipeline, Parameters: []jenkinstest.Parameter{
		{Name: "REVISION", Kind: jenkinstest.GitParameter, Choices: []string{"x"}}}})
	if err := w.RefreshOnce(t.Context(), "prod"); err != nil {
		t.Fatal(err)
	}
	before := w.asked()
	for range 3 {
		if _, err := w.AppOptions(t.Context(), model.Question{Project: "商城"}); err != nil {
			t.Fatal(err)
		}
		w.readAll()
	}
	if got := w.asked() - before; got != 2 { // its git values and the builds that its run parameter offers
		t.Errorf("%d requests for single jobs", got)
	}
	wantIDs(t, w.choices("REVISION"), "v1.1.0", "v1.0.0", "origin/main")
}

func TestRunParametersOfferBuilds(t *testing.T) {
	w := withGit(t)
	for _, result := range []string{"SUCCESS", "UNSTABLE", "FAILURE", "SUCCESS"} {
		w.byHand("li", "/job/deploy/job/mall/job/mall-web/buildWithParameters?delay=0sec", "VERSION=v"+result)
		n := len(w.builds(webJob))
		if !w.jenkins.Finish(webJob, n, result) {
			t.Fatalf("build %d of %d", n, len(w.builds(webJob)))
		}
		w.clock.Advance(time.Minute)
	}
	w.byHand("li", "/job/deploy/job/mall/job/mall-web/buildWithParameters?delay=0sec", "VERSION=running")
	for filter, want := range map[string][]int{
		"ALL": {5, 4, 3, 2, 1}, "COMPLETED": {4, 3, 2, 1}, "SUCCESSFUL": {4, 2, 1}, "STABLE": {4, 1}, "": {5, 4, 3, 2, 1},
	} {
		t.Run(filter, func(t *testing.T) {
			w.jenkins.SetJob(gitJob, func(j *jenkinstest.Job) { j.Parameters[1].Filter = filter })
			if err := w.RefreshOnce(t.Context(), "prod"); err != nil {
				t.Fatal(err)
			}
			w.choices("RUN")
			w.readAll()
			var builds []string
			for _, n := range want {
				builds = append(builds, offeredBuild{number: int64(n)}.id(webJob))
			}
			wantIDs(t, w.choices("RUN"), builds...)
		})
	}
}

func TestTheLastSuccessfulValuesComeFirst(t *testing.T) {
	w := withGit(t, ParameterRule{Name: "REVISION", LastSuccessful: 2}, ParameterRule{Name: "VERSION", LastSuccessful: 5})
	build := func(revision, result string) {
		w.byHand("li", "/job/deploy/job/mall/job/git/buildWithParameters?delay=0sec", "REVISION="+revision)
		w.jenkins.Finish(gitJob, len(w.builds(gitJob)), result)
		w.clock.Advance(time.Second)
	}
	for _, v := range []string{"v0.9.0", "v1.0.0", "gone", "v1.0.0", "v1.1.0"} {
		build(v, "SUCCESS")
	}
	build("origin/main", "FAILURE")
	wantIDs(t, w.choices("REVISION"), "main", noticeID)
	w.readAll()
	o, err := w.ParameterOptions(t.Context(), model.Question{Project: "商城", Apps: []string{"Git 应用"}, Parameter: "REVISION"})
	if err != nil {
		t.Fatal(err)
	}
	want := []model.Option{{ID: "v1.1.0", Name: "v1.1.0 · 上次成功"}, {ID: "v1.0.0", Name: "v1.0.0"}, {ID: "origin/main", Name: "origin/main"}}
	if diff := cmp.Diff(want, o.List); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := w.planned("REVISION", "v1.1.0 · 上次成功"); got.Value != "v1.1.0" {
		t.Errorf("its name means %q", got.Value)
	}
	w.choices("VERSION", "商城前端") // a text without a list: the job's default is offered anyway
	w.readAll()
	wantIDs(t, w.choices("VERSION", "商城前端"), "v1.0.0")
}

// planned is the value that an approved form of the git job leads to.
func (w *world) planned(name, value string) model.ParameterValue {
	w.t.Helper()
	in := fields("项目名称", "商城", "应用名称", "Git 应用", name, value)
	f, problems := w.form.Read(in)
	p, found, err := w.checkForm(w.t.Context(), f, problems, approved)
	if err != nil || len(found.Problems) > 0 {
		w.t.Fatalf("%v %v", found.Problems, err)
	}
	for _, v := range p.apps[0].parameters {
		if v.Name == name {
			return v
		}
	}
	w.t.Fatalf("%s is not planned", name)
	return model.ParameterValue{}
}

func TestAValueThatTheListDoesNotHave(t *testing.T) {
	w := withGit(t)
	in := fields("项目名称", "商城", "应用名称", "Git 应用", "REVISION", "v2.0.0")
	check := func(at moment) (refused, warned string) {
		t.Helper()
		f, problems := w.form.Read(in)
		_, found, err := w.checkForm(t.Context(), f, problems, at)
		if err != nil {
			t.Fatal(err)
		}
		return found.Message(), found.warnings.Message()
	}
	if refused, warned := check(fillingIn); refused != "" || !strings.Contains(warned, "“v2.0.0”未能核对：可选值还没有读到") {
		t.Errorf("before anything was read: %q %q", refused, warned)
	}
	w.readAll()
	if refused, warned := check(fillingIn); !strings.Contains(refused, "“v2.0.0”不在可选范围内(2026-11-22 20:00:00读取，刚刚新增的请几秒后重试)") || warned != "" {
		t.Errorf("while it is filled in: %q %q", refused, warned)
	}
	if refused, warned := check(approved); refused != "" || !strings.Contains(warned, "不在可选范围内") {
		t.Errorf("approved: %q %q", refused, warned)
	}
	w.jenkins.SetJob(gitJob, func(j *jenkinstest.Job) { j.Parameters[0].Choices = []string{"v2.0.0"} })
	w.clock.Advance(valuesFresh)
	check(fillingIn)
	w.readAll()
	if refused, warned := check(fillingIn); refused != "" || warned != "" {
		t.Errorf("after the new tag was read: %q %q", refused, warned)
	}
	w = withGit(t, ParameterRule{Name: "REVISION", Loose: true, Job: regexp.MustCompile("^prod:deploy/")})
	check(fillingIn)
	w.readAll()
	if refused, warned := check(fillingIn); refused != "" || !strings.Contains(warned, "不在已知的列表里") {
		t.Errorf("not strict: %q %q", refused, warned)
	}
}

func TestNoticesAreNoValues(t *testing.T) {
	w := withGit(t)
	for _, value := range []string{noticeID, "正在读取，请稍后重新选择", "读取失败，以上为 20:15 的值", moreID, "还有 9 项，请输入关键字", strings.Repeat("x", 49) + "…"} {
		for _, at := range []moment{fillingIn, approved} {
			f, problems := w.form.Read(fields("项目名称", "商城", "应用名称", "Git 应用", "REVISION", value))
			_, found, err := w.checkForm(t.Context(), f, problems, at)
			if err != nil || !strings.Contains(found.Message(), "不能用，请重新选择") {
				t.Errorf("%q: %q %v", value, found.Message(), err)
			}
		}
	}
}
