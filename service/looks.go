package service

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/oabridge/oabridge/model"
)

// sharedFor is how old a look at a job may be to count for another deployment of the job, too: many that become due
// together cost Jenkins little more than one.
const sharedFor = 2 * time.Second

// looks are the newest looks at single jobs of one controller.
type looks struct {
	client Jenkins
	now    func() time.Time
	under  singleflight.Group

	mu     sync.Mutex
	newest map[string]look
}

type look struct {
	began time.Time
	job   *model.Job // nil: it is gone
}

// counts tells whether the look may be shared. Should the clock have been set back it is not.
func (l look) counts(now time.Time) bool {
	age := now.Sub(l.began)
	return age >= 0 && age < sharedFor
}

func newLooks(client Jenkins, now func() time.Time) *looks {
	return &looks{client: client, now: now, newest: map[string]look{}}
}

// of returns a job as it is now, nil when it is gone. A shared look may be some moments old.
func (l *looks) of(ctx context.Context, job string, shared bool) (*model.Job, error) {
	if !shared {
		return l.look(ctx, job)
	}
	if seen, ok := l.recent(job); ok {
		return seen.job, nil
	}
	seen, err, _ := l.under.Do(job, func() (any, error) { return l.look(ctx, job) })
	if err != nil {
		return nil, err
	}
	found, _ := seen.(*model.Job) // nothing else is in it
	return found, nil
}

func (l *looks) recent(job string) (look, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	seen, ok := l.newest[job]
	return seen, ok && seen.counts(l.now())
}

// look asks Jenkins.
func (l *looks) look(ctx context.Context, job string) (*model.Job, error) {
	began := l.now()
	seen, err := l.client.Job(ctx, job)
	gone := model.CodeOf(err) == model.CodeJenkinsNotFound
	if err != nil && !gone {
		return nil, err
	}
	found := &seen
	if gone {
		found = nil
	}
	l.keep(job, look{began, found})
	return found, nil
}

// keep remembers a look, and forgets those that are too old to be shared.
func (l *looks) keep(job string, seen look) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for name, old := range l.newest {
		if !old.counts(l.now()) {
			delete(l.newest, name)
		}
	}
	if old, ok := l.newest[job]; !ok || !old.began.After(seen.began) {
		l.newest[job] = seen
	}
}
