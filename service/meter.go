package service

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"strconv"
	"sync"
	"time"

	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/service/notices"
)

// CallBook keeps how many calls of DingTalk all processes made.
type CallBook interface {
	// AddCalls adds n calls of a kind to those of the month.
	AddCalls(ctx context.Context, month, kind string, n int64) error
	// Calls returns how many calls of each kind were counted in the month.
	Calls(ctx context.Context, month string) (map[string]int64, error)
	// Post stores a message of no release; one with a known key is dropped.
	Post(ctx context.Context, m model.Message) error
}

// MeterOptions are everything a Meter needs.
type MeterOptions struct {
	Book    CallBook
	Quota   map[string]int64 // by kind of call, a month; one without has none
	Robots  []string         // who is told when a quota is nearly used up
	Notices *notices.Set
	Logger  *slog.Logger
	Now     func() time.Time
	Every   time.Duration // between two looks at the book; 10 s
}

// Meter counts the calls that cost something of DingTalk's quotas, for all processes together, and warns in time.
type Meter struct {
	o     MeterOptions
	write writer

	turn    sync.Mutex // one Flush at a time
	failing bool
	told    map[string]bool // by message key

	mu      sync.Mutex
	pending map[callKey]int64
	month   string
	booked  map[string]int64 // of the month, by kind, as the book had it last
}

type callKey struct{ month, kind string }

// How much of a quota is used when people are told, in percent.
const (
	quotaLow   = 80
	quotaEmpty = 100
)

// beijing is where DingTalk's months and days begin.
var beijing = time.FixedZone("CST", 8*60*60)

// QuotaMonth is the month of DingTalk's quotas at a time.
func QuotaMonth(at time.Time) string { return at.In(beijing).Format("2006-01") }

// NewMeter makes a Meter that has counted nothing.
func NewMeter(o MeterOptions) *Meter {
	if o.Every <= 0 {
		o.Every = 10 * time.Second
	}
	return &Meter{
		o: o, write: newWriter(Options{Notices: o.Notices, Location: beijing, Logger: o.Logger}),
		pending: map[callKey]int64{}, booked: map[string]int64{}, told: map[string]bool{},
	}
}

// Count notes one call. It is cheap, and never fails.
func (m *Meter) Count(kind string) {
	key := callKey{QuotaMonth(m.o.Now()), kind}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.pending[key]++
}

// Used is what is known of this month's calls by kind: those in the book when it was read last, and our own since.
func (m *Meter) Used() map[string]int64 {
	month := QuotaMonth(m.o.Now())
	m.mu.Lock()
	defer m.mu.Unlock()
	used := map[string]int64{}
	for kind := range m.o.Quota {
		used[kind] = 0
	}
	if m.month == month {
		maps.Copy(used, m.booked)
	}
	for key, n := range m.pending {
		if key.month == month {
			used[key.kind] += n
		}
	}
	return used
}

// Quota is how many calls of each kind a month may have; 0: as many as come.
func (m *Meter) Quota() map[string]int64 { return maps.Clone(m.o.Quota) }

// Run books what was counted until ctx ends. Flush books what is counted after that.
func (m *Meter) Run(ctx context.Context) {
	for {
		m.Flush(ctx)
		if !wait(ctx, m.o.Every, nil) {
			return
		}
	}
}

// Flush books what was counted since the last time, and warns when that is much. What cannot be booked is kept.
func (m *Meter) Flush(ctx context.Context) {
	m.turn.Lock()
	defer m.turn.Unlock()
	err := m.book(ctx)
	began, over := err != nil && !m.failing, err == nil && m.failing
	m.failing = err != nil
	switch {
	case began && ctx.Err() == nil:
		m.o.Logger.WarnContext(ctx, "calls of DingTalk not booked; they are kept", slog.Any("error", err))
	case over:
		m.o.Logger.InfoContext(ctx, "calls of DingTalk are booked again")
	}
}

func (m *Meter) book(ctx context.Context) error {
	for key := range m.counted() {
		n := m.take(key)
		if err := m.o.Book.AddCalls(ctx, key.month, key.kind, n); err != nil {
			m.giveBack(key, n)
			return err
		}
	}
	month := QuotaMonth(m.o.Now())
	booked, err := m.o.Book.Calls(ctx, month)
	if err != nil {
		return err
	}
	m.mu.Lock()
	m.month, m.booked = month, booked
	m.mu.Unlock()
	return m.warn(ctx, booked)
}

func (m *Meter) counted() map[callKey]int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return maps.Clone(m.pending)
}

func (m *Meter) take(key callKey) int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := m.pending[key]
	delete(m.pending, key)
	return n
}

func (m *Meter) giveBack(key callKey, n int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.pending[key] += n
}

// warn tells the robots of each quota that is nearly used up, and of each that is, once a day, whichever process sees it.
func (m *Meter) warn(ctx context.Context, booked map[string]int64) error {
	now := m.o.Now()
	for kind, quota := range m.o.Quota {
		if quota <= 0 || booked[kind]*100 < quota*quotaLow {
			continue
		}
		level := quotaLow
		if booked[kind] >= quota {
			level = quotaEmpty
		}
		used := fmt.Sprintf("%d%%(%d / %d)", booked[kind]*100/quota, booked[kind], quota)
		n := m.write.compose(model.NoticeQuota, "", notices.Facts{Action: kind, Message: used})
		for _, robot := range m.o.Robots {
			key := model.Hash(string(model.NoticeQuota), robot, kind, strconv.Itoa(level), now.In(beijing).Format(time.DateOnly))
			if m.told[key] {
				continue
			}
			err := m.o.Book.Post(ctx, model.Message{
				Key: key, Kind: n.kind, Channel: model.ChannelRobot, Recipient: robot, Title: n.Title, Markdown: n.Robot,
				Summary: n.Summary, State: model.MessagePending, CreatedAt: now, NextAt: now,
			})
			if err != nil {
				return err
			}
			m.told[key] = true
		}
	}
	return nil
}
