package store_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/model/store"
	"github.com/oabridge/oabridge/model/store/storetest"
	"github.com/oabridge/oabridge/model/store/storetest/servers"
	"github.com/oabridge/oabridge/model/store/storetest/wire"
)

// overWire is a migrated MariaDB database behind a proxy.
func overWire(t *testing.T) (*store.Store, *wire.Proxy) {
	t.Helper()
	proxy := wire.New(t, servers.MariaDB(t))
	s := open(t, store.Options{Driver: store.DriverMySQL, DSN: proxy.DSN(), Now: storetest.NewClock().Now})
	if _, _, err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s, proxy
}

// first gives the first COMMIT of a transaction with the part a fate, and lets the others pass.
func first(fate wire.Fate, part string, then ...func()) func([]string) wire.Fate {
	done := false
	return func(statements []string) wire.Fate {
		if done || !strings.Contains(strings.Join(statements, "\n"), part) {
			return wire.Pass
		}
		done = true
		for _, f := range then {
			f()
		}
		return fate
	}
}

// stored fails the test unless the release is there once, whole: with its deployments, history and messages.
func stored(t *testing.T, s *store.Store, key string) *model.Release {
	t.Helper()
	r, err := s.ReleaseByKeys(t.Context(), []string{key})
	if err != nil {
		t.Fatal(err)
	}
	events, err := s.History(t.Context(), r.ID, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	messages, err := s.Messages(t.Context(), r.ID, 100)
	if err != nil || len(r.Deployments) != 1 || len(events) != 1 || len(messages) != 1 {
		t.Fatalf("%d deployments, %d events, %d messages (%v), want one each", len(r.Deployments), len(events), len(messages), err)
	}
	return r
}

func releases(t *testing.T, s *store.Store) []*model.Release {
	t.Helper()
	all, err := s.ListReleases(t.Context(), model.ReleaseFilter{Limit: 200})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

var fates = map[string]wire.Fate{"the server never got it": wire.CutBefore, "its answer is lost": wire.CutAfter}

func TestCreateLearnsWhatBecameOfItsCommit(t *testing.T) {
	for name, fate := range fates {
		t.Run(name, func(t *testing.T) {
			s, proxy := overWire(t)
			proxy.OnCommit(first(fate, "INSERT INTO `releases`"))
			r := due(storetest.NewClock().Now())
			if err := s.CreateRelease(t.Context(), r, []string{"a", "b"}, compose); err != nil {
				t.Fatal(err)
			}
			got := stored(t, s, "b")
			if len(releases(t, s)) != 1 || got.ID != r.ID || got.Deployments[0].ID != r.Deployments[0].ID {
				t.Errorf("%d are stored; #%d was answered, #%d is there", len(releases(t, s)), r.ID, got.ID)
			}
			if events, messages := r.TakePending(); len(events)+len(messages) > 0 || proxy.Count(fate) != 1 {
				t.Errorf("%d events and %d messages are left", len(events), len(messages))
			}
		})
	}
}

// TestCreateUnknown: the database is gone when its answer is looked for, so nobody may be told that it went well, or that
// it did not. A repeat under the same keys learns it.
func TestCreateUnknown(t *testing.T) {
	for name, fate := range fates {
		t.Run(name, func(t *testing.T) {
			s, proxy := overWire(t)
			proxy.OnCommit(first(fate, "INSERT INTO `releases`", func() { proxy.Lead("") }))
			r := due(storetest.NewClock().Now())
			err := s.CreateRelease(t.Context(), r, []string{"a"}, compose)
			if model.CodeOf(err) != model.CodeDatabaseUnknown || r.ID != 0 {
				t.Fatalf("#%d, %v", r.ID, err)
			}
			proxy.Restore()
			err = s.CreateRelease(t.Context(), r, []string{"a"}, compose)
			if known := model.CodeOf(err) == model.CodeConflict; known != (fate == wire.CutAfter) || !known && err != nil {
				t.Fatal(err)
			}
			stored(t, s, "a")
		})
	}
}

// TestCreateByTwoAtOnce: another replica stores the same submission while the answer of ours is lost.
func TestCreateByTwoAtOnce(t *testing.T) {
	s, proxy := overWire(t)
	proxy.OnCommit(first(wire.CutBefore, "INSERT INTO `releases`", func() {
		proxy.Cut() // ours; its locks end with it
	}))
	other := due(storetest.NewClock().Now())
	other.Fingerprint = "of the other"
	var all sync.WaitGroup
	errs := make([]error, 2)
	all.Go(func() {
		errs[0] = s.CreateRelease(t.Context(), due(storetest.NewClock().Now()), []string{"a"}, compose)
	})
	all.Go(func() { errs[1] = s.CreateRelease(t.Context(), other, []string{"a"}, compose) })
	all.Wait()
	slices.SortFunc(errs, func(a, b error) int { return strings.Compare(string(model.CodeOf(a)), string(model.CodeOf(b))) })
	if errs[0] != nil || model.CodeOf(errs[1]) != model.CodeConflict || len(releases(t, s)) != 1 {
		t.Fatal(errs, len(releases(t, s)))
	}
	stored(t, s, "a")
}

func TestUpdateLearnsWhatBecameOfItsCommit(t *testing.T) {
	for name, fate := range fates {
		t.Run(name, func(t *testing.T) {
			s, proxy := overWire(t)
			r := due(storetest.NewClock().Now())
			if err := s.CreateRelease(t.Context(), r, []string{"a"}, compose); err != nil {
				t.Fatal(err)
			}
			proxy.OnCommit(first(fate, "UPDATE `deployments`"))
			calls := 0
			err := s.UpdateRelease(t.Context(), r.ID, func(r *model.Release) error {
				calls++
				r.Deployments[0].Attempts++
				r.Record(model.Event{Kind: "once"})
				return nil
			})
			if err != nil || proxy.Count(fate) != 1 {
				t.Fatal(err, proxy.Count(fate))
			}
			if want := map[wire.Fate]int{wire.CutBefore: 2, wire.CutAfter: 1}[fate]; calls != want {
				t.Errorf("change ran %d times, want %d", calls, want)
			}
			now, err := s.Release(t.Context(), r.ID)
			events, _ := s.History(t.Context(), r.ID, 0, 9)
			if err != nil || now.Deployments[0].Attempts != 1 || len(events) != 2 {
				t.Errorf("%d attempts, %d events (%v)", now.Deployments[0].Attempts, len(events), err)
			}
		})
	}
}

func TestUpdateUnknown(t *testing.T) {
	s, proxy := overWire(t)
	r := due(storetest.NewClock().Now())
	if err := s.CreateRelease(t.Context(), r, []string{"a"}, compose); err != nil {
		t.Fatal(err)
	}
	proxy.OnCommit(first(wire.CutAfter, "UPDATE `deployments`", func() { proxy.Lead("") }))
	change := func(r *model.Release) error { r.Deployments[0].Attempts++; return nil }
	if err := s.UpdateRelease(t.Context(), r.ID, change); model.CodeOf(err) != model.CodeDatabaseUnknown {
		t.Fatal(err)
	}
	proxy.Restore()
	if now, err := s.Release(t.Context(), r.ID); err != nil || now.Deployments[0].Attempts != 1 {
		t.Fatal(err)
	}
}

// TestCommitEndsWithItsContext: a server that falls silent at the COMMIT must not hold up whoever waits for an answer.
func TestCommitEndsWithItsContext(t *testing.T) {
	s, proxy := overWire(t)
	proxy.OnCommit(first(wire.Hang, "INSERT INTO `releases`"))
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	r := due(storetest.NewClock().Now())
	if err := s.CreateRelease(ctx, r, []string{"a"}, compose); err != nil {
		t.Fatal(err) // it was stored, and that was found out
	}
	if got := stored(t, s, "a"); got.ID != r.ID {
		t.Errorf("#%d was answered, #%d is there", r.ID, got.ID)
	}
}

// TestReadsSurviveACutConnection: reading again does no harm.
func TestReadsSurviveACutConnection(t *testing.T) {
	s, proxy := overWire(t)
	for range 20 {
		proxy.Cut()
		if _, err := s.ListReleases(t.Context(), model.ReleaseFilter{Limit: 1}); err != nil {
			t.Fatal(err)
		}
	}
}
