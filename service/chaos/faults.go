package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// faultKind is a kind of fault: how often it happens beside the others, how long it lasts, and what it does. do returns
// when the fault has passed.
type faultKind struct {
	name        string
	weight      int
	least, most time.Duration
	on          func(f fault) string // what it hits; two faults do not hit the same at once
	do          func(ctx context.Context, c *cluster, f fault) error
}

// hits names a victim that does not depend on the fault.
func hits(what string) func(fault) string { return func(fault) string { return what } }

func hitsReplica(f fault) string { return fmt.Sprintf("replica-%d", f.victim+1) }

func hitsLink(f fault) string { return hitsReplica(f) + "/" + linkNames[f.part] }

// faultKinds is everything that may go wrong.
func faultKinds() []*faultKind {
	return slices.Concat(replicaFaults(), jenkinsFaults(), dingtalkFaults(), serverFaults(), linkFaults())
}

func replicaFaults() []*faultKind {
	kill := func(_ context.Context, c *cluster, f fault) error { c.bridges[f.victim].kill(f.lasts); return nil }
	freeze := func(ctx context.Context, c *cluster, f fault) error {
		c.bridges[f.victim].freeze(func() { pause(ctx, f.lasts) })
		return nil
	}
	return []*faultKind{
		{"replica: kill -9", 14, 0, 8 * time.Second, hitsReplica, kill},
		{"replica: SIGTERM", 5, 0, 0, hitsReplica, func(_ context.Context, c *cluster, f fault) error {
			return c.bridges[f.victim].terminate()
		}},
		{"replicas: rolling restart", 2, 0, 0, hits("replicas"), func(ctx context.Context, c *cluster, _ fault) error {
			for _, r := range c.bridges {
				if err := r.terminate(); err != nil {
					return err
				}
				_ = r.awaitUp(ctx, 10*time.Second) // other faults may hold it up
			}
			return nil
		}},
		{"replica: frozen for less than a lease", 4, time.Second, lease - time.Second, hitsReplica, freeze},
		{"replica: frozen for more than a lease", 4, lease + time.Second/2, longestFreeze, hitsReplica, freeze},
	}
}

// jenkinsSwitch is a fault that a switch of the fake makes, and another ends.
func jenkinsSwitch(on func(f fault) string, off string) func(context.Context, *cluster, fault) error {
	return func(ctx context.Context, c *cluster, f fault) error {
		if err := c.jenkins.set(ctx, on(f)); err != nil {
			return err
		}
		pause(ctx, f.lasts)
		if off == "" {
			return nil
		}
		return c.jenkins.set(context.WithoutCancel(ctx), off)
	}
}

// cutAfter is the fault that leaves the bridge not knowing whether there is a build.
const cutAfter = "Jenkins: cut after the POST is done"

func jenkinsFaults() []*faultKind {
	const second = time.Second
	order := func(format string) func(fault) string {
		return func(f fault) string { return fmt.Sprintf(format, f.size) }
	}
	lasting := func(order string) func(fault) string { return func(f fault) string { return order + f.lasts.String() } }
	const posts = "POST%20/job/chaos"
	jenkins := hits("jenkins")
	return []*faultKind{
		{"Jenkins: restart", 4, second, 5 * second, jenkins, jenkinsSwitch(lasting("restart?down="), "")},
		{"Jenkins: kill -9", 8, second, 5 * second, jenkins, jenkinsSwitch(lasting("kill?down="), "")},
		{"Jenkins: quiet-down", 3, second, 6 * second, jenkins, jenkinsSwitch(hits("quiet-down"), "cancel-quiet-down")},
		{"Jenkins: away", 4, second, 8 * second, jenkins, jenkinsSwitch(hits("down"), "up")},
		{"Jenkins: slow", 4, 2 * second, 6 * second, jenkins, jenkinsSwitch(hits("slow?d=700ms"), "slow?d=5ms")},
		{"Jenkins: slower than our patience", 2, second, 3 * second, jenkins, jenkinsSwitch(hits("slow?d=6s"), "slow?d=5ms")},
		{"Jenkins: 503", 4, 0, 0, jenkins, jenkinsSwitch(order("fail?status=503&times=%d"), "")},
		{"Jenkins: 500 for a POST", 3, 0, 0, jenkins, jenkinsSwitch(order("fail?status=500&times=%d&path="+posts), "")},
		{"Jenkins: cut before the POST is read", 5, 0, 0, jenkins, jenkinsSwitch(order("cut-before?times=%d&path="+posts), "")},
		{cutAfter, 9, 0, 0, jenkins, jenkinsSwitch(order("cut-after?times=%d&path="+posts), "")},
	}
}

