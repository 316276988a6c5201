package store_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/model/store"
	"github.com/oabridge/oabridge/model/store/storetest"
)

// TestPlans asks the database how it runs the statements of the daily work: all must use the index made for them, none
// may read a table from end to end.
func TestPlans(t *testing.T) {
	onEach(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		if err := s.Seed(ctx, 500); err != nil {
			t.Fatal(err)
		}
		r := due(storetest.NewClock().Now())
		if err := s.CreateRelease(ctx, r, []string{"key"}, compose); err != nil {
			t.Fatal(err)
		}
		job := model.JobRef{Controller: "prod", FullName: "deploy/shop/web"}
		recorded := s.Record()
		for index, run := range map[string]func() error{
			"deployments_due":   func() error { _, err := s.ClaimDeployments(ctx, "prod", "me", 0, 10); return err },
			"messages_due":      func() error { _, err := s.ClaimMessages(ctx, "me", 0, 10); return err },
			"deployments_state": func() error { return standings(s, t) },
			"deployments_build": func() error {
				_, err := s.SucceededBefore(ctx, job, time.Now(), 8)
				if model.CodeOf(err) != model.CodeNotFound && err != nil {
					return err
				}
				_, err = s.BuildHolders(ctx, job, 8)
				return err
			},
			"deployments_slot": func() error { _, err := s.Line(ctx, job, 3); return err },
			"deployments_line": func() error { _, err := s.CallNext(ctx, job); return err },
			"releases_state": func() error {
				return list(s, t, model.ReleaseFilter{States: []model.ReleaseState{model.ReleaseActive}, Limit: 20})
			},
			"deployments_release": func() error { _, err := s.Release(ctx, r.ID); return err },
			"PRIMARY":             func() error { _, err := s.ReleaseByKeys(ctx, []string{"key"}); return err },
			"releases_finished":   func() error { _, err := s.Prune(ctx, time.Unix(0, 0)); return err },
			"events_release":      func() error { _, err := s.History(ctx, r.ID, 0, 100); return err },
			"messages_release":    func() error { _, err := s.Messages(ctx, r.ID, 100); return err },
			"":                    func() error { return list(s, t, model.ReleaseFilter{Limit: 20}) },
			"release_terms_term":  func() error { return filtered(s, t) },
			"releases_created":    func() error { return list(s, t, model.ReleaseFilter{From: time.Unix(9, 0), To: time.Now(), Limit: 20}) },
			"messages_check":      func() error { _, err := s.ClaimFates(ctx, "me", 0, 10); return err },
			"messages_state": func() error {
				_, err := s.ListMessages(ctx, model.MessageFilter{State: model.MessageDead, Limit: 20})
				return err
			},
		} {
			if err := run(); err != nil {
				t.Fatal(err)
			}
			wantIndex(t, s, index, recorded.Take())
		}
	})
}

func list(s *store.Store, t *testing.T, f model.ReleaseFilter) error {
	_, err := s.ListReleases(t.Context(), f)
	return err
}

// filtered lists by each condition that has terms, and by several together.
func filtered(s *store.Store, t *testing.T) error {
	failed := model.DeploymentFilter{App: "商城前端", Result: "FAILURE", Deployment: model.StateFailed}
	var errs []error
	for _, f := range []model.ReleaseFilter{
		{Project: "商城"}, {Person: "zhang"}, {RollbackOf: 7}, {DeploymentFilter: model.DeploymentFilter{App: "prod:deploy/shop/web"}},
		{DeploymentFilter: model.DeploymentFilter{Result: "FAILURE"}}, {DeploymentFilter: model.DeploymentFilter{Deployment: model.StateFailed}},
		{DeploymentFilter: model.DeploymentFilter{Deployment: model.StateRunning}}, {DeploymentFilter: failed},
		{Project: "商城", Person: "李四", States: []model.ReleaseState{model.ReleaseFailed, model.ReleasePartial}, From: time.Unix(9, 0), Before: 1100},
	} {
		f.Limit = 20
		errs = append(errs, list(s, t, f))
	}
	return errors.Join(errs...)
}

func standings(s *store.Store, t *testing.T) error {
	_, followed := s.FollowedDeployments(t.Context(), "prod")
	_, unfinished := s.Unfinished(t.Context(), "prod")
	_, last := s.LastSucceeded(t.Context(), "prod")
	_, since := s.SucceededSince(t.Context(), "prod", 3, []int64{1, 2})
	_, busy := s.Occupants(t.Context(), "prod", 10)
	return errors.Join(followed, unfinished, last, since, busy)
}

// derived is what MySQL calls reading the result of a subquery.
var derived = regexp.MustCompile(`<derived\d+> ALL`)

func wantIndex(t *testing.T, s *store.Store, index string, statements []string) {
	t.Helper()
	if index == "PRIMARY" && s.Driver() == store.DriverSQLite {
		index = "PRIMARY KEY"
	}
	used := false
	for _, statement := range statements {
		if !strings.HasPrefix(statement, "SELECT") {
			continue
		}
		plan, err := s.Plan(t.Context(), statement)
		if err != nil {
			t.Fatal(err)
		}
		used = used || strings.Contains(plan, index)
		plan = strings.ReplaceAll(plan, "UNION ALL", "UNION") // SQLite's word for a step, no way to read a table
		plan = derived.ReplaceAllString(plan, "derived")
		for _, whole := range []string{" ALL ", "SCAN deployments", "SCAN messages", "SCAN events"} {
			if strings.Contains(plan, whole) {
				t.Errorf("a whole table is read:\n%s\n%s", statement, plan)
			}
		}
		for _, sorted := range []string{"SCAN", "TEMP B-TREE", "filesort", "temporary"} {
			if strings.HasPrefix(statement, "SELECT r.*") && strings.Contains(plan, sorted) {
				t.Errorf("a page is not read in the order of its index:\n%s\n%s", statement, plan)
			}
		}
		t.Logf("%.150s\n\t%s", statement, plan)
	}
	if !used {
		t.Errorf("%s is not used by %q", index, statements)
	}
}
