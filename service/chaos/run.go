package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// setting is what a run is asked for.
type setting struct {
	seed     uint64
	duration time.Duration
	releases int
	gap      time.Duration // between two faults, on average
	patience time.Duration // how long settling may take
	kinds    []*faultKind
	blind    bool // whether the bridges' search for builds is switched off: then something must be found
}

// narrator writes what happens while it happens, with the time since the start.
type narrator struct {
	mu    sync.Mutex
	out   io.Writer
	start time.Time
}

func (n *narrator) say(format string, args ...any) {
	n.mu.Lock()
	defer n.mu.Unlock()
	since := time.Since(n.start).Round(time.Second)
	_, _ = fmt.Fprintf(n.out, "%2d:%02d  %s\n", int(since.Minutes()), int(since.Seconds())%60, fmt.Sprintf(format, args...))
}

// play does a whole run: it starts everything, submits, breaks, heals, waits and judges. The folder with what the processes left
// stays when something was wrong.
func play(ctx context.Context, s setting, progress io.Writer) (*report, error) {
	folder, err := os.MkdirTemp("", "oabridge-chaos-")
	if err != nil {
		return nil, err
	}
	n := &narrator{out: progress, start: time.Now()}
	c := &cluster{folder: folder, say: n.say, blind: s.blind}
	defer c.stop()
	if err := c.start(ctx); err != nil {
		return nil, fmt.Errorf("%w (the logs are in %s)", err, folder)
	}
	rep, err := rage(ctx, c, s, n)
	if err != nil {
		return nil, fmt.Errorf("%w (the logs are in %s)", err, folder)
	}
	if rep.Wrong() == 0 {
		return rep, os.RemoveAll(folder)
	}
	rep.Folder = folder
	return rep, rep.keep(folder)
}

// rage is the run itself, once everything has started.
func rage(ctx context.Context, c *cluster, s setting, n *narrator) (*report, error) {
	p := newPlan(s.seed, s.duration, s.releases, s.gap, s.kinds)
	n.say("seed %d: %d forms in %s, %d faults", s.seed, len(p.forms), s.duration, len(p.faults))
	d, m := newDriver(c, p.forms), newMischief(c, n.say)
	o := newOperator(bridgeAPI{c})
	began := time.Now()
	var both, beside sync.WaitGroup
	during, cancel := context.WithCancel(ctx)
	both.Go(func() { d.drive(ctx, began) })
	both.Go(func() { m.run(ctx, began, p.faults) })
	beside.Go(func() { tell(during, c, d, m, n) })
	beside.Go(func() { newColleague(c.jenkins, s.seed).work(during) })
	beside.Go(func() { o.work(during) })
	both.Wait()
	cancel()
	beside.Wait()
	raged := time.Since(began)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	n.say("everything is healed")
	if err := c.heal(ctx); err != nil {
		return nil, err
	}
	rested := c.settle(ctx, o, s.patience, n.say)
	if !rested {
		n.say("not everything came to rest within %s", s.patience)
	}
	e, err := c.gather(ctx, d.records)
	if err != nil {
		return nil, err
	}
	n.say("comparing %d forms with %d builds and what people were told", len(e.records), len(e.jenkins.Builds))
	return newReport(s, raged, time.Since(n.start), d, m, o, e), nil
}

// gather collects the evidence.
func (c *cluster) gather(ctx context.Context, records []*record) (evidence, error) {
	e := evidence{records: records}
	var err error
	if e.releases, err = (bridgeAPI{c}).releases(ctx); err != nil {
		return e, err
	}
	if err := c.jenkins.ledger(ctx, &e.jenkins); err != nil {
		return e, err
	}
	return e, c.dingtalk.ledger(ctx, &e.dingtalk)
}

// tell says every ten seconds how far it is.
func tell(ctx context.Context, c *cluster, d *driver, m *mischief, n *narrator) {
	for pause(ctx, 10*time.Second) {
		sent, known, up := 0, 0, 0
		for _, r := range d.records {
			r.mu.Lock()
			answered := len(r.answers) > 0
			r.mu.Unlock()
			if answered {
				sent++
			}
			if r.known() != "" {
				known++
			}
		}
		for _, r := range c.bridges {
			if r.isUp() {
				up++
			}
		}
		open, messages, err := bridgeAPI{c}.open(ctx)
		if err != nil {
			n.say("%d/%d forms sent, %d accepted, %d/%d replicas up, %d faults", sent, len(d.records), known, up, replicas, m.done())
			continue
		}
		n.say("%d/%d forms sent, %d accepted, %d/%d replicas up, %d faults; %d notices to send, open:%s", sent, len(d.records), known,
			up, replicas, m.done(), messages, counted(open))
	}
}

// done is how many faults have passed.
func (m *mischief) done() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	sum := 0
	for _, n := range m.counts {
		sum += n
	}
	return sum
}

// keep writes the findings and the offending releases beside the logs.
func (r *report) keep(folder string) error {
	file, err := os.Create(filepath.Join(folder, "findings.txt")) // #nosec G304 -- our own folder
	if err != nil {
		return err
	}
	r.write(file)
	r.writeHistories(file)
	return file.Close()
}