func dingtalkFaults() []*faultKind {
	set := func(format string) func(context.Context, *cluster, fault) error {
		return func(ctx context.Context, c *cluster, f fault) error {
			return c.dingtalk.set(ctx, fmt.Sprintf(format, f.size))
		}
	}
	dingtalk := hits("dingtalk")
	return []*faultKind{
		{"DingTalk: 500", 3, 0, 0, dingtalk, set("fail?status=500&times=%d")},
		{"DingTalk: slow", 2, 0, 0, dingtalk, set("slow?delay=2s&times=%d")},
		{"DingTalk: slower than our patience", 2, 0, 0, dingtalk, set("slow?delay=9s&times=%d")},
		// A robot's block would last ten minutes: longer than a run.
		{"DingTalk: throttled", 2, 0, 0, dingtalk, set("rate-limit?times=%d&prefix=/topapi")},
		{"DingTalk: cut before the notice is read", 2, 0, 0, dingtalk, set("cut-before?times=%d")},
		{"DingTalk: cut after the notice is shown", 3, 0, 0, dingtalk, set("cut-after?times=%d")},
		{"DingTalk: token expired", 2, 0, 0, dingtalk, set("expire-tokens?times=%d")},
		{"DingTalk: away", 2, time.Second, 6 * time.Second, dingtalk, func(ctx context.Context, c *cluster, f fault) error {
			if err := c.dingtalk.set(ctx, "down"); err != nil {
				return err
			}
			pause(ctx, f.lasts)
			return c.dingtalk.set(context.WithoutCancel(ctx), "up")
		}},
	}
}

// restart is tried again, since another process may have taken the server's port for a moment.
func restart(start func() error) error {
	var err error
	for range 20 {
		if err = start(); err == nil {
			return nil
		}
		time.Sleep(250 * time.Millisecond)
	}
	return err
}

func serverFaults() []*faultKind {
	const second = time.Second
	mariadb, redis := hits("mariadb"), hits("redis")
	return []*faultKind{
		{"MariaDB: kill -9", 3, 0, 3 * second, mariadb, func(ctx context.Context, c *cluster, f fault) error {
			c.mariadb.Kill()
			pause(ctx, f.lasts)
			return restart(c.mariadb.Restart)
		}},
		{"MariaDB: restart", 2, 0, second, mariadb, func(ctx context.Context, c *cluster, f fault) error {
			if err := c.mariadb.Shutdown(); err != nil {
				return err
			}
			pause(ctx, f.lasts)
			return restart(c.mariadb.Restart)
		}},
		{"MariaDB: frozen", 2, second, 4 * second, mariadb, func(ctx context.Context, c *cluster, f fault) error {
			if err := c.mariadb.Freeze(); err != nil {
				return err
			}
			pause(ctx, f.lasts)
			return c.mariadb.Thaw()
		}},
		{"Redis: kill -9", 2, 0, 5 * second, redis, func(ctx context.Context, c *cluster, f fault) error {
			c.redis.Kill()
			pause(ctx, f.lasts)
			return restart(c.redis.Restart)
		}},
		{"Redis: FLUSHALL", 2, 0, 0, redis, func(_ context.Context, c *cluster, _ fault) error { return c.redis.Flush() }},
		{"Redis: frozen", 2, second, 6 * second, redis, func(ctx context.Context, c *cluster, f fault) error {
			if err := c.redis.Freeze(); err != nil {
				return err
			}
			pause(ctx, f.lasts)
			return c.redis.Thaw()
		}},
	}
}

func linkFaults() []*faultKind {
	const second = time.Second
	return []*faultKind{
		{"wire: cut", 10, 0, 0, hitsLink, func(_ context.Context, c *cluster, f fault) error {
			c.bridges[f.victim].links[f.part].cut()
			return nil
		}},
		{"wire: slow", 4, 2 * second, 8 * second, hitsLink, func(ctx context.Context, c *cluster, f fault) error {
			l := c.bridges[f.victim].links[f.part]
			l.slow(time.Duration(50*f.size) * time.Millisecond)
			pause(ctx, f.lasts)
			l.slow(0)
			return nil
		}},
		{"wire: stalled", 4, second, longestStall, hitsLink, func(ctx context.Context, c *cluster, f fault) error {
			resume := c.bridges[f.victim].links[f.part].stall()
			pause(ctx, f.lasts)
			resume()
			return nil
		}},
	}
}

// mischief does what the plan says goes wrong.
type mischief struct {
	cluster *cluster
	say     func(format string, args ...any)

	mu      sync.Mutex
	busy    map[string]bool
	counts  map[string]int
	skipped int
	errors  []error
}

func newMischief(c *cluster, say func(string, ...any)) *mischief {
	return &mischief{cluster: c, say: say, busy: map[string]bool{}, counts: map[string]int{}}
}

// run returns when every fault has passed.
func (m *mischief) run(ctx context.Context, start time.Time, faults []fault) {
	var all sync.WaitGroup
	for _, f := range faults {
		if !pause(ctx, time.Until(start.Add(f.after))) {
			break
		}
		victim := f.kind.on(f)
		if !m.take(victim) {
			continue
		}
		m.announce(f, victim)
		all.Go(func() {
			err := f.kind.do(ctx, m.cluster, f)
			m.give(victim, f.kind.name, err)
		})
	}
	all.Wait()
}

func (m *mischief) announce(f fault, victim string) {
	line := f.kind.name
	switch victim {
	case hitsReplica(f), hitsLink(f):
		line += ", " + victim
	}
	if f.lasts > 0 {
		line += fmt.Sprintf(", %.1f s", f.lasts.Seconds())
	}
	m.say("  ! %s", line)
}

// take marks the victim as hit; false when it is already.
func (m *mischief) take(victim string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.busy[victim] {
		m.skipped++
		return false
	}
	m.busy[victim] = true
	return true
}

func (m *mischief) give(victim, kind string, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.busy, victim)
	m.counts[kind]++
	if err != nil {
		m.errors = append(m.errors, fmt.Errorf("%s, %s: %w", kind, victim, err))
	}
}
