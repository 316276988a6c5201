package service

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/model/store"
	"github.com/oabridge/oabridge/model/store/storetest/servers"
	"github.com/oabridge/oabridge/model/store/storetest/wire"
)

// onMariaDB moves the world to a MariaDB database of its own behind a proxy.
func onMariaDB(t *testing.T, server *servers.Dedicated, adjust ...func(*Options)) (*world, *wire.Proxy) {
	t.Helper()
	for _, statement := range []string{"DROP DATABASE oabridge", "CREATE DATABASE oabridge CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"} {
		if err := server.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	w := newWorld(t, adjust...)
	proxy := wire.New(t, server.DSN())
	s, err := store.Open(t.Context(), store.Options{Driver: store.DriverMySQL, DSN: proxy.DSN(), Now: w.clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if err := w.store.Close(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.store, w.options.Store = s, s
	w.Service = New(w.options)
	if err := w.RefreshOnce(t.Context(), "prod"); err != nil {
		t.Fatal(err)
	}
	return w, proxy
}

// impatient ends a step soon when the database is away.
func impatient(o *Options) { o.Pace.Step = 2 * time.Second }

// at gives the first COMMIT that brings a deployment into the state a fate; then the rest happens.
func at(state model.DeploymentState, fate wire.Fate, then ...func()) func([]string) wire.Fate {
	done := false
	return func(statements []string) wire.Fate {
		saved := strings.Join(statements, "\n")
		if done || !strings.Contains(saved, "UPDATE `deployments`") || !strings.Contains(saved, "'"+string(state)+"'") {
			return wire.Pass
		}
		done = true
		for _, f := range then {
			f()
		}
		return fate
	}
}

// stepOnce does one step for the one deployment that is due.
func (w *world) stepOnce() error {
	w.t.Helper()
	due, err := w.store.ClaimDeployments(w.t.Context(), "prod", w.claimName(), w.pace.Lease, 100)
	if err != nil || len(due) != 1 {
		w.t.Fatalf("%d deployments are due: %v", len(due), err)
	}
	step, cancel := w.stepContext(w.t.Context())
	defer cancel()
	return (submitter{worker{w.Service, w.controller()}}).step(step, due[0])
}

// TestDatabaseLostAroundThePost: a POST needs a saved intent, and what came of it must not be forgotten.
func TestDatabaseLostAroundThePost(t *testing.T) {
	t.Parallel()
	server := servers.DedicatedMariaDB(t)
	intent, answer := model.StateSubmitting, model.StateQueued
	for _, test := range []struct {
		name  string
		state model.DeploymentState
		fate  wire.Fate
		away  bool // the database, after that
		fails bool // the step
		posts int  // before the database is back
	}{
		{"the intent is saved, its answer lost", intent, wire.CutAfter, false, false, 1},
		{"the intent is lost", intent, wire.CutBefore, false, false, 1},
		{"nobody knows of the intent, and it was saved", intent, wire.CutAfter, true, true, 0},
		{"nobody knows of the intent, and it was not saved", intent, wire.CutBefore, true, true, 0},
		{"what came of the POST is saved, the answer lost", answer, wire.CutAfter, false, false, 1},
		{"what came of the POST is lost once", answer, wire.CutBefore, false, false, 1},
		{"nobody knows what came of the POST, and it was saved", answer, wire.CutAfter, true, true, 1},
		{"nobody knows what came of the POST, and it was not saved", answer, wire.CutBefore, true, true, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			w, proxy := onMariaDB(t, server, impatient)
			got := w.submit()
			proxy.OnCommit(at(test.state, test.fate, func() {
				if test.away {
					proxy.Lead("")
				}
			}))
			if err := w.stepOnce(); (err != nil) != test.fails || err != nil && !model.CodeOf(err).OfDatabase() {
				t.Fatal(err)
			}
			if posts := len(w.jenkins.Ledger().Triggers); posts != test.posts || proxy.Count(test.fate) != 1 {
				t.Fatalf("%d POSTs, want %d", posts, test.posts)
			}
			proxy.Restore()
			w.turns(160) // the lease ends, and what may have been sent has had its time to turn up
			w.want(got.Number, model.ReleaseSucceeded, model.StateSucceeded)
			if builds, posts := len(w.builds(webJob)), len(w.jenkins.Ledger().Triggers); builds != 1 || posts != 1 {
				t.Errorf("%d builds of %d POSTs", builds, posts)
			}
		})
	}
	t.Run("the database is back in a moment", func(t *testing.T) {
		w, proxy := onMariaDB(t, server)
		got := w.submit()
		var back sync.WaitGroup
		proxy.OnCommit(at(answer, wire.CutBefore, func() {
			proxy.Lead("")
			back.Go(func() { time.Sleep(100 * time.Millisecond); proxy.Restore() })
		}))
		err := w.stepOnce()
		back.Wait()
		if err != nil {
			t.Fatal(err)
		}
		w.want(got.Number, model.ReleaseActive, model.StateQueued)
	})
}

// TestDatabaseFailsAgainAndAgain lets the engine run over connections that break at COMMITs by chance, and kills the server
// in the middle.
func TestDatabaseFailsAgainAndAgain(t *testing.T) {
	t.Parallel()
	server := servers.DedicatedMariaDB(t)
	w, proxy := onMariaDB(t, server, func(o *Options) {
		quick(o)
		o.Pace = Pace{
			Idle: 20 * time.Millisecond, Backoff: 50 * time.Millisecond, Lease: 4 * time.Second, Step: 3 * time.Second,
			Settle: 4 * time.Second, Forget: time.Minute,
		}
	})
	chance := rand.New(rand.NewPCG(3, 6))
	proxy.OnCommit(func([]string) wire.Fate {
		switch n := chance.IntN(100); {
		case n < 10:
			return wire.CutBefore
		case n < 20:
			return wire.CutAfter
		}
		return wire.Pass
	})
	w.running()
	numbers := make([]string, 16)
	var all sync.WaitGroup
	for n := range numbers {
		all.Go(func() {
			numbers[n] = w.insistOn("实例ID", fmt.Sprint("inst-", n), "应用名称", []string{"商城前端", "订单服务"}[n%2])
		})
	}
	all.Wait()
	server.Kill()
	if err := server.Restart(); err != nil {
		t.Fatal(err)
	}
	for _, number := range numbers {
		w.awaitEnd(number)
	}
	proxy.Restore()
	builds := map[string]int{}
	for _, b := range w.jenkins.Ledger().Builds {
		builds[b.Parameters["RELEASE_ID"]]++
	}
	for _, number := range numbers {
		if w.release(number).State != model.ReleaseSucceeded || builds[number] != 1 {
			t.Errorf("%s is %s with %d builds", number, w.release(number).State, builds[number])
		}
	}
	if len(builds) != len(numbers) {
		t.Errorf("builds for %d releases, want %d", len(builds), len(numbers))
	}
	t.Logf("%d COMMITs passed, %d were cut before and %d after", proxy.Count(wire.Pass), proxy.Count(wire.CutBefore), proxy.Count(wire.CutAfter))
}

// insistOn submits until it is accepted.
func (w *world) insistOn(pairs ...string) string {
	for range 50 {
		r, err := w.Submit(w.t.Context(), form(pairs...), "connector")
		if err == nil {
			return r.Number
		}
		if !model.CodeOf(err).OfDatabase() {
			w.t.Error(err)
			return ""
		}
	}
	w.t.Error(errors.New("never accepted"))
	return ""
}

func (w *world) awaitEnd(number string) {
	w.t.Helper()
	id, err := model.ParseNumber(number)
	if err != nil {
		w.t.Fatal(err)
	}
	for deadline := time.Now().Add(3 * patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if r, err := w.Release(w.t.Context(), id); err == nil && r.State.Terminal() {
			return
		}
	}
	w.t.Fatalf("%s does not end", number)
}
