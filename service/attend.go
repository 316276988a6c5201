package service

import (
	"context"
	"time"

	"github.com/oabridge/oabridge/model"
)

// Attendance remembers until when events could reach the bridge, over restarts.
type Attendance interface {
	// Attended is the zero time when events never could.
	Attended(ctx context.Context) (time.Time, error)
	// Attend remembers at, unless a later time is known.
	Attend(ctx context.Context, at time.Time) error
}

const (
	attendEvery = 30 * time.Second
	// longestAbsence is how long events may stay away before approvals are reconciled at the start: another replica, or
	// DingTalk's own repetitions, make up for less.
	longestAbsence = 2 * time.Minute
	// longestAttend is the longest pause between two tries that failed: each costs a call of every template.
	longestAttend = 15 * time.Minute
)

// attending reconciles what happened while no process was there, then remembers that this one is.
func (s *Service) attending(ctx context.Context) {
	if s.eventsSeen == nil {
		return
	}
	attends := trouble{Service: s, doing: "making up for events that were missed"}
	present, pause := false, time.Second
	for attends.wait(ctx, pause, nil) {
		at := s.eventsSeen()
		if at.IsZero() {
			continue // events cannot reach us yet, so the absence is not over
		}
		err := s.attend(ctx, at, present)
		attends.note(ctx, err)
		present, pause = present || err == nil, attendPause(pause, err)
	}
}

// attendPause is how long to wait after a try that ended with err. Only tries that ask DingTalk have a price.
func attendPause(pause time.Duration, err error) time.Duration {
	code := model.CodeOf(err)
	switch {
	case err == nil:
		return attendEvery
	case code.OfDatabase() || code == model.CodeConflict:
		return pause
	default:
		return min(2*pause, longestAttend)
	}
}

// attend looks for what was decided since events last could reach anybody, unless that was done, and remembers that they can.
// The first time of all there is nothing to make up for.
func (s *Service) attend(ctx context.Context, at time.Time, present bool) error {
	step, cancel := s.stepContext(ctx)
	defer cancel()
	if !present {
		since, err := s.store.Attended(step)
		if err != nil {
			return err
		}
		if !since.IsZero() && s.now().Sub(since) >= longestAbsence {
			if err := s.Reconcile(ctx, since); err != nil {
				return err
			}
		}
	}
	return s.store.Attend(step, at)
}
