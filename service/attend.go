package service

import (
	"context"
	"time"
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
		if err == nil {
			present, pause = true, attendEvery
		}
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
