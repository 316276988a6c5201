package config

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

func TestPolicies(t *testing.T) {
	cfg := load(t, minimal+`
policies:
  - projects: ["^prod:pay/", 支付 (新)]
    require_reason: true
    windows: [{days: [mon, sun], from: 9:30, to: "24:00"}, {from: "22:00", to: 02:00}]
    freeze: []
  - {freeze: [{from: 2026-12-30 00:00, to: "2027-01-02 08:00"}]}
`)
	first, second := cfg.Policies[0], cfg.Policies[1]
	from, to := first.Windows[0].Clock()
	if days := first.Windows[0].Weekdays(); !cmp.Equal(days, []time.Weekday{time.Monday, time.Sunday}) || from != 570*time.Minute || to != 24*time.Hour {
		t.Errorf("%v, %s to %s", days, from, to)
	}
	if first.RequireReason != "true" || first.Freeze == nil || second.Freeze == nil || second.Windows != nil || first.Windows[1].Weekdays() != nil {
		t.Errorf("%+v", cfg.Policies)
	}
	begins, ends := second.Freeze[0].Times(cfg.Location())
	if ends.Sub(begins) != 80*time.Hour || begins.UTC().Hour() != 16 {
		t.Errorf("%s to %s", begins, ends)
	}
	for project, want := range map[[2]string]bool{
		{"prod:pay/core", "x"}: true, {"prod:pay", "支付 (新)"}: true, {"prod:pay", "支付"}: false, {"test:prod:pay/x", ""}: false,
	} {
		if first.Names(project[0], project[1]) != want || !second.Names(project[0], project[1]) {
			t.Errorf("%s: %t", project, !want)
		}
	}
}

// An empty list decides and a missing one does not: what is printed must keep them apart.
func TestPrintedPoliciesLoadAsTheyWere(t *testing.T) {
	cfg := load(t, minimal+"policies: [{projects: a, busy: refuse, windows: []}, {projects: b, freeze: []}, {projects: c, order: parallel}]\n")
	var printed struct{ Policies []map[string]any }
	if err := yaml.Unmarshal([]byte(cfg.Redacted()), &printed); err != nil {
		t.Fatal(err)
	}
	text, err := yaml.Marshal(printed)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(cfg.Policies, load(t, minimal+string(text)).Policies); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A migration that comes first in its own project is no circle, nor is one whose project needs another.
func TestChainsThatEnd(t *testing.T) {
	load(t, minimal+`
policies:
  - {projects: ["^prod:deploy/mall$"], db_change: second_app, db_app: "prod:deploy/db/migrate"}
  - {projects: ["^prod:deploy/db$"], db_change: second_app, db_app: "prod:root"}
  - {db_change: second_app, db_app: "prod:root"}
`)
}
