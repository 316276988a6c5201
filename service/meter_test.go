package service

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/model/store"
	"github.com/oabridge/oabridge/service/notices"
)

// metered is a store with a meter on it, and a clock for both.
type metered struct {
	*Meter
	clock *clock
	store *store.Store
	book  *shakyBook
	log   *strings.Builder
}

// shakyBook is a store that fails on demand.
type shakyBook struct {
	CallBook
	fail error
}

func (b *shakyBook) AddCalls(ctx context.Context, month, kind string, n int64) error {
	if b.fail != nil {
		return b.fail
	}
	return b.CallBook.AddCalls(ctx, month, kind, n)
}

func newMetered(t *testing.T, at time.Time, quota map[string]int64) *metered {
	t.Helper()
	m := &metered{clock: &clock{at: at}, log: &strings.Builder{}}
	var err error
	m.store, err = store.Open(t.Context(), store.Options{
		Driver: store.DriverSQLite, DSN: filepath.Join(t.TempDir(), "test.db"), Now: m.clock.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.store.Close() })
	if _, _, err := m.store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	m.book = &shakyBook{CallBook: m.store}
	m.Meter = m.another(quota)
	return m
}

// another is the meter of another process on the same store.
func (m *metered) another(quota map[string]int64) *Meter {
	return NewMeter(MeterOptions{
		Book: m.book, Quota: quota, Robots: []string{"ops", "dev"}, Notices: notices.Builtin(notices.Chinese, time.UTC),
		Logger: slog.New(slog.NewTextHandler(m.log, nil)), Now: m.clock.Now,
	})
}

func (m *metered) count(kind string, n int) {
	for range n {
		m.Count(kind)
	}
}

func (m *metered) wantUsed(t *testing.T, meter *Meter, want map[string]int64) {
	t.Helper()
	if got := meter.Used(); !maps.Equal(got, want) {
		t.Errorf("used %v, want %v", got, want)
	}
}

// told are the titles of the messages that wait for a robot.
func (m *metered) told(t *testing.T) []string {
	t.Helper()
	messages, err := m.store.ClaimMessages(t.Context(), "test", time.Minute, 100)
	if err != nil {
		t.Fatal(err)
	}
	var titles []string
	for _, message := range messages {
		titles = append(titles, message.Recipient+" "+message.Title)
		message.State = model.MessageSent
		if err := m.store.SettleMessage(t.Context(), message); err != nil {
			t.Fatal(err)
		}
	}
	return titles
}

var noon = time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)

func TestMetersOfAllProcessesAddUp(t *testing.T) {
	m := newMetered(t, noon, map[string]int64{"api": 0, "webhook": 0})
	other := m.another(map[string]int64{"api": 0})
	m.wantUsed(t, m.Meter, map[string]int64{"api": 0, "webhook": 0})
	m.count("api", 3)
	m.wantUsed(t, m.Meter, map[string]int64{"api": 3, "webhook": 0})
	m.Flush(t.Context())
	other.Count("api")
	other.Count("webhook")
	other.Flush(t.Context())
	m.wantUsed(t, other, map[string]int64{"api": 4, "webhook": 1})
	m.count("api", 1)
	m.Flush(t.Context())
	m.Flush(t.Context()) // nothing is booked twice
	m.wantUsed(t, m.Meter, map[string]int64{"api": 5, "webhook": 1})
	if got := m.told(t); len(got) != 0 {
		t.Errorf("told %q though there is no quota", got)
	}
}

func TestMonthsAreThoseOfBeijing(t *testing.T) {
	m := newMetered(t, time.Date(2026, 11, 30, 15, 59, 59, 0, time.UTC), map[string]int64{"api": 10})
	m.count("api", 2)
	m.clock.Advance(time.Second)
	m.count("api", 1)
	m.wantUsed(t, m.Meter, map[string]int64{"api": 1})
	m.Flush(t.Context())
	m.wantUsed(t, m.Meter, map[string]int64{"api": 1})
	for month, want := range map[string]int64{"2026-11": 2, "2026-12": 1} {
		if got, err := m.store.Calls(t.Context(), month); err != nil || got["api"] != want {
			t.Errorf("%s: %v, %v", month, got, err)
		}
	}
}

func TestRobotsAreToldOfAQuotaOnceADay(t *testing.T) {
	quota := map[string]int64{"api": 10, "webhook": 100}
	m := newMetered(t, noon, quota)
	want := func(titles ...string) {
		t.Helper()
		got := m.told(t)
		if strings.Join(got, "\n") != strings.Join(titles, "\n") {
			t.Errorf("told %q, want %q", got, titles)
		}
	}
	m.count("api", 7)
	m.Flush(t.Context())
	want()
	m.count("api", 1)
	m.Flush(t.Context())
	want("ops 钉钉本月接口调用额度已用 80%(8 / 10)", "dev 钉钉本月接口调用额度已用 80%(8 / 10)")
	m.count("api", 1)
	m.Flush(t.Context())
	m.another(quota).Flush(t.Context()) // another process sees the same
	want()
	m.count("api", 1)
	m.Flush(t.Context())
	want("ops 钉钉本月接口调用额度已用 100%(10 / 10)", "dev 钉钉本月接口调用额度已用 100%(10 / 10)")
	m.clock.Advance(12 * time.Hour) // the next day in Beijing
	m.Flush(t.Context())
	want("ops 钉钉本月接口调用额度已用 100%(10 / 10)", "dev 钉钉本月接口调用额度已用 100%(10 / 10)")
	m.clock.Advance(9 * 24 * time.Hour) // the next month
	m.Flush(t.Context())
	want()
}

func TestCallsThatCannotBeBookedAreKept(t *testing.T) {
	m := newMetered(t, noon, map[string]int64{"api": 10})
	m.count("api", 2)
	m.book.fail = errors.New("away")
	for range 3 {
		m.Flush(t.Context())
	}
	m.wantUsed(t, m.Meter, map[string]int64{"api": 2})
	m.book.fail = nil
	m.Flush(t.Context())
	m.wantUsed(t, m.Meter, map[string]int64{"api": 2})
	if log := m.log.String(); strings.Count(log, "not booked") != 1 || strings.Count(log, "booked again") != 1 {
		t.Errorf("log:\n%s", log)
	}
}

func TestMeterIsForManyGoroutines(t *testing.T) {
	m := newMetered(t, noon, map[string]int64{"api": 0})
	ctx, stop := context.WithCancel(t.Context())
	var all sync.WaitGroup
	m.o.Every = time.Millisecond
	all.Go(func() { m.Run(ctx) })
	var counting sync.WaitGroup
	for range 4 {
		counting.Go(func() {
			for range 500 {
				m.Count("api")
				m.Used()
			}
		})
	}
	counting.Wait()
	stop()
	all.Wait()
	m.Flush(t.Context())
	if got, err := m.store.Calls(t.Context(), "2026-11"); err != nil || got["api"] != 2000 {
		t.Errorf("%v, %v", got, err)
	}
}
