package service

import (
	"context"
	"log/slog"
	"time"

	"github.com/oabridge/oabridge/model"
)

// trouble keeps a loop that fails again and again from filling the log and from hammering what is away: it says when the
// failing begins, when its code changes, once a minute while it lasts, and when it is over.
type trouble struct {
	*Service
	doing string // what fails
	about []any  // for the log

	code  model.Code // of what was said last; "" while all is well
	since time.Time
	said  time.Time
	times int
}

const (
	sayAgain       = time.Minute
	longestTrouble = 2 * time.Second // between two tries, so that work goes on soon after the end
)

// note learns how a try ended.
func (t *trouble) note(ctx context.Context, err error) {
	now, code := t.now(), model.CodeOf(err)
	if err == nil {
		if t.times > 0 {
			t.log.InfoContext(ctx, t.doing+" works again", append(t.about, "failures", t.times, "for", now.Sub(t.since))...)
		}
		t.code, t.times = "", 0
		return
	}
	if t.times++; t.times == 1 {
		t.since = now
	}
	if code == t.code && now.Sub(t.said) < sayAgain {
		return
	}
	t.code, t.said = code, now
	t.log.ErrorContext(ctx, t.doing+" failed",
		append(t.about, "code", string(code), "failures", t.times, slog.Any("error", err))...)
}

// wait pauses until the next try: for idle or until the bell rings, longer and longer while tries fail.
func (t *trouble) wait(ctx context.Context, idle time.Duration, bell <-chan struct{}) bool {
	if t.times == 0 {
		return wait(ctx, idle, bell)
	}
	return wait(ctx, max(idle, min(idle<<min(t.times, 10), longestTrouble)), nil)
}
