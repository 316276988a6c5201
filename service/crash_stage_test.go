package service

import (
	"strings"
	"testing"
)

// stage is a world in which one scenario is played again and again, until a play fails.
type stage struct {
	t        *testing.T // of all plays
	s        scenario
	w        *world
	take     int
	replicas bool // two of them
}

func newStage(t *testing.T, s scenario) *stage { return &stage{t: t, s: s} }

// once plays the scenario; the process dies at each of the targets, one after the other.
func (g *stage) once(t *testing.T, targets ...string) *failPoints {
	t.Helper()
	p := g.ready(t, newFailPoints(targets...))
	points := p.points
	p.perform(g.s)
	if points.life != len(targets) && !(g.replicas && points.died()) && !(points.life > 0 && byChance(targets[points.life:])) {
		t.Fatalf("died %d times, want at %q", points.life, targets)
	}
	points.born() // the last moments count, too
	p.verdict(g.s, points.doubt)
	return points
}

// byChance tells whether a second crash need not come: messages are sent side by side, and which of them were over at the first
// one is chance.
func byChance(left []string) bool {
	if len(left) != 1 {
		return false
	}
	of := strings.Fields(left[0])[1]
	return of == "deliver" || of == "settle" || strings.Contains(left[0], "claim of messages")
}

// suspended plays the scenario with a replica that stops at the target and goes on when the other one has had its turn
// once its lease is over, or when all is over.
func (g *stage) suspended(t *testing.T, target string, early bool) {
	t.Helper()
	points := newFailPoints(target)
	points.frozen, points.thaw = make(chan struct{}), make(chan struct{})
	p := g.ready(t, points)
	p.early = early
	p.perform(g.s)
	if p.gone == nil && !early {
		t.Fatalf("was not suspended %s", target)
	}
	posts := len(p.world.jenkins.Ledger().Triggers)
	p.reunite()
	for range 3 {
		p.other.beat(t.Context())
		p.beat(t.Context())
		p.world.clock.Advance(p.pace.Lease)
	}
	if n := len(p.world.jenkins.Ledger().Triggers); n != posts {
		t.Errorf("%d POSTs after everything was over", n-posts)
	}
	p.verdict(g.s, points.doubt)
}

// ready gets the stage ready for the next play.
func (g *stage) ready(t *testing.T, points *failPoints) *play {
	t.Helper()
	if g.w == nil {
		g.w = newWorld(g.t, g.s.adjust...)
		if g.s.jobs != nil {
			g.s.jobs(g.w)
		}
	}
	g.take++
	p := g.w.play(t, g.take, points)
	if g.replicas {
		p.other = g.w.begin(newFailPoints(), p.changes, p.logger())
	}
	t.Cleanup(func() {
		if t.Failed() {
			g.w = nil // what was left behind is not the next play's fault
		}
	})
	return p
}
