package service

import (
	"regexp"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
)

// pattern is one of policies[].projects, as main makes it.
func pattern(project string) ProjectPattern {
	return ProjectPattern{Key: regexp.MustCompile(project), Name: project}
}

func TestTheFirstPolicyThatDecidesWins(t *testing.T) {
	yes, no := true, false
	job := model.JobRef{Controller: "prod", FullName: "deploy/db/migrate"}
	s := New(Options{
		Location: shanghai, NewID: counter(), Now: time.Now, Form: FormRules{Order: model.OrderSequence},
		Policies: []ProjectPolicy{
			{Projects: []ProjectPattern{pattern("^prod:pay/"), pattern("清算 (新)")}, Busy: BusyRefuse, RequireReason: &no},
			{Projects: []ProjectPattern{pattern("^prod:")}, RequireReason: &yes, DBChange: DBChangeSecondApp, DBApp: job},
			{Busy: BusyIgnore, DBChange: DBChangeForbid, Order: model.OrderParallel},
		},
	})
	type settled struct {
		Reason  bool
		Busy    string
		DB      string
		App     string
		Ordered model.Order
	}
	for project, want := range map[[2]string]settled{
		{"prod:pay/core", "支付"}:      {false, BusyRefuse, DBChangeSecondApp, "prod:deploy/db/migrate", model.OrderParallel},
		{"prod:mall", "商城"}:          {true, BusyIgnore, DBChangeSecondApp, "prod:deploy/db/migrate", model.OrderParallel},
		{"test:clearing", "清算 (新)"}:  {false, BusyRefuse, DBChangeForbid, ":", model.OrderParallel},
		{"test:clearing", "清算 (新)的"}: {false, BusyIgnore, DBChangeForbid, ":", model.OrderParallel},
	} {
		r := s.rulesOf(project[0], project[1])
		got := settled{r.requireReason, r.busy, r.dbChange, r.dbApp.Key(), r.order}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", project, diff)
		}
	}
	s.policies = nil
	r := s.rulesOf("prod:mall", "商城")
	if r.requireReason || r.busy != BusyWarn || r.dbChange != DBChangeConfirm || r.order != model.OrderSequence || r.hours.limited() {
		t.Errorf("without policies: %+v", r)
	}
}

func TestReasons(t *testing.T) {
	yes := true
	s := offering(CatalogueRules{}, mall()...)
	s.policies = append([]ProjectPolicy{{RequireReason: &yes}}, s.policies...)
	for reason, ok := range map[string]bool{"": false, "上线": false, "…………！": false, "修复结算": true, "fix 42": true, "  a b  c ": false} {
		got := lines(t, s, "上线说明", reason)
		if ok != (got == nil) || (!ok && got[0] != "请填写“上线说明”，至少 4 个字") {
			t.Errorf("%q: %q", reason, got)
		}
	}
}

// A policy that names a project by its label holds also when another project took the same, and after a rename.
func TestPoliciesAreNotLostWithAName(t *testing.T) {
	frozen := []Freeze{{From: time.Date(2026, 1, 1, 0, 0, 0, 0, shanghai), To: time.Date(2027, 1, 1, 0, 0, 0, 0, shanghai)}}
	twin := jenkinstest.Job{FullName: "deploy/mall2", Kind: jenkinstest.Folder, DisplayName: "商城"}
	app := jenkinstest.Job{FullName: "deploy/mall2/app", Kind: jenkinstest.Freestyle}
	for name, c := range map[string]struct {
		policy  string
		project string
		after   func(*world) // of the approval
	}{
		"a twin":         {"商城", "prod:deploy/mall", nil},
		"a rename":       {"商城", "商城", func(w *world) { w.rename("deploy/mall", "新商城") }},
		"into its reach": {"新商城", "商城", func(w *world) { w.rename("deploy/mall", "新商城") }},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, func(o *Options) {
				o.Policies = []ProjectPolicy{{Projects: []ProjectPattern{pattern(c.policy)}, Freezes: frozen}}
			})
			if c.after == nil {
				w.jenkins.AddJob(twin)
				w.jenkins.AddJob(app)
				w.relist()
			}
			w.submit("项目名称", c.project)
			if c.after != nil {
				c.after(w)
			}
			w.turns(3)
			d := w.want("R-1001", model.ReleaseActive, model.StateWaiting).Deployments[0]
			if d.Wait != model.WaitWindow || w.posts() != 0 {
				t.Errorf("%s waits for %q, %d POSTs", w.release("R-1001").ProjectName, d.Wait, w.posts())
			}
		})
	}
}
