package storetest

import (
	"context"
	"errors"
	"testing"

	"github.com/oabridge/oabridge/model"
)

var errRefused = errors.New("refused by the caller")

func creating() map[string]func(*testing.T, *fixture) {
	return map[string]func(*testing.T, *fixture){
		"create/numbers start at 1001":             createNumbers,
		"create/every field comes back":            createEveryField,
		"create/compose knows the ids":             createCompose,
		"create/history and outbox come back":      createPending,
		"create/defaults":                          createDefaults,
		"create/compose refuses":                   createRefused,
		"create/compose panics":                    createPanics,
		"create/a name that is too long":           createTooLong,
		"create/cancelled":                         createCancelled,
		"create/not found":                         createNotFound,
		"create/without keys and deployments":      createBare,
		"create/what was pending before is stored": createPendingBefore,
	}
}

func createNumbers(t *testing.T, f *fixture) {
	first, second := f.create(t), f.create(t)
	wantEqual(t, "first number", first.Number(), "R-1001")
	wantEqual(t, "second number", second.Number(), "R-1002")
}

func createEveryField(t *testing.T, f *fixture) {
	for seed := range int64(2) {
		r := filledRelease(seed + 1)
		if err := f.CreateRelease(f.ctx, r, []string{r.RequestID}, nothing); err != nil {
			t.Fatal(err)
		}
		wantSame(t, f.load(t, r.ID), r)
		byKey, err := f.ReleaseByKeys(f.ctx, []string{"unknown", r.RequestID})
		if err != nil {
			t.Fatal(err)
		}
		wantSame(t, byKey, r)
	}
}

