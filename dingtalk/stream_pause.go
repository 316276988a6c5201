package dingtalk

import (
	"context"
	"errors"
	"time"

	"github.com/oabridge/oabridge/model"
)

// backoff makes pauses that grow: each is up to twice the one before, a random part of it left out.
type backoff struct {
	s     *Stream
	first time.Duration
	last  time.Duration
	next  time.Duration
}

func (s *Stream) newBackoff(last time.Duration) *backoff {
	first := s.opts.Times.FirstTry
	return &backoff{s: s, first: first, last: last, next: first}
}

// wait lets the pause pass that belongs to a failure.
func (b *backoff) wait(ctx context.Context, err error) error {
	pause := b.grow()
	if refused(err) {
		pause = max(pause, b.s.spread(b.s.opts.Times.Refused))
	}
	if e, ok := errors.AsType[*model.Error](err); ok {
		pause = max(pause, e.RetryAfter)
	}
	return b.s.opts.Wait(ctx, pause)
}

// after follows a connection that lasted for some time. One that was stable is replaced at once when DingTalk announced
// its end.
func (b *backoff) after(ctx context.Context, lasted time.Duration, announced bool) error {
	if lasted >= b.s.opts.Times.Stable {
		b.next = b.first
		if announced {
			return ctx.Err()
		}
	}
	return b.s.opts.Wait(ctx, b.grow())
}

func (b *backoff) grow() time.Duration {
	pause := b.s.spread(b.next)
	b.next = min(2*b.next, b.last)
	return pause
}

// spread takes up to half of a pause away.
func (s *Stream) spread(d time.Duration) time.Duration {
	return d - time.Duration(s.opts.Random()*float64(d)/2)
}

// refused tells errors that another try soon does not cure.
func refused(err error) bool {
	switch model.CodeOf(err) {
	case model.CodeDingTalkAuth, model.CodeDingTalkForbidden, model.CodeDingTalkQuota, model.CodeDingTalkRejected:
		return true
	default:
		return false
	}
}
