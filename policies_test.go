package main

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/oabridge/oabridge/config"
	"github.com/oabridge/oabridge/model"
)

// The example's policy as the service takes it.
func TestProjectPolicies(t *testing.T) {
	cfg, err := config.Load(filepath.Join(".", "config.example.yaml"), nil)
	if err != nil {
		t.Fatal(err)
	}
	p := projectPolicies(cfg)[0]
	if len(p.Projects) != 2 || !p.Projects[0].Key.MatchString("prod:deploy/pay") || p.Projects[1].Name != "清算" {
		t.Errorf("projects %+v", p.Projects)
	}
	if p.RequireReason == nil || !*p.RequireReason || p.Order != model.OrderSequence || p.Busy != "warn" {
		t.Errorf("%+v", p)
	}
	if want := (model.JobRef{Controller: "prod", FullName: "deploy/db/migrate"}); p.DBApp != want || p.DBChange != "second_app" {
		t.Errorf("%s %+v", p.DBChange, p.DBApp)
	}
	if w := p.Windows[0]; len(w.Days) != 4 || w.From != 10*time.Hour || w.To != 17*time.Hour {
		t.Errorf("%+v", p.Windows)
	}
	if f := p.Freezes[0]; f.To.Sub(f.From) != 80*time.Hour || f.Reason != "元旦封网" || f.From.UTC().Hour() != 16 {
		t.Errorf("%+v", p.Freezes)
	}
	cfg.Policies = []config.Policy{{RequireReason: "false", Windows: config.Windows{}}}
	if p := projectPolicies(cfg)[0]; *p.RequireReason || p.Windows == nil || p.Freezes != nil || len(p.Projects) != 0 {
		t.Errorf("%+v", p)
	}
}
