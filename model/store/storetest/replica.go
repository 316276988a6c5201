package storetest

import (
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
)

func registering() map[string]func(*testing.T, *fixture) {
	return map[string]func(*testing.T, *fixture){
		"replica/seen, not seen, removed": replicaLife,
		"replica/alone":                   replicaAlone,
		"installation/has an id":          installationID,
	}
}

func (f *fixture) see(t *testing.T, r model.Replica) {
	t.Helper()
	if err := f.SeeReplica(f.ctx, r); err != nil {
		t.Fatal(err)
	}
}

func (f *fixture) wantReplicas(t *testing.T, want ...model.Replica) {
	t.Helper()
	got, err := f.Replicas(f.ctx, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	wantSame(t, got, append([]model.Replica{}, want...))
}

func replicaLife(t *testing.T, f *fixture) {
	a, b := *fill[model.Replica](1), *fill[model.Replica](2)
	f.see(t, a)
	a.StartedAt, a.SeenAt = f.clock.Now(), f.clock.Now()
	f.clock.Advance(40 * time.Second)
	f.see(t, b)
	b.StartedAt, b.SeenAt = f.clock.Now(), f.clock.Now()
	f.wantReplicas(t, a, b)
	f.clock.Advance(20 * time.Second)
	f.wantReplicas(t, b) // a was not seen for a minute
	f.see(t, a)
	a.SeenAt = f.clock.Now()
	f.wantReplicas(t, a, b) // and started when it did
	if err := f.RemoveReplica(f.ctx, a.ID); err != nil {
		t.Fatal(err)
	}
	f.wantReplicas(t, b)
}

func replicaAlone(t *testing.T, f *fixture) {
	for seed := range 3 {
		f.see(t, *fill[model.Replica](int64(seed)))
	}
	f.wantLease(t, "refresh:prod", "killed", time.Minute, true)
	if err := f.ForgetReplicas(f.ctx); err != nil {
		t.Fatal(err)
	}
	f.wantReplicas(t)
	f.wantLease(t, "refresh:prod", "new", time.Minute, true)
}

func installationID(t *testing.T, f *fixture) {
	first, err := f.Installation(f.ctx)
	if err != nil || len(first) != 32 {
		t.Fatalf("%q (%v)", first, err)
	}
	if _, _, err := f.Migrate(f.ctx); err != nil {
		t.Fatal(err)
	}
	again, err := f.Installation(f.ctx)
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "the id later", again, first)
}
