package service

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/model/store/cache"
)

// unread is a store that can refuse to find releases by their keys.
type unread struct {
	Store
	away  bool
	reads int
}

func (u *unread) ReleaseByKeys(ctx context.Context, keys []string) (*model.Release, error) {
	if u.reads++; u.away {
		return nil, model.Errorf(model.CodeDatabaseUnavailable, "数据库暂时无法访问")
	}
	return u.Store.ReleaseByKeys(ctx, keys)
}

// newRemembering is a world that keeps its answers in the process.
func newRemembering(t *testing.T) (*world, *unread) {
	u := &unread{}
	w := newWorld(t, func(o *Options) {
		u.Store, o.Store = o.Store, u
		o.Shared.Answers = cache.NewMemory(1<<20, o.Now)
	})
	return w, u
}

func TestRepeatIsAnsweredWithoutTheDatabase(t *testing.T) {
	for name, ids := range map[string][]string{
		"instance": {"requestId", ""}, "both": {"requestId", "q1"}, "request": {"requestId", "q1", "实例ID", ""}, "neither": {"实例ID", ""},
	} {
		t.Run(name, func(t *testing.T) {
			w, u := newRemembering(t)
			first := w.submit(ids...)
			u.away = true
			got := w.submit(ids...)
			if first.Duplicate || !got.Duplicate || got.Number != first.Number || got.State != first.State || got.ScheduledAt != nil {
				t.Errorf("first %+v, then %+v", first, got)
			}
			if u.away = false; len(w.releases()) != 1 {
				t.Errorf("%d releases", len(w.releases()))
			}
		})
	}
}

// releases are all releases.
func (w *world) releases() []*model.Release {
	w.t.Helper()
	all, err := w.store.ListReleases(w.t.Context(), model.ReleaseFilter{Limit: 100})
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

func TestWhatIsNotSurelyARepeatIsReadInTheDatabase(t *testing.T) {
	base := []string{"实例ID", "i1", "requestId", "q1"}
	for name, c := range map[string]struct {
		pairs []string
		code  model.Code
		same  bool
	}{
		"other content":                   {[]string{"实例ID", "i1", "requestId", "q1", "VERSION", "v9"}, model.CodeSubmissionConflict, false},
		"a copied form":                   {[]string{"实例ID", "i2", "requestId", "q1"}, "", false},
		"another request of one instance": {[]string{"实例ID", "i1", "requestId", "q2"}, "", true},
		"the request alone":               {[]string{"实例ID", "", "requestId", "q1"}, "", true},
		"no id":                           {[]string{"实例ID", "", "requestId", ""}, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			w, u := newRemembering(t)
			first := w.submit(base...)
			reads := u.reads
			got, err := w.Submit(t.Context(), form(c.pairs...), "connector")
			codeIs(t, err, c.code)
			if u.reads == reads {
				t.Error("the database was not asked")
			}
			if err == nil && (got.Number == first.Number) != c.same {
				t.Errorf("first %+v, then %+v", first, got)
			}
		})
	}
}

// TestAnswersKeepTheRulesOfTime lets a cache outlive its time to live, as a frozen Redis does.
func TestAnswersKeepTheRulesOfTime(t *testing.T) {
	frozen := func(o *Options) {
		at := o.Now()
		o.Shared.Answers = cache.NewMemory(1<<20, func() time.Time { return at })
	}
	w := newWorld(t, frozen)
	w.submit("requestId", "q1", "实例ID", "")
	w.clock.Advance(requestLife + time.Second)
	_, err := w.Submit(t.Context(), form("requestId", "q1", "实例ID", ""), "connector")
	codeIs(t, err, model.CodeSubmissionConflict)

	w = newWorld(t, frozen)
	first := w.submit("实例ID", "")
	w.clock.Advance(24 * time.Hour)
	if next := w.submit("实例ID", ""); next.Number == first.Number || next.Duplicate {
		t.Errorf("yesterday's %+v, today's %+v", first, next)
	}
}

func TestScheduledReleaseIsNotRemembered(t *testing.T) {
	w, u := newRemembering(t)
	at := w.clock.Now().Add(time.Hour).In(shanghai).Format("2006-01-02 15:04")
	first := w.submit("执行方式", "定时", "执行时间", at)
	reads := u.reads
	got := w.submit("执行方式", "定时", "执行时间", at)
	if u.reads == reads || got.Number != first.Number || !got.Duplicate || got.ScheduledAt == nil {
		t.Errorf("%d reads, first %+v, then %+v", u.reads-reads, first, got)
	}
}

// uncommitted is a store whose transactions end in an error, after they were stored or without.
type uncommitted struct {
	Store
	stored bool
	fail   bool
}

func (u *uncommitted) CreateRelease(ctx context.Context, r *model.Release, keys []string, compose func(*model.Release) error) error {
	if !u.fail {
		return u.Store.CreateRelease(ctx, r, keys, compose)
	}
	if u.stored {
		if err := u.Store.CreateRelease(ctx, r, keys, compose); err != nil {
			return err
		}
	}
	return model.Errorf(model.CodeDatabaseUnavailable, "数据库暂时无法访问")
}

func TestNothingIsRememberedOfWhatWasNotCommitted(t *testing.T) {
	for _, stored := range []bool{false, true} {
		u := &uncommitted{stored: stored, fail: true}
		w := newWorld(t, func(o *Options) {
			u.Store, o.Store = o.Store, u
			o.Shared.Answers = cache.NewMemory(1<<20, o.Now)
		})
		_, err := w.Submit(t.Context(), form(), "connector")
		codeIs(t, err, model.CodeDatabaseUnavailable)
		u.fail = false
		if got := w.submit(); got.Duplicate != stored {
			t.Errorf("stored %v, then %+v", stored, got)
		}
		if n := len(w.releases()); n != 1 {
			t.Errorf("%d releases", n)
		}
	}
}

// broken is a cache that answers what it is told.
type broken struct {
	value []byte
	err   error
}

func (b broken) Get(context.Context, string) ([]byte, bool, error) {
	return b.value, b.err == nil, b.err
}
func (b broken) Set(context.Context, string, []byte, time.Duration) error { return b.err }

func TestRubbishIsNoAnswer(t *testing.T) {
	for _, value := range []string{"", "{", "{}", "null", `{"release":0,"accepted":"active"}`, `{"release":7}`, `{"release":"x"}`} {
		w := newWorld(t, func(o *Options) { o.Shared.Answers = broken{value: []byte(value)} })
		if got := w.submit(); got.Duplicate || got.Number == "" {
			t.Errorf("%q: %+v", value, got)
		}
	}
	w := newWorld(t, func(o *Options) { o.Shared.Answers = broken{err: errors.New("away")} })
	if first, then := w.submit(), w.submit(); first.Duplicate || !then.Duplicate || first.Number != then.Number {
		t.Errorf("%+v, %+v", first, then)
	}
}
