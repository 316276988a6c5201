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

const (
	webPost = "POST buildWithParameters"
	webHeld = "上线单 R-1001：商城前端 已停住，任务在审批之后变了"
)

// reparam changes one parameter of the job.
func reparam(name string, change func(*jenkinstest.Parameter)) func(*world) {
	return rework(func(j *jenkinstest.Job) {
		j.Parameters = slices.Clone(j.Parameters)
		for i := range j.Parameters {
			if j.Parameters[i].Name == name {
				change(&j.Parameters[i])
			}
		}
	})
}

// unparam takes parameters out of the job.
func unparam(names ...string) func(*world) {
	return rework(func(j *jenkinstest.Job) {
		gone := func(p jenkinstest.Parameter) bool { return slices.Contains(names, p.Name) }
		j.Parameters = slices.DeleteFunc(slices.Clone(j.Parameters), gone)
	})
}

func rework(change func(*jenkinstest.Job)) func(*world) {
	return func(w *world) { w.jenkins.SetJob(webJob, change) }
}

// restore makes the job what it was.
func restore(w *world) {
	i := slices.IndexFunc(jenkinstest.Company(), func(j jenkinstest.Job) bool { return j.FullName == webJob })
	w.jenkins.AddJob(jenkinstest.Company()[i])
}

// relist lets the catalogue know of what changed.
func (w *world) relist() {
	w.t.Helper()
	w.clock.Advance(time.Minute)
	if err := w.RefreshOnce(w.t.Context(), "prod"); err != nil {
		w.t.Fatal(err)
	}
}

func onDrift(policy model.DriftPolicy) func(*Options) {
	return func(o *Options) { o.Controllers[0].OnDrift = policy }
}

// metamorphosis is a way in which a job can change after the approval.
type metamorphosis struct {
	change func(*world)
	says   string                // of what people are told
	barred bool                  // whether nobody can continue
	code   model.Code            // "": job_changed
	then   model.DeploymentState // what becomes of it when Jenkins' own answer decides
}

func metamorphoses() map[string]metamorphosis {
	kind := func(k jenkinstest.ParameterKind) func(*jenkinstest.Parameter) {
		return func(p *jenkinstest.Parameter) { p.Kind = k }
	}
	return map[string]metamorphosis{
		"gone": {
			change: func(w *world) { w.jenkins.RemoveJob(webJob) }, says: "失去了它的 Job/Read 权限", barred: true,
			code: model.CodeJenkinsNotFound, then: model.StateFailed,
		},
		"disabled": {
			change: rework(func(j *jenkinstest.Job) { j.Disabled = true }), says: "已被停用", barred: true,
			code: model.CodeJenkinsDisabled, then: model.StateFailed,
		},
		"a folder now": {
			change: func(w *world) {
				w.jenkins.RemoveJob(webJob)
				w.jenkins.AddJob(jenkinstest.Job{FullName: webJob, Kind: jenkinstest.Folder})
			}, says: "文件夹或多分支项目", barred: true, then: model.StateFailed,
		},
		"a parameter is gone": {change: unparam("ENV"), says: "不再声明参数 ENV", then: model.StateSucceeded},
		"a parameter was renamed": {
			change: reparam("ENV", func(p *jenkinstest.Parameter) { p.Name = "TARGET_ENV" }),
			says:   "不再声明参数 ENV(新增了 TARGET_ENV，可能是改名)", then: model.StateSucceeded,
		},
		"a choice is gone": {
			change: reparam("ENV", func(p *jenkinstest.Parameter) { p.Choices = []string{"staging"} }),
			says:   "参数 ENV 不再有选项 prod", barred: true, then: model.StateFailed,
		},
		"a text became a boolean":          {change: reparam("VERSION", kind(jenkinstest.Boolean)), says: "当成 false", barred: true, then: model.StateSucceeded},
		"a text became a password":         {change: reparam("VERSION", kind(jenkinstest.Password)), says: "密码、文件或凭据", barred: true, then: model.StateSucceeded},
		"a text became credentials":        {change: reparam("VERSION", kind(jenkinstest.Credentials)), says: "密码、文件或凭据", barred: true, then: model.StateSucceeded},
		"a text became an Extended Choice": {change: reparam("VERSION", kind(jenkinstest.ExtendedChoice)), says: "换了类型", barred: true, then: model.StateSucceeded},
		"RELEASE_ID is gone":               {change: unparam("RELEASE_ID"), says: "不再声明参数 RELEASE_ID(上线单号)", then: model.StateSucceeded},
		"no parameters any more": {
			change: unparam("VERSION", "ENV", "DRY_RUN", "RELEASE_ID", "NOTES"), says: "不再声明参数 VERSION", then: model.StateFailed,
		},
		"a new parameter without a default": {
			change: rework(func(j *jenkinstest.Job) {
				j.Parameters = append(slices.Clone(j.Parameters), jenkinstest.Parameter{Name: "PIN", Kind: jenkinstest.Password})
			}), says: "新增了没有默认值的参数 PIN", then: model.StateSucceeded,
		},
	}
}

