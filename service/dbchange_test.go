package service

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
)

const (
	migrateJob = "deploy/db/migrate"
	orderJob   = "deploy/mall/mall-order"
)

// migrating is a world whose database changes are made by a job that no form offers.
func migrating(t *testing.T, adjust ...func(*Options)) *world {
	t.Helper()
	w := newWorld(t, append([]func(*Options){withMigration}, adjust...)...)
	w.addMigration()
	return w
}

func withMigration(o *Options) {
	o.Controllers[0].Rules.Exclude = []*regexp.Regexp{regexp.MustCompile("^deploy/db/")}
	o.Policies = []ProjectPolicy{{DBChange: DBChangeSecondApp, DBApp: model.JobRef{Controller: "prod", FullName: migrateJob}}}
}

func (w *world) addMigration() {
	w.jenkins.AddJob(jenkinstest.Job{FullName: "deploy/db", DisplayName: "数据库", Kind: jenkinstest.Folder})
	w.jenkins.AddJob(jenkinstest.Job{
		FullName: migrateJob, DisplayName: "数据库变更", Kind: jenkinstest.Freestyle, Duration: 20 * time.Second,
		Parameters: []jenkinstest.Parameter{
			{Name: "VERSION", Kind: jenkinstest.String, Default: "none"}, {Name: "SCRIPT", Kind: jenkinstest.String, Default: "all.sql"},
			{Name: "SCHEMA", Kind: jenkinstest.Choice, Choices: []string{"mall", "pay"}}, {Name: "RELEASE_ID", Kind: jenkinstest.String},
		},
	})
	if err := w.RefreshOnce(w.t.Context(), "prod"); err != nil {
		w.t.Fatal(err)
	}
}

func parallel(o *Options) { o.Form.Order = model.OrderParallel }

// began are the jobs in the order in which their builds were wanted.
func (w *world) began() []string {
	var jobs []string
	for _, trigger := range w.jenkins.Ledger().Triggers {
		jobs = append(jobs, trigger.Job)
	}
	return jobs
}

var changed = []string{"是否有数据库变更", "是", "数据库变更是否完成", ""}

func TestTheMigrationRunsFirstInTheSameRelease(t *testing.T) {
	w := migrating(t)
	w.submit(append(changed, "应用名称", `["商城前端","订单服务"]`, "SCRIPT", "2026-11.sql")...)
	w.turns(10)
	r := w.want("R-1001", model.ReleaseActive, model.StateRunning, model.StateWaiting, model.StateWaiting)
	if d := r.Deployments[0]; d.AppName != "数据库变更" || d.Position != 1 || r.Order != model.OrderSequence {
		t.Errorf("%s at %d, order %s", d.AppName, d.Position, r.Order)
	}
	w.turns(30)
	w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded, model.StateSucceeded, model.StateSucceeded)
	if diff := cmp.Diff([]string{migrateJob, webJob, orderJob}, w.began()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	// The form's values by their names, else the job's defaults.
	want := map[string]string{"VERSION": "v2.1.0", "SCRIPT": "2026-11.sql", "SCHEMA": "mall", "RELEASE_ID": "R-1001"}
	if diff := cmp.Diff(want, w.builds(migrateJob)[0].Parameters); diff != "" {
		t.Errorf("parameters (-want +got):\n%s", diff)
	}
}

func TestWithoutADatabaseChangeThereIsNoMigration(t *testing.T) {
	w := migrating(t)
	w.submit("是否有数据库变更", "否")
	w.turns(5)
	w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded)
}

func TestBesideEachOtherTheAppsStillFollowTheMigration(t *testing.T) {
	w := migrating(t, parallel)
	w.jenkins.SetJob(webJob, lasting)
	w.jenkins.SetJob(orderJob, lasting)
	w.submit(append(changed, "应用名称", `["商城前端","订单服务"]`)...)
	w.turns(15)
	w.want("R-1001", model.ReleaseActive, model.StateRunning, model.StateWaiting, model.StateWaiting)
	w.turns(12)
	w.want("R-1001", model.ReleaseActive, model.StateSucceeded, model.StateRunning, model.StateRunning)
	w.turns(40)
	w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded, model.StateSucceeded, model.StateSucceeded)
}

func TestWhenTheMigrationFailsTheAppsAreCancelled(t *testing.T) {
	for name, adjust := range map[string]func(*Options){"one after another": func(*Options) {}, "beside each other": parallel} {
		t.Run(name, func(t *testing.T) {
			w := migrating(t, adjust)
			w.jenkins.SetJob(migrateJob, func(j *jenkinstest.Job) { j.Result = "FAILURE" })
			w.submit(append(changed, "应用名称", `["商城前端","订单服务"]`)...)
			w.turns(60)
			r := w.want("R-1001", model.ReleaseFailed, model.StateFailed, model.StateCancelled, model.StateCancelled)
			if got := w.began(); !slices.Equal(got, []string{migrateJob}) || r.Deployments[2].Message != "前面的应用“数据库变更”没有成功，不再执行" {
				t.Errorf("%q, %s", got, r.Deployments[2].Message)
			}
		})
	}
}

func TestAnAppThatFailsBesideOthersTakesNoneBack(t *testing.T) {
	w := migrating(t, parallel)
	w.jenkins.SetJob(webJob, func(j *jenkinstest.Job) { j.Result = "FAILURE" })
	w.jenkins.SetJob(orderJob, lasting)
	w.submit(append(changed, "应用名称", `["商城前端","订单服务"]`)...)
	w.turns(90)
	w.want("R-1001", model.ReleasePartial, model.StateSucceeded, model.StateFailed, model.StateSucceeded)
}

