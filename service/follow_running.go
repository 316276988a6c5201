package service

import (
	"context"
	"log/slog"
	"time"

	"github.com/oabridge/oabridge/model"
)

// stopAgainAfter is how long a build that was told to stop may go on before it is told again.
const stopAgainAfter = 15 * time.Second

// lookRunning finds out what a build that started does now.
func (f follower) lookRunning(ctx context.Context, d *model.Deployment, v view) error {
	b, listed := v.running[buildKey{d.FullName, d.Build}]
	if listed {
		return f.stillRunning(ctx, d, b)
	}
	build, err := f.c.Client.Build(ctx, d.FullName, d.Build)
	switch {
	case model.CodeOf(err) == model.CodeJenkinsNotFound:
		return f.missing(ctx, d)
	case err != nil:
		return err
	case !f.ours(d, build.Parameters, build.Users, build.StartedAt):
		return f.missing(ctx, d) // the number was given to another build after Jenkins lost ours
	case build.Building:
		return nil // between two executors, or a half answer: the next look tells
	}
	return f.decide(ctx, d, func(r *model.Release, d *model.Deployment) error { return f.ended(r, d, build) })
}

func (f follower) stillRunning(ctx context.Context, d *model.Deployment, b model.RunningBuild) error {
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
	if b.HasInput {
		return f.lookInput(ctx, d)
	}
	return nil
}

// stop tells the build to stop; its end comes as any other.
func (f follower) stop(ctx context.Context, d *model.Deployment) error {
	now := f.now()
	if d.Stop.SentAt != nil && now.Sub(*d.Stop.SentAt) < stopAgainAfter {
		return nil
	}
	if err := f.c.Client.Stop(ctx, d.FullName, d.Build); err != nil {
		return err
	}
	return f.decide(ctx, d, func(_ *model.Release, d *model.Deployment) error {
		d.Stop.SentAt = &now
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
	err = f.c.Client.Describe(ctx, d.FullName, d.Build, f.write.description(r))
	if model.CodeOf(err) == model.CodeJenkinsUnavailable {
		return err
	}
	if err != nil {
		f.log.WarnContext(ctx, "build description not set", "release", r.Number(), "app", d.Key(), "build", d.Build,
			"code", string(model.CodeOf(err)), slog.Any("error", err))
	}
	return f.decide(ctx, d, func(_ *model.Release, d *model.Deployment) error { d.Described = true; return nil })
}
