package service

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/oabridge/oabridge/model"
)

// SharedBudget counts what all processes of this bridge send.
type SharedBudget interface {
	// Take takes one from a budget of limit in any window. When nothing is left, or while the budget is blocked, it returns
	// in how long the next come free, the soonest first. An error: nobody can tell now.
	Take(ctx context.Context, budget string, limit int, window time.Duration) ([]time.Duration, error)
	// Block lets nobody take from a budget for a while.
	Block(ctx context.Context, budget string, d time.Duration) error
}

// unshared is the budget of the only process there is.
type unshared struct{}

func (unshared) Take(context.Context, string, int, time.Duration) ([]time.Duration, error) {
	return nil, nil
}

func (unshared) Block(context.Context, string, time.Duration) error { return nil }

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
	sent    map[string][]time.Time // by share, within its window, the oldest first
	blocked map[string]time.Time   // until when DingTalk takes nothing
	late    map[string]bool        // whose messages wait
}

func newBudgets(limits map[string]int, shared SharedBudget, now func() time.Time, log *slog.Logger) *budgets {
	return &budgets{
		limits: limits, shared: shared, now: now, log: log,
		sent: map[string][]time.Time{}, blocked: map[string]time.Time{}, late: map[string]bool{},
	}
}

// share is a part of what a robot may be given.
type share struct {
	name   string
	limit  int // 0: none
	window time.Duration
}

// single takes one message to m's recipient from its budget, and returns how long to wait when there is nothing left. A third
// of the budget is kept for digests, which tell the rest of a backlog soon.
func (b *budgets) single(ctx context.Context, m *model.Message) time.Duration {
	if m.Channel != model.ChannelRobot {
		return 0
	}
	limit := b.limits[m.Recipient]
	return b.take(ctx, m.Recipient, share{m.Recipient + "/single", limit - limit/3, budgetWindow})
}

// digest takes one digest to the robot from its budget, and returns how long to wait when it is too early for one.
func (b *budgets) digest(ctx context.Context, robot string) time.Duration {
	each := budgetWindow / time.Duration(max(b.limits[robot]/3, 1))
	return b.take(ctx, robot, share{robot + "/digest", 1, each})
}

func (b *budgets) take(ctx context.Context, robot string, part share) time.Duration {
	wait := b.blockedFor(robot)
	for _, s := range []share{part, {robot, b.limits[robot], budgetWindow}} {
		if wait == 0 && s.limit > 0 {
			wait = b.from(ctx, s)
		}
	}
	if wait > budgetWindow { // another process met the block
		b.blockHere(robot, wait)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if late := wait > 0; late != b.late[robot] {
		b.late[robot] = late
		b.log.InfoContext(ctx, "robot's budget", "robot", robot, "exhausted", late)
	}
	return wait
}

// from takes one from a share, here and in what the processes have together.
func (b *budgets) from(ctx context.Context, s share) time.Duration {
	if wait := b.own(s); wait > 0 {
		return wait
	}
	if free, err := b.shared.Take(ctx, s.name, s.limit, s.window); err == nil && len(free) > 0 {
		return free[0]
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sent[s.name] = append(b.sent[s.name], b.now())
	return 0
}

// own is how long this process itself may take nothing.
func (b *budgets) own(s share) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	sent := b.sent[s.name]
	for len(sent) > 0 && (now.Sub(sent[0]) >= s.window || sent[0].After(now)) { // after: the clock was set back
		sent = sent[1:]
	}
	b.sent[s.name] = sent
	if len(sent) < s.limit {
		return 0
	}
	return sent[len(sent)-s.limit].Add(s.window).Sub(now)
}

// block lets a robot alone that DingTalk blocked: each further try is in vain, whichever process makes it.
func (b *budgets) block(ctx context.Context, robot string, d time.Duration) {
	b.blockHere(robot, d)
	if err := b.shared.Block(ctx, robot, d); err != nil {
		b.log.WarnContext(ctx, "other replicas do not know that a robot is blocked", "robot", robot, slog.Any("error", err))
	}
}

func (b *budgets) blockHere(robot string, d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.blocked[robot] = b.now().Add(d)
}

// blockedFor is how long DingTalk still takes nothing for the robot, as far as it is known here.
func (b *budgets) blockedFor(robot string) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	return max(0, b.blocked[robot].Sub(b.now()))
}
