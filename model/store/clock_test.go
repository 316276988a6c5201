package store_test

import (
	"testing"
	"time"

	"github.com/oabridge/oabridge/model/store"
	"github.com/oabridge/oabridge/model/store/storetest"
	"github.com/oabridge/oabridge/model/store/storetest/servers"
)

// TestClocksApart lets two replicas work whose own clocks are two hours apart.
func TestClocksApart(t *testing.T) {
	dsn := servers.MariaDB(t)
	replica := func(ahead time.Duration) *store.Store {
		return open(t, store.Options{
			Driver: store.DriverMySQL, DSN: dsn, Local: func() time.Time { return time.Now().Add(ahead) },
		})
	}
	early, late := replica(time.Hour), replica(-time.Hour)
	if _, _, err := early.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if apart := early.Now().Sub(late.Now()).Abs(); apart > 30*time.Minute {
		t.Fatalf("the replicas' times are %s apart", apart)
	}
	for _, lease := range []struct {
		by    *store.Store
		owner string
		want  bool
	}{{late, "late", true}, {early, "early", false}, {late, "late", true}} {
		got, err := lease.by.Lease(t.Context(), "follow:prod", lease.owner, time.Minute)
		if err != nil || got != lease.want {
			t.Fatalf("lease for %s: %t %v", lease.owner, got, err)
		}
	}
	if err := late.CreateRelease(t.Context(), due(late.Now()), nil, compose); err != nil {
		t.Fatal(err)
	}
	for _, claim := range []struct {
		by   *store.Store
		want int
	}{{late, 1}, {early, 0}, {late, 0}} {
		got, err := claim.by.ClaimDeployments(t.Context(), "prod", "x", time.Minute, 10)
		if err != nil || len(got) != claim.want {
			t.Fatalf("claimed %d (%v), want %d", len(got), err, claim.want)
		}
	}
}

// TestClockFixed keeps to the clock that was handed in, on every database.
func TestClockFixed(t *testing.T) {
	onEach(t, func(t *testing.T, s *store.Store) {
		if want := storetest.NewClock().Now(); !s.Now().Equal(want) {
			t.Fatalf("%s, want %s", s.Now(), want)
		}
	})
}
