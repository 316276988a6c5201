package service

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/oabridge/oabridge/model"
)

// failPoints names the moment before and the moment after each write of a process (each POST, each commit, each message)
// and can end or suspend the process there. docs/decisions/0013 says why they stand in the ports.
type failPoints struct {
	mu      sync.Mutex
	targets []string // where each life of the process ends, such as "after POST mall-web"
	life    int
	down    bool
	seen    map[string]int
	lives   [][]string      // what each life passed; "" where the world outside may have changed
	unsaved map[string]bool // messages that were delivered, which is not saved
	doubt   map[string]int  // how often each message may be delivered again

	frozen chan struct{} // not nil: the process is suspended at its target instead, and tells so by closing it
	thaw   chan struct{} // closed when it may go on
	halted bool          // it is suspended now
	late   bool          // it was, and has gone on
}

func newFailPoints(targets ...string) *failPoints {
	f := &failPoints{targets: targets, doubt: map[string]int{}}
	f.born()
	return f
}

// born begins a life.
func (f *failPoints) born() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.down {
		f.life++
	}
	f.down, f.seen = false, map[string]int{}
	f.lives = append(f.lives, nil)
	f.mourn()
}

// mourn notes which messages may be delivered again.
func (f *failPoints) mourn() {
	for key := range f.unsaved {
		f.doubt[key]++
	}
	f.unsaved = map[string]bool{}
}

func (f *failPoints) died() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.down
}

// outside notes that the world outside may change now.
func (f *failPoints) outside() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lives[len(f.lives)-1] = append(f.lives[len(f.lives)-1], "")
}

// name tells equal writes of one life apart.
func (f *failPoints) name(write string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.seen[write]++
	if n := f.seen[write]; n > 1 {
		return fmt.Sprintf("%s #%d", write, n)
	}
	return write
}

// pass goes past a moment, or ends the process there: none of its goroutines comes any further.
func (f *failPoints) pass(moment string) {
	if !f.survives(moment) {
		runtime.Goexit()
	}
}

// survives is pass for whoever has something to do before the end.
func (f *failPoints) survives(moment string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.halted {
		f.rest()
	}
	if f.down {
		return false
	}
	f.lives[len(f.lives)-1] = append(f.lives[len(f.lives)-1], moment)
	if f.life >= len(f.targets) || f.targets[f.life] != moment {
		return true
	}
	if f.frozen == nil {
		f.down = true
		return false
	}
	f.life++
	f.mourn()
	f.halted = true
	close(f.frozen)
	f.rest()
	return true
}

// rest waits with a suspended process until it may go on.
func (f *failPoints) rest() {
	f.mu.Unlock()
	<-f.thaw
	f.mu.Lock()
}

// awake lets a suspended process go on.
func (f *failPoints) awake() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.halted, f.late = false, true
	close(f.thaw)
}

// write is one write with a fail point on either side.
func (f *failPoints) write(what string, do func() error) error {
	name := f.name(what)
	f.pass("before " + name)
	err := do()
	f.pass("after " + name)
	return err
}

// took is a write whose worth shows afterwards; a moment before it is no other than the one after the last.
func (f *failPoints) took(what string) { f.pass("after " + f.name(what)) }

// once is took for what is only renewed later on.
func (f *failPoints) once(what string) {
	if name := f.name(what); name == what {
		f.pass("after " + name)
	}
}

// stepIsOver tells whether the process was suspended: its step's time-out is shorter than the lease that ran out.
func (f *failPoints) stepIsOver() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.late
}

// moments are the fail points of one life that differ in what the process leaves behind. The moment before a write is that
// after the last one unless something happened outside in between, so both are one, which carries both names.
func (f *failPoints) moments(life int) (names []string, targets map[string]string) {
	targets = map[string]string{}
	log := f.lives[life]
	for i, moment := range log {
		same := i > 0 && strings.HasPrefix(moment, "before ") && strings.HasPrefix(log[i-1], "after ")
		switch {
		case moment == "":
		case same && len(names) > 0:
			last := names[len(names)-1]
			target := targets[last]
			delete(targets, last)
			names[len(names)-1] = last + ", " + moment
			targets[names[len(names)-1]] = target
		default:
			names = append(names, moment)
			targets[moment] = moment
		}
	}
	return names, targets
}

// all are all fail points of one life.
func (f *failPoints) all(life int) []string {
	return slices.DeleteFunc(slices.Clone(f.lives[life]), func(moment string) bool { return moment == "" })
}

// brittleStore is a store whose process can end at each write.
type brittleStore struct {
	Store
	points  *failPoints
	changes *atomic.Int64 // of releases
}

func shortJob(fullName string) string { return fullName[strings.LastIndex(fullName, "/")+1:] }

func (b *brittleStore) CreateRelease(ctx context.Context, r *model.Release, keys []string, compose func(*model.Release) error) error {
	return b.points.write("create", func() error {
		b.changes.Add(1)
		return b.Store.CreateRelease(ctx, r, keys, compose)
	})
}

// errCrashed keeps a commit from being made: the process has died before it.
var errCrashed = errors.New("the process has died")

// UpdateRelease names the commit after the history that it writes. A change that fails commits nothing.
func (b *brittleStore) UpdateRelease(ctx context.Context, id int64, change func(*model.Release) error) error {
	if b.points.frozen != nil {
		return b.rehearse(ctx, id, change)
	}
	name := ""
	err := b.Store.UpdateRelease(ctx, id, func(r *model.Release) error {
		if err := change(r); err != nil {
			return err
		}
		if name == "" { // else the transaction is tried again
			name = b.points.name(commitName(r))
		}
		if !b.points.survives("before " + name) {
			return errCrashed
		}
		return nil
	})
	if errors.Is(err, errCrashed) {
		runtime.Goexit()
	}
	if name != "" {
		b.changes.Add(1)
		b.points.pass("after " + name)
	}
	return err
}

// rehearse learns the commit's name beforehand: a process that is suspended in the middle of a transaction holds up all
// others on SQLite, where there are no others.
func (b *brittleStore) rehearse(ctx context.Context, id int64, change func(*model.Release) error) error {
	r, err := b.Release(ctx, id)
	if err != nil {
		return err
	}
	update := func() error {
		b.changes.Add(1)
		return b.Store.UpdateRelease(ctx, id, change)
	}
	if change(r) != nil {
		return update()
	}
	return b.points.write(commitName(r), update)
}

func commitName(r *model.Release) string {
	name := "commit"
	for _, e := range r.PendingEvents() {
		if d, err := r.Deployment(e.DeploymentID); err == nil {
			name += " " + shortJob(d.FullName)
		}
		name += " " + e.Kind
	}
	return name
}

func (b *brittleStore) AddKeys(ctx context.Context, id int64, keys []string) error {
	return b.points.write("keys", func() error { return b.Store.AddKeys(ctx, id, keys) })
}

func (b *brittleStore) ClaimDeployments(ctx context.Context, controller, owner string, lease time.Duration, limit int) ([]*model.Deployment, error) {
	due, err := b.Store.ClaimDeployments(ctx, controller, owner, lease, limit)
	if len(due) > 0 {
		b.points.took("claim")
	}
	return due, err
}
