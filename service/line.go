package service

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/oabridge/oabridge/model"
)

// sweepEvery is how often the deployments that wait for their job are looked after: whoever should have called them may
// have died.
const sweepEvery = 5 * time.Second

// parallel is how many builds of the deployment's job may be wanted at the same time. Jenkins folds equal requests into one
// while they are queued, so jobs that do not carry our number run one at a time.
func (c *Controller) parallel(d *model.Deployment) int {
	if d.ReleaseParameter == "" {
		return 1
	}
	return max(c.MaxParallelPerJob, 1)
}

// admit gives each claimed deployment a slot of its job in the order of approval, and lets those wait that get none. It
// returns those that go on.
func (s *Service) admit(ctx context.Context, c *Controller, due []*model.Deployment) ([]*model.Deployment, error) {
	var admitted []*model.Deployment
	var parked []int64
	for _, d := range due {
		if d.Slot == nil && d.State == model.StateWaiting {
			slot, err := s.slot(ctx, c, d)
			if err != nil {
				return admitted, err
			}
			if slot < 0 && d.Wait == model.WaitJob {
				s.expireInLine(ctx, c, d)
			}
			if slot < 0 {
				parked = append(parked, d.ID)
				continue
			}
			d.Slot = &slot
		}
		admitted = append(admitted, d)
	}
	if len(parked) == 0 {
		return admitted, nil
	}
	return admitted, s.store.Park(ctx, due[0].LeaseOwner, parked) // one claim has one owner
}

// slot is the slot that d takes, -1 when its turn has not come. Each of those that wait before d has a free slot of its
// own, so that replicas that look at the same time do not choose the same one.
func (s *Service) slot(ctx context.Context, c *Controller, d *model.Deployment) (int, error) {
	parallel := c.parallel(d)
	line, err := s.store.Line(ctx, d.JobRef, parallel)
	if err != nil || len(line.Taken)+line.Others >= parallel {
		return -1, err
	}
	ahead := line.Others
	for _, id := range line.Waiting {
		if id < d.ID {
			ahead++
		}
	}
	for slot := range parallel {
		if slices.Contains(line.Taken, slot) {
			continue
		}
		if ahead == 0 {
			return slot, nil
		}
		ahead--
	}
	return -1, nil
}

// expireInLine ends a deployment that was called, not because it is its turn but because it has become too late for it.
func (s *Service) expireInLine(ctx context.Context, c *Controller, d *model.Deployment) {
	sub := submitter{worker{s, c}}
	_, err := sub.update(ctx, d, d.LeaseOwner, func(r *model.Release, d *model.Deployment) error {
		late := s.tooLate(r, d)
		if late == "" {
			return nil
		}
		release(d)
		return s.fire(r, d, model.EventExpired, model.Cause{At: s.now(), Actor: actorSystem, Message: late + "(同一任务的其他上线单还没有结束)"})
	})
	if err != nil {
		s.log.WarnContext(ctx, "too late and not expired yet", "app", d.Key(), slog.Any("error", err))
	}
}

// callNext lets the next one in line go on when d has left it. When that fails the sweep does it.
func (s *Service) callNext(ctx context.Context, d *model.Deployment) {
	called, err := s.store.CallNext(ctx, d.JobRef)
	if err != nil {
		s.log.WarnContext(ctx, "next in line not called yet", "app", d.Key(), slog.Any("error", err))
	}
	if called {
		s.nudge()
	}
}

// sweep calls whoever waits before a job that has room.
func (s *Service) sweep(ctx context.Context, c *Controller) {
	step, cancel := s.stepContext(ctx)
	defer cancel()
	called, err := s.store.CallParked(step, c.Name, max(c.MaxParallelPerJob, 1), s.now().Add(-s.runIfLateBy))
	if err != nil {
		s.log.WarnContext(ctx, "waiting deployments not looked after", "controller", c.Name, slog.Any("error", err))
	}
	recalled := int64(0)
	if c.line.away() == nil { // another replica, which cannot reach Jenkins, may have put them off
		if recalled, err = s.store.Recall(step, c.Name, s.now().Add(longestPatience)); err != nil {
			s.log.WarnContext(ctx, "waiting deployments not recalled", "controller", c.Name, slog.Any("error", err))
		}
	}
	if called > 0 || recalled > 0 {
		ring(s.bells.submit[c.Name])
	}
}
