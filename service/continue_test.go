package service

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
)

// continues lets the first release go on.
func (w *world) continues(t *testing.T) *model.Release {
	t.Helper()
	r, err := w.Continue(t.Context(), 1001, model.Continuation{By: "ops", Reason: "看过了"})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// refusesToContinue checks that a person is refused, with a conflict that says why.
func (w *world) refusesToContinue(t *testing.T, c model.Continuation, says string) {
	t.Helper()
	c.By = "ops"
	_, err := w.Continue(t.Context(), 1001, c)
	codeIs(t, err, model.CodeConflict)
	if !strings.Contains(model.MessageOf(err), says) {
		t.Fatalf("refused with %q, want %q", model.MessageOf(err), says)
	}
}

// wantHistory counts the lines of a kind by somebody that say something.
func (w *world) wantHistory(kind, by, says string, want int) {
	w.t.Helper()
	events, err := w.History(w.t.Context(), 1001, 0, 1000)
	if err != nil {
		w.t.Fatal(err)
	}
	n := 0
	for _, e := range events {
		if e.Kind == kind && e.Actor == by && strings.Contains(e.Message, says) {
			n++
		}
	}
	if n != want {
		w.t.Errorf("%d lines of kind %s by %s that say %q, want %d: %+v", n, kind, by, says, want, events)
	}
}

// wantBuilt checks that there is one build of the job, with just these parameters.
func (w *world) wantBuilt(want map[string]string) {
	w.t.Helper()
	builds := w.builds(webJob)
	if len(builds) != 1 {
		w.t.Fatalf("%d builds, want 1", len(builds))
	}
	if diff := cmp.Diff(want, builds[0].Parameters); diff != "" {
		w.t.Errorf("parameters (-want +got):\n%s", diff)
	}
}

// held is a release whose job changed.
func heldWorld(t *testing.T, change func(*world), pairs ...string) *world {
	t.Helper()
	w := newWorld(t)
	w.submit(pairs...)
	change(w)
	w.turns(2)
	if d := w.release("R-1001").Deployments[0]; d.Wait != model.WaitDrift {
		t.Fatalf("%s, waits for %q", d.State, d.Wait)
	}
	return w
}

func TestContinueWithoutWhatTheJobLost(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*world)
		says   []string
		want   map[string]string
	}{
		"a parameter is gone": {
			unparam("ENV"), []string{"不再传参数 ENV=prod"},
			map[string]string{"VERSION": "v2.1.0", "DRY_RUN": "false", "RELEASE_ID": "R-1001", "NOTES": ""},
		},
		"two, and one came": {
			func(w *world) {
				unparam("DRY_RUN")(w)
				reparam("ENV", func(p *jenkinstest.Parameter) { p.Name = "TARGET_ENV" })(w)
			},
			[]string{"不再传参数 ENV=prod", "不再传参数 DRY_RUN=false", "新增的参数 TARGET_ENV 由 Jenkins 决定"},
			map[string]string{"VERSION": "v2.1.0", "TARGET_ENV": "staging", "RELEASE_ID": "R-1001", "NOTES": ""},
		},
		"RELEASE_ID is gone": {
			unparam("RELEASE_ID"), []string{"不再传上线单号(RELEASE_ID)"},
			map[string]string{"VERSION": "v2.1.0", "ENV": "prod", "DRY_RUN": "false", "NOTES": ""},
		},
		"no parameters any more": {
			unparam("VERSION", "ENV", "DRY_RUN", "RELEASE_ID", "NOTES"), []string{"不再传参数 VERSION=v2.1.0", "不再传参数 ENV=prod"},
			map[string]string{},
		},
		"a new one without a default": {
			rework(func(j *jenkinstest.Job) {
				j.Parameters = append(slices.Clone(j.Parameters), jenkinstest.Parameter{Name: "PIN", Kind: jenkinstest.Password})
			}), []string{"新增的参数 PIN 由 Jenkins 决定"},
			map[string]string{"VERSION": "v2.1.0", "ENV": "prod", "DRY_RUN": "false", "RELEASE_ID": "R-1001", "NOTES": "", "PIN": ""},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := heldWorld(t, c.change)
			r := w.continues(t)
			if d := r.Deployments[0]; d.Wait != "" || d.NextAt == nil || d.Drift.Accepted == "" {
				t.Fatalf("%+v", d)
			}
			w.turns(12)
			w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded)
			w.wantBuilt(c.want)
			for _, text := range c.says {
				w.wantHistory(model.EventKindContinued, "ops", text, 1)
			}
			w.wantTold(model.EventKindContinued, "看过了", "上线单 R-1001：停住的 商城前端 已决定继续")
		})
	}
}

func TestWhatJenkinsWouldChangeNobodyContinues(t *testing.T) {
	for name, c := range metamorphoses() {
		if !c.barred {
			continue
		}
		t.Run(name, func(t *testing.T) {
			w := heldWorld(t, c.change)
			w.refusesToContinue(t, model.Continuation{Reason: "trotzdem"}, "只能取消后重新发起审批")
			w.turns(3)
			w.want("R-1001", model.ReleaseActive, model.StateWaiting)
			if n := len(w.inbox.titles("zhang")); w.posts() != 0 || n != 2 {
				t.Errorf("%d POSTs, %d notices", w.posts(), n)
			}
			if _, err := w.Cancel(t.Context(), 1001, 0, "ops", "重新审批"); err != nil {
				t.Fatal(err)
			}
			w.want("R-1001", model.ReleaseCancelled, model.StateCancelled)
			w.refusesToContinue(t, model.Continuation{}, "没有因任务变化而停住")
		})
	}
}

