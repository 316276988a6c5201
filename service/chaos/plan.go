package main

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"time"
)

// plan is everything that chance decides, made from the seed alone: what is submitted and what goes wrong, and when. What
// the processes make of it depends on their timing, so that two runs of one seed are alike but not the same.
type plan struct {
	seed     uint64
	duration time.Duration
	forms    []*form
	faults   []fault
}

// fault is one thing that goes wrong.
type fault struct {
	kind   *faultKind
	after  time.Duration // counted from the start
	lasts  time.Duration
	victim int // which replica, for kinds that hit one
	size   int // how many requests it meets, for kinds that count them
	part   int // which of the links, for kinds that hit one
}

// newPlan spreads releases over the first nine tenths of the duration, and faults over all of it, one every gap on
// average. Every kind comes at least once in a run that is long enough.
func newPlan(seed uint64, duration time.Duration, releases int, gap time.Duration, kinds []*faultKind) *plan {
	random := rand.New(rand.NewPCG(seed, 1)) // #nosec G404 -- chance has to be repeatable here
	p := &plan{seed: seed, duration: duration, forms: newForms(random, releases, duration*9/10)}
	slices.SortStableFunc(p.forms, func(a, b *form) int { return cmp.Compare(a.after, b.after) })
	var times []time.Duration
	for at := gap; at < duration; at += time.Duration(random.ExpFloat64() * float64(gap)) {
		times = append(times, at)
	}
	for i, kind := range deal(random, kinds, len(times)) {
		p.faults = append(p.faults, fault{
			kind: kind, after: times[i], victim: random.IntN(replicas), size: 1 + random.IntN(4), part: random.IntN(len(linkNames)),
			lasts: kind.least + time.Duration(random.Float64()*float64(kind.most-kind.least)),
		})
	}
	return p
}

// deal gives n kinds in random order: each once, as far as n reaches, and the rest by weight.
func deal(random *rand.Rand, kinds []*faultKind, n int) []*faultKind {
	dealt := slices.Clone(kinds)
	shuffle := func() { random.Shuffle(len(dealt), func(i, j int) { dealt[i], dealt[j] = dealt[j], dealt[i] }) }
	shuffle()
	for len(dealt) < n {
		dealt = append(dealt, draw(random, kinds))
	}
	dealt = dealt[:n]
	shuffle()
	return dealt
}

// draw takes a kind by weight.
func draw(random *rand.Rand, kinds []*faultKind) *faultKind {
	sum := 0
	for _, k := range kinds {
		sum += k.weight
	}
	n := random.IntN(sum)
	for _, k := range kinds {
		if n -= k.weight; n < 0 {
			return k
		}
	}
	return kinds[len(kinds)-1]
}
