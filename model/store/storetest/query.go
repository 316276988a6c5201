package storetest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/oabridge/oabridge/model"
)

func querying() map[string]func(*testing.T, *fixture) {
	return map[string]func(*testing.T, *fixture){
		"query/newest first, complete": queryComplete,
		"query/page by page":           queryPages,
		"query/by state":               queryState,
		"query/limits":                 queryLimits,
		"query/history in order":       queryHistory,
		"query/counts":                 queryCounts,
		"query/the database answers":   queryPing,
	}
}

func (f *fixture) list(t *testing.T, filter model.ReleaseFilter) []int64 {
	t.Helper()
	list, err := f.ListReleases(f.ctx, filter)
	if err != nil {
		t.Fatal(err)
	}
	ids := []int64{}
	for _, r := range list {
		ids = append(ids, r.ID)
	}
	return ids
}

func queryComplete(t *testing.T, f *fixture) {
	want := make([]*model.Release, 3)
	for i := range want {
		r := filledRelease(int64(i + 1))
		if err := f.CreateRelease(f.ctx, r, nil, nothing); err != nil {
			t.Fatal(err)
		}
		want[len(want)-1-i] = r
	}
	got, err := f.ListReleases(f.ctx, model.ReleaseFilter{Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	wantSame(t, got, want)
}

func queryPages(t *testing.T, f *fixture) {
	for range 5 {
		f.create(t)
	}
	wantSame(t, f.list(t, model.ReleaseFilter{Limit: 2}), []int64{1005, 1004})
	f.create(t) // does not move the pages that follow
	wantSame(t, f.list(t, model.ReleaseFilter{Limit: 2, Before: 1004}), []int64{1003, 1002})
	wantSame(t, f.list(t, model.ReleaseFilter{Limit: 2, Before: 1002}), []int64{1001})
	wantSame(t, f.list(t, model.ReleaseFilter{Limit: 2, Before: 1001}), []int64{})
}

func queryState(t *testing.T, f *fixture) {
	for i := range 6 {
		r := f.create(t)
		if i%2 == 0 {
			f.update(t, r.ID, func(r *model.Release) { r.State = model.ReleaseFailed })
		}
	}
	wantSame(t, f.list(t, model.ReleaseFilter{States: []model.ReleaseState{model.ReleaseFailed}, Limit: 2}), []int64{1005, 1003})
	failed := model.ReleaseFilter{States: []model.ReleaseState{model.ReleaseFailed}, Limit: 2, Before: 1003}
	wantSame(t, f.list(t, failed), []int64{1001})
	wantSame(t, f.list(t, model.ReleaseFilter{States: []model.ReleaseState{model.ReleaseExpired}, Limit: 2}), []int64{})
}

func queryLimits(t *testing.T, f *fixture) {
	for range 201 {
		f.create(t)
	}
	for limit, want := range map[int]int{-1: 1, 0: 1, 1: 1, 200: 200, 100000: 200} {
		wantEqual(t, fmt.Sprint("limit ", limit), len(f.list(t, model.ReleaseFilter{Limit: limit})), want)
	}
}

func queryHistory(t *testing.T, f *fixture) {
	r, other := f.create(t), f.create(t)
	for i := range 5 {
		for _, id := range []int64{r.ID, other.ID} {
			f.update(t, id, func(r *model.Release) {
				r.Record(model.Event{Kind: fmt.Sprint(i)})
				r.Tell(model.Message{Key: fmt.Sprint(id, i), Title: fmt.Sprint(i)})
			})
		}
	}
	outbox, err := f.Messages(f.ctx, r.ID, 3)
	if err != nil || len(outbox) != 3 {
		t.Fatal(outbox, err)
	}
	var kinds []string
	for before, page := int64(0), 0; page < 3; page++ { // 2 of 5, 2 more, the last
		history, err := f.History(f.ctx, r.ID, before, 2)
		if err != nil || len(history) == 0 {
			t.Fatal(history, err)
		}
		before = history[0].ID
		for i, e := range history {
			wantEqual(t, "release", e.ReleaseID, r.ID)
			kinds = slices.Insert(kinds, i, e.Kind)
		}
	}
	wantSame(t, kinds, []string{"0", "1", "2", "3", "4"})
	for i := range 3 {
		wantEqual(t, "title", outbox[i].Title, fmt.Sprint(i+2))
	}
}

func queryCounts(t *testing.T, f *fixture) {
	want := map[string]int64{"waiting": 0, "submitting": 0, "queued": 0, "running": 0, "paused": 0, "lost": 0, "held": 0, "messages": 0}
	check := func() {
		t.Helper()
		got, err := f.CountDeployments(f.ctx)
		if err != nil {
			t.Fatal(err)
		}
		wantSame(t, got, want)
	}
	check()
	for i, state := range model.DeploymentStates() {
		for range i + 1 {
			d := f.waiting("a", 0)
			d.State = state
			f.create(t, d)
		}
		if !state.Terminal() {
			want[string(state)] = int64(i + 1)
		}
	}
	d := f.waiting("a", 0)
	d.Wait = model.WaitDrift
	f.create(t, d)
	want["held"] = 1
	want["waiting"]++
	f.post(t, "a", 0)
	f.post(t, "b", 0)
	m := f.claimMessages(t, "me", 1)[0]
	m.State = model.MessageSent
	if err := f.SettleMessage(f.ctx, m); err != nil {
		t.Fatal(err)
	}
	want["messages"] = 1
	check()
}

func queryPing(t *testing.T, f *fixture) {
	if err := f.Ping(f.ctx); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	wantCode(t, f.Ping(f.ctx), model.CodeDatabaseUnavailable)
	wantCode(t, f.Post(f.ctx, model.Message{}), model.CodeDatabaseUnavailable)
	_, err := f.Release(f.ctx, 1001)
	wantCode(t, err, model.CodeDatabaseUnavailable)
}
