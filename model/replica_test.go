package model

import (
	"slices"
	"testing"
)

func TestReplicasDiffer(t *testing.T) {
	a := &Replica{ID: "ABCDEFGHIJKLMNOP", Host: "one", Fingerprints: map[string]string{"form": "1", "jenkins.prod": "2", "timezone": "3"}}
	b := &Replica{Fingerprints: map[string]string{"form": "1", "jenkins.test": "2", "timezone": "4"}}
	want := []string{"jenkins.prod", "jenkins.test", "timezone"}
	if got := a.Differs(b); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if got := b.Differs(a); !slices.Equal(got, want) {
		t.Errorf("the other way: %v, want %v", got, want)
	}
	if got := a.Differs(a); len(got) > 0 {
		t.Errorf("from itself: %v", got)
	}
	if got := a.Label(); got != "one/ABCDEFGH…" {
		t.Errorf("label %q", got)
	}
}

func TestPrunedAddsUp(t *testing.T) {
	one := Pruned{Releases: 1, Deployments: 2, Events: 3, Messages: 4, Replicas: 5}
	if sum := one.Plus(one); sum.Rows() != 30 || sum.Replicas != 10 {
		t.Errorf("%+v", sum)
	}
}
