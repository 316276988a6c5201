package store_test

import (
	"strings"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/model/store"
	"github.com/oabridge/oabridge/model/store/storetest"
)

// TestStatements holds what an operation costs, BEGIN and COMMIT aside.
func TestStatements(t *testing.T) {
	onEach(t, func(t *testing.T, s *store.Store) {
		ctx, now := t.Context(), storetest.NewClock().Now()
		recorded := s.Record()
		r := due(now)
		r.Deployments = append(r.Deployments, due(now).Deployments...)
		change := func(change func(*model.Release)) func() error {
			return func() error {
				return s.UpdateRelease(ctx, r.ID, func(r *model.Release) error { change(r); return nil })
			}
		}
		for _, step := range []struct {
			name string
			run  func() error
			want string
		}{
			{"create", func() error { return s.CreateRelease(ctx, r, []string{"a", "b"}, compose) }, "INSERT INSERT INSERT INSERT INSERT INSERT"},
			{"claim", func() error { _, err := s.ClaimDeployments(ctx, "prod", "me", time.Minute, 9); return err }, "SELECT SELECT UPDATE"},
			{"claim nothing", func() error { _, err := s.ClaimDeployments(ctx, "prod", "me", time.Minute, 9); return err }, "SELECT"},
			{"change nothing", change(func(*model.Release) {}), "SELECT SELECT"},
			{"give back", change(func(r *model.Release) { r.Deployments[0].LeaseOwner = "" }), "SELECT SELECT UPDATE"},
			{"history alone", change(func(r *model.Release) { _ = compose(r) }), "SELECT SELECT INSERT INSERT"},
			{"transition", change(func(r *model.Release) {
				r.Version, r.Reason = 1, "changed"
				r.Deployments[0].State = model.StateQueued
				_ = compose(r)
			}), "SELECT SELECT UPDATE UPDATE INSERT INSERT"},
			{"claim messages", func() error { _, err := s.ClaimMessages(ctx, "me", time.Minute, 9); return err }, "SELECT SELECT UPDATE"},
			{"post", func() error { return s.Post(ctx, model.Message{Key: "k"}) }, "INSERT"},
			{"lease", func() error { _, err := s.Lease(ctx, "l", "me", time.Minute); return err }, "UPDATE INSERT"},
			{"renew", func() error { _, err := s.Lease(ctx, "l", "me", time.Minute); return err }, "UPDATE"},
			{"a key that nobody has", func() error { _, err := s.ReleaseByKeys(ctx, []string{"c"}); return missing(err) }, "SELECT"},
			{"prune nothing", func() error { _, err := s.Prune(ctx, now.AddDate(-2, 0, 0)); return err }, "SELECT SELECT SELECT DELETE SELECT SELECT SELECT INSERT SELECT"},
			{"list", func() error { return list(s, t, model.ReleaseFilter{Limit: 50}) }, "SELECT SELECT"},
			{"list by state", func() error {
				return list(s, t, model.ReleaseFilter{States: []model.ReleaseState{model.ReleaseActive}, Limit: 50})
			}, "SELECT SELECT"},
			{"list by person", func() error { return list(s, t, model.ReleaseFilter{Person: "zhang", Limit: 50}) }, "SELECT"},
		} {
			if err := step.run(); err != nil {
				t.Fatal(step.name, err)
			}
			var verbs []string
			for _, statement := range recorded.Take() {
				verb, _, _ := strings.Cut(statement, " ")
				verbs = append(verbs, verb)
			}
			if got := strings.Join(verbs, " "); got != step.want {
				t.Errorf("%s: got %s, want %s", step.name, got, step.want)
			}
		}
	})
}

// missing takes away that something was not found.
func missing(err error) error {
	if model.CodeOf(err) == model.CodeNotFound {
		return nil
	}
	return err
}

// TestWritesOnlyWhatChanged keeps a form of a megabyte from being written at every step of a release.
func TestWritesOnlyWhatChanged(t *testing.T) {
	onEach(t, func(t *testing.T, s *store.Store) {
		r := due(storetest.NewClock().Now())
		if err := s.CreateRelease(t.Context(), r, nil, compose); err != nil {
			t.Fatal(err)
		}
		recorded := s.Record()
		err := s.UpdateRelease(t.Context(), r.ID, func(r *model.Release) error {
			r.State, r.Deployments[0].Build = model.ReleaseFailed, 7
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, statement := range recorded.Take() {
			set, _, _ := strings.Cut(statement, " WHERE ")
			if strings.HasPrefix(statement, "UPDATE") && strings.Count(set, "=") != 2 {
				t.Error("more than one column and the version:", statement)
			}
		}
	})
}
