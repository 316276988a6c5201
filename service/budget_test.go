package service

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
)

// strict is a robot as DingTalk has them: it notes when it was given what, by the test's clock.
type strict struct {
	clock *clock
	at    []time.Time
	uuids []string
	lines []string // what was told: the titles of messages, and the lines of digests
	err   error
}

func (s *strict) Deliver(_ context.Context, m model.Message) (int64, error) {
	s.at, s.uuids = append(s.at, s.clock.Now()), append(s.uuids, m.UUID())
	if s.err == nil {
		s.lines = append(s.lines, linesOf(m)...)
	}
	return 0, s.err
}

// linesOf is what a message tells, line by line.
func linesOf(m model.Message) []string {
	if m.Kind != model.NoticeDigest {
		return []string{m.Title}
	}
	var lines []string
	for _, line := range strings.Split(m.Markdown, "\n")[1:] {
		lines = append(lines, strings.TrimPrefix(strings.TrimSpace(line), "- "))
	}
	return lines
}

// most is the largest number of messages in any minute.
func (s *strict) most() int {
	most := 0
	for i := range s.at {
		n := 0
		for _, at := range s.at[i:] {
			if at.Sub(s.at[i]) < time.Minute {
				n++
			}
		}
		most = max(most, n)
	}
	return most
}

// newPaced is a world with a strict robot that gets 18 messages a minute.
func newPaced(t *testing.T, adjust ...func(*Options)) (*world, *strict) {
	robot := &strict{}
	w := newWorld(t, append([]func(*Options){func(o *Options) {
		o.Messenger, o.WorkNotices, o.RobotLimits = robot, false, map[string]int{"ops": 18}
	}}, adjust...)...)
	robot.clock = w.clock
	return w, robot
}

// post puts n messages for the robot into the outbox and returns their UUIDs.
func (w *world) post(n int) []string {
	w.t.Helper()
	var uuids []string
	for i := range n {
		m := model.Message{
			Key: fmt.Sprint("m", i), Kind: model.NoticeRefused, Channel: model.ChannelRobot, Recipient: "ops",
			Title: fmt.Sprint("m", i), Markdown: "x", CreatedAt: w.clock.Now(), NextAt: w.clock.Now(),
		}
		if err := w.store.Post(w.t.Context(), m); err != nil {
			w.t.Fatal(err)
		}
		uuids = append(uuids, m.UUID())
	}
	return uuids
}

// drain lets time pass until the robot told so many notices.
func (w *world) drain(robot *strict, n int) {
	w.t.Helper()
	for range 2000 {
		if _, err := w.deliverDue(w.t.Context()); err != nil {
			w.t.Fatal(err)
		}
		if len(robot.lines) >= n {
			return
		}
		w.clock.Advance(500 * time.Millisecond)
	}
	w.t.Fatalf("the robot told %d of %d", len(robot.lines), n)
}

// numbered are the titles of n posted messages.
func numbered(n int) []string {
	titles := make([]string, n)
	for i := range titles {
		titles[i] = fmt.Sprint("m", i)
	}
	return titles
}

func TestRobotGetsNoMoreThanItsBudgetAndInOrder(t *testing.T) {
	w, robot := newPaced(t)
	w.post(100)
	begin := w.clock.Now()
	w.drain(robot, 100)
	if robot.most() > 18 {
		t.Errorf("%d in a minute", robot.most())
	}
	if took := w.clock.Now().Sub(begin); took > 0 {
		t.Errorf("100 notices took %s of the clock", took)
	}
	if !slices.Equal(robot.lines, numbered(100)) {
		t.Errorf("another order: %v", robot.lines)
	}
}

