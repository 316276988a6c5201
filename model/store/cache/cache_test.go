package cache_test

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"github.com/oabridge/oabridge/model/store/cache"
	"github.com/oabridge/oabridge/model/store/storetest"
	"github.com/oabridge/oabridge/model/store/storetest/servers"
)

func TestMain(m *testing.M) {
	cache.LogTo(slog.New(slog.DiscardHandler))
	goleak.VerifyTestMain(withServers{m})
}

// withServers are the tests with the servers they share.
type withServers struct{ m *testing.M }

// Run runs the tests.
func (w withServers) Run() int { return servers.Main(w.m) }

// subject is a cache and a way to let time pass for it.
type subject struct {
	cache.Cache
	advance func(time.Duration)
}

func memory(*testing.T) subject {
	clock := storetest.NewClock()
	return subject{cache.NewMemory(1<<20, clock.Now), clock.Advance}
}

// onRedis lets time pass by removing what Redis would have removed by then.
func onRedis(t *testing.T) subject {
	addr := servers.Redis(t)
	c := cache.NewRedis(cache.RedisOptions{Addrs: []string{addr}})
	direct := redis.NewClient(&redis.Options{Addr: addr})
	t.Cleanup(func() { _, _ = c.Close(), direct.Close() })
	return subject{c, func(d time.Duration) {
		for _, key := range direct.Keys(t.Context(), "*").Val() {
			if direct.PTTL(t.Context(), key).Val() <= d {
				direct.Del(t.Context(), key)
			}
		}
	}}
}

// TestCaches is the one suite of both caches.
func TestCaches(t *testing.T) {
	for name, open := range map[string]func(*testing.T) subject{"memory": memory, "redis": onRedis} {
		t.Run(name, func(t *testing.T) {
			c := open(t)
			for name, test := range map[string]func(*testing.T, subject){
				"kept": testKept, "expires": testExpires, "replaced": testReplaced, "deleted": testDeleted,
				"no time to live": testNoTTL, "at once": testAtOnce,
			} {
				t.Run(name, func(t *testing.T) { test(t, c) })
			}
		})
	}
}

func set(t *testing.T, c cache.Cache, key, value string, ttl time.Duration) {
	t.Helper()
	if err := c.Set(t.Context(), key, []byte(value), ttl); err != nil {
		t.Fatal(err)
	}
}

func want(t *testing.T, c cache.Cache, key, value string) {
	t.Helper()
	got, ok, err := c.Get(t.Context(), key)
	if err != nil || !ok || string(got) != value {
		t.Fatalf("%q: got %q, %v, %v, want %q", key, got, ok, err, value)
	}
}

func wantNone(t *testing.T, c cache.Cache, key string) {
	t.Helper()
	if got, ok, err := c.Get(t.Context(), key); err != nil || ok || got != nil {
		t.Fatalf("%q: got %q, %v, %v, want nothing", key, got, ok, err)
	}
}

func testKept(t *testing.T, c subject) {
	wantNone(t, c, "unknown")
	for key, value := range map[string]string{"a": "1", "A": "2", "键 🚀\x00": "\x00\xff", "": "", "a:b": "3"} {
		set(t, c, key, value, time.Minute)
		want(t, c, key, value)
	}
	want(t, c, "a", "1")
	value := []byte("mine")
	if err := c.Set(t.Context(), "k", value, time.Minute); err != nil {
		t.Fatal(err)
	}
	value[0] = 'X'
	got, _, _ := c.Get(t.Context(), "k")
	got[1] = 'X'
	want(t, c, "k", "mine")
}

func testExpires(t *testing.T, c subject) {
	set(t, c, "short", "1", time.Minute)
	set(t, c, "long", "2", time.Hour)
	c.advance(time.Minute)
	wantNone(t, c, "short")
	want(t, c, "long", "2")
}

func testReplaced(t *testing.T, c subject) {
	set(t, c, "k", "1", time.Minute)
	set(t, c, "k", "2", time.Hour)
	c.advance(time.Minute)
	want(t, c, "k", "2")
}

