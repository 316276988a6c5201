package service

import (
	"context"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
)

// oldStore has releases of an older program, which take some steps to index; the first one fails.
type oldStore struct {
	Store
	steps chan int
	step  int
}

func (o *oldStore) IndexReleases(context.Context, time.Duration) (bool, error) {
	o.step++
	o.steps <- o.step
	if o.step == 1 {
		return false, model.Errorf(model.CodeDatabaseUnavailable, "数据库暂时无法访问")
	}
	return o.step == 3, nil
}

// TestRunIndexes leaves it to the engine, which goes on until nothing is left.
func TestRunIndexes(t *testing.T) {
	var old *oldStore
	w := newWorld(t, quick, func(o *Options) {
		old = &oldStore{Store: o.Store, steps: make(chan int, 9)}
		o.Store = old
	})
	end, ended := w.running()
	for want := 1; want <= 3; want++ {
		if got := await(t, "a step", old.steps); got != want {
			t.Errorf("step %d, want %d", got, want)
		}
	}
	end()
	await(t, "the end", ended)
	if len(old.steps) != 0 {
		t.Error("it went on though nothing was left")
	}
	if taken, err := w.store.Lease(t.Context(), indexLease, "the next one", time.Minute); err != nil || !taken {
		t.Errorf("the lease was not given back: %v %v", taken, err)
	}
}
