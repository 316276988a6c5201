package service

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/oabridge/oabridge/model"
)

// StopRules say when a build that goes on after it was told to stop is told more forcefully.
type StopRules struct {
	TermAfter time.Duration // from stop to term; 0: never
	KillAfter time.Duration // from term to kill; 0: never
}

const (
	stopAgainAfter   = 15 * time.Second // until Jenkins is told again what it did not take
	stopRepeated     = 10 * time.Minute // until a build that goes on is told once more in the last way that there is
	unstoppableAfter = time.Minute      // until people are told that neither helps
)

// ways are those of a build, by how often Jenkins was told before. One that is no pipeline knows the first only.
var ways = []model.StopWay{model.StopStop, model.StopTerm, model.StopKill}

// next is when a build that was told to stop is told again, and whether in another way than the last.
func (x StopRules) next(stop *model.StopRequest) (at time.Time, further bool) {
	switch {
	case stop.Failed:
		return stop.SentAt.Add(stopAgainAfter), true
	case stop.Sent == 0: // it was in the queue until now
		return time.Time{}, true
	case stop.Sent == 1 && x.TermAfter > 0:
		return stop.SentAt.Add(x.TermAfter), true
	case stop.Sent == 2 && x.KillAfter > 0:
		return stop.SentAt.Add(x.KillAfter), true
	}
	return stop.SentAt.Add(stopRepeated), false
}

// stop tells a build to stop, more forcefully each time; its end comes as any other. It is looked at first, since it may have
// ended by itself: then nothing is sent, and its own result counts.
func (f follower) stop(ctx context.Context, d *model.Deployment) error {
	now := f.now()
	at, further := f.c.Stopping.next(d.Stop)
	if now.Before(at) {
		if !further && !d.Stop.Told && now.Sub(*d.Stop.SentAt) >= unstoppableAfter {
			return f.doesNotStop(ctx, d)
		}
		return nil
	}
	build, err := f.c.Client.Build(ctx, d.BuildJob(), d.Build)
	switch {
	case model.CodeOf(err) == model.CodeJenkinsNotFound:
		return f.missing(ctx, d, false)
	case err != nil:
		return err
	case !f.ours(d, traceOfBuild(build)):
		return f.missing(ctx, d, true)
	case !build.Building:
		return f.over(ctx, d, build)
	}
	way := model.StopStop
	if build.Pipeline {
		way = f.c.Stopping.way(d.Stop)
	}
	if err := f.send(ctx, d, way); err != nil {
		return f.stopFailed(ctx, d, err)
	}
	return f.sent(ctx, d, way)
}

// way is the next one for a pipeline.
func (x StopRules) way(stop *model.StopRequest) model.StopWay {
	most := 1
	if x.TermAfter > 0 {
		most++
		if x.KillAfter > 0 {
			most++
		}
	}
	return ways[min(stop.Sent, most-1)]
}

func (f follower) send(ctx context.Context, d *model.Deployment, way model.StopWay) error {
	switch way {
	case model.StopTerm:
		return f.c.Client.Term(ctx, d.BuildJob(), d.Build)
	case model.StopKill:
		return f.c.Client.Kill(ctx, d.BuildJob(), d.Build)
	default:
		return f.c.Client.Stop(ctx, d.BuildJob(), d.Build)
	}
}

// sent writes down that Jenkins took it, which says nothing of the end.
func (f follower) sent(ctx context.Context, d *model.Deployment, way model.StopWay) error {
	now := f.now()
	return f.decide(ctx, d, func(r *model.Release, d *model.Deployment) error {
		if d.Stop == nil {
			return nil // planned anew or retried meanwhile
		}
		about := d.BuildTitle()
		if way == model.StopCancel {
			about = fmt.Sprintf("队列项 %d", d.QueueID)
		}
		r.Record(model.Event{
			DeploymentID: d.ID, At: now, Actor: actorSystem, Kind: model.EventKindStopSent, From: string(d.State), To: string(d.State),
			Message: fmt.Sprintf("已要求 Jenkins 结束 %s(%s)", about, way),
		})
		if d.Stop.Failed {
			d.Stop.Failed, d.Stop.Told, d.Code, d.Message = false, false, "", ""
		}
		d.Stop.SentAt, d.Stop.Way = &now, way
		if way != model.StopCancel {
			d.Stop.Sent++
		}
		return nil
	})
}

