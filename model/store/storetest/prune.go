package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
)

func pruning() map[string]func(*testing.T, *fixture) {
	return map[string]func(*testing.T, *fixture){
		"prune/only what is over":               pruneOver,
		"prune/its keys stay known":             pruneKeys,
		"prune/in batches of releases and rows": pruneBatches,
		"prune/messages of no release":          pruneMessages,
		"prune/replicas that are long gone":     pruneGone,
		"prune/several at once":                 pruneAtOnce,
	}
}

// finished is a release that ended some time ago, with so many lines of history, two of its deployments and one message.
func (f *fixture) finished(t *testing.T, ago time.Duration, events int, key string, change func(*model.Release)) *model.Release {
	t.Helper()
	at := f.clock.Now().Add(-ago)
	r := &model.Release{
		State: model.ReleasePartial, Accepted: model.ReleaseActive, Fingerprint: "print of " + key, ProcessInstanceID: "process " + key,
		ScheduledAt: &at, CreatedAt: at.Add(-time.Minute), FinishedAt: &at,
		Deployments: []*model.Deployment{
			{Position: 1, JobRef: model.JobRef{Controller: "prod", FullName: "a"}, State: model.StateSucceeded},
			{Position: 2, JobRef: model.JobRef{Controller: "prod", FullName: "b"}, State: model.StateFailed},
		},
	}
	for range events {
		r.Record(model.Event{Kind: "line"})
	}
	r.Tell(model.Message{Key: "message " + key, State: model.MessageSent})
	if change != nil {
		change(r)
	}
	if err := f.CreateRelease(f.ctx, r, []string{"process:" + key, "request:" + key}, nothing); err != nil {
		t.Fatal(err)
	}
	return r
}

const kept = 1000 * time.Hour

// prune deletes one batch of what ended at least kept ago.
func (f *fixture) prune(t *testing.T) model.Pruned {
	t.Helper()
	pruned, err := f.Prune(f.ctx, f.clock.Now().Add(-kept))
	if err != nil {
		t.Fatal(err)
	}
	return pruned
}

func pruneOver(t *testing.T, f *fixture) {
	old := kept + time.Second
	stay := []*model.Release{
		f.finished(t, kept, 1, "young", nil),
		f.finished(t, old, 1, "untold", func(r *model.Release) { r.Tell(model.Message{Key: "pending"}) }),
		f.finished(t, old, 1, "lost", func(r *model.Release) { r.Deployments[1].State = model.StateRunning }),
		f.finished(t, old, 1, "active", func(r *model.Release) { r.State = model.ReleaseActive }),
		f.finished(t, old, 1, "open", func(r *model.Release) { r.FinishedAt = nil }),
	}
	gone := f.finished(t, old, 4, "over", nil)
	wantEqual(t, "pruned", f.prune(t), model.Pruned{Releases: 1, Deployments: 2, Events: 4, Messages: 1})
	wantEqual(t, "pruned then", f.prune(t), model.Pruned{})
	_, err := f.Release(f.ctx, gone.ID)
	wantCode(t, err, model.CodeNotFound)
	for _, r := range stay {
		wantEqual(t, "deployments of "+r.Fingerprint, len(f.load(t, r.ID).Deployments), 2)
	}
	events, err := f.History(f.ctx, gone.ID, 0, 10)
	wantEqual(t, "history", fmt.Sprint(len(events), err), "0 <nil>")
	next := f.create(t)
	wantEqual(t, "the next number is a new one", next.ID > gone.ID, true)
}

func pruneKeys(t *testing.T, f *fixture) {
	r := f.finished(t, kept+time.Hour, 1, "over", nil)
	wantEqual(t, "releases", f.prune(t).Releases, 1)
	for range 2 {
		for _, key := range []string{"process:over", "request:over", "later:over"} {
			found, err := f.ReleaseByKeys(f.ctx, []string{key})
			if key == "later:over" && model.CodeOf(err) == model.CodeNotFound {
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			wantSame(t, found, &model.Release{
				ID: r.ID, State: r.State, Accepted: r.Accepted, Fingerprint: r.Fingerprint, ProcessInstanceID: r.ProcessInstanceID,
				ScheduledAt: r.ScheduledAt, CreatedAt: r.CreatedAt, FinishedAt: r.FinishedAt,
			})
			err = f.CreateRelease(f.ctx, filledRelease(1), []string{"another:key", key}, nothing)
			wantCode(t, err, model.CodeConflict)
		}
		if err := f.AddKeys(f.ctx, r.ID, []string{"later:over"}); err != nil {
			t.Fatal(err)
		}
	}
}

func pruneBatches(t *testing.T, f *fixture) {
	const few, many = 60, 3
	for i := range few {
		f.finished(t, kept+2*time.Hour, 0, fmt.Sprint("small", i), nil)
	}
	for i := range many {
		f.finished(t, kept+time.Hour, 700, fmt.Sprint("large", i), nil)
	}
	wantEqual(t, "the first 50", f.prune(t).Releases, 50)
	wantEqual(t, "ten and the first large one", f.prune(t).Releases, 11)
	for range many - 1 {
		pruned := f.prune(t)
		wantEqual(t, "one by one", fmt.Sprint(pruned.Releases, pruned.Events), "1 700")
	}
	wantEqual(t, "left", f.prune(t).Rows(), 0)
}

func pruneMessages(t *testing.T, f *fixture) {
	for i, state := range []model.MessageState{model.MessageSent, model.MessageDead, model.MessagePending, model.MessageSent} {
		m := model.Message{Key: fmt.Sprint(i), State: state, CreatedAt: f.clock.Now().Add(-kept - time.Hour)}
		if i == 3 {
			m.CreatedAt = f.clock.Now().Add(-kept)
		}
		if err := f.Post(f.ctx, m); err != nil {
			t.Fatal(err)
		}
	}
	wantEqual(t, "pruned", f.prune(t), model.Pruned{Messages: 2})
	wantEqual(t, "pruned then", f.prune(t), model.Pruned{})
	wantKeys(t, f.claimMessages(t, "me", 10), "2")
}

func pruneGone(t *testing.T, f *fixture) {
	f.see(t, model.Replica{ID: "gone"})
	f.clock.Advance(25 * time.Hour)
	f.see(t, model.Replica{ID: "here"})
	wantEqual(t, "pruned", f.prune(t), model.Pruned{Replicas: 1})
	wantEqual(t, "pruned then", f.prune(t), model.Pruned{})
}

func pruneAtOnce(t *testing.T, f *fixture) {
	for i := range 30 {
		f.finished(t, kept+time.Hour, 1, fmt.Sprint(i), nil)
	}
	counts := make([]model.Pruned, 4)
	wantAllNil(t, together(len(counts), func(i int) (err error) {
		counts[i], err = f.Prune(f.ctx, f.clock.Now().Add(-kept))
		return err
	}))
	var sum model.Pruned
	for _, c := range append(counts, f.prune(t)) {
		sum = sum.Plus(c)
	}
	wantEqual(t, "together", sum, model.Pruned{Releases: 30, Deployments: 60, Events: 30, Messages: 30})
}
