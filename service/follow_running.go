package service

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/oabridge/oabridge/model"
)

// lookRunning finds out what a build that started does now.
func (f follower) lookRunning(ctx context.Context, d *model.Deployment, v view) error {
	b, listed := v.running[buildKey{d.BuildJob(), d.Build}]
	if listed {
		return f.stillRunning(ctx, d, b, v)
	}
	if !f.mayAsk(d, v) {
		return nil
	}
	build, err := f.c.Client.Build(ctx, d.BuildJob(), d.Build)
	switch {
	case model.CodeOf(err) == model.CodeJenkinsNotFound:
		if moved, err := f.follows(ctx, d, v); moved || err != nil {
			return err
		}
		return f.missing(ctx, d, false)
	case err != nil:
		return err
	case !f.ours(d, traceOfBuild(build)):
		return f.missing(ctx, d, true) // the number was given to another build after Jenkins lost ours
	case build.Building:
		return f.unlisted(ctx, d, v)
	}
	return f.over(ctx, d, build)
}

// over saves how a build ended, once it says whose it was.
func (f follower) over(ctx context.Context, d *model.Deployment, build model.Build) error {
	if !d.Described {
		if err := f.describe(ctx, d.ReleaseID, d.ID); err != nil {
			return err
		}
	}
	failed := f.failure(ctx, d, build)
	return f.decide(ctx, d, func(r *model.Release, d *model.Deployment) error { return f.ended(r, d, build, failed) })
}

// unlisted is a build that runs though /computer does not have it: between two executors, in half an answer, or nobody asked
// for the whole.
func (f follower) unlisted(ctx context.Context, d *model.Deployment, v view) error {
	if err := f.seen(ctx, d); err != nil {
		return err
	}
	if d.Stop != nil {
		return f.stop(ctx, d)
	}
	if v.push && (d.State == model.StatePaused || f.c.watch.asksPeople(d.ID)) {
		return f.lookInput(ctx, d, -1)
	}
	return f.tellSlow(ctx, d)
}

func (f follower) stillRunning(ctx context.Context, d *model.Deployment, b model.RunningBuild, v view) error {
	if b.QueueID != d.QueueID || d.StartedAt == nil {
		if !f.mayAsk(d, v) {
			return nil
		}
		if known, err := f.knownAgain(ctx, d); err != nil || !known {
			return err
		}
	}
	f.c.watch.listed(d.ID)
	if err := f.seen(ctx, d); err != nil {
		return err
	}
	if d.Stop != nil {
		return f.stop(ctx, d)
	}
	if !d.Described {
		if err := f.describe(ctx, d.ReleaseID, d.ID); err != nil {
			return err
		}
	}
	if b.HasInput && (f.c.watch.mayLookIn(d, b, f.now()) || d.Wanting() || f.c.inputDue(d, f.now())) {
		if err := f.lookInput(ctx, d, b.Answers); err != nil {
			return err
		}
		f.c.watch.lookedIn(d.ID, b.Answers, f.now())
		return nil
	}
	return f.tellSlow(ctx, d)
}

// knownAgain makes sure of a running build whose queue id is not the one we know: Jenkins gives a pipeline a new one when it
// restarts, and a job that was made anew may run somebody else's build of the same number.
func (f follower) knownAgain(ctx context.Context, d *model.Deployment) (bool, error) {
	build, err := f.c.Client.Build(ctx, d.BuildJob(), d.Build)
	if err != nil {
		return false, err
	}
	if !f.ours(d, traceOfBuild(build)) {
		return false, f.missing(ctx, d, true)
	}
	return true, f.decide(ctx, d, func(_ *model.Release, d *model.Deployment) error {
		d.QueueID, d.StartedAt, d.Estimate, d.MissingSince = build.QueueID, &build.StartedAt, build.Estimate, nil
		return nil
	})
}

// follows finds a running build again whose job was renamed or moved: Jenkins lists it under another name, with the same queue
// id, number, start and parameters.
func (f follower) follows(ctx context.Context, d *model.Deployment, v view) (bool, error) {
	b, listed := v.byQueue[d.QueueID]
	if !listed || b.Number != d.Build || b.Job == d.BuildJob() || d.StartedAt == nil {
		return false, nil
	}
	build, err := f.c.Client.Build(ctx, b.Job, b.Number)
	if model.CodeOf(err) == model.CodeJenkinsNotFound {
		return false, nil
	}
	if err != nil || !build.StartedAt.Equal(*d.StartedAt) || !f.ours(d, traceOfBuild(build)) {
		return false, err
	}
	return true, f.decide(ctx, d, func(r *model.Release, d *model.Deployment) error {
		f.note(r, d, model.EventKindMoved, fmt.Sprintf("任务 %s 已改名为 %s，构建 #%d 继续", d.BuildJob(), b.Job, d.Build))
		d.MovedTo, d.BuildURL, d.MissingSince = b.Job, f.c.buildURL(b.Job, d.Build), nil
		return nil
	})
}

// describe writes into Jenkins whose build it is. A description that cannot be set holds nothing up.
func (f follower) describe(ctx context.Context, releaseID, id int64) error {
	r, err := f.store.Release(ctx, releaseID)
	if err != nil {
		return err
	}
	d, err := r.Deployment(id)
	if err != nil || d.Described || d.Build == 0 {
		return err
	}
	err = f.c.Client.Describe(ctx, d.BuildJob(), d.Build, f.write.description(r))
	if model.CodeOf(err) == model.CodeJenkinsUnavailable {
		return err
	}
	if err != nil {
		f.log.WarnContext(ctx, "build description not set", "release", r.Number(), "app", d.Key(), "build", d.Build,
			"code", string(model.CodeOf(err)), slog.Any("error", err))
	}
	return f.decide(ctx, d, func(_ *model.Release, d *model.Deployment) error { d.Described = true; return nil })
}
