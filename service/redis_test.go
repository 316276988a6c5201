package service

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/oabridge/oabridge/model"
)

// faults are what can happen to a Redis, and what ends it.
var faults = map[string]struct{ begin, end func(*fleet) }{
	"killed":  {func(f *fleet) { f.server.Kill() }, func(f *fleet) { f.must(f.server.Restart()) }},
	"frozen":  {func(f *fleet) { f.must(f.server.Freeze()) }, func(f *fleet) { f.must(f.server.Thaw()) }},
	"flushed": {func(f *fleet) { f.must(f.server.Flush()) }, func(*fleet) {}},
	"locked": {
		func(f *fleet) {
			f.config("requirepass", "secret")
			f.direct(func(c *redis.Client) error {
				return c.ClientKillByFilter(f.t.Context(), "TYPE", "normal", "SKIPME", "yes").Err()
			})
		},
		func(f *fleet) { f.config("requirepass", "") },
	},
}

// direct asks Redis as its administrator.
func (f *fleet) direct(ask func(*redis.Client) error) {
	f.t.Helper()
	c := redis.NewClient(&redis.Options{Addr: f.server.Addr()})
	defer func() { _ = c.Close() }()
	err := ask(c)
	if err != nil {
		locked := redis.NewClient(&redis.Options{Addr: f.server.Addr(), Password: "secret"})
		defer func() { _ = locked.Close() }()
		err = ask(locked)
	}
	f.must(err)
}

func (f *fleet) config(name, value string) {
	f.direct(func(c *redis.Client) error { return c.ConfigSet(f.t.Context(), name, value).Err() })
}

// storm sends each of the forms from..to to every replica three times, all at once, and returns the numbers they got.
func (f *fleet) storm(from, to int) []string {
	f.t.Helper()
	numbers := make([]string, to-from)
	var mu sync.Mutex
	firsts := map[string]int{}
	var senders sync.WaitGroup
	for i := from; i < to; i++ {
		for try := range 3 * len(f.replicas) {
			senders.Go(func() {
				got, err := f.replicas[try%len(f.replicas)].Submit(f.t.Context(), storming(i), "connector")
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err != nil:
					f.t.Errorf("form %d: %v", i, err)
				case numbers[i-from] != "" && numbers[i-from] != got.Number:
					f.t.Errorf("form %d is %s and %s", i, numbers[i-from], got.Number)
				case !got.Duplicate:
					firsts[got.Number]++
				}
				numbers[i-from] = got.Number
			})
		}
	}
	senders.Wait()
	for _, number := range numbers {
		if firsts[number] != 1 {
			f.t.Errorf("%s was answered as new %d times", number, firsts[number])
		}
	}
	return numbers
}

func storming(i int) map[string][]string {
	return form("实例ID", fmt.Sprint("storm-", i), "VERSION", fmt.Sprint("v", i), "requestId", fmt.Sprint("q-", i))
}

func TestRedisInTroubleLosesAndDoublesNothing(t *testing.T) {
	t.Parallel()
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			f := newFleet(t, func(o *Options) { o.WorkNotices, o.Controllers[0].MaxParallelPerJob = false, 50 })
			f.work(f.replicas...)
			numbers := f.storm(0, 2)
			var trouble sync.WaitGroup
			trouble.Go(func() { fault.begin(f) })
			numbers = append(numbers, f.storm(2, 4)...)
			trouble.Wait()
			numbers = append(numbers, f.storm(4, 6)...)
			fault.end(f)
			numbers = append(numbers, f.storm(6, 8)...)
			f.deployedOnce(numbers)
			f.backAgain()
		})
	}
}

// deployedOnce wants one build and one message of each kind for each release, and no others.
func (f *fleet) deployedOnce(numbers []string) {
	f.t.Helper()
	until(f.t, "every release and message", func() bool {
		open, err := f.store.CountDeployments(f.t.Context())
		f.must(err)
		total := int64(0)
		for _, n := range open {
			total += n
		}
		return total == 0
	})
	for _, number := range numbers {
		f.want(number, model.ReleaseSucceeded, model.StateSucceeded)
	}
	if n := len(f.builds(webJob)); n != len(numbers) {
		f.t.Errorf("%d builds of %d releases", n, len(numbers))
	}
	if n := len(f.inbox.titles("ops")); n != 2*len(numbers) {
		f.t.Errorf("%d messages about %d releases", n, len(numbers))
	}
}

