package cache_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/oabridge/oabridge/model/store/cache"
	"github.com/oabridge/oabridge/model/store/storetest/servers"
)

// patient is a cache on a server that is treated badly, and what it says about that.
type patient struct {
	*cache.Redis
	t      *testing.T
	server *servers.RedisServer
	mu     sync.Mutex
	log    bytes.Buffer
	failed map[string]int
}

func (p *patient) Write(line []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.Write(line)
}

func (p *patient) logged(text string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Count(p.log.String(), text)
}

func (p *patient) failures(kind string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.failed[kind]
}

func (p *patient) kill()    { p.server.Kill() }
func (p *patient) restart() { p.must(p.server.Restart()) }
func (p *patient) freeze()  { p.must(p.server.Freeze()) }
func (p *patient) thaw()    { p.must(p.server.Thaw()) }

func (p *patient) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

// newPatient is watched closely until the test ends.
func newPatient(t *testing.T, adjust ...func(*cache.RedisOptions)) *patient {
	p := &patient{t: t, server: servers.DedicatedRedis(t), failed: map[string]int{}}
	o := cache.RedisOptions{
		Addrs: []string{p.server.Addr()}, Installation: "here", Interval: 5 * time.Millisecond,
		Logger: slog.New(slog.NewTextHandler(p, nil)),
		Failed: func(kind string) { p.mu.Lock(); defer p.mu.Unlock(); p.failed[kind]++ },
	}
	for _, f := range adjust {
		f(&o)
	}
	p.Redis = cache.NewRedis(o)
	ctx, cancel := context.WithCancel(t.Context())
	var watch sync.WaitGroup
	watch.Go(func() { p.Watch(ctx) })
	t.Cleanup(func() { cancel(); watch.Wait(); _ = p.Close() })
	return p
}

// await waits for what must come to pass by itself.
func await(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !holds(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("in vain: %s", what)
		}
	}
}

func (p *patient) await(up bool) {
	p.t.Helper()
	await(p.t, map[bool]string{true: "up", false: "down"}[up], func() bool { return p.Up() == up })
}

// away wants that nobody asks, and so waits, any more, and that one line says why.
func (p *patient) away() {
	p.t.Helper()
	p.await(false)
	asked := p.failures("answer")
	for range 1000 {
		if _, found, err := p.Get(p.t.Context(), "answer:k"); found || err == nil {
			p.t.Fatal("an answer of a Redis that is away")
		}
	}
	if more := p.failures("answer") - asked; more > 0 {
		p.t.Errorf("%d of 1000 callers waited", more)
	}
	if n := p.logged("level=WARN"); n != 1 {
		p.t.Errorf("%d warnings", n)
	}
}

func (p *patient) back() {
	p.t.Helper()
	p.await(true)
	set(p.t, p, "answer:k", "new", time.Minute)
	want(p.t, p, "answer:k", "new")
	if warned, informed := p.logged("level=WARN"), p.logged("level=INFO"); warned != 1 || informed != 1 {
		p.t.Errorf("%d warnings and %d all-clears", warned, informed)
	}
}

func TestRedisComesBackByItself(t *testing.T) {
	for name, c := range map[string]struct{ harm, heal func(*patient) }{
		"killed": {(*patient).kill, (*patient).restart}, "frozen": {(*patient).freeze, (*patient).thaw},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPatient(t)
			set(t, p, "answer:k", "old", time.Minute)
			c.harm(p)
			p.away()
			c.heal(p)
			p.back()
		})
	}
}

// TestRedisOfOthers wants that a Redis that answers with errors is left alone, too, and used again once it lets us in.
func TestRedisOfOthers(t *testing.T) {
	for name, setting := range map[string][2]string{
		"password": {"requirepass", "secret"}, "full": {"maxmemory", "1"}, "replica": {"min-replicas-to-write", "1"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPatient(t)
			direct := redis.NewClient(&redis.Options{Addr: p.server.Addr()})
			t.Cleanup(func() { _ = direct.Close() })
			before := direct.ConfigGet(t.Context(), setting[0]).Val()[setting[0]]
			if err := direct.ConfigSet(t.Context(), setting[0], setting[1]).Err(); err != nil {
				t.Fatal(err)
			}
			if name == "password" { // who is in already stays in
				direct.ClientKillByFilter(t.Context(), "TYPE", "normal", "SKIPME", "yes")
			}
			p.away()
			if err := direct.ConfigSet(t.Context(), setting[0], before).Err(); err != nil {
				t.Fatal(err)
			}
			p.back()
		})
	}
}

func TestWrongPasswordIsSaidOnce(t *testing.T) {
	p := newPatient(t, func(o *cache.RedisOptions) {
		direct := redis.NewClient(&redis.Options{Addr: o.Addrs[0]})
		defer func() { _ = direct.Close() }()
		if err := direct.ConfigSet(t.Context(), "requirepass", "secret").Err(); err != nil {
			t.Fatal(err)
		}
		o.Password = "hush-redis"
	})
	p.away()
	if p.logged("hush-redis") > 0 {
		t.Error("the password is in the log")
	}
}

// TestCallerThatLeaves wants that an impatient caller is no reason to give Redis up.
func TestCallerThatLeaves(t *testing.T) {
	p := newPatient(t)
	left, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := p.Get(left, "answer:k"); err == nil || !p.Up() || p.failures("answer") != 0 {
		t.Errorf("%v, up %v", err, p.Up())
	}
}

// TestRefusalIsCounted wants that a call that Redis refuses costs nobody else its use.
func TestRefusalIsCounted(t *testing.T) {
	p := newPatient(t)
	direct := redis.NewClient(&redis.Options{Addr: p.server.Addr()})
	t.Cleanup(func() { _ = direct.Close() })
	direct.LPush(t.Context(), "oabridge:here:answer:k", "no string")
	if _, _, err := p.Get(t.Context(), "answer:k"); err == nil || !p.Up() || p.failures("answer") != 1 {
		t.Errorf("%v, up %v, %d failures", err, p.Up(), p.failures("answer"))
	}
}

func TestInstallationsDoNotMeet(t *testing.T) {
	p := newPatient(t)
	other := cache.NewRedis(cache.RedisOptions{Addrs: []string{p.server.Addr()}, Installation: "there"})
	t.Cleanup(func() { _ = other.Close() })
	set(t, p, "answer:k", "here", time.Minute)
	wantNone(t, other, "answer:k")
	for range 2 {
		for _, r := range []*cache.Redis{p.Redis, other} {
			if free, err := r.Take(t.Context(), "ops", 2, time.Hour); err != nil || len(free) != 0 {
				t.Errorf("one budget for two: %v, %v", free, err)
			}
		}
	}
}
