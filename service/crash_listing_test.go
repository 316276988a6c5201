package service

import (
	"context"
	"log/slog"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
)

// listingStep is something that happens to what Jenkins lists, and what a process does then. When it dies its successor does
// the same.
type listingStep struct {
	outside func(*world)
	do      func(context.Context, *process) error
}

func listJenkins(ctx context.Context, p *process) error {
	err := p.RefreshOnce(ctx, "prod")
	if model.CodeOf(err) == model.CodeCatalogueHeld {
		return nil
	}
	return err
}

func acceptHeld(ctx context.Context, p *process) error {
	_, err := p.AcceptListing(ctx, "prod", "", "ops")
	if model.CodeOf(err) == model.CodeConflict && len(p.Held()) == 0 {
		return nil // by the one who died
	}
	return err
}

// playListings lets a process live through the steps. It dies at the target, when there is one, and is followed by another.
func playListings(t *testing.T, share float64, steps []listingStep, target ...string) (*world, *failPoints) {
	t.Helper()
	w := newWorld(t, func(o *Options) { o.Controllers[0].MaxLoss = share })
	points := newFailPoints(target...)
	p := w.begin(points, new(atomic.Int64), slog.New(slog.DiscardHandler))
	for _, step := range steps {
		step.outside(w)
		w.clock.Advance(time.Minute)
		var err error
		act := func() {
			if err = p.Warm(t.Context()); err == nil {
				err = step.do(t.Context(), p)
			}
		}
		for !p.survives(act) {
			w.clock.Advance(listTimeout + p.pace.Lease) // the lease of the one who died
			points.born()
			p.boot(slog.New(slog.DiscardHandler))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if points.life != len(target) {
		t.Fatalf("did not die %s", target)
	}
	w.Service = p.Service
	return w, points
}

// A process that dies while listings are saved, held back, accepted and told leaves nothing behind that its successor does not
// bring to the same end.
func TestCrashWhileListingsAreSaved(t *testing.T) {
	t.Parallel()
	nothing := func(*world) {}
	lost := listingStep{(*world).loseRights, listJenkins}
	still := listingStep{nothing, listJenkins}
	back := listingStep{(*world).regainRights, listJenkins}
	for name, c := range map[string]struct {
		share float64
		steps []listingStep
		told  []string
		offer bool
	}{
		"held, and over":     {0.3, []listingStep{lost, still, back, still}, []string{toldHeld, toldOver}, true},
		"held, and accepted": {0.3, []listingStep{lost, {nothing, acceptHeld}, still}, []string{toldHeld, toldAccepted}, false},
		"changed, and is the same": {0.3, []listingStep{
			{func(w *world) { w.addApp("new") }, listJenkins}, still,
		}, nil, true},
		"a project vanished": {0.9, []listingStep{
			{func(w *world) { w.jenkins.RemoveJob("deploy/pay") }, listJenkins}, still,
		}, []string{toldVanished}, true},
	} {
		t.Run(name, func(t *testing.T) {
			_, points := playListings(t, c.share, c.steps)
			moments := points.all(0)
			if len(moments) < 4 {
				t.Fatalf("only %q", moments)
			}
			for _, moment := range some(t, moments, crashPlays) {
				t.Run(moment, func(t *testing.T) {
					w, _ := playListings(t, c.share, c.steps, moment)
					w.wantAnnounced(c.told...)
					saved := w.replica()
					if err := saved.Warm(t.Context()); err != nil {
						t.Fatal(err)
					}
					for which, p := range map[string]*world{"in memory": w, "saved": saved} {
						if p.offers("mall-web") != c.offer || len(p.Held()) > 0 || !slices.Equal(p.appsOffered(), saved.appsOffered()) {
							t.Errorf("%s: offered %v, held %v", which, p.offers("mall-web"), p.Held())
						}
					}
				})
			}
		})
	}
}

// appsOffered are the full names of all apps on offer.
func (w *world) appsOffered() []string {
	return sortedKeys(w.offered.Load().sections["prod"].apps)
}
