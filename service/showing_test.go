package service

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/oabridge/oabridge/model"
)

// displaying is a world whose labels tell everything, and the board behind them.
func displaying(t *testing.T) (*world, *board) {
	w := newWorld(t, func(o *Options) { o.Controllers[0].Show = Shown{Running: true, Holder: true, Version: "VERSION"} })
	return w, &board{worker: worker{w.Service, w.controller()}}
}

// shown are the offered names of a project that a keyword finds, divided by commas.
func (w *world) shown(b *board, project, keyword string) string {
	w.t.Helper()
	if err := b.look(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	o, err := w.AppOptions(w.t.Context(), model.Question{Project: project, Keyword: keyword})
	if err != nil {
		w.t.Fatal(err)
	}
	var names []string
	for _, option := range o.List {
		names = append(names, option.Name)
		if strings.Contains(option.ID, decorationMark) {
			w.t.Errorf("the id %s is decorated", option.ID)
		}
	}
	return strings.Join(names, ",")
}

func (w *world) wantShown(b *board, keyword, want string) {
	w.t.Helper()
	if got := w.shown(b, "数据平台", keyword); got != want {
		w.t.Errorf("%q shows %s, want %s", keyword, got, want)
	}
}

// TestLabelsTellWhatGoesOn from the approval to the end of a deployment.
func TestLabelsTellWhatGoesOn(t *testing.T) {
	w, b := displaying(t)
	w.wantShown(b, "", "清理缓存,离线任务,报表服务,数据同步")
	number := w.submit(append(toETL, "执行方式", "手动")...).Number
	w.wantShown(b, "离线", "离线任务 · "+number+" 待上线")
	if _, err := w.Start(t.Context(), w.release(number).ID, "ops", "开始"); err != nil {
		t.Fatal(err)
	}
	w.turns(3)
	w.want(number, model.ReleaseActive, model.StateRunning)
	w.wantShown(b, "lxrw", "离线任务 · 运行中 #1 · "+number+" 上线中")
	w.wantShown(b, "离线任务 · 运行中 #1 · "+number+" 上线中", "离线任务 · 运行中 #1 · "+number+" 上线中")
	w.turns(20)
	w.want(number, model.ReleaseSucceeded, model.StateSucceeded)
	w.wantShown(b, "离线", "离线任务 · 当前 v2.1.0")

	next := w.submit(append(toETL, "实例ID", "next", "VERSION", "v3.0.0")...).Number
	w.turns(3)
	w.wantShown(b, "离线", "离线任务 · 运行中 #2 · "+next+" 上线中 · 当前 v2.1.0")
	w.turns(20)
	w.want(next, model.ReleaseSucceeded, model.StateSucceeded)
	w.wantShown(b, "离线", "离线任务 · 当前 v3.0.0")
	w.wantShown(b, "data-report", "报表服务")
}

// TestABuildOfSomebodyElseIsShown, and is not when Jenkins does not answer.
func TestABuildOfSomebodyElseIsShown(t *testing.T) {
	w, b := displaying(t)
	slowly(etlJob)(w)
	w.byHand("li", "/job/deploy/job/data/job/data-etl/buildWithParameters", "VERSION=v9")
	w.clock.Advance(w.controller().Refresh)
	w.wantShown(b, "离线", "离线任务 · 运行中 #1")
	before := w.requests()
	w.wantShown(b, "离线", "离线任务 · 运行中 #1")
	if asked := w.requests() - before; asked != 0 {
		t.Errorf("Jenkins was asked %d times before the next listing is due", asked)
	}
	w.clock.Advance(w.controller().Refresh)
	w.wantShown(b, "离线", "离线任务 · 运行中 #1")
	if asked := w.requests() - before; asked != 2 {
		t.Errorf("Jenkins was asked %d times, want 2", asked)
	}
	w.clock.Advance(w.controller().Refresh)
	w.jenkins.CutBefore(10, "GET /queue/api/json")
	if err := b.look(t.Context()); err == nil {
		t.Fatal("the cut was not seen")
	}
	o, err := w.AppOptions(t.Context(), model.Question{Project: "数据平台", Keyword: "离线"})
	if err != nil || o.List[0].Name != "离线任务" {
		t.Errorf("%+v, %v", o.List, err)
	}
}

// TestNothingIsAskedForPlainLabels: without configuration nobody asks Jenkins or the database.
func TestNothingIsAskedForPlainLabels(t *testing.T) {
	w := newWorld(t)
	before := w.requests()
	w.showing(t.Context(), w.controller())
	if w.requests() != before {
		t.Error("Jenkins was asked")
	}
}

// TestTheVersionIsThatOfWhatRanLast: not of what was approved last; after a restart and on another replica as well.
func TestTheVersionIsThatOfWhatRanLast(t *testing.T) {
	w, b := displaying(t)
	first := w.submit(append(toETL, "执行方式", "手动", "实例ID", "first", "VERSION", "v1")...).Number
	second := w.submit(append(toETL, "实例ID", "second", "VERSION", "v2")...).Number
	w.turns(20)
	w.want(second, model.ReleaseSucceeded, model.StateSucceeded)
	w.wantShown(b, "离线", "离线任务 · "+first+" 待上线 · 当前 v2")
	other := &board{worker: worker{w.Service, w.controller()}} // looked before the end
	w.wantShown(other, "离线", "离线任务 · "+first+" 待上线 · 当前 v2")
	if _, err := w.Start(t.Context(), w.release(first).ID, "ops", "开始"); err != nil {
		t.Fatal(err)
	}
	w.turns(20)
	w.want(first, model.ReleaseSucceeded, model.StateSucceeded)
	for _, b := range []*board{b, other, {worker: worker{w.Service, w.controller()}}} {
		w.wantShown(b, "离线", "离线任务 · 当前 v1")
	}
}

// TestASecretIsNoVersion, and neither is what no name can carry.
func TestASecretIsNoVersion(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Controllers[0].Show = Shown{Version: "API_TOKEN"} })
	b := &board{worker: worker{w.Service, w.controller()}}
	at := w.clock.Now()
	d := &model.Deployment{
		JobRef: model.JobRef{Controller: "prod", FullName: etlJob}, State: model.StateSucceeded, Position: 1, FinishedAt: &at,
		Parameters: []model.ParameterValue{{Name: "API_TOKEN", Value: "hidden", Secret: true}},
	}
	r := &model.Release{State: model.ReleaseSucceeded, Deployments: []*model.Deployment{d}}
	if err := w.store.CreateRelease(t.Context(), r, nil, func(*model.Release) error { return nil }); err != nil {
		t.Fatal(err)
	}
	w.wantShown(b, "离线", "离线任务")
}

