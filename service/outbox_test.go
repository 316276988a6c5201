package service

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
)

// answering is a Messenger that answers what it is told and keeps the UUIDs that it saw.
type answering struct {
	err   error
	uuids []string
}

func (a *answering) Deliver(_ context.Context, m model.Message) (int64, error) {
	a.uuids = append(a.uuids, m.UUID())
	return 0, a.err
}

// deliverOnce lets the outbox look once and returns the message as it stands then.
func (w *world) deliverOnce() model.Message {
	w.t.Helper()
	if _, err := w.deliverDue(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	messages, err := w.Messages(w.t.Context(), 1001)
	if err != nil || len(messages) != 1 {
		w.t.Fatalf("%d messages, %v", len(messages), err)
	}
	return messages[0]
}

// robotOnly makes every release tell one thing to one robot, over the messenger.
func robotOnly(m Messenger) func(*Options) {
	return func(o *Options) { o.Messenger, o.WorkNotices = m, false }
}

func newOutbox(t *testing.T) (*world, *answering) {
	a := &answering{}
	w := newWorld(t, robotOnly(a))
	w.submit()
	return w, a
}

func TestDeliveredMessageIsSentOnce(t *testing.T) {
	w, a := newOutbox(t)
	m := w.deliverOnce()
	if m.State != model.MessageSent || m.Attempts != 1 || !m.SentAt.Equal(w.clock.Now()) || m.LastCode != "" {
		t.Errorf("%+v", m)
	}
	w.clock.Advance(time.Hour)
	if w.deliverOnce(); len(a.uuids) != 1 {
		t.Errorf("sent %d times", len(a.uuids))
	}
}

func TestThrottledMessageWaitsAsLongAsItIsTold(t *testing.T) {
	w, a := newOutbox(t)
	a.err = &model.Error{Code: model.CodeDingTalkThrottled, Message: "发送过快", RetryAfter: 10 * time.Minute}
	m := w.deliverOnce()
	if m.State != model.MessagePending || m.LastCode != model.CodeDingTalkThrottled || m.LastError != "发送过快" {
		t.Fatalf("%+v", m)
	}
	a.err = nil
	w.clock.Advance(10*time.Minute - time.Second)
	if m = w.deliverOnce(); m.State != model.MessagePending || len(a.uuids) != 1 {
		t.Fatalf("tried too early: %+v", m)
	}
	w.clock.Advance(time.Second)
	if m = w.deliverOnce(); m.State != model.MessageSent || m.LastError != "" || m.Attempts != 2 {
		t.Errorf("%+v", m)
	}
}

func TestFailedMessageIsTriedMoreSlowlyAndGivenUpAfterADay(t *testing.T) {
	w, a := newOutbox(t)
	a.err = model.Errorf(model.CodeDingTalkUnavailable, "钉钉暂时无法访问")
	began := w.clock.Now()
	for i := 0; ; i++ {
		m := w.deliverOnce()
		if m.State == model.MessageDead {
			if w.clock.Now().Sub(began) < giveUpAfter || m.LastCode != model.CodeDingTalkUnavailable {
				t.Errorf("given up after %s: %+v", w.clock.Now().Sub(began), m)
			}
			break
		}
		pause := m.NextAt.Sub(w.clock.Now())
		if want := min(firstPause<<min(i, 20), longestPause); pause != want {
			t.Fatalf("pause %d is %s, want %s", i, pause, want)
		}
		w.clock.Advance(pause)
	}
	tries := len(a.uuids)
	w.clock.Advance(24 * time.Hour)
	if w.deliverOnce(); len(a.uuids) != tries {
		t.Error("tried again after it was given up")
	}
}

func TestWhichFailuresAreTriedAgain(t *testing.T) {
	for code, want := range map[model.Code]model.MessageState{
		model.CodeDingTalkUnavailable: model.MessagePending, model.CodeDingTalkAuth: model.MessageDead,
		model.CodeDingTalkForbidden: model.MessageDead, model.CodeDingTalkThrottled: model.MessagePending,
		model.CodeDingTalkQuota: model.MessagePending, model.CodeInternal: model.MessagePending,
		model.CodeDingTalkRejected: model.MessageDead, model.CodeDingTalkTooLarge: model.MessageDead,
		model.CodeDingTalkNotFound: model.MessageDead,
	} {
		t.Run(string(code), func(t *testing.T) {
			w, a := newOutbox(t)
			a.err = model.Errorf(code, "x")
			if m := w.deliverOnce(); m.State != want || m.LastCode != code || m.Attempts != 1 {
				t.Errorf("%+v", m)
			}
		})
	}
}

// What an app may not do can be allowed while the message waits, and is not asked for again and again.
func TestPeopleAreToldWhenTheAppIsAllowedTo(t *testing.T) {
	for _, code := range []model.Code{model.CodeDingTalkAuth, model.CodeDingTalkForbidden} {
		a := &answering{err: model.Errorf(code, "x")}
		w := newWorld(t, func(o *Options) { o.Messenger, o.Robots = a, nil })
		w.submit("审批人", "zhang")
		m := w.deliverOnce()
		if m.State != model.MessagePending || m.NextAt.Sub(w.clock.Now()) != longestPause {
			t.Errorf("%s: %+v", code, m)
		}
	}
}

func TestForeignErrorIsNotKept(t *testing.T) {
	w, a := newOutbox(t)
	a.err = errors.New("Post https://oapi.dingtalk.com/robot/send?access_token=hunter2: EOF")
	if m := w.deliverOnce(); m.LastCode != model.CodeInternal || m.LastError != model.MessageOf(a.err) {
		t.Errorf("kept %s %q", m.LastCode, m.LastError)
	}
}

// forgetful is a store that does not settle a message: we died between sending and saving.
type forgetful struct {
	Store
	dead bool
}

func (f *forgetful) SettleMessage(ctx context.Context, m model.Message) error {
	if f.dead {
		return errDown
	}
	return f.Store.SettleMessage(ctx, m)
}

func TestCrashAfterSendingRepeatsTheSameUUID(t *testing.T) {
	a, f := &answering{}, &forgetful{dead: true}
	w := newWorld(t, robotOnly(a), func(o *Options) { f.Store = o.Store; o.Store = f })
	w.submit()
	if m := w.deliverOnce(); m.State != model.MessagePending || m.Attempts != 0 {
		t.Fatalf("%+v", m)
	}
	w.reborn()
	f.dead = false
	if w.deliverOnce(); len(a.uuids) != 1 {
		t.Fatal("sent again while the lease of the dead process lasts")
	}
	w.clock.Advance(w.pace.Lease)
	m := w.deliverOnce()
	if m.State != model.MessageSent || len(a.uuids) != 2 || a.uuids[0] != a.uuids[1] {
		t.Errorf("%+v with UUIDs %v", m, a.uuids)
	}
}

// The lease of one of those that wait for their turn has ended, and another replica took it.
func TestALostLeaseKeepsNoOtherMessageBack(t *testing.T) {
	w, _ := newOutbox(t)
	w.submit("实例ID", "inst-B")
	claim := func(owner string) []model.Message {
		t.Helper()
		claimed, err := w.store.ClaimMessages(t.Context(), owner, time.Minute, 8)
		if err != nil {
			t.Fatal(err)
		}
		return claimed
	}
	mine := claim("me")
	if len(mine) != 2 {
		t.Fatalf("%d messages", len(mine))
	}
	mine[0].LeaseOwner = "another"
	w.handBack(t.Context(), mine)
	if free := claim("third"); len(free) != 1 || free[0].ID != mine[1].ID {
		t.Errorf("handed back: %+v", free)
	}
}

func TestNothingIsSentOnceTheStepIsOver(t *testing.T) {
	a := &answering{}
	w := newWorld(t, func(o *Options) { o.Messenger = a })
	over, cancel := context.WithCancel(t.Context())
	cancel()
	w.deliverInOrder(over, over, []model.Message{{Key: "k"}})
	if len(a.uuids) != 0 {
		t.Error("sent")
	}
}

func TestWithoutWorkNoticesOnlyRobotsAreTold(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.WorkNotices = false; o.Robots = []string{"ops", "dev"} })
	w.submit()
	w.turn()
	for recipient, want := range map[string]int{"ops": 1, "dev": 1, "zhang": 0, "wang": 0} {
		if got := len(w.inbox.titles(recipient)); got != want {
			t.Errorf("%s got %d notices, want %d", recipient, got, want)
		}
	}
}

func TestWhoeverIsInitiatorAndApproverIsToldOnce(t *testing.T) {
	w := newWorld(t)
	w.submit("审批人", "zhang,wang,zhang")
	w.turn()
	if got := w.inbox.titles("zhang"); len(got) != 1 {
		t.Errorf("zhang got %q", got)
	}
}
