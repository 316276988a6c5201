package service

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
)

const movedWeb = "deploy/pay/mall-web"

// moveTo makes the job another one, as somebody does who moves it in Jenkins.
func moveTo(job string, change ...func(*jenkinstest.Job)) func(*world) {
	return func(w *world) {
		i := slices.IndexFunc(jenkinstest.Company(), func(j jenkinstest.Job) bool { return j.FullName == webJob })
		moved := jenkinstest.Company()[i]
		moved.FullName = job
		for _, f := range change {
			f(&moved)
		}
		w.jenkins.RemoveJob(webJob)
		w.jenkins.AddJob(moved)
		w.relist()
	}
}

func TestMovedJobGoesOnWhenAPersonConfirmsIt(t *testing.T) {
	for _, named := range []string{movedWeb, "prod:" + movedWeb, " /" + movedWeb + "/ "} {
		t.Run(named, func(t *testing.T) {
			w := heldWorld(t, moveTo(movedWeb))
			d := w.release("R-1001").Deployments[0]
			if diff := cmp.Diff([]string{movedWeb}, d.Drift.Moved); diff != "" {
				t.Errorf("suggested (-want +got):\n%s", diff)
			}
			w.refusesToContinue(t, model.Continuation{}, "请指明新的任务(job)")
			r, err := w.Continue(t.Context(), 1001, model.Continuation{Job: named, By: "ops", Reason: "已移动"})
			if err != nil || r.Deployments[0].FullName != movedWeb {
				t.Fatalf("%+v, %v", r, err)
			}
			w.turns(4)
			w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded)
			builds := w.builds(movedWeb)
			if len(builds) != 1 || w.posts() != 1 || builds[0].Parameters["RELEASE_ID"] != "R-1001" || builds[0].Parameters["ENV"] != "prod" {
				t.Errorf("%d POSTs, builds %+v", w.posts(), builds)
			}
			w.wantHistory(model.EventKindContinued, "ops", "任务由 "+webJob+" 改为 "+movedWeb+"(项目“支付”)", 1)
			w.wantTold(model.EventKindContinued, "已移动", "上线单 R-1001：停住的 商城前端 已决定继续")
		})
	}
}

func TestJobsThatAreNoSuccessors(t *testing.T) {
	disabled := func(j *jenkinstest.Job) { j.Disabled = true }
	less := func(j *jenkinstest.Job) { j.Parameters = slices.Clone(j.Parameters)[:1] }
	fewer := func(j *jenkinstest.Job) {
		j.Parameters = slices.Clone(j.Parameters)
		j.Parameters[1].Choices = []string{"staging"}
	}
	for name, c := range map[string]struct {
		change func(*world)
		job    string
		code   model.Code
		says   string
	}{
		"not offered":              {moveTo("other/mall-web"), "other/mall-web", model.CodeUnknownApp, "应用清单里没有"},
		"not there":                {moveTo(movedWeb), "deploy/pay/mall-webb", model.CodeUnknownApp, "应用清单里没有"},
		"of another controller":    {moveTo(movedWeb), "test:" + movedWeb, model.CodeUnknownApp, "应用清单里没有"},
		"a folder":                 {moveTo(movedWeb), "deploy/pay", model.CodeUnknownApp, "应用清单里没有"},
		"disabled":                 {moveTo(movedWeb, disabled), movedWeb, model.CodeUnknownApp, "应用清单里没有"},
		"without what it needs":    {moveTo(movedWeb, less), movedWeb, model.CodeConflict, "不再声明参数 ENV"},
		"without the choice":       {moveTo(movedWeb, fewer), movedWeb, model.CodeConflict, "不再有选项 prod"},
		"gone since":               {func(w *world) { moveTo(movedWeb)(w); w.jenkins.RemoveJob(movedWeb) }, movedWeb, model.CodeConflict, "没有任务"},
		"of one that is there":     {rework(disabled), "deploy/mall/mall-api", model.CodeConflict, "还在 Jenkins 里"},
		"of one that only differs": {unparam("ENV"), "deploy/mall/mall-api", model.CodeConflict, "还在 Jenkins 里"},
	} {
		t.Run(name, func(t *testing.T) {
			w := heldWorld(t, c.change)
			_, err := w.Continue(t.Context(), 1001, model.Continuation{Job: c.job, By: "ops"})
			codeIs(t, err, c.code)
			if !strings.Contains(model.MessageOf(err), c.says) {
				t.Errorf("refused with %q", model.MessageOf(err))
			}
			w.turns(3)
			if d := w.want("R-1001", model.ReleaseActive, model.StateWaiting).Deployments[0]; d.FullName != webJob || w.posts() != 0 {
				t.Errorf("is of %s now, %d POSTs", d.FullName, w.posts())
			}
		})
	}
}

