package service

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/oabridge/oabridge/model"
)

// follower follows what one controller has of ours.
type follower struct{ worker }

// view is what a controller has at one moment.
type view struct {
	queued  map[int64]model.QueueItem
	running map[buildKey]model.RunningBuild
	byQueue map[int64]model.RunningBuild
}

type buildKey struct {
	job    string
	number int64
}

// tick looks once, in two requests, and moves what changed. It returns how many deployments are followed. A look that
// failed changes nothing.
func (f follower) tick(ctx context.Context) (int, error) {
	followed, err := f.store.FollowedDeployments(ctx, f.c.Name)
	if err != nil || len(followed) == 0 {
		f.c.watch.blink()
		return 0, err
	}
	ours, err := f.store.Lease(ctx, followLease(f.c), f.owner, f.pace.Lease)
	if err != nil || !ours {
		f.c.watch.blink()
		return len(followed), err
	}
	queued, running, err := f.c.Client.Overview(ctx)
	f.observer.Polled(f.c.Name, model.CodeOf(err))
	if err != nil {
		f.c.watch.blink()
		_, giveErr := f.store.Lease(ctx, followLease(f.c), f.owner, 0) // Jenkins may well answer another replica
		return len(followed), errors.Join(err, giveErr)
	}
	f.c.watch.look(f.now())
	return len(followed), f.lookAll(ctx, followed, newView(queued, running))
}

// lookAll looks at several at once, so that a slow answer holds up no others.
func (f follower) lookAll(ctx context.Context, followed []*model.Deployment, v view) error {
	var looks errgroup.Group
	looks.SetLimit(max(f.c.MaxInFlight, 1))
	failed := make([]error, len(followed))
	for i, d := range followed {
		looks.Go(func() error {
			if err := f.look(ctx, d, v); err != nil {
				failed[i] = fmt.Errorf("deployment %d of %s: %w", d.ID, d.Key(), err)
			}
			return nil
		})
	}
	_ = looks.Wait() // each look keeps its own error
	return errors.Join(failed...)
}

func newView(queued []model.QueueItem, running []model.RunningBuild) view {
	v := view{
		queued:  make(map[int64]model.QueueItem, len(queued)),
		running: make(map[buildKey]model.RunningBuild, len(running)),
		byQueue: make(map[int64]model.RunningBuild, len(running)),
	}
	for _, item := range queued {
		v.queued[item.ID] = item
	}
	for _, b := range running {
		v.running[buildKey{b.Job, b.Number}] = b
		v.byQueue[b.QueueID] = b
	}
	return v
}

func (f follower) look(ctx context.Context, d *model.Deployment, v view) error {
	if d.State == model.StateQueued {
		return f.lookQueued(ctx, d, v)
	}
	return f.lookRunning(ctx, d, v)
}

// decide changes a followed deployment, unless it moved in the meantime.
func (f follower) decide(ctx context.Context, d *model.Deployment, decide func(*model.Release, *model.Deployment) error) error {
	_, err := f.change(ctx, d.ReleaseID, func(r *model.Release) error {
		current, err := r.Deployment(d.ID)
		if err != nil {
			return err
		}
		if current.State != d.State || current.Attempts != d.Attempts { // or it has another build now
			return model.Errorf(model.CodeConflict, "部署 %d 的状态已变化", d.ID)
		}
		return decide(r, current)
	})
	if model.CodeOf(err) == model.CodeConflict {
		return nil // the next look sees it as it is now
	}
	return err
}

// lookQueued finds out what became of a queued item.
func (f follower) lookQueued(ctx context.Context, d *model.Deployment, v view) error {
	if item, ok := v.queued[d.QueueID]; ok && item.Job == d.FullName {
		return f.stillQueued(ctx, d, item)
	}
	if b, ok := v.byQueue[d.QueueID]; ok && b.Job == d.FullName {
		return f.started(ctx, d, b.Number)
	}
	item, err := f.c.Client.QueueItem(ctx, d.QueueID)
	switch {
	case model.CodeOf(err) == model.CodeJenkinsNotFound || (err == nil && item.Job != d.FullName):
		return f.searchBuild(ctx, d) // forgotten after five minutes, or the id was given to another job
	case err != nil:
		return err
	case !f.ours(d, traceOf(item)):
		return f.searchBuild(ctx, d)
	case item.Cancelled:
		return f.decide(ctx, d, func(r *model.Release, d *model.Deployment) error {
			return f.fire(r, d, model.EventCancelled, f.stopCause(d, "在 Jenkins 队列中被取消"))
		})
	case item.Build > 0:
		return f.started(ctx, d, item.Build)
	default:
		return f.seen(ctx, d) // it left the queue this moment; the next look sees the build
	}
}

func (f follower) stillQueued(ctx context.Context, d *model.Deployment, item model.QueueItem) error {
	if d.Stop != nil {
		if !f.ours(d, traceOf(item)) {
			return f.searchBuild(ctx, d) // the id was given to somebody else's item
		}
		return f.cancelQueued(ctx, d)
	}
	return f.seen(ctx, d)
}

// seen takes back that Jenkins did not know the deployment.
func (f follower) seen(ctx context.Context, d *model.Deployment) error {
	if d.MissingSince == nil {
		return nil
	}
	return f.decide(ctx, d, func(_ *model.Release, d *model.Deployment) error { d.MissingSince = nil; return nil })
}

