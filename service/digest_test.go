package service

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
)

// spent is a world whose robot was given all that it may be given one by one.
func spent(t *testing.T, adjust ...func(*Options)) (*world, *strict) {
	t.Helper()
	w, robot := newPaced(t, adjust...)
	for range 12 {
		if wait := w.budgets.single(t.Context(), &model.Message{Channel: model.ChannelRobot, Recipient: "ops"}); wait > 0 {
			t.Fatal(wait)
		}
	}
	return w, robot
}

// outbox is every message, the oldest first.
func (w *world) outbox() []model.Message {
	w.t.Helper()
	list, err := w.store.ListMessages(w.t.Context(), model.MessageFilter{Limit: 200})
	if err != nil {
		w.t.Fatal(err)
	}
	slices.Reverse(list)
	return list
}

func (w *world) deliverAll() {
	w.t.Helper()
	if _, err := w.deliverDue(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

func TestDigestTellsTheUrgentFirst(t *testing.T) {
	w, robot := spent(t)
	w.post(3)
	lost := model.Message{
		Key: "lost", Kind: model.NoticeLost, Channel: model.ChannelRobot, Recipient: "ops", Title: "失联 **x**", Summary: "失联",
		CreatedAt: w.clock.Now(), NextAt: w.clock.Now(),
	}
	if err := w.store.Post(t.Context(), lost); err != nil {
		t.Fatal(err)
	}
	w.deliverAll()
	if want := []string{"失联", "m0", "m1", "m2"}; len(robot.at) != 1 || !slices.Equal(robot.lines, want) {
		t.Fatalf("%d messages told %v", len(robot.at), robot.lines)
	}
	all := w.outbox()
	digest := all[len(all)-1]
	if digest.Kind != model.NoticeDigest || digest.State != model.MessageSent || digest.UUID() != robot.uuids[0] {
		t.Errorf("%+v", digest)
	}
	for _, m := range all[:4] {
		if m.State != model.MessageMerged || m.DigestID != digest.ID {
			t.Errorf("%+v", m)
		}
	}
}

func TestOneMessageIsNoDigest(t *testing.T) {
	w, robot := spent(t)
	posted := w.post(1)
	w.deliverAll()
	if !slices.Equal(robot.uuids, posted) || len(w.outbox()) != 1 {
		t.Errorf("sent %v, posted %v", robot.uuids, posted)
	}
}

// TestDigestsHaveALimit lets more wait than one message of DingTalk's holds: what is left goes into the next, in order.
func TestDigestsHaveALimit(t *testing.T) {
	w, robot := spent(t)
	var want []string
	for i := range 300 {
		title := fmt.Sprintf("%03d %s", i, strings.Repeat("很长的说明\"", 8))
		want = append(want, title)
		m := model.Message{
			Key: title, Kind: model.NoticeFinished, Channel: model.ChannelRobot, Recipient: "ops", Title: title,
			CreatedAt: w.clock.Now(), NextAt: w.clock.Now(),
		}
		if err := w.store.Post(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	w.drain(robot, 300)
	if !slices.Equal(robot.lines, want) {
		t.Errorf("told %d lines, or in another order", len(robot.lines))
	}
	if len(robot.at) < 3 || len(robot.at) > 4 {
		t.Errorf("%d digests", len(robot.at))
	}
	for i := range robot.at[1:] {
		if pause := robot.at[i+1].Sub(robot.at[i]); pause < 10*time.Second {
			t.Errorf("a digest %s after the one before", pause)
		}
	}
	for _, m := range w.outbox() {
		if m.Kind == model.NoticeDigest && len(m.Markdown) > 19000 {
			t.Errorf("a digest of %d bytes", len(m.Markdown))
		}
	}
}

func TestNoticeLongerThanADigestGoesByItself(t *testing.T) {
	w, robot := spent(t)
	for _, key := range []string{"a", "b"} {
		m := model.Message{
			Key: key, Kind: model.NoticeFinished, Channel: model.ChannelRobot, Recipient: "ops", Title: key,
			Summary: strings.Repeat(key, 30000), CreatedAt: w.clock.Now(), NextAt: w.clock.Now(),
		}
		if err := w.store.Post(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	w.drain(robot, 2)
	if !slices.Equal(robot.lines, []string{"a", "b"}) {
		t.Errorf("told %v", robot.lines)
	}
}

// unmerging is a store whose process dies before or after a digest is stored.
type unmerging struct {
	Store
	before, after bool
}

func (u *unmerging) Merge(ctx context.Context, m model.Message, members []int64, lease time.Duration) (int64, error) {
	if u.before {
		return 0, errDown
	}
	id, err := u.Store.Merge(ctx, m, members, lease)
	if u.after {
		return 0, errDown
	}
	return id, err
}

func TestCrashAroundADigestTellsEachOnce(t *testing.T) {
	for name, u := range map[string]*unmerging{"before": {before: true}, "after": {after: true}} {
		t.Run(name, func(t *testing.T) {
			w, robot := spent(t, func(o *Options) { u.Store = o.Store; o.Store = u })
			w.post(5)
			w.deliverAll()
			if len(robot.at) != 0 {
				t.Fatalf("told %v", robot.lines)
			}
			u.before, u.after = false, false
			w.reborn()
			w.clock.Advance(w.pace.Lease + time.Minute)
			w.drain(robot, 5)
			w.clock.Advance(time.Hour)
			w.deliverAll()
			if !slices.Equal(robot.lines, numbered(5)) {
				t.Errorf("told %v", robot.lines)
			}
		})
	}
}

func TestDeadDigestIsSentAgainAsItWas(t *testing.T) {
	w, robot := spent(t)
	w.post(4)
	robot.err = model.Errorf(model.CodeDingTalkForbidden, "机器人已停用")
	w.deliverAll()
	all := w.outbox()
	digest := all[len(all)-1]
	if digest.State != model.MessageDead || all[0].State != model.MessageMerged {
		t.Fatalf("%+v", digest)
	}
	robot.err = nil
	if m, err := w.Resend(t.Context(), digest.ID, "ops"); err != nil || m.State != model.MessagePending {
		t.Fatalf("%+v, %v", m, err)
	}
	w.clock.Advance(time.Minute)
	w.drain(robot, 4)
	if !slices.Equal(robot.lines, numbered(4)) || robot.uuids[0] == robot.uuids[1] {
		t.Errorf("told %v with UUIDs %v", robot.lines, robot.uuids)
	}
}

// censor is a robot whose messages must not have a word.
type censor struct {
	*strict
	word string
}

func (c censor) Deliver(ctx context.Context, m model.Message) (int64, error) {
	c.err = nil
	if strings.Contains(m.Title+m.Markdown, c.word) {
		c.err = model.Errorf(model.CodeDingTalkRejected, "消息内容被钉钉判定为不安全")
	}
	return c.strict.Deliver(ctx, m)
}

func TestOneBadLineCostsNoOtherItsPlace(t *testing.T) {
	w, robot := spent(t, func(o *Options) { o.Messenger = censor{o.Messenger.(*strict), "m3"} })
	w.post(8)
	w.drain(robot, 7)
	if want := slices.Delete(numbered(8), 3, 4); !slices.Equal(robot.lines, want) {
		t.Errorf("told %v, want %v", robot.lines, want)
	}
	for i, m := range w.outbox() {
		want := model.MessageSent
		if i == 3 || m.Kind == model.NoticeDigest {
			want = model.MessageDead
		}
		if m.State != want {
			t.Errorf("%s is %s, want %s", m.Title, m.State, want)
		}
	}
}

// A block that one process met is known to all that share the budget.
func TestEveryProcessKnowsOfABlock(t *testing.T) {
	shared := &common{taken: map[string][]time.Time{}, blocked: map[string]time.Time{}}
	w, robot := newPaced(t, func(o *Options) { o.Shared.Budget = shared })
	shared.clock = w.clock
	w.post(1)
	robot.err = &model.Error{Code: model.CodeDingTalkThrottled, Message: "发送过快", RetryAfter: 10 * time.Minute}
	w.deliverAll()
	robot.err = nil
	w.reborn() // another process: it has met nothing
	w.post(3)
	for range 59 {
		w.clock.Advance(10 * time.Second)
		w.deliverAll()
	}
	if len(robot.at) != 1 {
		t.Fatalf("a blocked robot was tried %d times", len(robot.at))
	}
	w.drain(robot, 3)
}