// cancelQueued takes a deployment out of Jenkins' queue, and then asks what became of the item: it may be a build by now.
func (f follower) cancelQueued(ctx context.Context, d *model.Deployment, v view) error {
	if d.Stop.SentAt != nil && f.now().Sub(*d.Stop.SentAt) < stopAgainAfter {
		return nil
	}
	err := f.c.Client.CancelQueued(ctx, d.QueueID)
	if code := model.CodeOf(err); err != nil && code != model.CodeConflict && code != model.CodeJenkinsNotFound {
		return f.stopFailed(ctx, d, err)
	}
	if err == nil {
		if err := f.sent(ctx, d, model.StopCancel); err != nil {
			return err
		}
	}
	return f.lookItem(ctx, d, v)
}

// stopCause says who ended d: whoever asked us to, else somebody in Jenkins.
func (f follower) stopCause(d *model.Deployment, otherwise string) model.Cause {
	if d.Stop != nil {
		return model.Cause{At: f.now(), Actor: d.Stop.By, Message: d.Stop.Reason}
	}
	return model.Cause{At: f.now(), Actor: actorJenkins, Message: otherwise}
}

// stopFailed writes down that Jenkins did not take it, once for each reason; it is tried again later. People are told at once
// when they have to do something about it.
func (f follower) stopFailed(ctx context.Context, d *model.Deployment, cause error) error {
	now, code := f.now(), model.CodeOf(cause)
	urgent := code == model.CodeJenkinsForbidden || code == model.CodeJenkinsAuth
	f.log.WarnContext(ctx, "build not stopped", "release", d.ReleaseID, "app", d.Key(), "code", string(code), slog.Any("error", cause))
	return f.decide(ctx, d, func(r *model.Release, d *model.Deployment) error {
		if d.Stop == nil {
			return nil
		}
		d.Stop.SentAt, d.Stop.Failed = &now, true
		if d.Code != code {
			d.Code, d.Message = code, model.MessageOf(cause)
			f.noteStop(r, d, "没有停下来："+d.Message)
			d.Stop.Told = false
		}
		if !d.Stop.Told && (urgent || now.Sub(d.Stop.At) >= unstoppableAfter) {
			d.Stop.Told = true
			f.tell(r, f.write.unstoppable(r, d))
		}
		return nil
	})
}

// doesNotStop tells people, once, that a build goes on though Jenkins took every wish to end it.
func (f follower) doesNotStop(ctx context.Context, d *model.Deployment) error {
	return f.decide(ctx, d, func(r *model.Release, d *model.Deployment) error {
		if d.Stop == nil {
			return nil // retried meanwhile, and the same build was found
		}
		d.Stop.Told = true
		d.Code = model.CodeJenkinsUnstoppable
		d.Message = fmt.Sprintf("构建 %s 在 %s 被要求结束(%s)，现在仍在执行", d.BuildTitle(), f.clock(*d.Stop.SentAt), d.Stop.Way)
		f.noteStop(r, d, d.Message)
		f.tell(r, f.write.unstoppable(r, d))
		return nil
	})
}

func (f follower) noteStop(r *model.Release, d *model.Deployment, message string) {
	r.Record(model.Event{
		DeploymentID: d.ID, At: f.now(), Actor: actorJenkins, Kind: model.EventKindStop,
		From: string(d.State), To: string(d.State), Code: d.Code, Message: message,
	})
}
