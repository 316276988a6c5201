package service

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/oabridge/oabridge/model"
)

// SharedBudget counts what all processes of this bridge send.
type SharedBudget interface {
	// Take takes one from a budget of limit in any window. When nothing is left it returns in how long the next come free,
	// the soonest first. An error: nobody can tell now.
	Take(ctx context.Context, budget string, limit int, window time.Duration) ([]time.Duration, error)
}

// unshared is the budget of the only process there is.
type unshared struct{}

func (unshared) Take(context.Context, string, int, time.Duration) ([]time.Duration, error) {
	return nil, nil
}

// budgetWindow is the time that a robot's limit is for.
const budgetWindow = time.Minute

// budgets pace what robots are given. Each process counts for itself, too, so that it keeps its own limit whatever
// happens to the shared count.
type budgets struct {
	limits map[string]int // by robot; one that is not in it has none
	shared SharedBudget
	now    func() time.Time
	log    *slog.Logger

	mu      sync.Mutex
	sent    map[string][]time.Time // within the window, the oldest first
	blocked map[string]time.Time   // until when DingTalk takes nothing
	late    map[string]bool        // whose messages wait
}

func newBudgets(limits map[string]int, shared SharedBudget, now func() time.Time, log *slog.Logger) *budgets {
	return &budgets{
		limits: limits, shared: shared, now: now, log: log,
		sent: map[string][]time.Time{}, blocked: map[string]time.Time{}, late: map[string]bool{},
	}
}

// take takes one message to m's recipient from its budget. When nothing is left it returns in how long the next come free,
// the soonest first.
func (b *budgets) take(ctx context.Context, m *model.Message) []time.Duration {
	limit := b.limits[m.Recipient]
	if m.Channel != model.ChannelRobot {
		return nil
	}
	free := b.own(m.Recipient, limit)
	if len(free) == 0 && limit > 0 {
		if shared, err := b.shared.Take(ctx, m.Recipient, limit, budgetWindow); err == nil {
			free = shared
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if late := len(free) > 0; late != b.late[m.Recipient] {
		b.late[m.Recipient] = late
		b.log.InfoContext(ctx, "robot's budget", "robot", m.Recipient, "exhausted", late)
	}
	if len(free) == 0 && limit > 0 {
		b.sent[m.Recipient] = append(b.sent[m.Recipient], b.now())
	}
	return free
}

// own is what this process itself may not send yet.
func (b *budgets) own(robot string, limit int) []time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	if until := b.blocked[robot]; until.After(now) {
		return slices.Repeat([]time.Duration{until.Sub(now)}, messagesAtOnce)
	}
	sent := b.sent[robot]
	for len(sent) > 0 && (now.Sub(sent[0]) >= budgetWindow || sent[0].After(now)) { // after: the clock was set back
		sent = sent[1:]
	}
	b.sent[robot] = sent
	if limit == 0 || len(sent) < limit {
		return nil
	}
	var free []time.Duration
	for _, at := range sent[len(sent)-limit : min(len(sent), len(sent)-limit+messagesAtOnce)] {
		free = append(free, at.Add(budgetWindow).Sub(now))
	}
	return free
}

// block lets a robot alone that DingTalk blocked: each further try is in vain.
func (b *budgets) block(robot string, d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.blocked[robot] = b.now().Add(d)
}

// turn is when the message at place i of those that wait may be tried, so that they keep their order.
func turn(free []time.Duration, i int) time.Duration {
	return free[i%len(free)] + time.Duration(i/len(free))*budgetWindow
}
