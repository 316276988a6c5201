package cache_test

import (
	"context"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/oabridge/oabridge/model/store/cache"
	"github.com/oabridge/oabridge/model/store/storetest/servers"
)

func TestBudgetIsOneForAll(t *testing.T) {
	p := newPatient(t)
	var granted atomic.Int64
	var takers sync.WaitGroup
	for range 3 {
		replica := cache.NewRedis(cache.RedisOptions{Addrs: []string{p.server.Addr()}, Installation: "here"})
		t.Cleanup(func() { _ = replica.Close() })
		for range 4 {
			takers.Go(func() {
				for range 5 {
					free, err := replica.Take(t.Context(), "发布群", 18, time.Hour)
					if err != nil {
						t.Error(err)
					}
					if len(free) == 0 {
						granted.Add(1)
					}
				}
			})
		}
	}
	takers.Wait()
	if granted.Load() != 18 {
		t.Errorf("%d granted", granted.Load())
	}
	free, err := p.Take(t.Context(), "发布群", 18, time.Hour)
	if err != nil || len(free) != 18 {
		t.Fatalf("%v, %v", free, err)
	}
	for i, wait := range free {
		if wait <= 0 || wait > time.Hour || i > 0 && wait < free[i-1] {
			t.Errorf("%d: free in %s", i, wait)
		}
	}
	if free, err := p.Take(t.Context(), "dev", 18, time.Hour); err != nil || len(free) != 0 {
		t.Errorf("another robot: %v, %v", free, err)
	}
}

// TestBudgetComesBack lets a window pass, and one pass for a Redis whose clock jumped back.
func TestBudgetComesBack(t *testing.T) {
	p := newPatient(t)
	const window = 50 * time.Millisecond
	take := func() bool {
		free, err := p.Take(t.Context(), "ops", 1, window)
		if err != nil || len(free) > 1 || len(free) == 1 && free[0] > window {
			t.Fatalf("%v, %v", free, err)
		}
		return len(free) == 0
	}
	await(t, "the first", take)
	await(t, "the next window", take)
	direct := redis.NewClient(&redis.Options{Addr: p.server.Addr()})
	t.Cleanup(func() { _ = direct.Close() })
	ahead := float64(time.Now().Add(time.Hour).UnixMilli())
	direct.ZAdd(t.Context(), "oabridge:here:budget:ops", redis.Z{Score: ahead, Member: "m"})
	direct.PExpire(t.Context(), "oabridge:here:budget:ops", window)
	await(t, "a clock that jumped", take)
}

func TestBlockedBudget(t *testing.T) {
	p := newPatient(t)
	take := func(budget string) []time.Duration {
		t.Helper()
		free, err := p.Take(t.Context(), budget, 5, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		return free
	}
	take("ops")
	if err := p.Block(t.Context(), "ops", time.Minute); err != nil {
		t.Fatal(err)
	}
	if free := take("ops"); len(free) != 1 || free[0] <= 50*time.Second || free[0] > time.Minute {
		t.Errorf("blocked for %v", free)
	}
	if free := take("dev"); len(free) != 0 {
		t.Errorf("another robot waits %v", free)
	}
	if err := p.Block(t.Context(), "ops", time.Millisecond); err != nil {
		t.Fatal(err)
	}
	await(t, "the end of the block", func() bool { return len(take("ops")) == 0 })
	p.kill()
	p.await(false)
	if p.Block(t.Context(), "ops", time.Minute) == nil {
		t.Error("nobody knows of the block")
	}
}

func TestLoweredBudget(t *testing.T) {
	p := newPatient(t)
	for range 5 {
		if free, err := p.Take(t.Context(), "ops", 5, time.Hour); err != nil || len(free) != 0 {
			t.Fatal(free, err)
		}
	}
	if free, err := p.Take(t.Context(), "ops", 2, time.Hour); err != nil || len(free) != 2 {
		t.Errorf("%v, %v", free, err)
	}
}

func TestBudgetSurvivesALostScript(t *testing.T) {
	p := newPatient(t)
	direct := redis.NewClient(&redis.Options{Addr: p.server.Addr()})
	t.Cleanup(func() { _ = direct.Close() })
	for range 3 {
		if free, err := p.Take(t.Context(), "ops", 5, time.Hour); err != nil || len(free) != 0 {
			t.Error(free, err)
		}
		direct.ScriptFlush(t.Context())
	}
	p.kill()
	p.await(false)
	if _, err := p.Take(t.Context(), "ops", 5, time.Hour); err == nil {
		t.Error("a budget of nobody")
	}
}

// heard keeps the words that came.
type heard struct {
	mu    sync.Mutex
	words map[string]int
}

func (h *heard) hear(word string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.words[word]++
}

func (h *heard) count(word string) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.words[word]
}

