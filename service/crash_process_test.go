package service

import (
	"bytes"
	"context"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// process is a service whose life can end at each of its writes. Nothing of what it had in memory survives.
type process struct {
	*Service
	world   *world
	points  *failPoints
	changes *atomic.Int64 // of releases, by whichever process
	swept   time.Time
	hung    chan struct{} // closed at the end of what it was about when it was suspended
}

// begin starts a process over the world's database, Jenkins and messenger.
func (w *world) begin(points *failPoints, changes *atomic.Int64, log *slog.Logger) *process {
	p := &process{world: w, points: points, changes: changes}
	p.boot(log)
	return p
}

func (p *process) boot(log *slog.Logger) {
	o := p.world.options
	o.Store = &brittleStore{Store: o.Store, points: p.points, changes: p.changes}
	o.Messenger = &brittleMessenger{o.Messenger, p.points}
	o.Controllers = slices.Clone(o.Controllers)
	o.Controllers[0].Client = &brittleJenkins{o.Controllers[0].Client, p.points}
	o.Logger = log
	p.Service, p.swept = New(o), time.Time{}
	p.offered.Store(p.world.offered.Load()) // what Warm reads each time, at a hundredth of the cost
}

// survives lets the process do something, and tells whether it lived through it and was not suspended.
func (p *process) survives(do func()) bool {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		do()
	}()
	select {
	case <-ended:
		return !p.points.died()
	case <-p.points.frozen:
		p.hung = ended
		return false
	}
}

// awake lets a suspended process go on, and waits for the end of what it was about.
func (p *process) awake() {
	p.points.awake()
	<-p.hung
	p.points.frozen, p.points.late = nil, false
}

// beat does once everything that Run does all the time. What fails is logged, and comes again.
func (p *process) beat(ctx context.Context) {
	c := p.ordered[0]
	if c.line.away() != nil {
		p.probe(ctx, c)
	}
	if now := p.now(); now.Sub(p.swept) >= sweepEvery {
		p.sweep(ctx, c)
		p.swept = now
	}
	var steps errgroup.Group
	_ = p.submitDue(ctx, submitter{worker{p.Service, c}}, &steps, make(chan struct{}, c.MaxInFlight), p.bells.submit[c.Name])
	_ = steps.Wait() // steps log their own errors
	if _, err := (follower{worker{p.Service, c}}).tick(ctx); err != nil {
		p.log.WarnContext(ctx, "look failed", slog.Any("error", err))
	}
	if _, err := p.inquireDue(ctx); err != nil {
		p.log.WarnContext(ctx, "claiming checks failed", slog.Any("error", err))
	}
	if _, err := p.deliverDue(ctx); err != nil {
		p.log.WarnContext(ctx, "claiming messages failed", slog.Any("error", err))
	}
}

// diary is a log that is read when something went wrong.
type diary struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (d *diary) Write(line []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.text.Write(line)
}

func (d *diary) String() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.text.String()
}
