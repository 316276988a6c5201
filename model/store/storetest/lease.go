package storetest

import (
	"fmt"
	"testing"
	"time"
)

func leasing() map[string]func(*testing.T, *fixture) {
	return map[string]func(*testing.T, *fixture){
		"lease/one holder at a time":       leaseHolder,
		"lease/given back":                 leaseGivenBack,
		"lease/one of many gets it":        leaseAtOnce,
		"lease/names and owners are exact": leaseExact,
	}
}

func (f *fixture) wantLease(t *testing.T, name, owner string, ttl time.Duration, want bool) {
	t.Helper()
	got, err := f.Lease(f.ctx, name, owner, ttl)
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, name+" for "+owner, got, want)
}

func leaseHolder(t *testing.T, f *fixture) {
	f.wantLease(t, "follow", "a", time.Minute, true)
	f.wantLease(t, "follow", "b", time.Minute, false)
	f.clock.Advance(30 * time.Second)
	f.wantLease(t, "follow", "a", time.Minute, true)
	f.wantLease(t, "follow", "a", time.Minute, true) // unchanged, and still held
	f.clock.Advance(time.Minute - time.Microsecond)
	f.wantLease(t, "follow", "b", time.Minute, false)
	f.clock.Advance(time.Microsecond)
	f.wantLease(t, "follow", "b", time.Minute, true)
	f.wantLease(t, "follow", "a", time.Minute, false)
}

func leaseGivenBack(t *testing.T, f *fixture) {
	f.wantLease(t, "follow", "a", time.Minute, true)
	f.wantLease(t, "follow", "a", 0, true)
	f.wantLease(t, "follow", "b", time.Minute, true)
}

func leaseAtOnce(t *testing.T, f *fixture) {
	for _, moment := range []string{"new", "expired"} {
		got := make([]bool, 20)
		wantAllNil(t, together(len(got), func(i int) (err error) {
			got[i], err = f.Lease(f.ctx, "follow", fmt.Sprint(moment, i), time.Minute)
			return err
		}))
		holders := 0
		for _, mine := range got {
			if mine {
				holders++
			}
		}
		wantEqual(t, moment, holders, 1)
		f.clock.Advance(time.Hour)
	}
}

func leaseExact(t *testing.T, f *fixture) {
	for _, name := range []string{"a", "A", "a ", "á"} {
		f.wantLease(t, name, "me", time.Minute, true)
		f.wantLease(t, name, "ME", time.Minute, false)
		f.wantLease(t, name, "me ", time.Minute, false)
	}
}