// speaker is one process' end of the wake-ups.
func speaker(t *testing.T, r *cache.Redis) (*cache.Wakeups, *heard) {
	w, h := cache.NewWakeups(r), &heard{words: map[string]int{}}
	ctx, cancel := context.WithCancel(t.Context())
	var run sync.WaitGroup
	run.Go(func() { w.Run(ctx, h.hear) })
	t.Cleanup(func() { cancel(); run.Wait() })
	return w, h
}

// awaitHeard says a word until it arrives: any may be lost.
func awaitHeard(t *testing.T, w *cache.Wakeups, h *heard, word string) {
	t.Helper()
	await(t, "hear "+word, func() bool { w.Send(word); return h.count(word) > 0 })
}

func TestWakeupsReachTheOthersOnly(t *testing.T) {
	p := newPatient(t)
	stranger := cache.NewRedis(cache.RedisOptions{Addrs: []string{p.server.Addr()}, Installation: "there"})
	t.Cleanup(func() { _ = stranger.Close() })
	one, heardByOne := speaker(t, p.Redis)
	two, heardByTwo := speaker(t, p.Redis)
	_, heardByStranger := speaker(t, stranger)
	awaitHeard(t, one, heardByTwo, "listing:生产 a b")
	awaitHeard(t, two, heardByOne, "work")
	if heardByOne.count("listing:生产 a b")+heardByTwo.count("work")+heardByStranger.count("work") > 0 {
		t.Error("heard by those who should not")
	}
}

func TestWakeupsComeBackByThemselves(t *testing.T) {
	p := newPatient(t)
	one, _ := speaker(t, p.Redis)
	_, h := speaker(t, p.Redis)
	awaitHeard(t, one, h, "before")
	p.kill()
	p.await(false)
	for range 10_000 {
		one.Send("into the void")
	}
	p.restart()
	awaitHeard(t, one, h, "after a restart")
	p.freeze()
	p.await(false)
	p.thaw()
	awaitHeard(t, one, h, "after a frost")
}

func TestTooMuchToSayIsDropped(t *testing.T) {
	p := newPatient(t)
	_, h := speaker(t, p.Redis)
	other, _ := speaker(t, p.Redis)
	awaitHeard(t, other, h, "before")
	w := cache.NewWakeups(p.Redis)
	for i := range 10_000 { // nobody runs it yet
		w.Send(strconv.Itoa(i))
	}
	var run sync.WaitGroup
	ctx, cancel := context.WithCancel(t.Context())
	run.Go(func() { w.Run(ctx, h.hear) })
	awaitHeard(t, w, h, "after")
	cancel()
	run.Wait()
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.words) < 3 || len(h.words) > 300 {
		t.Errorf("%d words were said", len(h.words))
	}
}

// TestCluster uses everything on a cluster, of one node that has every slot.
func TestCluster(t *testing.T) {
	server := servers.DedicatedRedis(t, "--cluster-enabled", "yes")
	direct := redis.NewClient(&redis.Options{Addr: server.Addr()})
	t.Cleanup(func() { _ = direct.Close() })
	if err := direct.ClusterAddSlotsRange(t.Context(), 0, 16383).Err(); err != nil {
		t.Fatal(err)
	}
	r := cache.NewRedis(cache.RedisOptions{Addrs: []string{server.Addr(), server.Addr()}, Installation: "here"})
	t.Cleanup(func() { _ = r.Close() })
	await(t, "the cluster", func() bool {
		r.Look(t.Context())
		return r.Set(t.Context(), "answer:k", []byte("1"), time.Minute) == nil
	})
	want(t, r, "answer:k", "1")
	if free, err := r.Take(t.Context(), "ops", 1, time.Hour); err != nil || len(free) != 0 {
		t.Error(free, err)
	}
	if free, err := r.Take(t.Context(), "ops", 1, time.Hour); err != nil || len(free) != 1 {
		t.Error(free, err)
	}
	one, _ := speaker(t, r)
	_, h := speaker(t, r)
	awaitHeard(t, one, h, "work")
}
