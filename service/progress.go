package service

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/singleflight"

	"github.com/oabridge/oabridge/model"
)

const (
	progressFresh    = 3 * time.Second // nothing is asked again that was asked less than this ago
	progressPatience = 2 * time.Second // people get what there is then
	mostStagesKept   = 1000
)

// queueSeen is a controller's queue at one moment.
type queueSeen struct {
	at    time.Time
	items []model.QueueItem
}

// stagesSeen are a build's stages at one moment.
type stagesSeen struct {
	at     time.Time
	stages []model.Stage
}

// askedOnce keeps what people asked of Jenkins, so that many who look cost no more than one.
type askedOnce struct {
	flight singleflight.Group
	mu     sync.Mutex
	stages map[string]stagesSeen
}

// Progress is what Jenkins says of the release's deployments that it has, for somebody who looks now. What it does not say in
// time is missing. Nothing of it is asked unless somebody looks.
func (s *Service) Progress(ctx context.Context, r *model.Release) []model.Progress {
	ctx, cancel := context.WithTimeout(ctx, progressPatience)
	defer cancel()
	var looks errgroup.Group
	looks.SetLimit(8)
	var list []model.Progress
	for _, d := range r.Deployments {
		if d.State.Followed() {
			list = append(list, model.Progress{Deployment: d.ID})
		}
	}
	for i := range list {
		p := &list[i]
		d, err := r.Deployment(p.Deployment)
		c := s.controllers[d.Controller]
		if err != nil || c == nil {
			continue
		}
		looks.Go(func() error { s.progress(ctx, c, d, p); return nil })
	}
	_ = looks.Wait() // what failed is missing
	return list
}

func (s *Service) progress(ctx context.Context, c *Controller, d *model.Deployment, p *model.Progress) {
	if d.State == model.StateQueued {
		items, err := s.queueNow(ctx, c)
		if err != nil {
			return
		}
		at := slices.IndexFunc(items, func(q model.QueueItem) bool { return q.ID == d.QueueID && q.Job == d.FullName })
		if at < 0 {
			return
		}
		p.Queue = &model.QueuePlace{
			Position: 1, Length: len(items), Since: items[at].Since, Why: items[at].Why, Text: s.write.templates.Why(items[at].Why),
		}
		for _, q := range items {
			if q.ID < d.QueueID {
				p.Queue.Position++
			}
		}
		return
	}
	if d.State == model.StateRunning {
		p.ExpectedAt = c.expectedEnd(d, s.now())
	}
	p.Stages, _ = s.stagesNow(ctx, c, d) // none when Jenkins does not say
}

// queueNow is the controller's queue as it was a moment ago: as the last tick saw it, or asked for.
func (s *Service) queueNow(ctx context.Context, c *Controller) ([]model.QueueItem, error) {
	if seen, ok := c.watch.queueSince(s.now().Add(-progressFresh)); ok {
		return seen.items, nil
	}
	return shareAnswer(ctx, &s.asked, "queue/"+c.Name, func(ctx context.Context) ([]model.QueueItem, error) {
		items, err := c.Client.Queue(ctx)
		if err == nil {
			c.watch.sawQueue(s.now(), items)
		}
		return items, err
	})
}

func (s *Service) stagesNow(ctx context.Context, c *Controller, d *model.Deployment) ([]model.Stage, error) {
	key := fmt.Sprintf("stages/%s/%d/%s", c.Name, d.Build, d.BuildJob())
	if seen, ok := s.asked.known(key); ok && s.now().Sub(seen.at) < progressFresh {
		return seen.stages, nil
	}
	return shareAnswer(ctx, &s.asked, key, func(ctx context.Context) ([]model.Stage, error) {
		stages, err := c.Client.Stages(ctx, d.BuildJob(), d.Build)
		s.asked.keep(key, stagesSeen{s.now(), stages}) // a failure is not asked again at once, either
		return stages, err
	})
}

// shareAnswer lets those who ask the same at the same time wait for one answer, which does not depend on whether the first of
// them is still there.
func shareAnswer[T any](ctx context.Context, a *askedOnce, key string, ask func(context.Context) (T, error)) (T, error) {
	got, err, _ := a.flight.Do(key, func() (any, error) {
		asking, cancel := context.WithTimeout(context.WithoutCancel(ctx), progressPatience)
		defer cancel()
		return ask(asking)
	})
	answer, _ := got.(T) // the key says what it is
	return answer, err
}

func (a *askedOnce) known(key string) (stagesSeen, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	seen, ok := a.stages[key]
	return seen, ok
}

func (a *askedOnce) keep(key string, seen stagesSeen) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.stages) >= mostStagesKept {
		clear(a.stages)
	}
	if a.stages == nil {
		a.stages = map[string]stagesSeen{}
	}
	a.stages[key] = seen
}

// queueSince is the queue that was seen last, when that was not before since.
func (w *watch) queueSince(since time.Time) (queueSeen, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.queue, !w.queue.at.IsZero() && w.queue.at.After(since)
}

func (w *watch) sawQueue(now time.Time, items []model.QueueItem) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.queue = queueSeen{at: now, items: items}
}