// The migration's own project may offer it, so that it can be an app of the form as well.
func TestAMigrationThatIsChosenAsAnAppRunsOnceAndFirst(t *testing.T) {
	w := migrating(t, func(o *Options) {
		o.Controllers[0].Rules = CatalogueRules{Project: regexp.MustCompile("^(?P<project>deploy)/.*?(?P<app>[^/]+)$")}
	})
	w.submit(append(changed, "项目名称", "deploy", "应用名称", `["mall-web","数据库变更"]`)...)
	w.turns(60)
	w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded, model.StateSucceeded)
	if got := w.began(); !slices.Equal(got, []string{migrateJob, webJob}) {
		t.Errorf("%q", got)
	}
	w.submit("项目名称", "deploy", "应用名称", `["mall-web","数据库变更"]`, "实例ID", "inst-2") // without a change it keeps its place
	w.turns(60)
	if got := w.began(); !slices.Equal(got[2:], []string{webJob, migrateJob}) {
		t.Errorf("%q", got)
	}
}

func TestAMigrationThatCannotRunIsAProblem(t *testing.T) {
	w := migrating(t)
	const gone = "数据库变更任务“prod:deploy/db/migrate”在 Jenkins 里不存在或已停用，请联系管理员"
	problems := func(pairs ...string) string {
		t.Helper()
		v, err := w.Validate(t.Context(), form(append(slices.Clone(changed), pairs...)...))
		if err != nil {
			t.Fatal(err)
		}
		return v.Problems
	}
	if got := problems(); got != "" {
		t.Errorf("%q", got)
	}
	if got := problems("SCHEMA", "moon"); got != "参数“SCHEMA”的值“moon”不在可选范围内(mall、pay)" {
		t.Errorf("%q", got)
	}
	if got := problems("SCHEMA", "moon", "是否有数据库变更", "否"); got != "所选应用没有参数“SCHEMA”" {
		t.Errorf("%q", got)
	}
	w.jenkins.SetJob(migrateJob, func(j *jenkinstest.Job) { j.Disabled = true })
	if err := w.RefreshOnce(t.Context(), "prod"); err != nil {
		t.Fatal(err)
	}
	if got := problems(); got != gone {
		t.Errorf("%q", got)
	}
	_, err := w.Submit(t.Context(), form(changed...), "connector")
	codeIs(t, err, model.CodeValidationFailed)
}

func TestReplanOfAnExpiredMigrationBringsTheAppsBack(t *testing.T) {
	for name, adjust := range map[string]func(*Options){"one after another": func(*Options) {}, "beside each other": parallel} {
		t.Run(name, func(t *testing.T) {
			w := migrating(t, adjust)
			w.jenkins.Down(true)
			w.submit(append(changed, "应用名称", `["商城前端","订单服务"]`, "执行方式", "定时", "执行时间", "2026-11-22 20:10")...)
			w.clock.Advance(50 * time.Minute)
			w.submitDueNow()
			w.want("R-1001", model.ReleaseExpired, model.StateExpired, model.StateCancelled, model.StateCancelled)
			w.jenkins.Down(false)
			w.replanned("2026-11-22 22:00")
			r := w.want("R-1001", model.ReleaseActive, model.StateWaiting, model.StateWaiting, model.StateWaiting)
			if r.Deployments[1].Wait != model.WaitPredecessor || r.Deployments[2].Wait != model.WaitPredecessor {
				t.Errorf("wait for %q and %q", r.Deployments[1].Wait, r.Deployments[2].Wait)
			}
			w.comes("22:00")
			w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded, model.StateSucceeded, model.StateSucceeded)
			if got := w.began(); got[0] != migrateJob || len(got) != 3 {
				t.Errorf("%q", got)
			}
		})
	}
}

func TestForbiddenDatabaseChanges(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Policies = []ProjectPolicy{{DBChange: DBChangeForbid}} })
	_, err := w.Submit(t.Context(), form("是否有数据库变更", "是", "数据库变更是否完成", "是"), "connector")
	codeIs(t, err, model.CodeValidationFailed)
	if got := model.MessageOf(err); got != "项目“商城”不允许带数据库变更上线，请先单独完成数据库变更" {
		t.Error(got)
	}
	w.submit("是否有数据库变更", "否")
}

func TestTheProofKnowsTheMigration(t *testing.T) {
	prove := func(w *world, adjust func(*Options)) *model.Release {
		w.addMigration()
		w.open("inst-1", changed...)
		w.submit(changed...)
		adjust(&w.options)
		w.reborn()
		w.desk.change("inst-1", agree("wang", "zhao"))
		w.checkNow()
		w.turns(60)
		return w.release("R-1001")
	}
	if r := prove(proving(t, withMigration), func(*Options) {}); r.State != model.ReleaseSucceeded || len(r.Deployments) != 2 {
		t.Errorf("%s: %s", r.State, r.Proof.Message)
	}
	const other = "数据库变更的策略(policies)在登记之后变了，请重新发起审批"
	forget := func(o *Options) { o.Policies = []ProjectPolicy{{DBChange: DBChangeConfirm}} }
	if r := prove(proving(t, withMigration), forget); r.State != model.ReleaseRejected || !strings.Contains(r.Proof.Message, "请先完成数据库变更") {
		t.Errorf("%s: %s", r.State, r.Proof.Message)
	}
	changed := append(slices.Clone(changed), "数据库变更是否完成", "是")
	w := proving(t)
	w.addMigration()
	w.open("inst-1", changed...)
	w.submit(changed...)
	withMigration(&w.options)
	w.reborn()
	w.desk.change("inst-1", agree("wang", "zhao"))
	w.checkNow()
	if r := w.release("R-1001"); r.State != model.ReleaseRejected || !strings.Contains(r.Proof.Message, other) || len(w.began()) != 0 {
		t.Errorf("%s: %s", r.State, r.Proof.Message)
	}
}