// People decide about what they were told. A job that changed once more is told again, and is decided anew.
func TestJobThatChangesWhileItIsHeld(t *testing.T) {
	w := heldWorld(t, unparam("ENV"))
	unparam("DRY_RUN")(w)
	w.refusesToContinue(t, model.Continuation{Reason: "ENV 不需要"}, "又变了：不再声明参数 ENV；不再声明参数 DRY_RUN")
	w.turns(2)
	if w.posts() != 0 || len(w.inbox.titles("zhang")) != 3 {
		t.Errorf("%d POSTs, told %q", w.posts(), w.inbox.titles("zhang"))
	}
	w.wantHistory(model.EventKindHeld, "system", "DRY_RUN", 1)
	w.continues(t)
	w.turns(4)
	w.wantBuilt(map[string]string{"VERSION": "v2.1.0", "RELEASE_ID": "R-1001", "NOTES": ""})
}

func TestJobThatChangesAfterItWasContinued(t *testing.T) {
	w := heldWorld(t, unparam("ENV"))
	w.continues(t)
	unparam("DRY_RUN")(w)
	w.turns(3)
	d := w.want("R-1001", model.ReleaseActive, model.StateWaiting).Deployments[0]
	if d.Wait != model.WaitDrift || d.Drift.Accepted != "" || w.posts() != 0 {
		t.Fatalf("waits for %q, %+v, %d POSTs", d.Wait, d.Drift, w.posts())
	}
	restore(w)
	w.continues(t)
	w.turns(4)
	w.wantHistory(model.EventKindContinued, "ops", "任务已与批准的内容相符", 1)
	w.wantBuilt(map[string]string{"VERSION": "v2.1.0", "ENV": "prod", "DRY_RUN": "false", "RELEASE_ID": "R-1001", "NOTES": ""})
}

// What a person let go without comes back with the job, as long as nothing was POSTed.
func TestJobThatIsPutBackAfterItWasContinued(t *testing.T) {
	w := heldWorld(t, unparam("ENV"))
	w.continues(t)
	w.jenkins.Fail(503, 1, trigger)
	w.turn()
	restore(w)
	w.turns(8)
	w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded)
	w.wantBuilt(map[string]string{"VERSION": "v2.1.0", "ENV": "prod", "DRY_RUN": "false", "RELEASE_ID": "R-1001", "NOTES": ""})
}

func TestContinueAfterTheTimeHasPassed(t *testing.T) {
	w := newWorld(t)
	w.submit("执行方式", "定时", "执行时间", "2026-11-22 20:30")
	unparam("ENV")(w)
	w.clock.Advance(30 * time.Minute)
	w.turns(2)
	w.clock.Advance(5 * time.Hour)
	w.turns(2)
	w.want("R-1001", model.ReleaseActive, model.StateWaiting)
	w.continues(t)
	w.turns(4)
	w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded)
}

func TestContinueWhileJenkinsIsAway(t *testing.T) {
	w := heldWorld(t, unparam("ENV"))
	w.jenkins.Down(true)
	_, err := w.Continue(t.Context(), 1001, model.Continuation{By: "ops"})
	codeIs(t, err, model.CodeJenkinsUnavailable)
	w.jenkins.Down(false)
	if d := w.want("R-1001", model.ReleaseActive, model.StateWaiting).Deployments[0]; d.Wait != model.WaitDrift {
		t.Errorf("waits for %q", d.Wait)
	}
}

func TestContinueOneOfSeveral(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Form.Order = model.OrderParallel })
	w.submit("应用名称", `["商城前端","商城接口服务"]`)
	unparam("ENV")(w)
	w.jenkins.SetJob("deploy/mall/mall-api", func(j *jenkinstest.Job) { j.Disabled = true })
	w.turns(2)
	r := w.want("R-1001", model.ReleaseActive, model.StateWaiting, model.StateWaiting)
	w.refusesToContinue(t, model.Continuation{}, "商城接口服务")
	_, err := w.Continue(t.Context(), 1001, model.Continuation{Deployment: 99})
	codeIs(t, err, model.CodeNotFound)
	_, err = w.Continue(t.Context(), 1001, model.Continuation{Job: "deploy/mall/mall-order"})
	codeIs(t, err, model.CodeInvalidRequest)
	w.turns(2)
	if w.posts() != 0 {
		t.Errorf("%d POSTs", w.posts())
	}
	if _, err := w.Continue(t.Context(), 1001, model.Continuation{Deployment: r.Deployments[0].ID, By: "ops"}); err != nil {
		t.Fatal(err)
	}
	w.turns(3)
	w.want("R-1001", model.ReleaseActive, model.StateSucceeded, model.StateWaiting)
}