// backAgain wants that Redis is used again, by itself: what one process stores another finds there.
func (f *fleet) backAgain() {
	f.t.Helper()
	i := 1000
	until(f.t, "a shared answer", func() bool {
		i++
		if _, err := f.replicas[0].Submit(f.t.Context(), storming(i), "connector"); err != nil {
			f.t.Fatal(err)
		}
		before := f.replicas[1].count("answer shared")
		got, err := f.replicas[1].Submit(f.t.Context(), storming(i), "connector")
		if err != nil || !got.Duplicate {
			f.t.Fatalf("%+v, %v", got, err)
		}
		return f.replicas[1].count("answer shared") > before
	})
}

// TestFiftyAtOnceAreOneRelease sends one form fifty times to two processes while Redis dies.
func TestFiftyAtOnceAreOneRelease(t *testing.T) {
	f := newFleet(t)
	var all sync.WaitGroup
	receipts := make([]model.Receipt, 50)
	for i := range receipts {
		all.Go(func() {
			if i == 25 {
				f.server.Kill()
			}
			var err error
			if receipts[i], err = f.replicas[i%2].Submit(t.Context(), form(), "connector"); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	firsts := 0
	for _, r := range receipts {
		if !r.Duplicate {
			firsts++
		}
		if r.Number != receipts[0].Number || r.State != receipts[0].State {
			t.Errorf("%+v and %+v", receipts[0], r)
		}
	}
	if firsts != 1 || len(f.releases()) != 1 {
		t.Errorf("%d first answers, %d releases", firsts, len(f.releases()))
	}
}

// mute is a store that has lost its listings.
type mute struct{ Store }

func (mute) LoadListing(context.Context, string, time.Time) (model.Listing, error) {
	return model.Listing{}, model.Errorf(model.CodeDatabaseUnavailable, "数据库暂时无法访问")
}

func TestNewReplicaStartsWarmFromRedis(t *testing.T) {
	f := newFleet(t)
	first := f.replicas[0]
	f.addApp("new")
	if err := first.RefreshOnce(t.Context(), "prod"); err != nil {
		t.Fatal(err)
	}
	asked := f.jenkins.Ledger().Requests
	f.options.Store = mute{f.options.Store}
	fresh := f.join()
	if fresh.Listed() == nil || f.jenkins.Ledger().Requests != asked || fresh.count("listing shared") != 1 {
		t.Errorf("listed %v, %d requests", fresh.Listed(), f.jenkins.Ledger().Requests-asked)
	}
	f.options.Store = f.store
	f.server.Kill()
	until(t, "Redis to be away", func() bool { return !first.redis.Up() })
	if alone := f.join(); alone.Listed() == nil || alone.count("listing miss") != 1 {
		t.Errorf("without Redis: listed %v", alone.Listed())
	}
}

// idle is a process that looks at nothing by itself.
func idle(o *Options) {
	o.Pace.Idle = time.Hour
	o.Controllers[0].Refresh = time.Hour
}

func TestReplicasWakeEachOther(t *testing.T) {
	f := newFleet(t, idle)
	awake := f.replicas[1]
	f.clock.Advance(2 * time.Hour)
	f.must(f.replicas[0].RefreshOnce(t.Context(), "prod"))
	f.work(awake)
	f.background(func(ctx context.Context) { f.replicas[0].wakeups.Run(ctx, f.replicas[0].hear) }) // it only speaks
	f.addApp("new")
	until(t, "a listing of the other", func() bool {
		f.must(f.replicas[0].RefreshOnce(t.Context(), "prod"))
		c, err := awake.catalogue()
		f.must(err)
		app, _ := c.AppByKey("prod:deploy/mall/new")
		return app != nil
	})
	i := 0
	until(t, "a release of the other", func() bool {
		i++
		_, err := f.replicas[0].Submit(t.Context(), storming(i), "connector")
		f.must(err)
		return len(f.builds(webJob)) > 0
	})
}

func TestRobotsBudgetIsOneForTheFleet(t *testing.T) {
	f := newFleet(t, func(o *Options) { o.WorkNotices, o.RobotLimits = false, map[string]int{"ops": 5} })
	f.post(12)
	var both sync.WaitGroup
	for _, r := range f.replicas {
		both.Go(func() {
			for range 3 {
				_, err := r.deliverDue(t.Context())
				f.must(err)
			}
		})
	}
	both.Wait()
	if n := len(f.inbox.titles("ops")); n != 5 {
		t.Errorf("%d messages, want 4 and a digest", n)
	}
	for _, r := range f.replicas { // what was put off is not tried by the one that knows of nothing sent by itself
		f.clock.Advance(time.Second)
		_, err := r.deliverDue(t.Context())
		f.must(err)
	}
	if n := len(f.inbox.titles("ops")); n != 5 {
		t.Errorf("%d messages a second later", n)
	}
}
