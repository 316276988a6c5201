package dingtalk

import (
	"context"
	"math"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"github.com/oabridge/oabridge/model"
)

// appQPS is how many calls in any second DingTalk takes from one app.
const appQPS = 20

// pace keeps the calls of this process within its share of the app's calls per second.
type pace struct {
	limiter *rate.Limiter
	now     func() time.Time
	sleep   func(context.Context, time.Duration) error
	urgent  *atomic.Int64 // how many wait that go first
}

func newPace(perSecond float64, now func() time.Time, sleep func(context.Context, time.Duration) error) pace {
	if sleep == nil {
		sleep = pause
	}
	limit, burst := steady(perSecond)
	return pace{limiter: rate.NewLimiter(limit, burst), now: now, sleep: sleep, urgent: new(atomic.Int64)}
}

// steady lets a quarter of the calls go at once. The rest follow evenly, and so slowly that no second has more than
// perSecond of them even when it is a little short: what waits on the way comes closer together than it left. perSecond is
// rounded down so that several processes together keep to it, too.
func steady(perSecond float64) (limit rate.Limit, burst int) {
	if perSecond < 2 {
		return rate.Limit(min(perSecond, 1)), 1
	}
	perSecond = math.Floor(perSecond)
	burst = max(1, int(perSecond/4))
	return rate.Limit(perSecond - float64(burst)), burst
}

func (p pace) set(perSecond float64) {
	limit, burst := steady(perSecond)
	now := p.now()
	p.limiter.SetLimitAt(now, limit)
	p.limiter.SetBurstAt(now, burst)
}

// longestYield bounds how long other calls let urgent ones go first, so that they are not forgotten altogether.
const longestYield = 5 * time.Second

// yield lets the urgent calls go first, what deployments wait for: a crowd of notices must not hold them up.
func (p pace) yield(ctx context.Context) {
	step := time.Duration(float64(time.Second) / float64(p.limiter.Limit()))
	for waited := time.Duration(0); waited < longestYield && p.urgent.Load() > 0; waited += step {
		if p.sleep(ctx, step) != nil {
			return
		}
	}
}

// wait returns when a call may go. It fails at once when ctx would end before, and when ctx does end.
func (p pace) wait(ctx context.Context, what string, urgent bool) error {
	if urgent {
		p.urgent.Add(1)
		defer p.urgent.Add(-1)
	} else {
		p.yield(ctx)
	}
	now := p.now()
	turn := p.limiter.ReserveN(now, 1)
	delay := turn.DelayFrom(now)
	if delay == 0 {
		return nil
	}
	err := context.DeadlineExceeded
	if end, ok := ctx.Deadline(); !ok || time.Until(end) > delay {
		err = p.sleep(ctx, delay)
	}
	if err == nil {
		return nil
	}
	turn.CancelAt(p.now())
	late := model.Wrap(model.CodeDingTalkThrottled, err, "%s：调用排队过多，没有轮到", what)
	late.RetryAfter = max(delay, qpsPause)
	return late
}

// pause waits for d, or until ctx ends.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