func TestWaitingForTheBudgetIsNoTry(t *testing.T) {
	w, robot := newPaced(t, func(o *Options) { o.RobotLimits["ops"] = 1 })
	w.submit()
	w.submit("实例ID", "i2")
	robot.at = nil
	for range 10 {
		if _, err := w.deliverDue(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.clock.Advance(time.Second)
	}
	messages, err := w.store.Messages(t.Context(), 1002, 10)
	if err != nil || len(messages) != 1 {
		t.Fatal(messages, err)
	}
	m := messages[0]
	if m.State != model.MessagePending || m.Attempts != 0 || m.LastCode != "" || len(robot.at) != 1 {
		t.Errorf("%+v after %d tries", m, len(robot.at))
	}
	w.drain(robot, 2)
}

// TestLongWaitIsNoReasonToGiveUp lets a message be tried for the first time when it is more than a day old.
func TestLongWaitIsNoReasonToGiveUp(t *testing.T) {
	w, robot := newPaced(t)
	w.submit()
	robot.err = model.Errorf(model.CodeDingTalkUnavailable, "钉钉暂时无法访问")
	w.clock.Advance(giveUpAfter + time.Hour)
	for try := 1; try <= fewestTries; try++ {
		m := w.deliverOnce()
		if dead := m.State == model.MessageDead; m.Attempts != try || dead != (try == fewestTries) {
			t.Fatalf("try %d: %+v", try, m)
		}
		w.clock.Advance(longestPause)
	}
}

func TestBlockedRobotIsLeftAlone(t *testing.T) {
	w, robot := newPaced(t)
	w.post(5)
	robot.err = &model.Error{Code: model.CodeDingTalkThrottled, Message: "发送过快", RetryAfter: 10 * time.Minute}
	for range 60 {
		if _, err := w.deliverDue(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.clock.Advance(5 * time.Second)
	}
	if len(robot.at) != 1 {
		t.Fatalf("a blocked robot was tried %d times", len(robot.at))
	}
	robot.err = nil
	w.drain(robot, 5)
	if !slices.Equal(robot.lines, numbered(5)) {
		t.Errorf("another order: %v", robot.lines)
	}
}

// ledger is a budget of several processes that can be away.
type ledger struct {
	free []time.Duration
	err  error
	took int
}

func (l *ledger) Take(context.Context, string, int, time.Duration) ([]time.Duration, error) {
	l.took++
	return l.free, l.err
}

func (l *ledger) Block(context.Context, string, time.Duration) error { return l.err }

func TestSharedBudgetDecidesWhileItIsThere(t *testing.T) {
	l := &ledger{free: []time.Duration{7 * time.Second}}
	w, robot := newPaced(t, func(o *Options) { o.Shared.Budget = l })
	w.submit()
	if m := w.deliverOnce(); len(robot.at) != 0 || !m.NextAt.Equal(w.clock.Now().Add(7*time.Second)) {
		t.Fatalf("%+v", m)
	}
	l.free, l.err = nil, errors.New("away")
	w.clock.Advance(7 * time.Second)
	if m := w.deliverOnce(); m.State != model.MessageSent {
		t.Fatalf("%+v", m)
	}
	w.post(30)
	if _, err := w.deliverDue(t.Context()); err != nil || len(robot.at) != 13 || len(robot.lines) != 31 {
		t.Errorf("%d sent by a process of its own, which told %d, %v", len(robot.at), len(robot.lines), err)
	}
	l.err, l.took = nil, 0 // flushed: it knows nothing of what was sent
	w.clock.Advance(time.Second)
	w.submit("实例ID", "i2")
	if _, err := w.deliverDue(t.Context()); err != nil || len(robot.at) != 13 || l.took != 0 {
		t.Errorf("%d sent after a flush, %v", len(robot.at), err)
	}
}

func TestClockSetBackFreesTheBudget(t *testing.T) {
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	b := newBudgets(map[string]int{"ops": 1}, unshared{}, func() time.Time { return at }, slog.New(slog.DiscardHandler))
	m := &model.Message{Channel: model.ChannelRobot, Recipient: "ops"}
	if wait := b.single(t.Context(), m); wait != 0 {
		t.Fatal(wait)
	}
	at = at.Add(-time.Hour)
	if wait := b.single(t.Context(), m); wait != 0 {
		t.Errorf("waits %v for a time that was", wait)
	}
}
