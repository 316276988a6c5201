package service

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
)

const (
	mobile       = "deploy/mall/mall-mobile"
	mobileMain   = mobile + "/main"
	mobileBranch = mobile + "/release%2F2026.11"
)

func choosingBranches(o *Options) { o.Controllers[0].Rules.BranchParameter = "BRANCH" }

func TestBranchNames(t *testing.T) {
	for name, c := range map[string]struct{ jobs, want string }{
		"plain":                             {"main dev", "main dev"},
		"escaped by Jenkins":                {"feature%2Fx hot%20fix %E4%B8%BB PR-12 a+b", "feature/x hot fix 主 PR-12 a+b"},
		"not escaped by Jenkins":            {"100% 5%zz", "100% 5%zz"},
		"the same after all stay different": {"a%2fb a%2Fb c", "a%2fb a%2Fb c"},
		"one called as another's job":       {"a%2Fb a%252Fb", "a/b a%252Fb"},
		"one called as one that stays":      {"a%2fb a%2Fb a%252Fb", "a%2fb a%2Fb a%252Fb"},
	} {
		t.Run(name, func(t *testing.T) {
			var jobs []*model.Job
			for _, job := range strings.Split(c.jobs, " ") {
				jobs = append(jobs, &model.Job{Name: job})
			}
			if got := strings.Join(branchNames(jobs), " "); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestWhichBranchIsMeant(t *testing.T) {
	long := strings.Repeat("very-long-branch-", 6)
	app := func(branches ...string) *App {
		c := buildCatalogue([]source{{CatalogueRules{BranchParameter: "BRANCH"},
			model.Listing{Controller: "prod", Jobs: multibranch("m", "移动端", branches...)}}})
		found, _ := c.AppByKey("prod:m")
		return found
	}
	several := app("main", "feature%2Fx", long+"a", long+"b", "off off")
	offered := plainList(several.Parameters[0].Choices).options
	for name, c := range map[string]struct {
		app    *App
		chosen []string
		want   string // full name, or what is said
	}{
		"by name":                    {several, []string{"main"}, "m/main"},
		"by its name, not its job's": {several, []string{"feature/x"}, "m/feature%2Fx"},
		"by its job's name":          {several, []string{"feature%2Fx"}, "应用“移动端”没有分支“feature%2Fx”(可能已删除或停用)，请重新选择"},
		"by a name that was cut":     {several, []string{offered[3].Name}, "m/" + long + "b"},
		"a disabled one":             {several, []string{"off"}, "应用“移动端”没有分支“off”(可能已删除或停用)，请重新选择"},
		"none of several":            {several, nil, "应用“移动端”有 4 个分支，请用参数“BRANCH”选择分支"},
		"nothing of several":         {several, []string{""}, "应用“移动端”有 4 个分支，请用参数“BRANCH”选择分支"},
		"two":                        {several, []string{"main", "feature/x"}, "应用“移动端”一次只能选择一个分支"},
		"none of one":                {app("main"), nil, "m/main"},
		"another than the only one":  {app("main"), []string{"dev"}, "应用“移动端”没有分支“dev”(可能已删除或停用)，请重新选择"},
		"of an app without branches": {&App{JobRef: model.JobRef{FullName: "x"}}, []string{"main"}, "x"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := c.app.OnBranch(c.chosen...)
			if err != nil && model.MessageOf(err) != c.want || err == nil && got.FullName != c.want {
				t.Errorf("%+v, %v; want %s", got, err, c.want)
			}
		})
	}
	if b := several.Branches[1]; b.Label != "移动端 · feature/x" || b.Branch != "feature/x" || b.Kind != several.Branches[0].Kind {
		t.Errorf("%+v", b)
	}
}

// A parameter of the job that is called as the branch's gets what the form says of the branch.
func TestBranchParameterThatTheJobDeclaresToo(t *testing.T) {
	jobs := multibranch("mall", "商城", "main", "dev")
	for i := range jobs[1:] {
		jobs[i+1].Parameters = []model.ParameterDefinition{
			{Name: "BRANCH", Kind: model.KindString, Default: ptr("main")}, {Name: "VERSION", Kind: model.KindString, Default: ptr("v1")},
		}
	}
	s := offering(CatalogueRules{BranchParameter: "BRANCH"}, jobs...)
	p := planned(t, s, fields("项目名称", "prod:", "应用名称", "商城", "BRANCH", "dev"))
	want := []model.ParameterValue{{Name: "BRANCH", Value: "dev", Chosen: true}, {Name: "VERSION", Value: "v1"}}
	if diff := cmp.Diff(want, p.apps[0].parameters); diff != "" || p.apps[0].app.FullName != "mall/dev" {
		t.Errorf("%s (-want +got):\n%s", p.apps[0].app.FullName, diff)
	}
}

func TestBranchesInATable(t *testing.T) {
	s := offering(CatalogueRules{BranchParameter: "BRANCH"}, multibranch("m", "移动端", "main", "dev")...)
	p := planned(t, s, fields("项目名称", "prod:", "明细", `[{"应用名称":"移动端","BRANCH":"main"},{"应用名称":"移动端","BRANCH":"dev"}]`))
	if len(p.apps) != 2 || p.apps[0].app.FullName != "m/main" || p.apps[1].app.FullName != "m/dev" {
		t.Errorf("%+v", p.apps)
	}
	for table, want := range map[string]string{
		`[{"应用名称":"移动端","BRANCH":"main"},{"应用名称":"移动端","BRANCH":"main"}]`: "应用“移动端 · main”重复了",
		`[{"应用名称":"移动端"}]`:                         "应用“移动端”有 2 个分支，请用参数“BRANCH”选择分支",
		`[{"应用名称":"prod:m/main"}]`:                 "没有应用“prod:m/main”",
		`[{"应用名称":"移动端","BRANCH":"main","X":"1"}]`: "所选应用没有参数“X”",
	} {
		_, found, err := s.checkedAs(t, fields("项目名称", "prod:", "明细", table), fillingIn)
		if err != nil {
			t.Fatal(err)
		}
		wantProblems(t, found.Problems, want)
	}
}

func TestBranchIsProved(t *testing.T) {
	branches := []string{"应用名称", "移动端（多分支）", "BRANCH", "release/2026.11"}
	for approved, want := range map[string]string{
		"release/2026.11": "", "main": "应用：提交的是“prod:" + mobileBranch + "”，审批单里是“prod:" + mobileMain + "”", "": "请用参数“BRANCH”选择分支",
	} {
		t.Run(approved, func(t *testing.T) {
			w := proving(t, choosingBranches)
			w.open("inst-1", append(branches[:2:2], "BRANCH", approved)...)
			w.desk.change("inst-1", agree("wang"))
			got := w.submit(branches...)
			w.checkNow()
			w.turns(4)
			if want == "" {
				w.want(got.Number, model.ReleaseSucceeded, model.StateSucceeded)
				if b := w.builds(mobileBranch); len(b) != 1 || b[0].Parameters["VERSION"] != "v2.1.0" {
					t.Errorf("%+v", b)
				}
				return
			}
			if r := w.want(got.Number, model.ReleaseRejected, model.StateCancelled); !strings.Contains(r.Proof.Message, want) {
				t.Errorf("because %q, want %q", r.Proof.Message, want)
			}
		})
	}
}

// A branch that is gone by the time is not deployed, and no other one instead.
func TestBranchThatIsGoneIsHeld(t *testing.T) {
	for name, change := range map[string]func(*world){
		"disabled": func(w *world) { w.jenkins.SetJob(mobileBranch, func(j *jenkinstest.Job) { j.Disabled = true }) },
		"deleted":  func(w *world) { w.jenkins.RemoveJob(mobileBranch) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, choosingBranches)
			w.submit("应用名称", "移动端（多分支）", "BRANCH", "release/2026.11")
			change(w)
			w.relist()
			w.turns(3)
			if d := w.want("R-1001", model.ReleaseActive, model.StateWaiting).Deployments[0]; d.Wait != model.WaitDrift || d.FullName != mobileBranch {
				t.Errorf("%s waits for %q", d.FullName, d.Wait)
			}
			for _, to := range []string{mobile, mobileMain} {
				_, err := w.Continue(t.Context(), 1001, model.Continuation{Job: to, By: "ops"})
				if err == nil && (to == mobile || name == "disabled") {
					t.Errorf("it goes on with %s", to)
				}
			}
			w.turns(4)
			ledger := w.jenkins.Ledger()
			if len(ledger.Scans) > 0 || len(w.builds(mobileBranch)) > 0 || len(w.builds(mobileMain)) != map[string]int{"deleted": 1}[name] {
				t.Errorf("scans %v, builds %+v", ledger.Scans, ledger.Builds)
			}
		})
	}
}

// A job that stands in several views has moved into all of them.
func TestMovedJobThatStandsInSeveralProjects(t *testing.T) {
	inViews := func(o *Options) {
		o.Controllers[0].Rules.By = ByView
		o.Controllers[0].Client = withViews{o.Controllers[0].Client}
	}
	w := newWorld(t, inViews)
	w.submit("项目名称", "一")
	moveTo(movedWeb)(w)
	w.turns(2)
	r, err := w.Continue(t.Context(), 1001, model.Continuation{Job: movedWeb, By: "ops", Reason: "已移动"})
	if err != nil || r.Deployments[0].FullName != movedWeb {
		t.Fatalf("%+v, %v", r, err)
	}
	w.turns(4)
	w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded)
}

// withViews is a Jenkins whose listings have two views, each of everything in the folder deploy.
type withViews struct{ Jenkins }

func (v withViews) List(ctx context.Context) (model.Listing, error) {
	l, err := v.Jenkins.List(ctx)
	l.Views = []model.View{{Name: "一", Jobs: []string{"deploy"}}, {Name: "二", Jobs: []string{"deploy"}}}
	return l, err
}
