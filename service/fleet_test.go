package service

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model/store/cache"
	"github.com/oabridge/oabridge/model/store/storetest/servers"
)

// fleet is two processes of one bridge, on one database, with one Redis that is treated badly.
type fleet struct {
	*world
	server   *servers.RedisServer
	replicas []*member
}

// member is one of the processes.
type member struct {
	*Service
	redis *cache.Redis
	mu    sync.Mutex
	found map[string]int // looks by kind and where it was found
}

func (r *member) looked(kind, found string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.found[kind+" "+found]++
}

func (r *member) count(look string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.found[look]
}

func newFleet(t *testing.T, adjust ...func(*Options)) *fleet {
	cache.LogTo(slog.New(slog.DiscardHandler))
	f := &fleet{world: newWorld(t, append([]func(*Options){quick}, adjust...)...), server: servers.DedicatedRedis(t)}
	for range 2 {
		f.join()
	}
	return f
}

// join adds a process that does not work yet.
func (f *fleet) join() *member {
	f.t.Helper()
	installation, err := f.store.Installation(f.t.Context())
	if err != nil {
		f.t.Fatal(err)
	}
	r := &member{found: map[string]int{}}
	r.redis = cache.NewRedis(cache.RedisOptions{
		Addrs: []string{f.server.Addr()}, Installation: installation, Interval: 5 * time.Millisecond,
	})
	o := f.options
	o.Shared = Shared{
		Answers:  cache.NewTiered(r.redis, cache.NewMemory(1<<20, time.Now), r.looked),
		Listings: cache.NewListings(f.options.Store, r.redis, r.looked), Budget: r.redis, Wakeups: cache.NewWakeups(r.redis),
	}
	o.Controllers = append([]Controller{}, o.Controllers...)
	r.Service = New(o)
	if err := r.Warm(f.t.Context()); err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(func() { _ = r.redis.Close() })
	f.background(r.redis.Watch)
	f.replicas = append(f.replicas, r)
	return r
}

// work lets processes run until the test ends.
func (f *fleet) work(replicas ...*member) {
	f.clock.Run()
	for _, r := range replicas {
		f.background(r.Run)
	}
}

// background does something until the test ends.
func (f *fleet) background(do func(context.Context)) {
	ctx, cancel := context.WithCancel(f.t.Context())
	var done sync.WaitGroup
	done.Go(func() { do(ctx) })
	f.t.Cleanup(func() { cancel(); done.Wait() })
}

// until waits for what must come to pass by itself.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(3 * patience); !holds(); time.Sleep(3 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

func (f *fleet) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}