// posts is how often Jenkins was asked for a build.
func (w *world) posts() int {
	return w.jenkins.Ledger().ByPath[webPost] + w.jenkins.Ledger().ByPath["POST build"]
}

func TestJobThatChangedAfterTheApprovalIsHeld(t *testing.T) {
	t.Parallel()
	for name, c := range metamorphoses() {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			got := w.submit()
			c.change(w)
			w.turns(3)
			w.clock.Advance(time.Hour)
			w.turns(3)
			d := w.want(got.Number, model.ReleaseActive, model.StateWaiting).Deployments[0]
			if d.Wait != model.WaitDrift || d.NextAt != nil || d.Slot != nil || d.Drift == nil || d.Drift.Barred != c.barred ||
				!strings.Contains(d.Message, c.says) {
				t.Fatalf("%+v, %+v", d, d.Drift)
			}
			if want := c.code; d.Code != want && (want != "" || d.Code != model.CodeJobChanged) {
				t.Errorf("code %s", d.Code)
			}
			if n := w.posts(); n != 0 {
				t.Errorf("%d POSTs", n)
			}
			for _, who := range []string{"zhang", "wang", "zhao", "ops"} {
				told := slices.Sorted(slices.Values(w.inbox.titles(who))) // they may be delivered side by side
				if diff := cmp.Diff([]string{"上线单 R-1001 已接收，开始部署", webHeld}, told); diff != "" {
					t.Errorf("%s was told (-want +got):\n%s", who, diff)
				}
			}
			w.wantHistory(model.EventKindHeld, "system", c.says, 1)
			restore(w)
			w.turns(3)
			if w.posts() != 0 {
				t.Error("it went on by itself")
			}
			w.continues(t)
			w.turns(4)
			w.want(got.Number, model.ReleaseSucceeded, model.StateSucceeded)
			w.wantBuilt(map[string]string{"VERSION": "v2.1.0", "ENV": "prod", "DRY_RUN": "false", "RELEASE_ID": "R-1001", "NOTES": ""})
		})
	}
}

func TestJobThatChangedAfterTheApprovalFails(t *testing.T) {
	for name, c := range metamorphoses() {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, onDrift(model.DriftFail))
			got := w.submit()
			c.change(w)
			w.turns(3)
			d := w.want(got.Number, model.ReleaseFailed, model.StateFailed).Deployments[0]
			if !strings.Contains(d.Message, c.says) || d.Slot != nil || w.posts() != 0 {
				t.Errorf("%s, slot %v, %d POSTs", d.Message, d.Slot, w.posts())
			}
			restore(w)
			w.submit("实例ID", "inst-2")
			w.turns(4)
			w.want("R-1002", model.ReleaseSucceeded, model.StateSucceeded)
		})
	}
}

func TestJobThatChangedAfterTheApprovalIsIgnored(t *testing.T) {
	t.Parallel()
	for name, c := range metamorphoses() {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, onDrift(model.DriftIgnore))
			got := w.submit()
			c.change(w)
			w.turns(700)
			if r := w.release(got.Number); r.Deployments[0].State != c.then {
				t.Fatalf("%s: %s", r.Deployments[0].State, r.Deployments[0].Message)
			}
			if w.posts() == 0 {
				t.Error("Jenkins was not asked")
			}
			w.wantHistory(model.EventKindIgnored, "system", c.says, 1)
			if slices.Contains(w.inbox.titles("zhang"), webHeld) {
				t.Error("it was held")
			}
		})
	}
}