func TestSuccessorThatIsInTheReleaseAlready(t *testing.T) {
	w := heldWorld(t, func(w *world) { w.jenkins.RemoveJob(webJob) }, "应用名称", `["商城前端","商城接口服务"]`)
	w.refusesToContinue(t, model.Continuation{Job: "deploy/mall/mall-api"}, "另一个应用")
}

// The name alone is no hint, and of too many none is.
func TestWhatIsSuggestedForAJobThatIsGone(t *testing.T) {
	other := func(j *jenkinstest.Job) { j.Parameters = slices.Clone(j.Parameters)[:4] }
	several := func(n int) func(*world) {
		return func(w *world) {
			for i := range n {
				moveTo("deploy/team-" + itoa(int64(i)) + "/mall-web")(w)
			}
		}
	}
	for name, c := range map[string]struct {
		change func(*world)
		want   int
	}{
		"another definition": {moveTo(movedWeb, other), 0}, "another name": {moveTo("deploy/mall/mall-web2"), 0},
		"three": {several(3), 3}, "four": {several(4), 0},
	} {
		t.Run(name, func(t *testing.T) {
			w := heldWorld(t, c.change)
			if got := w.release("R-1001").Deployments[0].Drift.Moved; len(got) != c.want {
				t.Errorf("suggested %q", got)
			}
		})
	}
}

// What is moved waits in the line of its new job.
func TestMovedJobWaitsForItsTurn(t *testing.T) {
	w := heldWorld(t, moveTo(movedWeb, func(j *jenkinstest.Job) { j.Duration = time.Minute }))
	w.submit("项目名称", "支付", "应用名称", "商城前端", "实例ID", "inst-2")
	w.turns(3)
	w.want("R-1002", model.ReleaseActive, model.StateRunning)
	if _, err := w.Continue(t.Context(), 1001, model.Continuation{Job: movedWeb, By: "ops"}); err != nil {
		t.Fatal(err)
	}
	w.turns(3)
	if d := w.want("R-1001", model.ReleaseActive, model.StateWaiting).Deployments[0]; d.Wait != model.WaitJob {
		t.Fatalf("waits for %q", d.Wait)
	}
	w.turns(130)
	w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded)
}

// A POST of which nobody knows what became, and a job that is gone: people are told, since a new build may be a second one.
func TestDoubtfulPostOfAJobThatIsGoneIsSaid(t *testing.T) {
	w := newWorld(t)
	w.jenkins.CutAfter(1, trigger)
	w.submit()
	w.clock.Advance(time.Second)
	w.submitDueNow()
	w.jenkins.RemoveJob(webJob)
	w.turns(130)
	d := w.want("R-1001", model.ReleaseActive, model.StateWaiting).Deployments[0]
	if d.Wait != model.WaitDrift || !strings.Contains(d.Message, "请先确认是否已部署") || w.posts() != 1 {
		t.Errorf("waits for %q: %s, %d POSTs", d.Wait, d.Message, w.posts())
	}
}

func TestBranchOfAMultibranchProjectThatChanged(t *testing.T) {
	const branch = "deploy/mall/mall-mobile/main"
	w := newWorld(t)
	w.submit("项目名称", "移动端（多分支）", "应用名称", "main")
	if d := w.release("R-1001").Deployments[0]; d.FullName != branch || len(d.Definition) != 5 {
		t.Fatalf("%+v", d)
	}
	w.jenkins.SetJob(branch, func(j *jenkinstest.Job) { j.Parameters = slices.Clone(j.Parameters)[2:] })
	w.turns(2)
	w.continues(t)
	w.turns(4)
	w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded)
	if b := w.builds(branch); len(b) != 1 || b[0].Parameters["RELEASE_ID"] != "R-1001" || len(b[0].Parameters) != 3 {
		t.Errorf("%+v", b)
	}
}