func testDeleted(t *testing.T, c subject) {
	set(t, c, "k", "1", time.Minute)
	for range 2 {
		if err := c.Delete(t.Context(), "k"); err != nil {
			t.Fatal(err)
		}
		wantNone(t, c, "k")
	}
}

func testNoTTL(t *testing.T, c subject) {
	for _, ttl := range []time.Duration{0, -time.Second, time.Microsecond} {
		set(t, c, "k", "1", time.Minute)
		set(t, c, "k", "2", ttl)
		wantNone(t, c, "k")
	}
}

func testAtOnce(t *testing.T, c subject) {
	var callers sync.WaitGroup
	for i := range 8 {
		callers.Go(func() {
			for j := range 50 {
				key := fmt.Sprint("shared", j%5)
				_ = c.Set(t.Context(), key, []byte(key), time.Minute)
				if got, ok, err := c.Get(t.Context(), key); err != nil || ok && string(got) != key {
					t.Error(i, key, string(got), err)
				}
				_ = c.Delete(t.Context(), key)
			}
		})
	}
	callers.Wait()
}

// TestMemoryIsBounded fills a cache until what was not used for longest goes.
func TestMemoryIsBounded(t *testing.T) {
	c := cache.NewMemory(10_000, time.Now)
	big := string(make([]byte, 3000))
	for _, key := range []string{"a", "b", "c"} {
		set(t, c, key, big, time.Hour)
	}
	want(t, c, "a", big)
	set(t, c, "d", big, time.Hour)
	wantNone(t, c, "b")
	for _, key := range []string{"a", "c", "d"} {
		want(t, c, key, big)
	}
	set(t, c, "a", string(make([]byte, 20_000)), time.Hour)
	wantNone(t, c, "a")
	want(t, c, "c", big)
	for i := range 10_000 {
		set(t, c, fmt.Sprint(i), "", time.Hour)
	}
	wantNone(t, c, "c")
	want(t, c, "9999", "")
}

// TestRedisShared wants the prefix that keeps us apart from others, and the password.
func TestRedisShared(t *testing.T) {
	addr := servers.Redis(t)
	direct := redis.NewClient(&redis.Options{Addr: addr})
	t.Cleanup(func() { _ = direct.Close() })
	c := cache.NewRedis(cache.RedisOptions{Addrs: []string{addr}, DB: 0})
	t.Cleanup(func() { _ = c.Close() })
	set(t, c, "k", "1", time.Minute)
	if got := direct.Keys(t.Context(), "*").Val(); len(got) != 1 || got[0] != "oabridge:k" {
		t.Fatal(got)
	}
	if err := direct.ConfigSet(t.Context(), "requirepass", "secret").Err(); err != nil {
		t.Fatal(err)
	}
	for password, allowed := range map[string]bool{"": false, "wrong": false, "secret": true} {
		c := cache.NewRedis(cache.RedisOptions{Addrs: []string{addr}, Password: password})
		if err := c.Ping(t.Context()); (err == nil) != allowed {
			t.Errorf("password %q: %v", password, err)
		}
		_ = c.Close()
	}
}

// TestRedisUnreachable wants an error, soon, from a Redis that refuses and from one that never answers.
func TestRedisUnreachable(t *testing.T) {
	silent, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = silent.Close() })
	for _, addr := range []string{"127.0.0.1:1", silent.Addr().String()} {
		c := cache.NewRedis(cache.RedisOptions{Addrs: []string{addr}})
		begin := time.Now()
		_, ok, getErr := c.Get(t.Context(), "k")
		setErr := c.Set(t.Context(), "k", nil, time.Minute)
		ping, end := context.WithTimeout(t.Context(), time.Second)
		if ok || getErr == nil || setErr == nil || c.Delete(t.Context(), "k") == nil || c.Ping(ping) == nil {
			t.Errorf("%s: no error", addr)
		}
		if took := time.Since(begin); took > 10*time.Second {
			t.Errorf("%s: four calls took %v", addr, took)
		}
		end()
		_ = c.Close()
	}
}
