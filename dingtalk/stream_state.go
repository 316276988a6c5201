package dingtalk

import (
	"context"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/oabridge/oabridge/model"
)

// StreamState is what the Stream is doing.
type StreamState struct {
	Connected  bool
	LastFrame  time.Time // of anything received, answers to our pings too; zero: never connected
	Heard      time.Time // the same, without what connections said after DingTalk announced their end
	Reconnects int64     // connections after the first one
}

// State is a snapshot.
func (s *Stream) State() StreamState {
	s.mu.Lock()
	defer s.mu.Unlock()
	return StreamState{Connected: s.live > 0, LastFrame: s.lastFrame, Heard: s.heard, Reconnects: max(s.opened-1, 0)}
}

// received notes that a connection spoke. One that announced its end may be sent no events any more, so its silence
// about them proves nothing.
func (s *Stream) received(announced bool) {
	now := s.opts.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastFrame = now
	if !announced {
		s.heard = now
	}
}

// up notes a new connection, and a gap when there was none just before.
func (s *Stream) up() {
	now := s.opts.Now()
	s.mu.Lock()
	again := s.live == 0
	s.live++
	s.opened++
	if again {
		if s.gap == nil {
			since := s.heard
			s.gap = &since
		}
		s.told, s.toldRefused = false, false
	}
	s.lastFrame, s.heard = now, now
	s.mu.Unlock()
	s.opts.Logger.Info("stream connected", "after_a_gap", again)
	if !again {
		return
	}
	select {
	case s.gaps <- struct{}{}:
	default:
	}
	if s.opts.Observer != nil {
		s.opts.Observer.StreamUp()
	}
}

// down notes that a connection ended with err; nil when we closed it.
func (s *Stream) down(ctx context.Context, err error) {
	s.mu.Lock()
	s.live--
	s.mu.Unlock()
	if err != nil && ctx.Err() == nil {
		s.failed(ctx, err)
	}
}

// failed says why there is no connection, once, and once more when we are refused.
func (s *Stream) failed(ctx context.Context, err error) {
	if ctx.Err() != nil {
		return
	}
	s.opts.Logger.Warn("stream not connected", slog.Any("error", err))
	s.mu.Lock()
	tell := s.live == 0 && (!s.told || refused(err) && !s.toldRefused)
	if tell {
		s.told, s.toldRefused = true, refused(err)
	}
	s.mu.Unlock()
	if tell && s.opts.Observer != nil {
		s.opts.Observer.StreamDown(err)
	}
}

// gapPause is how many times longer than a connection a gap may wait for its next try: each costs calls.
const gapPause = 10

// tellGaps has every gap looked after, until ctx ends.
func (s *Stream) tellGaps(ctx context.Context) {
	if s.opts.Gap == nil {
		return
	}
	var next time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.gaps:
		}
		if pause := next.Sub(s.opts.Now()); pause > 0 && s.opts.Wait(ctx, pause) != nil {
			return
		}
		since := s.takeGap()
		if since == nil {
			continue
		}
		if s.tellGap(ctx, *since) != nil {
			return
		}
		if !since.IsZero() {
			next = s.opts.Now().Add(s.opts.Times.Gaps)
		}
	}
}

// tellGap tries until it succeeds; its error is the context's.
func (s *Stream) tellGap(ctx context.Context, since time.Time) error {
	tries := s.newBackoff(gapPause * s.opts.Times.LastTry)
	for {
		err := s.guard("gap", func() error { return s.opts.Gap(ctx, since) })
		if err == nil {
			return nil
		}
		s.opts.Logger.Error("not read what came while there was no stream", slog.Time("since", since), slog.Any("error", err))
		if err := tries.wait(ctx, err); err != nil {
			return err
		}
	}
}

func (s *Stream) takeGap() *time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	since := s.gap
	s.gap = nil
	return since
}

// guard turns a panic of somebody else's code into an error. What it panicked with may hold anything, so it is not told.
func (s *Stream) guard(what string, do func() error) (err error) {
	defer func() {
		if caught := recover(); caught != nil {
			s.opts.Logger.Error("panic in a handler of the stream", "handler", what, "stack", string(debug.Stack()))
			err = model.Errorf(model.CodeInternal, "处理钉钉 Stream 消息时发生内部错误(%s)", what)
		}
	}()
	return do()
}
