package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
)

func posting() map[string]func(*testing.T, *fixture) {
	return map[string]func(*testing.T, *fixture){
		"outbox/a message of no release":        postOne,
		"outbox/a known key is dropped":         postKnown,
		"outbox/what is due, the oldest first":  postOrder,
		"outbox/tried again later":              postRetry,
		"outbox/every outcome is saved":         postSettled,
		"outbox/a stale holder settles nothing": postStale,
		"outbox/many at once share":             postAtOnce,
	}
}

func (f *fixture) post(t *testing.T, key string, in time.Duration) {
	t.Helper()
	if err := f.Post(f.ctx, model.Message{Key: key, NextAt: f.clock.Now().Add(in)}); err != nil {
		t.Fatal(err)
	}
}

func (f *fixture) claimMessages(t *testing.T, owner string, limit int) []model.Message {
	t.Helper()
	claimed, err := f.ClaimMessages(f.ctx, owner, time.Minute, limit)
	if err != nil {
		t.Fatal(err)
	}
	return claimed
}

func wantKeys(t *testing.T, messages []model.Message, want ...string) {
	t.Helper()
	got := []string{}
	for _, m := range messages {
		got = append(got, m.Key)
	}
	wantSame(t, got, append([]string{}, want...))
}

func postOne(t *testing.T, f *fixture) {
	m := *fill[model.Message](1)
	m.ReleaseID, m.State, m.NextAt = 0, model.MessagePending, f.clock.Now()
	if err := f.Post(f.ctx, m); err != nil {
		t.Fatal(err)
	}
	m.ID, m.LeaseOwner = 1, "me"
	wantSame(t, f.claimMessages(t, "me", 10), []model.Message{m})
}

func postKnown(t *testing.T, f *fixture) {
	f.post(t, "k", 0)
	wantAllNil(t, together(20, func(int) error { return f.Post(f.ctx, model.Message{Key: "k", Title: "again"}) }))
	claimed := f.claimMessages(t, "me", 10)
	wantKeys(t, claimed, "k")
	wantEqual(t, "title", claimed[0].Title, "")
}

func postOrder(t *testing.T, f *fixture) {
	f.post(t, "c", -time.Second)
	f.post(t, "later", time.Second)
	f.post(t, "a", -time.Hour)
	f.post(t, "b", -time.Minute)
	f.post(t, "d", -time.Second)
	wantKeys(t, f.claimMessages(t, "me", 2), "a", "b")
	wantKeys(t, f.claimMessages(t, "me", 10), "c", "d")
	wantKeys(t, f.claimMessages(t, "me", 10))
	f.clock.Advance(time.Second)
	wantKeys(t, f.claimMessages(t, "me", 10), "later")
	f.clock.Advance(time.Minute)
	wantKeys(t, f.claimMessages(t, "me", 10), "a", "b", "c", "d", "later")
}

func postRetry(t *testing.T, f *fixture) {
	f.post(t, "k", 0)
	m := f.claimMessages(t, "me", 1)[0]
	m.Attempts, m.NextAt = 1, f.clock.Now().Add(time.Second)
	if err := f.SettleMessage(f.ctx, m); err != nil {
		t.Fatal(err)
	}
	wantKeys(t, f.claimMessages(t, "me", 1))
	f.clock.Advance(time.Second)
	wantEqual(t, "attempts", f.claimMessages(t, "me", 1)[0].Attempts, 1)
}

func postSettled(t *testing.T, f *fixture) {
	r := f.create(t)
	f.update(t, r.ID, func(r *model.Release) { r.Tell(model.Message{Key: "k"}) })
	m := f.claimMessages(t, "me", 1)[0]
	settled := *fill[model.Message](2)
	m.State, m.Attempts, m.NextAt, m.LastCode = model.MessageSent, settled.Attempts, settled.NextAt, settled.LastCode
	m.LastError, m.SentAt, m.TaskID, m.CheckAt = settled.LastError, settled.SentAt, settled.TaskID, settled.CheckAt
	if err := f.SettleMessage(f.ctx, m); err != nil {
		t.Fatal(err)
	}
	outbox, err := f.Messages(f.ctx, r.ID, 10)
	if err != nil {
		t.Fatal(err)
	}
	m.LeaseOwner = ""
	wantSame(t, outbox, []model.Message{m})
	f.clock.Advance(100 * 365 * 24 * time.Hour)
	wantKeys(t, f.claimMessages(t, "me", 10))
	wantCode(t, f.SettleMessage(f.ctx, m), model.CodeConflict)
}

func postStale(t *testing.T, f *fixture) {
	f.post(t, "k", 0)
	stale := f.claimMessages(t, "first", 1)[0]
	f.clock.Advance(time.Minute)
	held := f.claimMessages(t, "second", 1)[0]
	stale.State = model.MessageDead
	wantCode(t, f.SettleMessage(f.ctx, stale), model.CodeConflict)
	held.State = model.MessageSent
	if err := f.SettleMessage(f.ctx, held); err != nil {
		t.Fatal(err)
	}
}

func postAtOnce(t *testing.T, f *fixture) {
	const messages, claimers = 40, 6
	for i := range messages {
		f.post(t, fmt.Sprint(i), 0)
	}
	counts := make([]int, claimers)
	wantAllNil(t, together(claimers, func(i int) error {
		for empty := 0; empty < 3; {
			claimed, err := f.ClaimMessages(f.ctx, fmt.Sprint(i), time.Minute, 5)
			if err != nil {
				return err
			}
			if len(claimed) == 0 {
				empty++
			}
			counts[i] += len(claimed)
			for _, m := range claimed {
				m.State = model.MessageSent
				if err := f.SettleMessage(f.ctx, m); err != nil {
					return err
				}
			}
		}
		return nil
	}))
	total := 0
	for _, n := range counts {
		total += n
	}
	wantEqual(t, "delivered", total, messages)
}
