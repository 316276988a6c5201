package service

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
)

// refreshes tells whether the loop lists Jenkins now.
func (w *world) refreshes() bool {
	w.t.Helper()
	before := w.listedTimes()
	w.refreshDue()
	return w.listedTimes() > before
}

// What a form names and nobody knows is looked for in Jenkins at once.
func TestUnknownNamesAreLookedFor(t *testing.T) {
	mall := model.Question{Project: "商城"}
	options := func(ask func(*world) (*model.Choices, error)) func(*world) { return func(w *world) { _, _ = ask(w) } }
	for name, ask := range map[string]func(*world){
		"project of apps": options(func(w *world) (*model.Choices, error) {
			return w.AppOptions(w.t.Context(), model.Question{Project: "火箭"})
		}),
		"project of parameters": options(func(w *world) (*model.Choices, error) {
			return w.ParameterOptions(w.t.Context(), model.Question{Project: "火箭", Apps: []string{"x"}, Parameter: "ENV"})
		}),
		"app of parameters": options(func(w *world) (*model.Choices, error) {
			return w.ParameterOptions(w.t.Context(), model.Question{Project: "商城", Apps: []string{"火箭"}, Parameter: "ENV"})
		}),
		"keyword of projects": options(func(w *world) (*model.Choices, error) {
			return w.ProjectOptions(w.t.Context(), model.Question{Keyword: "火箭"})
		}),
		"keyword of apps": options(func(w *world) (*model.Choices, error) {
			q := mall
			q.Keyword = "火箭"
			return w.AppOptions(w.t.Context(), q)
		}),
		"project of a form": func(w *world) { _, _ = w.Validate(w.t.Context(), form("项目名称", "火箭")) },
		"app of a form":     func(w *world) { _, _ = w.Validate(w.t.Context(), form("应用名称", "火箭")) },
		"app by its key": func(w *world) {
			_, _ = w.Validate(w.t.Context(), form("项目名称", "", "应用名称", "prod:deploy/mall/火箭"))
		},
		"submitted": func(w *world) { _, _ = w.Submit(w.t.Context(), form("应用名称", "火箭"), "connector") },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.clock.Advance(10 * time.Second)
			if w.refreshes() {
				t.Fatal("listed without a reason")
			}
			w.addApp("火箭")
			ask(w)
			select {
			case <-w.bells.listing["prod"]:
			default:
				t.Error("the loop is not woken")
			}
			if !w.refreshes() || !w.offers("火箭") {
				t.Error("not listed")
			}
		})
	}
}

func TestKnownAndAmbiguousNamesAreNotLookedFor(t *testing.T) {
	w := newWorld(t, func(o *Options) {
		south := o.Controllers[0]
		south.Name = "south"
		o.Controllers = append(o.Controllers, south)
	})
	if err := w.RefreshOnce(t.Context(), "south"); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(10 * time.Second)
	for _, project := range []string{"prod:deploy/mall", "deploy/mall", moreID} {
		_, _ = w.AppOptions(t.Context(), model.Question{Project: project, Keyword: "商城"})
	}
	if w.refreshes() {
		t.Error("listed without a reason")
	}
	// A key says which controller is meant.
	_, _ = w.AppOptions(t.Context(), model.Question{Project: "south:deploy/rocket"})
	if w.refreshes() || !w.due(w.controllers["south"]).Before(w.clock.Now().Add(time.Second)) {
		t.Error("the wrong controller is listed")
	}
}

// What the trigger finds changed is read anew at once.
func TestJobsThatChangedAreReadAnew(t *testing.T) {
	for name, change := range map[string]func(*world){
		"gone":     func(w *world) { w.jenkins.RemoveJob(webJob) },
		"disabled": func(w *world) { w.jenkins.SetJob(webJob, func(j *jenkinstest.Job) { j.Disabled = true }) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.submit()
			w.clock.Advance(10 * time.Second)
			change(w)
			w.turn()
			w.want("R-1001", model.ReleaseActive, model.StateWaiting)
			if !w.refreshes() || w.offers("mall-web") {
				t.Error("still offered")
			}
		})
	}
}

// miss asks for an app that nobody has.
func (w *world) miss(name string) {
	w.t.Helper()
	_, err := w.ParameterOptions(w.t.Context(), model.Question{Project: "商城", Apps: []string{name}, Parameter: "ENV"})
	codeIs(w.t, err, model.CodeUnknownApp)
}

// A name that stays unknown wants a listing less and less often, however often it comes.
func TestANameThatStaysUnknown(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Controllers[0].Refresh = 24 * time.Hour })
	var pauses []time.Duration
	for last := w.clock.Now(); w.clock.Now().Sub(last) < 30*time.Minute; w.clock.Advance(time.Second) {
		w.miss("火箭")
		if w.refreshes() {
			pauses, last = append(pauses, w.clock.Now().Sub(last)), w.clock.Now()
		}
		if len(pauses) == 8 {
			break
		}
	}
	if want := seconds(5, 10, 20, 40, 80, 160, 320, 640); !slices.Equal(pauses, want) {
		t.Errorf("%v, want %v", pauses, want)
	}
}

// A storm of names that nobody has costs Jenkins no more than the shortest pause between two listings does.
func TestAStormOfUnknownNames(t *testing.T) {
	w := newWorld(t)
	other := w.replica()
	other.refreshDue()
	before := w.listedTimes()
	for i := range 1200 {
		for j := range 20 {
			w.miss(fmt.Sprintf("火箭 %d-%d", i, j))
			other.miss(fmt.Sprintf("飞船 %d-%d", i, j))
		}
		w.refreshDue()
		other.refreshDue()
		w.clock.Advance(time.Second)
	}
	if n := w.listedTimes() - before; n < 20 || n > 20*60/30+6 {
		t.Errorf("%d listings in 20 minutes", n)
	}
	if n := len(w.controller().turn.misses.names); n > maxMissed {
		t.Errorf("%d names are remembered", n)
	}
	// One that is there in the end is found all the same, and then the next one as soon as ever.
	for _, name := range []string{"新的", "更新的"} {
		w.addApp(name)
		w.miss(name)
		for waited := time.Duration(0); !w.offers(name); waited += time.Second {
			if waited > 30*time.Second {
				t.Fatalf("%s is not found", name)
			}
			w.clock.Advance(time.Second)
			w.refreshDue()
		}
	}
	w.addApp("最新的")
	w.miss("最新的")
	w.clock.Advance(missPause)
	if w.refreshDue(); !w.offers("最新的") {
		t.Error("a change does not end the restraint")
	}
}

// A miss on one replica is answered by a listing that another one made since.
func TestAMissIsAnsweredByAnotherReplica(t *testing.T) {
	w := newWorld(t)
	other := w.replica()
	other.refreshDue()
	w.addApp("新的")
	w.clock.Advance(10 * time.Second)
	other.miss("新的")
	w.clock.Advance(time.Second)
	if err := w.RefreshOnce(t.Context(), "prod"); err != nil {
		t.Fatal(err)
	}
	if other.refreshes() || !other.offers("新的") {
		t.Errorf("offered %v", other.offers("新的"))
	}
}