// TestWhatIsDecoratedIsDeployed: a form with a name as it was once offered deploys that app, and the same form with another
// state behind the name is a repeat.
func TestWhatIsDecoratedIsDeployed(t *testing.T) {
	w, b := displaying(t)
	first := w.submit("项目名称", "数据平台", "应用名称", "离线任务 · 运行中 #7 · 当前 v0.9")
	again := w.submit("项目名称", "数据平台", "应用名称", "离线任务 · R-1001 上线中")
	if first.Duplicate || !again.Duplicate || again.Number != first.Number {
		t.Errorf("first %+v, again %+v", first, again)
	}
	w.turns(3)
	w.wantShown(b, "离线", "离线任务 · 运行中 #1 · "+first.Number+" 上线中")
	w.turns(20)
	r := w.want(first.Number, model.ReleaseSucceeded, model.StateSucceeded)
	if d := r.Deployments[0]; d.FullName != etlJob || d.AppName != "离线任务" {
		t.Errorf("%s as %q was deployed", d.FullName, d.AppName)
	}
}

// TestListsAreMadeAnewWhereSomethingChanged, so that what was rendered of the others stays.
func TestListsAreMadeAnewWhereSomethingChanged(t *testing.T) {
	w, _ := displaying(t)
	lists := func() []*model.Choices {
		var all []*model.Choices
		for _, project := range []string{"商城", "支付", "数据平台"} {
			o, err := w.AppOptions(t.Context(), model.Question{Project: project})
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, o)
		}
		return all
	}
	tell := func(job string, state appState) {
		w.live.tell(w.offered.Load(), "prod", map[string]appState{"deploy/pay/pay-risk": {running: 3}, job: state})
	}
	tell(etlJob, appState{running: 1})
	before := lists()
	tell(etlJob, appState{running: 2})
	after := lists()
	changed := slices.Collect(func(yield func(bool) bool) {
		for i := range before {
			if !yield(before[i] != after[i]) {
				return
			}
		}
	})
	if !slices.Equal(changed, []bool{false, false, true}) {
		t.Errorf("changed: %v", changed)
	}
	w.addApp("new")
	if err := w.RefreshOnce(t.Context(), "prod"); err != nil {
		t.Fatal(err)
	}
	if names := fmt.Sprint(lists()[2].List); !strings.Contains(names, "离线任务 · 运行中 #2") {
		t.Errorf("after a new listing: %s", names)
	}
}
