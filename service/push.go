package service

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/oabridge/oabridge/model"
)

// knock is what a push tells of: a job, and perhaps one of its builds.
type knock struct {
	job    string
	number int64 // 0: any
}

const (
	mostKnocks = 1000 // that wait to be looked at; more are left to the ticks
	// A push may come from the build itself, shortly before its end: it is looked at again after these pauses, until something
	// changed.
	firstKnockAgain = 250 * time.Millisecond
	mostKnockLooks  = 6
)

// Push takes a hint that something happened to a build. What is followed of it is looked at now, whichever replica follows it;
// nothing of the hint itself is believed. It never waits. false: no controller can be meant, or too many hints wait already.
func (s *Service) Push(p model.Push) bool {
	taken := false
	for _, c := range s.addressed(p.Address) {
		k := knock{p.Job, p.Number}
		if p.Address != "" {
			job, number, ok := c.Client.JobOf(p.Address)
			if !ok {
				continue
			}
			k = knock{job, max(number, p.Number)}
		}
		if k.job != "" && c.watch.knock(k) {
			ring(s.bells.pushed[c.Name])
			taken = true
		}
	}
	return taken
}

// addressed are the controllers that an address may be of: those of its host, else all, since Jenkins' own root URL may be another
// than ours.
func (s *Service) addressed(address string) []*Controller {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return s.ordered
	}
	ofHost := slices.DeleteFunc(slices.Clone(s.ordered), func(c *Controller) bool {
		own, err := url.Parse(c.URL)
		return err != nil || !strings.EqualFold(own.Host, u.Host)
	})
	if len(ofHost) == 0 {
		return s.ordered
	}
	return ofHost
}

// knock notes a push; false when too many wait.
func (w *watch) knock(k knock) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.knocks) >= mostKnocks {
		return false
	}
	w.knocks[k] = true
	return true
}

func (w *watch) takeKnocks() map[knock]bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	taken := w.knocks
	w.knocks = map[knock]bool{}
	return taken
}

// again is when a push is looked at again, for the how manieth time.
type again struct {
	at    time.Time
	looks int
}

// heeding looks at what Jenkins pushed, until ctx ends.
func (s *Service) heeding(ctx context.Context, f follower) {
	waiting := map[knock]again{}
	pause := time.Hour
	for wait(ctx, pause, s.bells.pushed[f.c.Name]) {
		for k := range f.c.watch.takeKnocks() {
			waiting[k] = again{at: time.Now()}
		}
		s.heedDue(ctx, f, waiting)
		pause = time.Hour
		for _, w := range waiting {
			pause = min(pause, max(time.Until(w.at), time.Millisecond))
		}
	}
}

func (s *Service) heedDue(ctx context.Context, f follower, waiting map[knock]again) {
	step, cancel := s.stepContext(ctx)
	defer cancel()
	var looks errgroup.Group
	looks.SetLimit(max(f.c.MaxInFlight, 1))
	settled := make(chan knock, len(waiting))
	for k, w := range waiting {
		if time.Until(w.at) > 0 {
			continue
		}
		waiting[k] = again{time.Now().Add(firstKnockAgain << w.looks), w.looks + 1}
		if w.looks+1 >= mostKnockLooks {
			settled <- k
		}
		looks.Go(func() error {
			if f.heed(step, k) && w.looks+1 < mostKnockLooks {
				settled <- k
			}
			return nil
		})
	}
	_ = looks.Wait() // each look logs its own error
	close(settled)
	for k := range settled {
		delete(waiting, k)
	}
}

// heed looks at what is followed of a job. It returns whether nothing more is to be waited for: nothing is followed of it, or
// something changed.
func (f follower) heed(ctx context.Context, k knock) bool {
	if f.c.line.away() != nil {
		return true
	}
	followed, err := f.store.FollowedOf(ctx, model.JobRef{Controller: f.c.Name, FullName: k.job})
	if err != nil {
		return true // the tick tells what is wrong
	}
	settled, before := true, f.now()
	for _, d := range followed {
		if k.number != 0 && d.Build != 0 && d.Build != k.number {
			continue
		}
		if err := f.look(ctx, d, view{push: true}); err != nil {
			f.log.WarnContext(ctx, "look after a push failed", "controller", f.c.Name, "app", d.Key(), "code", string(model.CodeOf(err)))
		}
		settled = settled && !f.c.watch.changedAt(d.ID).Before(before)
	}
	return settled
}
