package service

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
)

func TestContinuesAtOnce(t *testing.T) {
	w := heldWorld(t, unparam("ENV"))
	errs := make([]error, 8)
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() { _, errs[i] = w.Continue(t.Context(), 1001, model.Continuation{By: "ops", Reason: "继续"}) })
	}
	all.Wait()
	went := 0
	for _, err := range errs {
		if err == nil {
			went++
			continue
		}
		codeIs(t, err, model.CodeConflict)
	}
	w.turns(6)
	w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded)
	w.wantHistory(model.EventKindContinued, "ops", "继续", 1)
	if went != 1 || w.posts() != 1 {
		t.Errorf("%d went through, %d POSTs", went, w.posts())
	}
}

func TestContinueAndCancelAtOnce(t *testing.T) {
	for range 10 {
		w := heldWorld(t, unparam("ENV"))
		var continued, cancelled error
		var both sync.WaitGroup
		both.Go(func() { _, continued = w.Continue(t.Context(), 1001, model.Continuation{By: "ops"}) })
		both.Go(func() { _, cancelled = w.Cancel(t.Context(), 1001, 0, "ops", "停") })
		both.Wait()
		if cancelled != nil && model.CodeOf(cancelled) != model.CodeConflict {
			t.Fatal(cancelled)
		}
		if continued != nil {
			codeIs(t, continued, model.CodeConflict)
		}
		w.turns(4)
		if cancelled == nil {
			w.want("R-1001", model.ReleaseCancelled, model.StateCancelled)
			if w.posts() != 0 {
				t.Errorf("%d POSTs of a cancelled release", w.posts())
			}
		}
	}
}

// overtakenLook lets something happen between a look at a job and what follows from it.
type overtakenLook struct {
	Jenkins
	by func()
}

func (o *overtakenLook) Job(ctx context.Context, name string) (model.Job, error) {
	job, err := o.Jenkins.Job(ctx, name)
	if by := o.by; by != nil {
		o.by = nil
		by()
	}
	return job, err
}

func TestContinueThatWasOvertaken(t *testing.T) {
	o := &overtakenLook{}
	w := newWorld(t, func(options *Options) { o.Jenkins, options.Controllers[0].Client = options.Controllers[0].Client, o })
	w.submit()
	unparam("ENV")(w)
	w.turns(2)
	o.by = func() { // somebody else was faster, and it is held again
		w.continues(t)
		unparam("DRY_RUN")(w)
		w.turns(2)
	}
	_, err := w.Continue(t.Context(), 1001, model.Continuation{By: "ops"})
	codeIs(t, err, model.CodeConflict)
	w.turns(3)
	if d := w.want("R-1001", model.ReleaseActive, model.StateWaiting).Deployments[0]; d.Wait != model.WaitDrift || w.posts() != 0 {
		t.Errorf("waits for %q, %d POSTs", d.Wait, w.posts())
	}
}

func TestContinueOfWhatIsNotProved(t *testing.T) {
	w := heldWorld(t, unparam("ENV"))
	if err := w.store.UpdateRelease(t.Context(), 1001, func(r *model.Release) error {
		r.Proof = model.Proof{State: model.ProofWithdrawn, Message: "审批已被撤销"}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	w.refusesToContinue(t, model.Continuation{}, "审批无效")
}

// A replanned release that is held comes due at its new time, and is held again.
func TestReplanOfWhatIsHeld(t *testing.T) {
	w := heldWorld(t, unparam("ENV"))
	if _, err := w.Replan(t.Context(), 1001, "2026-11-22 21:00", "ops", "改期"); err != nil {
		t.Fatal(err)
	}
	w.refusesToContinue(t, model.Continuation{}, "没有因任务变化而停住")
	w.clock.Advance(time.Hour)
	w.turns(2)
	if d := w.want("R-1001", model.ReleaseActive, model.StateWaiting).Deployments[0]; d.Wait != model.WaitDrift || w.posts() != 0 {
		t.Errorf("waits for %q, %d POSTs", d.Wait, w.posts())
	}
}