func createCompose(t *testing.T, f *fixture) {
	r := &model.Release{Deployments: []*model.Deployment{f.waiting("a", 0), f.waiting("b", 0), f.waiting("c", 0)}}
	var number string
	var ids []int64
	err := f.CreateRelease(f.ctx, r, nil, func(r *model.Release) error {
		number = r.Number()
		for _, d := range r.Deployments {
			ids = append(ids, d.ID)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "number", number, "R-1001")
	loaded := f.load(t, r.ID)
	for i, job := range []string{"a", "b", "c"} {
		wantEqual(t, "job", loaded.Deployments[i].FullName, job)
		wantEqual(t, "id", loaded.Deployments[i].ID, ids[i])
		wantEqual(t, "release", loaded.Deployments[i].ReleaseID, r.ID)
	}
}

func createPending(t *testing.T, f *fixture) {
	events := []model.Event{*fill[model.Event](1), *fill[model.Event](2)}
	messages := []model.Message{*fill[model.Message](1), *fill[model.Message](2)}
	r := filledRelease(1)
	err := f.CreateRelease(f.ctx, r, nil, func(r *model.Release) error {
		for i := range events {
			r.Record(events[i])
			r.Tell(messages[i])
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for i := range events {
		events[i].ID, events[i].ReleaseID = int64(i+1), r.ID
		messages[i].ID, messages[i].ReleaseID = int64(i+1), r.ID
	}
	history, err := f.History(f.ctx, r.ID, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	wantSame(t, history, events)
	outbox, err := f.Messages(f.ctx, r.ID, 100)
	if err != nil {
		t.Fatal(err)
	}
	wantSame(t, outbox, messages)
}

func createDefaults(t *testing.T, f *fixture) {
	r := f.create(t, f.waiting("a", 0))
	f.update(t, r.ID, func(r *model.Release) {
		r.Record(model.Event{Kind: model.EventKindAccepted})
		r.Tell(model.Message{Key: "k"})
	})
	loaded, now := f.load(t, r.ID), f.clock.Now()
	wantEqual(t, "created", loaded.CreatedAt, now)
	wantEqual(t, "version of the deployment", loaded.Deployments[0].Version, 1)
	history, err := f.History(f.ctx, r.ID, 0, 10)
	if err != nil || len(history) != 1 {
		t.Fatal(history, err)
	}
	wantEqual(t, "event's time", history[0].At, now)
	outbox, err := f.Messages(f.ctx, r.ID, 10)
	if err != nil || len(outbox) != 1 {
		t.Fatal(outbox, err)
	}
	wantEqual(t, "message's state", outbox[0].State, model.MessagePending)
	wantEqual(t, "message's time", outbox[0].NextAt, now)
}

func createRefused(t *testing.T, f *fixture) {
	r := filledRelease(1)
	err := f.CreateRelease(f.ctx, r, []string{"key"}, func(r *model.Release) error {
		r.Record(model.Event{})
		return errRefused
	})
	wantEqual(t, "error", err, errRefused)
	wantNothingStored(t, f, r)
}

func createPanics(t *testing.T, f *fixture) {
	r := filledRelease(1)
	func() {
		defer func() { wantEqual(t, "panic", recover(), any(errRefused)) }()
		_ = f.CreateRelease(f.ctx, r, []string{"key"}, func(*model.Release) error { panic(errRefused) })
	}()
	r.ID = 0
	wantNothingStored(t, f, r)
}

func createTooLong(t *testing.T, f *fixture) {
	long := make([]rune, 501)
	for i := range long {
		long[i] = '上'
	}
	r := filledRelease(1)
	r.Deployments[1].FullName = string(long)
	wantCode(t, f.CreateRelease(f.ctx, r, []string{"key"}, nothing), model.CodeInvalidRequest)
	wantNothingStored(t, f, r)
	r.Deployments[1].FullName = string(long[:500])
	if err := f.CreateRelease(f.ctx, r, []string{"key"}, nothing); err != nil {
		t.Fatal(err)
	}
	wantSame(t, f.load(t, r.ID), r)
}

func createCancelled(t *testing.T, f *fixture) {
	ctx, cancel := context.WithCancel(f.ctx)
	cancel()
	r := filledRelease(1)
	err := f.CreateRelease(ctx, r, []string{"key"}, nothing)
	wantCode(t, err, model.CodeDatabaseUnavailable)
	wantEqual(t, "recognisable", errors.Is(err, context.Canceled), true)
	_, err = f.Release(ctx, 1001)
	wantEqual(t, "recognisable", errors.Is(err, context.Canceled), true)
	wantNothingStored(t, f, r)
}

func createNotFound(t *testing.T, f *fixture) {
	_, err := f.Release(f.ctx, 1001)
	wantCode(t, err, model.CodeNotFound)
	_, err = f.ReleaseByKeys(f.ctx, []string{"unknown"})
	wantCode(t, err, model.CodeNotFound)
	_, err = f.ReleaseByKeys(f.ctx, nil)
	wantCode(t, err, model.CodeNotFound)
}

func createBare(t *testing.T, f *fixture) {
	r := f.create(t)
	wantEqual(t, "deployments", len(f.load(t, r.ID).Deployments), 0)
}

func createPendingBefore(t *testing.T, f *fixture) {
	r := &model.Release{}
	r.Record(model.Event{Kind: "before"})
	err := f.CreateRelease(f.ctx, r, nil, func(r *model.Release) error {
		r.Record(model.Event{Kind: "after"})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	history, err := f.History(f.ctx, r.ID, 0, 10)
	if err != nil || len(history) != 2 {
		t.Fatal(history, err)
	}
	wantEqual(t, "first", history[0].Kind, "before")
	wantEqual(t, "second", history[1].Kind, "after")
}

// wantNothingStored checks that a failed creation left nothing behind, neither in the database nor in r.
func wantNothingStored(t *testing.T, f *fixture, r *model.Release) {
	t.Helper()
	wantEqual(t, "id", r.ID, 0)
	list, err := f.ListReleases(f.ctx, model.ReleaseFilter{Limit: 10})
	if err != nil || len(list) != 0 {
		t.Fatalf("%d releases are stored (%v)", len(list), err)
	}
	_, err = f.ReleaseByKeys(f.ctx, []string{"key"})
	wantCode(t, err, model.CodeNotFound)
}
