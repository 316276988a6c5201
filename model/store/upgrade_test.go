package store_test

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/model/store"
	"github.com/oabridge/oabridge/model/store/storetest"
	"github.com/oabridge/oabridge/model/store/storetest/servers"
)

// released are the schema versions that databases out there have, with the hashes of the migrations that made them. Such a
// migration never changes, and data made against it is in testdata. Whoever releases a version adds it here.
var released = map[int64]map[string]string{
	1: {
		"sqlite": "99732b4b7845f8ad1b041fbe45d335ff526100a5e0f24e31a2ff9c115f1e2645",
		"mysql":  "f51bbaf0429b78766dff54f2404d45c697b63a2bae788c103f0f932e1f8daa3f",
	},
}

func TestReleasedMigrationsNeverChange(t *testing.T) {
	for version, hashes := range released {
		for dialect, want := range hashes {
			files, err := filepath.Glob(fmt.Sprintf("migrations/%s/%05d_*.sql", dialect, version))
			if err != nil || len(files) != 1 {
				t.Fatal(files, err)
			}
			sum := sha256.Sum256([]byte(read(t, files[0])))
			if got := hex.EncodeToString(sum[:]); got != want {
				t.Errorf("%s has the hash %s, it was released with %s: make a new migration instead", files[0], got, want)
			}
		}
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// aged gives an empty database the schema of a released version and what a bridge of then left in it.
func aged(t *testing.T, s *store.Store, version int64) {
	t.Helper()
	if err := s.MigrateTo(t.Context(), version); err != nil {
		t.Fatal(err)
	}
	if ran, err := s.Script(t.Context(), read(t, fmt.Sprintf("testdata/schema%d.sql", version)), -1); err != nil || ran < 50 {
		t.Fatal(ran, err)
	}
}

// TestUpgrade brings data of every released version to the newest schema: all is still there, and the work goes on.
func TestUpgrade(t *testing.T) {
	for version := range released {
		for name, open := range openers() {
			t.Run(fmt.Sprintf("%s from %d", name, version), func(t *testing.T) {
				s := open(t, storetest.NewClock().Now)
				aged(t, s, version)
				wantVersions(t, s, version, newest)
				wantUpgraded(t, s)
				wantVersions(t, s, newest, newest)
			})
		}
	}
}

// wantUpgraded checks what testdata says, and changes some of it.
func wantUpgraded(t *testing.T, s *store.Store) {
	t.Helper()
	for name, check := range map[string]func(*testing.T, *store.Store){
		"read": upgradedReads, "find": upgradedFinds, "keys": upgradedKeys, "leases": upgradedLeases, "messages": upgradedMessages,
	} {
		t.Run(name, func(t *testing.T) { check(t, s) })
	}
	t.Run("work", func(t *testing.T) { upgradedWork(t, s) })
	t.Run("pruning", func(t *testing.T) { upgradedPruning(t, s) })
}

// upgradedStates are the releases of testdata and how many deployments each has.
var upgradedStates = []string{
	"active 2", "active 1", "active 1", "active 1", "active 1", "active 1", "active 3", "succeeded 1", "partial 2", "failed 3",
	"failed 1", "cancelled 1", "expired 1", "verifying 0", "awaiting_approval 0", "rejected 0",
}

func upgradedReads(t *testing.T, s *store.Store) {
	for i, want := range upgradedStates {
		id := int64(1001 + i)
		r, err := s.Release(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprintf("%s %d", r.State, len(r.Deployments)); got != want {
			t.Errorf("%s is %s, want %s", r.Number(), got, want)
		}
		if r.Reason != "修复结算 '含引号' 🚀" || !r.DBChange || r.Approvers[0].Name != "王五" || r.Form["项目名称"][0] != "商城" {
			t.Errorf("%s: %+v", r.Number(), r)
		}
		events, err := s.History(t.Context(), id, 0, 100)
		if err != nil || len(events) != 1+len(r.Deployments) {
			t.Errorf("%s: %d lines of history (%v)", r.Number(), len(events), err)
		}
		for _, d := range r.Deployments {
			if len(d.Parameters) != 2 || !d.Parameters[1].Secret || !d.Parameterised || d.ReleaseParameter != "RELEASE_ID" {
				t.Errorf("%s: %+v", r.Number(), d)
			}
		}
	}
	all, err := s.ListReleases(t.Context(), model.ReleaseFilter{Limit: 200})
	if err != nil || len(all) != len(upgradedStates) {
		t.Errorf("%d releases are listed (%v)", len(all), err)
	}
	listing, err := s.LoadListing(t.Context(), "prod", time.Unix(0, 0))
	if err != nil || len(listing.Jobs) != 2 || listing.Jobs[1].DisplayName != "商城前端" {
		t.Errorf("%+v (%v)", listing, err)
	}
}

// upgradedFinds lists by conditions of which the old version stored no terms.
func upgradedFinds(t *testing.T, s *store.Store) {
	for person, want := range map[string]int{"王五": len(upgradedStates), "nobody": 0} {
		found, err := s.ListReleases(t.Context(), model.ReleaseFilter{Person: person, Limit: 200})
		if err != nil || len(found) != want {
			t.Errorf("%d releases of %s (%v), want %d", len(found), person, err, want)
		}
	}
}

func upgradedKeys(t *testing.T, s *store.Store) {
	for i := range upgradedStates {
		id := int64(1001 + i)
		keys := []string{fmt.Sprint("instance:instance-", id), fmt.Sprint("request:REQ", id)}
		for _, key := range keys {
			r, err := s.ReleaseByKeys(t.Context(), []string{key})
			if err != nil || r.ID != id {
				t.Errorf("%s: %+v (%v)", key, r, err)
			}
		}
		if err := s.CreateRelease(t.Context(), due(time.Now()), keys[1:], compose); model.CodeOf(err) != model.CodeConflict {
			t.Errorf("%s can be deployed again: %v", keys[1], err)
		}
	}
}

func upgradedLeases(t *testing.T, s *store.Store) {
	for name, free := range map[string]bool{"follow:prod": false, "list:prod": true} {
		if mine, err := s.Lease(t.Context(), name, "me", time.Minute); err != nil || mine != free {
			t.Errorf("%s: %v (%v)", name, mine, err)
		}
	}
}

func upgradedMessages(t *testing.T, s *store.Store) {
	claimed, err := s.ClaimMessages(t.Context(), "me", time.Minute, 100)
	var keys []string
	for _, m := range claimed {
		keys = append(keys, m.Key)
	}
	if want := []string{"R-1009/finished/ops", "R-1001/received/ops", "refused/2"}; err != nil || !slices.Equal(keys, want) {
		t.Errorf("%v (%v), want %v", keys, err, want)
	}
	for _, m := range claimed {
		m.State = model.MessageSent
		if err := s.SettleMessage(t.Context(), m); err != nil {
			t.Error(err)
		}
	}
}

// upgradedWork takes up what was in hand, and ends a build.
func upgradedWork(t *testing.T, s *store.Store) {
	claimed, err := s.ClaimDeployments(t.Context(), "prod", "me", time.Minute, 100)
	var got []string
	for _, d := range claimed {
		got = append(got, fmt.Sprint(d.ReleaseID, " ", d.State))
	}
	if want := []string{"1001 waiting", "1004 waiting", "1006 submitting"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("claimed %v (%v), want %v", got, err, want)
	}
	followed, err := s.FollowedDeployments(t.Context(), "prod")
	slices.SortFunc(followed, func(a, b *model.Deployment) int { return cmp.Compare(a.Position, b.Position) })
	if err != nil || len(followed) != 3 || followed[1].Build != 12 || followed[1].Stop == nil || followed[2].Asked[0] != "Confirm" {
		t.Fatalf("followed %+v (%v)", followed, err)
	}
	now := storetest.NewClock().Now()
	err = s.UpdateRelease(t.Context(), 1007, func(r *model.Release) error {
		return r.Fire(r.Deployments[1], model.EventSucceeded, model.Cause{At: now, Actor: "jenkins"})
	})
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.Release(t.Context(), 1007)
	if err != nil || r.Deployments[1].State != model.StateSucceeded {
		t.Errorf("%+v (%v)", r, err)
	}
	fresh := due(now)
	if err := s.CreateRelease(t.Context(), fresh, []string{"fresh"}, compose); err != nil || fresh.ID <= 1016 {
		t.Errorf("the next release is %s (%v)", fresh.Number(), err)
	}
}

func upgradedPruning(t *testing.T, s *store.Store) {
	pruned, err := s.Prune(t.Context(), storetest.NewClock().Now().AddDate(-2, 0, 0))
	if want := (model.Pruned{Releases: 2, Deployments: 3, Events: 5, Messages: 2}); err != nil || pruned != want {
		t.Errorf("pruned %+v (%v), want %+v", pruned, err, want)
	}
	r, err := s.ReleaseByKeys(t.Context(), []string{"request:REQ1008"})
	if err != nil || r.ID != 1008 || r.State != model.ReleaseSucceeded || r.Fingerprint == "" {
		t.Errorf("%+v (%v)", r, err)
	}
}

// TestUpgradeAtOnce starts three replicas of the new version on the data of an older one: one migrates.
func TestUpgradeAtOnce(t *testing.T) {
	clock := storetest.NewClock()
	dsn := servers.MariaDB(t)
	first := open(t, store.Options{Driver: store.DriverMySQL, DSN: dsn, Now: clock.Now})
	aged(t, first, 1)
	var mu sync.Mutex
	var replicas sync.WaitGroup
	from := map[int64]int{}
	for range 3 {
		s := open(t, store.Options{Driver: store.DriverMySQL, DSN: dsn})
		replicas.Go(func() {
			began, to, err := s.Migrate(t.Context())
			mu.Lock()
			defer mu.Unlock()
			if err != nil || to != newest {
				t.Error(began, to, err)
			}
			from[began]++
		})
	}
	replicas.Wait()
	if from[1] != 1 || from[newest] != 2 {
		t.Errorf("how many found which version: %v", from)
	}
	wantUpgraded(t, first)
}

// TestUpgradeCutOff ends a migration after each of its statements, which MySQL commits one by one, and starts it again.
func TestUpgradeCutOff(t *testing.T) {
	for version, file := range map[int64]string{2: "00002_replicas.sql", 3: "00003_delays.sql", 4: "00004_messages.sql", 5: "00005_dingtalk_calls.sql", 6: "00006_approvals.sql", 7: "00007_drift.sql", 8: "00008_logs.sql", 9: "00009_following.sql", 10: "00010_ends.sql", 11: "00011_former_builds.sql", 12: "00012_records.sql"} {
		t.Run(file, func(t *testing.T) { cutOff(t, version, "migrations/mysql/"+file) })
	}
}

func cutOff(t *testing.T, version int64, file string) {
	_, up, found := strings.Cut(read(t, file), "-- +goose Up\n")
	if !found {
		t.Fatal("the migration has no part that goes up")
	}
	statements := strings.Count(up, ";\n")
	for done := range statements + 1 {
		s := openMariaDB(t, storetest.NewClock().Now)
		aged(t, s, 1)
		if err := s.MigrateTo(t.Context(), version-1); err != nil {
			t.Fatal(err)
		}
		if ran, err := s.Script(t.Context(), up, done); err != nil || ran != done {
			t.Fatalf("%d of %d statements: %v", ran, done, err)
		}
		wantVersions(t, s, version-1, newest)
		if done == 0 || done == statements/2 || done == statements {
			wantUpgraded(t, s)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
