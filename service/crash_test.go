package service

import (
	"flag"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// With the race detector SQLite is ten times slower, so that only some of the fail points are tried then, others each time.
// Without it all of them are, and -crash.all also tries all pairs.
var (
	crashAll  = flag.Bool("crash.all", false, "try every fail point and every pair of them")
	crashSeed = flag.Int64("crash.seed", 0, "which fail points and pairs are tried when not all are; 0: others each time")
)

// some chooses n of the moments, or all of them when n is negative.
func some(t *testing.T, moments []string, n int) []string {
	t.Helper()
	if n < 0 || n >= len(moments) || *crashAll {
		return moments
	}
	seed := *crashSeed
	if seed == 0 {
		seed = time.Now().UnixNano()
	}
	t.Logf("%d of %d fail points: -crash.seed=%d; all: -crash.all", n, len(moments), seed)
	chosen := slices.Clone(moments)
	rand.New(rand.NewPCG(uint64(seed), 0)).Shuffle(len(chosen), func(i, j int) { chosen[i], chosen[j] = chosen[j], chosen[i] })
	return chosen[:n]
}

// The process dies before and after each of its writes, once in each play; whoever comes after it must end everything as if
// nothing had happened.
func TestCrashAnywhere(t *testing.T) {
	for name, s := range scenarios() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stage := newStage(t, s)
			names, targets := stage.once(t).moments(0)
			for _, moment := range some(t, names, crashPlays) {
				t.Run(moment, func(t *testing.T) { stage.once(t, targets[moment]) })
			}
		})
	}
}

// shortScenarios are those in which two crashes, or two replicas, matter most.
func shortScenarios() map[string]scenario {
	short := map[string]scenario{}
	for _, name := range []string{"one app, people told", "without parameters", "input answered by a rule", "input that is asked again", "second of the same job", "an event alone", "held and continued"} {
		short[name] = scenarios()[name]
	}
	return short
}

// The process that goes on after a crash dies as well.
func TestCrashTwice(t *testing.T) {
	for name, s := range shortScenarios() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stage := newStage(t, s)
			firsts, targets := stage.once(t).moments(0)
			for _, first := range some(t, firsts, crashReplicas) {
				var after *failPoints
				if !t.Run(first, func(t *testing.T) { after = stage.once(t, targets[first]) }) {
					continue
				}
				seconds, then := after.moments(1)
				for _, second := range some(t, seconds, crashPairs) {
					t.Run(first+", then "+second, func(t *testing.T) { stage.once(t, targets[first], then[second]) })
				}
			}
		})
	}
}

// One of two replicas dies, and the other one takes its work over.
func TestCrashOfOneReplica(t *testing.T) {
	for name, s := range shortScenarios() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stage := newStage(t, s)
			stage.replicas = true
			names, targets := stage.once(t).moments(0)
			for _, moment := range some(t, names, crashReplicas) {
				t.Run(moment, func(t *testing.T) { stage.once(t, targets[moment]) })
			}
		})
	}
}

// One of two replicas is suspended until the other one has taken its work over, or has done everything, and then goes on with
// what it was about: what it believes is old.
func TestSuspendedReplica(t *testing.T) {
	for name, s := range shortScenarios() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stage := newStage(t, s)
			stage.replicas = true
			for _, moment := range some(t, stage.once(t).all(0), crashReplicas) {
				t.Run(moment+" until the work is taken over", func(t *testing.T) { stage.suspended(t, moment, true) })
				t.Run(moment+" until all is over", func(t *testing.T) { stage.suspended(t, moment, false) })
			}
		})
	}
}