// Another project has rules of its own: what they would not let be asked for is not moved there.
func TestMovingIntoAProjectWithOtherRules(t *testing.T) {
	pay := []ProjectPattern{pattern("支付")}
	closed := func(o *Options) { o.Policies = []ProjectPolicy{{Projects: pay, Windows: []Window{span(3, 4)}}} }
	noChange := func(o *Options) { o.Policies = []ProjectPolicy{{Projects: pay, DBChange: DBChangeForbid}} }
	others := func(o *Options) {
		o.Access = AccessPolicy{Rules: []AccessRule{{Names: []string{"支付"}, Users: []string{"boss"}}}}
	}
	ours := func(o *Options) {
		o.Access = AccessPolicy{Rules: []AccessRule{{Names: []string{"支付"}, Users: []string{"boss", "zhang"}}}}
	}
	for name, c := range map[string]struct {
		rules func(*Options)
		pairs []string
		says  string // "": it is moved
	}{
		"closed now":             {closed, nil, "才能换成任务"},
		"no database change":     {noChange, []string{"是否有数据库变更", "是", "数据库变更是否完成", "是"}, "不允许有数据库变更"},
		"no change, and allowed": {noChange, nil, ""},
		"somebody else's":        {others, nil, "没有项目“支付”的上线权限"},
		"the initiator's too":    {ours, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, c.rules)
			t.Cleanup(func() { w.access.end() })
			w.submit(c.pairs...)
			moveTo(movedWeb)(w)
			w.turns(2)
			if c.says != "" {
				w.refusesToContinue(t, model.Continuation{Job: movedWeb}, c.says)
				w.turns(2)
				w.want("R-1001", model.ReleaseActive, model.StateWaiting)
				return
			}
			if _, err := w.Continue(t.Context(), 1001, model.Continuation{Job: movedWeb, By: "ops"}); err != nil {
				t.Fatal(err)
			}
			w.turns(4)
			w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded)
		})
	}
}

// What was approved fits the job that a person names, whatever the configuration says of changes.
func TestSuccessorsHaveToFitThoughChangesAreIgnored(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*world)
		says   string
	}{
		"gone since": {func(w *world) { moveTo(movedWeb)(w); w.jenkins.RemoveJob(movedWeb) }, "没有任务"},
		"another":    {moveTo(movedWeb, func(j *jenkinstest.Job) { j.Parameters = slices.Clone(j.Parameters)[:1] }), "不再声明参数 ENV"},
	} {
		t.Run(name, func(t *testing.T) {
			w := heldWorld(t, c.change)
			onDrift(model.DriftIgnore)(&w.options)
			w.reborn()
			w.refusesToContinue(t, model.Continuation{Job: movedWeb}, c.says)
			w.turns(3)
			if d := w.want("R-1001", model.ReleaseActive, model.StateWaiting).Deployments[0]; d.FullName != webJob || w.posts() != 0 {
				t.Errorf("is of %s now, %d POSTs", d.FullName, w.posts())
			}
		})
	}
}

// hiddenBuilds is a Jenkins that says of a job that it is not there when its builds are asked for, as one does that loses a
// right for a moment.
type hiddenBuilds struct {
	Jenkins
	times int
}

func (h *hiddenBuilds) RecentBuilds(ctx context.Context, job string, limit int) ([]model.Build, error) {
	if h.times > 0 {
		h.times--
		return nil, model.Errorf(model.CodeJenkinsNotFound, "没有任务 %s", job)
	}
	return h.Jenkins.RecentBuilds(ctx, job, limit)
}