// stopCause says who ended d: whoever asked us to, else somebody in Jenkins.
func (f follower) stopCause(d *model.Deployment, otherwise string) model.Cause {
	if d.Stop != nil {
		return model.Cause{At: f.now(), Actor: d.Stop.By, Message: d.Stop.Reason}
	}
	return model.Cause{At: f.now(), Actor: actorJenkins, Message: otherwise}
}

func (f follower) cancelQueued(ctx context.Context, d *model.Deployment) error {
	if d.Stop.SentAt != nil && f.now().Sub(*d.Stop.SentAt) < stopAgainAfter {
		return nil
	}
	err := f.c.Client.CancelQueued(ctx, d.QueueID)
	if code := model.CodeOf(err); code == model.CodeConflict || code == model.CodeJenkinsNotFound {
		return nil // it became a build just now
	}
	if err != nil {
		return f.stopFailed(ctx, d, err)
	}
	return f.decide(ctx, d, func(r *model.Release, d *model.Deployment) error {
		return f.fire(r, d, model.EventCancelled, f.stopCause(d, ""))
	})
}

// started checks that the build is ours before it is believed, and saves it.
func (f follower) started(ctx context.Context, d *model.Deployment, number int64) error {
	b, err := f.c.Client.Build(ctx, d.FullName, number)
	if model.CodeOf(err) == model.CodeJenkinsNotFound {
		return f.missing(ctx, d)
	}
	if err != nil {
		return err
	}
	if !f.ours(d, trace{b.QueueID, b.Parameters, b.Users, b.StartedAt}) {
		return f.searchBuild(ctx, d)
	}
	return f.runs(ctx, d, b)
}

// searchBuild looks for the build of a queue item that Jenkins does not know any more.
func (f follower) searchBuild(ctx context.Context, d *model.Deployment) error {
	defer f.adopting(d)()
	hit, err := f.find(ctx, d)
	switch {
	case err != nil:
		return err
	case hit.nothing():
		return f.missing(ctx, d)
	case hit.build == 0: // queued again under another id, as after a restart
		return f.decide(ctx, d, func(_ *model.Release, d *model.Deployment) error {
			d.QueueID, d.MissingSince = hit.queueID, nil
			return nil
		})
	}
	b, err := f.c.Client.Build(ctx, d.FullName, hit.build)
	if err != nil {
		return err
	}
	return f.runs(ctx, d, b)
}

// runs saves that the build started and, when it is at its end already, how it ended.
func (f follower) runs(ctx context.Context, d *model.Deployment, b model.Build) error {
	err := f.decide(ctx, d, func(r *model.Release, d *model.Deployment) error {
		d.Build, d.QueueID, d.StartedAt, d.MissingSince = b.Number, b.QueueID, &b.StartedAt, nil
		d.BuildURL = f.c.buildURL(d.FullName, b.Number)
		if err := f.fire(r, d, model.EventStarted, model.Cause{
			At: f.now(), Actor: actorJenkins, Message: fmt.Sprintf("构建 #%d", b.Number),
		}); err != nil {
			return err
		}
		f.compare(r, d, b)
		if b.Building {
			return nil
		}
		return f.ended(r, d, b)
	})
	if err != nil {
		return err
	}
	return f.describe(ctx, d.ReleaseID, d.ID)
}

// compare tells people when Jenkins runs something else than what was approved: a plugin may have changed a value.
func (f follower) compare(r *model.Release, d *model.Deployment, b model.Build) {
	for _, p := range d.Sent() {
		got, shown := b.Parameters[p.Name]
		if !shown || shownAs(p, got) {
			continue
		}
		message := fmt.Sprintf("构建的参数 %s 与批准的不同，请人工检查", p.Title())
		r.Record(model.Event{
			DeploymentID: d.ID, At: f.now(), Actor: actorJenkins, Kind: model.EventKindDiffers,
			From: string(d.State), To: string(d.State), Code: model.CodeJobChanged, Message: message,
		})
		f.tell(r, f.write.differs(r, d, message))
	}
}

// ended saves how a build ended.
func (f follower) ended(r *model.Release, d *model.Deployment, b model.Build) error {
	d.Result, d.Duration, d.MissingSince = b.Result, b.Duration, nil
	if f.logRules.Keep > 0 {
		d.LogDueAt = new(f.now())
	}
	if d.StartedAt == nil {
		d.StartedAt = &b.StartedAt
	}
	event := eventOfResult(b.Result)
	cause := model.Cause{At: f.now(), Actor: actorJenkins}
	if event == model.EventAborted {
		cause = f.stopCause(d, "在 Jenkins 中被中止")
	}
	if event == model.EventFailed {
		cause.Message = fmt.Sprintf("构建结果 %s", b.Result)
	}
	return f.fire(r, d, event, cause)
}

// missing marks a deployment that Jenkins, though it answers, does not know; after a while it is lost.
func (f follower) missing(ctx context.Context, d *model.Deployment) error {
	now := f.now()
	if d.MissingSince != nil && (now.Sub(*d.MissingSince) < f.pace.Forget || now.Sub(f.c.watch.start()) < f.pace.Forget) {
		return nil
	}
	return f.decide(ctx, d, func(r *model.Release, d *model.Deployment) error {
		if d.MissingSince == nil {
			d.MissingSince = &now
			return nil
		}
		return f.fire(r, d, model.EventLost, model.Cause{
			At: now, Actor: actorSystem,
			Message: fmt.Sprintf("Jenkins 中已找不到这次构建(%s 起)，不会自动重新部署，请人工确认", f.clock(*d.MissingSince)),
		})
	})
}
