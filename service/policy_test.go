package service

import (
	"regexp"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

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
