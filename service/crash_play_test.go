package service

import (
	"fmt"
	"log/slog"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
)

// scenario is what people and Jenkins do, whatever becomes of the bridge meanwhile.
type scenario struct {
	adjust []func(*Options)
	jobs   func(*world)
	script []scene
	// vanishing is how many builds Jenkins forgets.
	vanishing int
	judge     func(*play) // beyond what holds always; nil: everything succeeded
}

// scene is one thing that somebody does. Whoever gets no answer, because the bridge dies, does it again.
type scene struct {
	when func(*play) bool // nil: at once
	do   func(*play) error
}

// play is one run of a scenario. Several are given one after another in one world.
type play struct {
	*process
	other    *process // another replica
	gone     *process // whose work the other one took over
	early    bool     // whether one that is suspended goes on once that has happened
	lease    time.Time
	t        *testing.T
	take     int
	diary    *diary
	from     int64 // the releases of the plays before
	builds   int   // in the ledger by then
	told     int   // in the inbox by then
	began    time.Time
	receipts map[string]model.Receipt // by who submitted
	known    []*model.Release         // what releases answers until one changes
	knownAt  int64
}

// longestPlay is how many turns a play may take; most of them are longer than a second.
const longestPlay = 150

// perform runs the scenario to its end.
func (p *play) perform(s scenario) {
	p.t.Helper()
	scenes, pause, last := s.script, time.Second, ""
	for range longestPlay {
		p.points.outside()
		scenes = p.enact(scenes)
		if !p.survives(func() { p.beat(p.t.Context()) }) {
			p.rise()
		} else if p.other != nil {
			p.other.beat(p.t.Context())
		}
		if p.early && p.world.clock.Now().After(p.lease) {
			p.reunite()
		}
		now, over := p.standing()
		if over && len(scenes) == 0 {
			return
		}
		if pause = min(4*pause, 20*time.Second); now != last {
			pause = time.Second
		}
		last = now
		p.world.clock.Advance(pause)
	}
	p.t.Fatalf("no end after %d turns, %d scenes left: %s", longestPlay, len(scenes), last)
}

// enact lets the next scenes happen whose time has come.
func (p *play) enact(scenes []scene) []scene {
	for len(scenes) > 0 && (scenes[0].when == nil || scenes[0].when(p)) {
		var err error
		for !p.survives(func() { err = scenes[0].do(p) }) {
			p.rise()
		}
		if err != nil {
			p.t.Fatalf("a person was refused: %v", err)
		}
		scenes = scenes[1:]
		p.points.outside()
	}
	return scenes
}

// rise is what happens after a crash: a new start, or another replica goes on.
func (p *play) rise() {
	if p.other != nil {
		p.process, p.other, p.gone = p.other, nil, p.process
		p.lease = p.world.clock.Now().Add(p.pace.Lease)
		return
	}
	p.points.born()
	p.boot(p.logger())
}

// reunite lets a suspended replica go on with what it was about, and then beside the other one.
func (p *play) reunite() {
	if p.gone != nil {
		p.gone.awake()
		p.other, p.gone = p.gone, nil
	}
}

func (p *play) logger() *slog.Logger { return slog.New(slog.NewTextHandler(p.diary, nil)) }

// play gets the scenario's next run ready.
func (w *world) play(t *testing.T, take int, points *failPoints) *play {
	t.Helper()
	w.t = t
	w.clock.Advance(time.Hour - w.clock.Now().Sub(w.clock.Now().Truncate(time.Hour))) // what was leased is free, and every play is like the last
	p := &play{
		t: t, take: take, diary: &diary{}, began: w.clock.Now(), builds: len(w.jenkins.Ledger().Builds), told: len(w.inbox.got),
		receipts: map[string]model.Receipt{},
	}
	if newest, err := w.store.ListReleases(t.Context(), model.ReleaseFilter{Limit: 1}); err != nil {
		t.Fatal(err)
	} else if len(newest) > 0 {
		p.from = newest[0].ID
	}
	p.process = w.begin(points, new(atomic.Int64), p.logger())
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("what happened:\n%s", p.diary)
		}
	})
	return p
}

// submit sends a form as DingTalk does: whoever sends it again gets the same answer.
func (p *play) submit(who string, pairs ...string) error {
	receipt, err := p.Submit(p.t.Context(), form(append([]string{"实例ID", fmt.Sprintf("%s-%d", who, p.take)}, pairs...)...), "connector")
	if err != nil {
		return err
	}
	if before, again := p.receipts[who]; again && before.Number != receipt.Number {
		return fmt.Errorf("answered %s, and %s before", receipt.Number, before.Number)
	}
	p.receipts[who] = receipt
	return nil
}

// submits is a scene of its own.
func submits(who string, pairs ...string) scene {
	return scene{do: func(p *play) error { return p.submit(who, pairs...) }}
}

// releases are those of this play, the oldest first.
func (p *play) releases() []*model.Release {
	p.t.Helper()
	changes := p.changes.Load()
	if changes == p.knownAt {
		return p.known
	}
	all, err := p.world.store.ListReleases(p.t.Context(), model.ReleaseFilter{Limit: 3})
	if err != nil {
		p.t.Fatal(err)
	}
	p.known, p.knownAt = nil, changes
	for _, r := range slices.Backward(all) {
		if r.ID > p.from {
			p.known = append(p.known, r)
		}
	}
	return p.known
}

// standing is where everything stands, and whether all of it is over.
func (p *play) standing() (text string, over bool) {
	p.t.Helper()
	over = true
	for _, r := range p.releases() {
		over = over && r.State.Terminal()
		text += fmt.Sprintf("%s %s:", r.Number(), r.State)
		for _, d := range r.Deployments {
			text += fmt.Sprintf(" %s (%s %d %s)", d.State, d.Wait, d.Attempts, d.Message)
		}
	}
	if !over {
		return text, false
	}
	open, err := p.world.store.CountDeployments(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	return fmt.Sprintf("%s, %d messages", text, open["messages"]), open["messages"] == 0
}

// state is when the nth release's first deployment is in the state.
func state(n int, want model.DeploymentState) func(*play) bool {
	return func(p *play) bool {
		all := p.releases()
		return len(all) >= n && all[n-1].Deployments[0].State == want
	}
}
