package service

import (
	"context"
	"io"
	"time"

	"github.com/oabridge/oabridge/model"
)

// call makes one call unless Jenkins is away.
func call[T any](b *breaker, do func() (T, error)) (T, error) {
	if err := b.away(); err != nil {
		var none T
		return none, err
	}
	answer, err := do()
	b.count(err)
	return answer, err
}

func (b *breaker) act(do func() error) error {
	_, err := call(b, func() (struct{}, error) { return struct{}{}, do() })
	return err
}

// The methods below are those of Jenkins.

func (b *breaker) Ahead() time.Duration { return b.client.Ahead() }

func (b *breaker) Trigger(ctx context.Context, job string, parameterised bool, parameters []model.ParameterValue) (int64, error) {
	return call(b, func() (int64, error) { return b.client.Trigger(ctx, job, parameterised, parameters) })
}

func (b *breaker) Draft(job string, parameterised bool, parameters []model.ParameterValue) (model.Post, error) {
	return b.client.Draft(job, parameterised, parameters)
}

func (b *breaker) Describe(ctx context.Context, job string, number int64, text string) error {
	return b.act(func() error { return b.client.Describe(ctx, job, number, text) })
}

func (b *breaker) CancelQueued(ctx context.Context, queueID int64) error {
	return b.act(func() error { return b.client.CancelQueued(ctx, queueID) })
}

func (b *breaker) Stop(ctx context.Context, job string, number int64) error {
	return b.act(func() error { return b.client.Stop(ctx, job, number) })
}

func (b *breaker) Term(ctx context.Context, job string, number int64) error {
	return b.act(func() error { return b.client.Term(ctx, job, number) })
}

func (b *breaker) Kill(ctx context.Context, job string, number int64) error {
	return b.act(func() error { return b.client.Kill(ctx, job, number) })
}

func (b *breaker) Log(ctx context.Context, job string, number, start int64, to io.Writer) (model.LogRead, error) {
	return call(b, func() (model.LogRead, error) { return b.client.Log(ctx, job, number, start, to) })
}

func (b *breaker) LogEnd(ctx context.Context, job string, number, last int64) (string, error) {
	return call(b, func() (string, error) { return b.client.LogEnd(ctx, job, number, last) })
}

func (b *breaker) Overview(ctx context.Context) ([]model.QueueItem, []model.RunningBuild, error) {
	type both struct {
		queued  []model.QueueItem
		running []model.RunningBuild
	}
	seen, err := call(b, func() (both, error) {
		queued, running, err := b.client.Overview(ctx)
		return both{queued, running}, err
	})
	return seen.queued, seen.running, err
}

func (b *breaker) QueueItem(ctx context.Context, id int64) (model.QueueItem, error) {
	return call(b, func() (model.QueueItem, error) { return b.client.QueueItem(ctx, id) })
}

func (b *breaker) Build(ctx context.Context, job string, number int64) (model.Build, error) {
	return call(b, func() (model.Build, error) { return b.client.Build(ctx, job, number) })
}

func (b *breaker) RecentBuilds(ctx context.Context, job string, limit int) ([]model.Build, error) {
	return call(b, func() ([]model.Build, error) { return b.client.RecentBuilds(ctx, job, limit) })
}

func (b *breaker) Queue(ctx context.Context) ([]model.QueueItem, error) {
	return call(b, func() ([]model.QueueItem, error) { return b.client.Queue(ctx) })
}

func (b *breaker) Stages(ctx context.Context, job string, number int64) ([]model.Stage, error) {
	return call(b, func() ([]model.Stage, error) { return b.client.Stages(ctx, job, number) })
}

func (b *breaker) Numbers(ctx context.Context, job string) (model.BuildNumbers, error) {
	return call(b, func() (model.BuildNumbers, error) { return b.client.Numbers(ctx, job) })
}

func (b *breaker) JobOf(address string) (job string, number int64, ok bool) {
	return b.client.JobOf(address)
}

func (b *breaker) PendingInputs(ctx context.Context, job string, number int64) ([]model.InputStep, error) {
	return call(b, func() ([]model.InputStep, error) { return b.client.PendingInputs(ctx, job, number) })
}

func (b *breaker) Proceed(ctx context.Context, job string, number int64, step model.InputStep, parameters []model.ParameterValue) error {
	return b.act(func() error { return b.client.Proceed(ctx, job, number, step, parameters) })
}

func (b *breaker) Abort(ctx context.Context, job string, number int64, step string) error {
	return b.act(func() error { return b.client.Abort(ctx, job, number, step) })
}

func (b *breaker) List(ctx context.Context) (model.Listing, error) {
	return call(b, func() (model.Listing, error) { return b.client.List(ctx) })
}

func (b *breaker) Job(ctx context.Context, fullName string) (model.Job, error) {
	return call(b, func() (model.Job, error) { return b.client.Job(ctx, fullName) })
}

// GitValues counts for nothing: it is slow, or fails, where the git server does.
func (b *breaker) GitValues(ctx context.Context, job string) (map[string]model.Offer, error) {
	if err := b.away(); err != nil {
		return nil, err
	}
	return b.client.GitValues(ctx, job)
}
