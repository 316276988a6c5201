package service

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/oabridge/oabridge/model"
)

// Shown is what the labels of a controller's apps tell.
type Shown struct {
	Running bool // which build runs
	Holder  bool // which release has the job, or waits for it
	// Version is the parameter whose value in the last successful deployment is shown; "": none.
	Version string
}

func (s Shown) none() bool { return s == Shown{} }

// board is what is known of what goes on with a controller's apps.
type board struct {
	worker
	asked      time.Time        // when Jenkins was asked last
	running    map[string]int64 // its newest running build, by job
	unfinished map[int64]model.Standing
	succeeded  map[string]success // last, by job; nil until they were read
	newest     int64              // the highest id that was seen
}

// showing keeps what labels tell of a controller's apps true, as often as its listing and soon after something changed.
func (s *Service) showing(ctx context.Context, c *Controller) {
	if c.Show.none() {
		return
	}
	b := &board{worker: worker{s, c}}
	looks := trouble{Service: s, doing: "reading what labels show", about: []any{"controller", c.Name}}
	for ctx.Err() == nil {
		step, cancel := s.stepContext(ctx)
		looks.note(ctx, b.look(step))
		cancel()
		// What happens at the same time is told once.
		if !wait(ctx, min(time.Second, c.Refresh), nil) || !looks.wait(ctx, c.Refresh, s.bells.showing[c.Name]) {
			return
		}
	}
}

// look reads what goes on and tells it. Jenkins is asked as often as it is listed, in two requests.
func (b *board) look(ctx context.Context) error {
	var asking error
	if now := b.now(); b.c.Show.Running && now.Sub(b.asked) >= b.c.Refresh {
		asking = b.ask(ctx)
		b.asked = now
	}
	reading := b.read(ctx)
	b.live.tell(b.offered.Load(), b.c.Name, b.states())
	return errors.Join(asking, reading)
}

// ask asks Jenkins what it runs. When it does not answer nobody knows.
func (b *board) ask(ctx context.Context) error {
	b.running = map[string]int64{}
	_, running, err := b.c.Client.Overview(ctx)
	for _, build := range running {
		b.running[build.Job] = max(b.running[build.Job], build.Number)
	}
	return err
}

// read reads how our own deployments stand.
func (b *board) read(ctx context.Context) error {
	unfinished, err := b.store.Unfinished(ctx, b.c.Name)
	if err != nil {
		return err
	}
	before := b.unfinished
	b.unfinished = make(map[int64]model.Standing, len(unfinished))
	for _, d := range unfinished {
		b.unfinished[d.ID] = d
	}
	var gone []int64
	for id, d := range before {
		if _, still := b.unfinished[id]; still {
			continue
		}
		gone = append(gone, id)
		if b.running[d.FullName] == d.Build {
			delete(b.running, d.FullName) // Jenkins said so before it ended
		}
	}
	if b.c.Show.Version == "" {
		return nil
	}
	if err = b.readVersions(ctx, gone); err != nil {
		b.unfinished = before // what is gone is looked for again
		return err
	}
	for id := range b.unfinished {
		b.newest = max(b.newest, id)
	}
	return nil
}

// idsAtOnce is how much later a lower id may be seen than a higher one.
const idsAtOnce = 100

// readVersions reads what succeeded: all there is at first, then what came to its end since.
func (b *board) readVersions(ctx context.Context, gone []int64) (err error) {
	var succeeded []model.Standing
	if b.succeeded == nil {
		succeeded, err = b.store.LastSucceeded(ctx, b.c.Name)
	} else {
		succeeded, err = b.store.SucceededSince(ctx, b.c.Name, b.newest-idsAtOnce, gone)
	}
	if err != nil {
		return err
	}
	if b.succeeded == nil {
		b.succeeded = make(map[string]success, len(succeeded))
	}
	for _, d := range succeeded {
		b.newest = max(b.newest, d.ID)
		one := success{id: d.ID, version: versionOf(d, b.c.Show.Version)}
		if d.FinishedAt != nil {
			one.at = *d.FinishedAt
		}
		if before := b.succeeded[d.FullName]; cmp.Or(one.at.Compare(before.at), cmp.Compare(one.id, before.id)) >= 0 {
			b.succeeded[d.FullName] = one
		}
	}
	return nil
}

// success is a deployment that succeeded.
type success struct {
	id      int64
	at      time.Time
	version string
}

// states are what goes on, by job, as far as it is shown.
func (b *board) states() map[string]appState {
	states := map[string]appState{}
	for job, number := range b.running {
		states[job] = appState{running: number}
	}
	for _, d := range b.unfinished {
		state := states[d.FullName]
		if b.c.Show.Running && (d.State == model.StateRunning || d.State == model.StatePaused) {
			state.running = max(state.running, d.Build)
		}
		if b.c.Show.Holder {
			state = state.heldBy(d)
		}
		states[d.FullName] = state
	}
	for job, last := range b.succeeded {
		if last.version != "" {
			state := states[job]
			state.version = last.version
			states[job] = state
		}
	}
	return states
}

// heldBy adds a release that has the job or waits for it: the first that has it, else the first that waits.
func (s appState) heldBy(d model.Standing) appState {
	waits := d.State == model.StateWaiting
	if s.release == 0 || (s.waits && !waits) || (s.waits == waits && d.ReleaseID < s.release) {
		s.release, s.waits = d.ReleaseID, waits
	}
	return s
}

// versionOf is the value that a deployment had for a parameter, unless it is a secret or was left out.
func versionOf(d model.Standing, parameter string) string {
	for _, p := range d.Parameters {
		if p.Name == parameter && !p.Secret && !p.Dropped {
			return p.Value
		}
	}
	return ""
}
