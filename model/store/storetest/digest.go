package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
)

func gathering() map[string]func(*testing.T, *fixture) {
	return map[string]func(*testing.T, *fixture){
		"digest/takes the place of its members":     digestStored,
		"digest/of what somebody else holds":        digestStale,
		"digest/is taken apart":                     digestApart,
		"digest/the backlog of one recipient":       digestBacklog,
		"fates/are asked for when it is time":       fatesAsked,
		"fates/a stale holder settles nothing":      fatesStale,
		"letters/the newest first, by state":        lettersListed,
		"letters/a dead one is sent again, once":    letterResent,
		"letters/of no release, and one that lives": lettersRefused,
	}
}

// robotMessage puts a message for a robot into the outbox.
func (f *fixture) robotMessage(t *testing.T, key, robot string, change ...func(*model.Message)) {
	t.Helper()
	m := model.Message{Key: key, Channel: model.ChannelRobot, Recipient: robot, NextAt: f.clock.Now()}
	for _, c := range change {
		c(&m)
	}
	if err := f.Post(f.ctx, m); err != nil {
		t.Fatal(err)
	}
}

func ids(messages []model.Message) []int64 {
	list := make([]int64, len(messages))
	for i, m := range messages {
		list[i] = m.ID
	}
	return list
}

func (f *fixture) message(t *testing.T, id int64) model.Message {
	t.Helper()
	m, err := f.Message(f.ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func digestStored(t *testing.T, f *fixture) {
	f.robotMessage(t, "a", "ops")
	f.robotMessage(t, "b", "ops")
	members := f.claimMessages(t, "me", 10)
	digest := *fill[model.Message](3)
	digest.ReleaseID, digest.State, digest.LeaseOwner = 0, model.MessagePending, "me"
	id, err := f.Merge(f.ctx, digest, ids(members), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	digest.ID = id
	wantSame(t, f.message(t, id), digest)
	for _, m := range members {
		got := f.message(t, m.ID)
		wantEqual(t, "member", fmt.Sprint(got.State, got.DigestID, got.LeaseOwner), fmt.Sprint(model.MessageMerged, id, ""))
		wantCode(t, f.SettleMessage(f.ctx, m), model.CodeConflict)
	}
	f.clock.Advance(100 * 365 * 24 * time.Hour)
	wantKeys(t, f.claimMessages(t, "another", 10), digest.Key)
}

func digestApart(t *testing.T, f *fixture) {
	for _, key := range []string{"a", "b"} {
		f.robotMessage(t, key, "ops")
	}
	digest := model.Message{Key: "digest", State: model.MessagePending, LeaseOwner: "me"}
	id, err := f.Merge(f.ctx, digest, ids(f.claimMessages(t, "me", 10)), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	digest.ID, digest.State, digest.NextAt, digest.LastError = id, model.MessageDead, f.clock.Now(), "不安全"
	stale := digest
	stale.LeaseOwner = "another"
	wantCode(t, f.Unmerge(f.ctx, stale), model.CodeConflict)
	wantKeys(t, f.claimMessages(t, "me", 10))
	if err := f.Unmerge(f.ctx, digest); err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "the digest", f.message(t, id).State, model.MessageDead)
	free := f.claimMessages(t, "me", 1)
	wantKeys(t, free, "a")
	wantEqual(t, "its digest", free[0].DigestID, id)
	more, err := f.ClaimBacklog(f.ctx, free[0], time.Minute, 10)
	wantEqual(t, "to be merged again", fmt.Sprint(len(more), err), "0 <nil>")
	wantKeys(t, f.claimMessages(t, "me", 10), "b")
}

func digestStale(t *testing.T, f *fixture) {
	f.robotMessage(t, "a", "ops")
	f.robotMessage(t, "b", "ops")
	stale := f.claimMessages(t, "first", 10)
	f.clock.Advance(time.Minute)
	held := f.claimMessages(t, "second", 1)
	digest := model.Message{Key: "digest", State: model.MessagePending, LeaseOwner: "first"}
	_, err := f.Merge(f.ctx, digest, ids(stale), time.Minute)
	wantCode(t, err, model.CodeConflict)
	wantEqual(t, "the one held by another", f.message(t, held[0].ID).State, model.MessagePending)
	all, err := f.ListMessages(f.ctx, model.MessageFilter{Limit: 10})
	wantEqual(t, "messages", fmt.Sprint(len(all), err), "2 <nil>")
}

func digestBacklog(t *testing.T, f *fixture) {
	for _, key := range []string{"a", "b", "c"} {
		f.robotMessage(t, key, "ops")
	}
	f.robotMessage(t, "digest", "ops", func(m *model.Message) { m.Kind = model.NoticeDigest })
	f.robotMessage(t, "later", "ops", func(m *model.Message) { m.NextAt = f.clock.Now().Add(time.Second) })
	f.robotMessage(t, "person", "ops", func(m *model.Message) { m.Channel = model.ChannelWorkNotice })
	f.robotMessage(t, "dev", "dev")
	first := f.claimMessages(t, "me", 1)
	wantKeys(t, first, "a")
	more, err := f.ClaimBacklog(f.ctx, first[0], time.Minute, 10)
	if err != nil {
		t.Fatal(err)
	}
	wantKeys(t, more, "b", "c")
	wantEqual(t, "owner", more[0].LeaseOwner, "me")
}

// sent is a message that DingTalk took, and that is to be asked about.
func (f *fixture) sent(t *testing.T, key string, in time.Duration) model.Message {
	t.Helper()
	f.robotMessage(t, key, "zhang", func(m *model.Message) { m.Channel = model.ChannelWorkNotice })
	m := f.claimMessages(t, "me", 1)[0]
	at := f.clock.Now().Add(in)
	m.State, m.TaskID, m.CheckAt = model.MessageSent, 77, &at
	if err := f.SettleMessage(f.ctx, m); err != nil {
		t.Fatal(err)
	}
	return m
}

func fatesAsked(t *testing.T, f *fixture) {
	f.sent(t, "soon", time.Second)
	f.sent(t, "later", time.Hour)
	claim := func() []model.Message {
		t.Helper()
		due, err := f.ClaimFates(f.ctx, "me", time.Minute, 10)
		if err != nil {
			t.Fatal(err)
		}
		return due
	}
	wantKeys(t, claim())
	f.clock.Advance(time.Second)
	due := claim()
	wantKeys(t, due, "soon")
	wantKeys(t, claim())
	m := due[0]
	m.State, m.CheckAt, m.LastCode, m.LastError = model.MessageDead, nil, model.CodeDingTalkRejected, "没有这个人"
	if err := f.SettleFate(f.ctx, m); err != nil {
		t.Fatal(err)
	}
	m.LeaseOwner = ""
	wantSame(t, f.message(t, m.ID), m)
	f.clock.Advance(time.Hour)
	wantKeys(t, claim(), "later")
}

func fatesStale(t *testing.T, f *fixture) {
	m := f.sent(t, "k", 0)
	wantCode(t, f.SettleFate(f.ctx, m), model.CodeConflict)
	m.LeaseOwner = ""
	wantCode(t, f.SettleFate(f.ctx, m), model.CodeConflict)
}

func lettersListed(t *testing.T, f *fixture) {
	for i, state := range []model.MessageState{"dead", "sent", "dead", "dead", "pending"} {
		f.robotMessage(t, fmt.Sprint(i), "ops", func(m *model.Message) {
			m.State = state
			if i == 3 {
				m.Channel = model.ChannelComment
			}
		})
	}
	for want, filter := range map[string]model.MessageFilter{
		"4 3 2 1 0": {Limit: 10},
		"4 3":       {Limit: 2},
		"2 1 0":     {Limit: 10, Before: 4},
		"3 2 0":     {Limit: 10, State: model.MessageDead},
		"2 0":       {Limit: 10, State: model.MessageDead, Channel: model.ChannelRobot},
		"3":         {Limit: 10, Channel: model.ChannelComment},
	} {
		list, err := f.ListMessages(f.ctx, filter)
		got := ""
		for _, m := range list {
			got += " " + m.Key
		}
		wantEqual(t, fmt.Sprintf("%+v", filter), fmt.Sprint(got, err), fmt.Sprint(" "+want, error(nil)))
	}
	dead, err := f.CountDead(f.ctx)
	wantEqual(t, "dead", fmt.Sprint(dead, err), "3 <nil>")
}

func letterResent(t *testing.T, f *fixture) {
	r := f.create(t)
	f.update(t, r.ID, func(r *model.Release) {
		r.Tell(model.Message{Key: "k", Title: "完成", State: model.MessageDead, Attempts: 7, LastCode: model.CodeDingTalkAuth})
	})
	found, err := f.Messages(f.ctx, r.ID, 10)
	if err != nil || len(found) != 1 {
		t.Fatal(found, err)
	}
	m := found[0]
	results := together(5, func(int) error { return f.Resend(f.ctx, m.ID, "ops", f.clock.Now()) })
	done := 0
	for _, err := range results {
		if err == nil {
			done++
			continue
		}
		wantCode(t, err, model.CodeConflict)
	}
	wantEqual(t, "resent", done, 1)
	again := f.claimMessages(t, "me", 10)
	wantKeys(t, again, "k")
	wantEqual(t, "again", fmt.Sprintln(again[0].Attempts, again[0].ResentBy, again[0].ResentAt.Equal(f.clock.Now())), "0 ops true\n")
	wantEqual(t, "another UUID", again[0].UUID() == m.UUID(), false)
	events, err := f.History(f.ctx, r.ID, 0, 10)
	if err != nil || len(events) == 0 {
		t.Fatal(events, err)
	}
	last := events[len(events)-1]
	wantEqual(t, "history", fmt.Sprint(last.Kind, last.Actor, last.Code, last.Message), fmt.Sprint("resent", "ops", "dingtalk_auth", "重新发送：完成"))
}

func lettersRefused(t *testing.T, f *fixture) {
	wantCode(t, f.Resend(f.ctx, 1, "ops", f.clock.Now()), model.CodeNotFound)
	_, err := f.Message(f.ctx, 1)
	wantCode(t, err, model.CodeNotFound)
	f.robotMessage(t, "alive", "ops")
	f.robotMessage(t, "dead", "ops", func(m *model.Message) { m.State = model.MessageDead })
	wantCode(t, f.Resend(f.ctx, 1, "ops", f.clock.Now()), model.CodeConflict)
	wantEqual(t, "of no release", f.Resend(f.ctx, 2, "ops", f.clock.Now()), nil)
}
