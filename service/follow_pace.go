package service

import (
	"time"

	"github.com/oabridge/oabridge/model"
)

const (
	longestPoll        = 15 * time.Second // between two looks at builds to which nothing is about to happen
	longestHurry       = 5 * time.Second  // the same while something is queued, or told to stop, for long
	hurry              = time.Minute      // how long what is queued, or told to stop, is looked at as often as can be
	longestAsk         = 15 * time.Second // between two questions for a build that no list has
	longestRunningLook = 15 * time.Second // between two looks at the input steps of a pipeline that goes on
	longestPausedLook  = 30 * time.Second // the same of one that waits
	takeOver           = 2 * time.Second  // between two tries to follow what another replica follows
	gathering          = time.Second / 4  // the longest wait for more bells
	glance             = time.Second      // between two looks at the database during a long pause
)

// slowing is a pause that grows with what it is measured by.
func slowing(by time.Duration, share int, longest time.Duration) time.Duration {
	return min(max(by, 0)/time.Duration(share), longest)
}

// nextIn is how long nothing is likely to happen to all that is followed: the shortest time when something changed just now, is
// queued, is told to stop, is to be answered or comes near its expected end, longer and longer while builds run quietly.
func (f follower) nextIn(followed []*model.Deployment) time.Duration {
	pause, now := f.c.PollMax, f.now()
	for _, d := range followed {
		pause = min(pause, f.calm(d, now))
	}
	return max(pause, f.c.Poll)
}

// calm is how long nothing is likely to happen to d.
func (f follower) calm(d *model.Deployment, now time.Time) time.Duration {
	quiet := now.Sub(f.lastChange(d))
	if d.Stop != nil {
		quiet = min(quiet, now.Sub(d.Stop.At))
	}
	busy := d.Stop != nil || d.State == model.StateQueued || d.Wanting()
	switch {
	case busy && quiet < hurry:
		return 0
	case busy:
		return slowing(quiet, 12, longestHurry)
	}
	calm := max(quiet, 0) / 10
	if at, due := f.c.inputDueAt(d); due {
		calm = min(calm, max(at.Sub(now), 0))
	}
	if end := f.c.expectedEnd(d, now); end != nil && d.State == model.StateRunning {
		if left := end.Sub(now); left > 0 {
			calm = min(calm, left/2)
		} else {
			calm = min(calm, -left/10)
		}
	}
	return calm
}

// lastChange is when something of d changed, as far as it is known: also by another process, before this one began.
func (f follower) lastChange(d *model.Deployment) time.Time {
	last := f.c.watch.changedAt(d.ID)
	known := []*time.Time{d.SubmittedAt, d.PausedAt}
	if d.StartedAt != nil {
		known = append(known, new(d.StartedAt.Add(-f.c.Client.Ahead())))
	}
	for _, at := range known {
		if at != nil && at.After(last) {
			last = *at
		}
	}
	return last
}

// expectedEnd is when a build is expected to end, by our clock, as Jenkins estimated it at its start; the time that it waited
// for people comes on top. nil: nobody can tell.
func (c *Controller) expectedEnd(d *model.Deployment, now time.Time) *time.Time {
	if d.Estimate <= 0 || d.StartedAt == nil {
		return nil
	}
	return new(d.StartedAt.Add(d.Estimate + d.Paused(now) - c.Client.Ahead()))
}
