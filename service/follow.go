package service

import (
	"context"
	"fmt"

	"github.com/oabridge/oabridge/model"
)

// follower follows what one controller has of ours.
type follower struct{ worker }

// view is what a controller has at one moment.
type view struct {
	push    bool // there was no look at the whole: each build is asked for by itself
	items   []model.QueueItem
	queued  map[int64]model.QueueItem
	running map[buildKey]model.RunningBuild
	byQueue map[int64]model.RunningBuild
}

type buildKey struct {
	job    string
	number int64
}

func newView(queued []model.QueueItem, running []model.RunningBuild) view {
	v := view{
		items:   queued,
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

// look finds out what became of one deployment, unless somebody else is about it.
func (f follower) look(ctx context.Context, d *model.Deployment, v view) error {
	if !f.c.watch.begin(d.ID) {
		return nil
	}
	defer f.c.watch.end(d.ID)
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
	if err == nil {
		f.c.watch.changed(d.ID, f.now())
	}
	return err
}

// mayAsk tells whether Jenkins is to be asked for a deployment alone that no list has.
func (f follower) mayAsk(d *model.Deployment, v view) bool {
	now := f.now()
	decided := now.Add(f.pace.Forget)
	if d.MissingSince != nil {
		decided = later(*d.MissingSince, f.c.watch.start()).Add(f.pace.Forget)
	}
	return f.c.watch.mayAsk(d.ID, now, decided) || v.push
}

// lookQueued finds out what became of a queued item.
func (f follower) lookQueued(ctx context.Context, d *model.Deployment, v view) error {
	if item, ok := v.queued[d.QueueID]; ok && item.Job == d.FullName && f.ours(d, traceOf(item)) {
		return f.stillQueued(ctx, d, item, v)
	}
	if b, ok := v.byQueue[d.QueueID]; ok && b.Job == d.FullName {
		return f.started(ctx, d, b.Number, v)
	}
	if !f.mayAsk(d, v) {
		return nil
	}
	return f.lookItem(ctx, d, v)
}

// lookItem asks for the item alone.
func (f follower) lookItem(ctx context.Context, d *model.Deployment, v view) error {
	item, err := f.c.Client.QueueItem(ctx, d.QueueID)
	switch {
	case model.CodeOf(err) == model.CodeJenkinsNotFound || (err == nil && item.Job != d.FullName):
		return f.searchBuild(ctx, d, v) // forgotten after five minutes, or the id was given to another job
	case err != nil:
		return err
	case !f.ours(d, traceOf(item)):
		return f.searchBuild(ctx, d, v)
	case item.Cancelled:
		return f.decide(ctx, d, func(r *model.Release, d *model.Deployment) error {
			return f.fire(r, d, model.EventCancelled, f.stopCause(d, "在 Jenkins 队列中被取消"))
		})
	case item.Build > 0:
		return f.started(ctx, d, item.Build, v)
	default:
		return f.seen(ctx, d) // it left the queue this moment; the next look sees the build
	}
}

func (f follower) stillQueued(ctx context.Context, d *model.Deployment, item model.QueueItem, v view) error {
	f.c.watch.listed(d.ID)
	if d.Stop != nil {
		return f.cancelQueued(ctx, d, v)
	}
	if err := f.seen(ctx, d); err != nil {
		return err
	}
	return f.tellQueued(ctx, d, item)
}

// seen takes back that Jenkins did not know the deployment.
func (f follower) seen(ctx context.Context, d *model.Deployment) error {
	if d.MissingSince == nil {
		return nil
	}
	return f.decide(ctx, d, func(_ *model.Release, d *model.Deployment) error { d.MissingSince = nil; return nil })
}

// started checks that the build is ours before it is believed, and saves it.
func (f follower) started(ctx context.Context, d *model.Deployment, number int64, v view) error {
	b, err := f.c.Client.Build(ctx, d.FullName, number)
	if model.CodeOf(err) == model.CodeJenkinsNotFound {
		return f.missing(ctx, d, false)
	}
	if err != nil {
		return err
	}
	if !f.ours(d, traceOfBuild(b)) {
		return f.searchBuild(ctx, d, v)
	}
	return f.runs(ctx, d, b)
}

// searchBuild looks for the build of a queue item that Jenkins does not know any more.
func (f follower) searchBuild(ctx context.Context, d *model.Deployment, v view) error {
	defer f.adopting(d)()
	hit, err := f.findAmong(ctx, d, v)
	switch {
	case err != nil:
		return err
	case hit.nothing():
		return f.missing(ctx, d, false)
	case hit.build == 0: // queued again under another id, as after a restart
		return f.decide(ctx, d, func(_ *model.Release, d *model.Deployment) error {
			d.QueueID, d.MissingSince = hit.queueID, nil
			d.Enter(f.entered(d, hit.at))
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
	var failed *model.Failure
	if !b.Building {
		failed = f.failure(ctx, d, b)
	}
	err := f.decide(ctx, d, func(r *model.Release, d *model.Deployment) error {
		d.Build, d.QueueID, d.StartedAt, d.Estimate, d.MissingSince = b.Number, b.QueueID, &b.StartedAt, b.Estimate, nil
		d.BuildURL = f.c.buildURL(d.FullName, b.Number)
		d.Enter(f.entered(d, b.StartedAt))
		if err := f.fire(r, d, model.EventStarted, model.Cause{
			At: f.now(), Actor: actorJenkins, Message: fmt.Sprintf("构建 #%d", b.Number),
		}); err != nil {
			return err
		}
		f.compare(r, d, b)
		if b.Building {
			return nil
		}
		return f.ended(r, d, b, failed)
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
