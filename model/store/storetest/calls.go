package storetest

import (
	"maps"
	"testing"
)

func counting() map[string]func(*testing.T, *fixture) {
	return map[string]func(*testing.T, *fixture){
		"calls/by month and kind":   callsCounted,
		"calls/many at once add up": callsAtOnce,
	}
}

func (f *fixture) wantCalls(t *testing.T, month string, want map[string]int64) {
	t.Helper()
	got, err := f.Calls(f.ctx, month)
	if err != nil {
		t.Fatal(err)
	}
	if !maps.Equal(got, want) {
		t.Fatalf("calls of %s: %v, want %v", month, got, want)
	}
}

func callsCounted(t *testing.T, f *fixture) {
	f.wantCalls(t, "2026-11", map[string]int64{})
	for _, add := range []struct {
		month, kind string
		n           int64
	}{{"2026-11", "api", 3}, {"2026-11", "api", 4}, {"2026-11", "webhook", 1}, {"2026-12", "api", 5}} {
		if err := f.AddCalls(f.ctx, add.month, add.kind, add.n); err != nil {
			t.Fatal(err)
		}
	}
	f.wantCalls(t, "2026-11", map[string]int64{"api": 7, "webhook": 1})
	f.wantCalls(t, "2026-12", map[string]int64{"api": 5})
}

func callsAtOnce(t *testing.T, f *fixture) {
	wantAllNil(t, together(20, func(int) error { return f.AddCalls(f.ctx, "2026-11", "api", 2) }))
	f.wantCalls(t, "2026-11", map[string]int64{"api": 40})
}