// A POST without an answer is not repeated because its build could not be seen for a moment.
func TestJobThatWasHiddenWhileItsBuildWasLookedFor(t *testing.T) {
	t.Parallel()
	for _, policy := range []model.DriftPolicy{model.DriftHold, model.DriftFail, model.DriftIgnore} {
		for name, again := range map[string]func(*world){
			"at once": func(*world) {},
			"once more": func(w *world) { // it waits for something else in between
				unparam("ENV")(w)
				w.turns(150)
				restore(w)
			},
		} {
			if name == "once more" && policy != model.DriftHold {
				continue
			}
			t.Run(string(policy)+" "+name, func(t *testing.T) {
				h := &hiddenBuilds{}
				w := newWorld(t, onDrift(policy), func(o *Options) { h.Jenkins, o.Controllers[0].Client = o.Controllers[0].Client, h })
				w.jenkins.CutAfter(1, trigger)
				w.submit()
				w.clock.Advance(time.Second)
				w.submitDueNow()
				h.times = 1000
				again(w)
				if name == "once more" {
					w.continues(t)
				}
				w.turns(150)
				h.times = 0
				w.turns(200)
				if n := len(w.builds(webJob)); n != 1 || w.posts() != 1 {
					t.Errorf("%d builds of %d POSTs", n, w.posts())
				}
				state := model.ReleaseSucceeded
				if policy == model.DriftIgnore {
					state = model.ReleaseFailed // a person has to look
				}
				if r := w.release("R-1001"); r.State != state {
					t.Errorf("%s: %s", r.State, r.Deployments[0].Message)
				}
			})
		}
	}
}

// Whoever dies between a POST and its answer leaves as much doubt as a connection that is cut.
func TestDeathBeforeTheAnswerOfAJobThatIsGoneIsSaid(t *testing.T) {
	for _, policy := range []model.DriftPolicy{model.DriftHold, model.DriftFail} {
		t.Run(string(policy), func(t *testing.T) {
			w := newWorld(t, onDrift(policy))
			w.jenkins.CutAfter(1, trigger)
			w.submit()
			w.clock.Advance(time.Second)
			w.submitDueNow()
			if err := w.store.UpdateRelease(t.Context(), 1001, func(r *model.Release) error {
				r.Deployments[0].Unanswered = 0 // as the one that died left it
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			w.jenkins.RemoveJob(webJob)
			w.reborn()
			w.turns(130)
			d := w.release("R-1001").Deployments[0]
			if !strings.Contains(d.Message, "请先确认是否已部署") || strings.Contains(d.Message, "没有部署") || w.posts() != 1 {
				t.Errorf("%q, %d POSTs", d.Message, w.posts())
			}
			if policy == model.DriftFail {
				w.want("R-1001", model.ReleaseFailed, model.StateFailed)
				return
			}
			if changes := strings.Join(d.Drift.Changes, "；"); !strings.Contains(changes, "请先确认是否已部署") {
				t.Errorf("held because of %q", changes)
			}
			w.refusesToContinue(t, model.Continuation{}, "请先确认是否已部署")
		})
	}
}

// The hours of the project that it was moved to count until it is given to Jenkins.
func TestMovedJobKeepsToTheHoursOfItsNewProject(t *testing.T) {
	w := newWorld(t)
	from := w.clock.Now().Add(30 * time.Minute)
	w.options.Policies = []ProjectPolicy{{
		Projects: []ProjectPattern{pattern("支付")}, Freezes: []Freeze{{From: from, To: from.Add(2 * time.Hour), Reason: "大促"}},
	}}
	w.reborn()
	w.submit()
	moveTo(movedWeb)(w)
	w.turns(2)
	if _, err := w.Continue(t.Context(), 1001, model.Continuation{Job: movedWeb, By: "ops"}); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(time.Hour)
	w.turns(3)
	d := w.want("R-1001", model.ReleaseActive, model.StateWaiting).Deployments[0]
	if d.Wait != model.WaitWindow || !strings.Contains(d.Message, "大促") || w.posts() != 0 {
		t.Fatalf("waits for %q: %s, %d POSTs", d.Wait, d.Message, w.posts())
	}
	w.clock.Advance(2 * time.Hour)
	w.turns(4)
	w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded)
}
