package dingtalk

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/oabridge/oabridge/dingtalk/dingtalktest"
	"github.com/oabridge/oabridge/model"
)

// TestNoSecondHasMoreThanTwentyCalls asks the fake, which refuses the 21st call of any second.
func TestNoSecondHasMoreThanTwentyCalls(t *testing.T) {
	for _, qps := range []float64{0, 20, 10, 20.0 / 3, 1} {
		w := newWorld(t, func(o *dingtalktest.Options) { o.QPS = max(1, int(qps)) })
		if qps == 0 {
			w = newWorld(t)
		}
		c := w.client(func(o *Options) {
			o.QPS = qps
			o.Sleep = func(_ context.Context, d time.Duration) error { w.clock.Advance(d); return nil }
		})
		for range 100 {
			if _, err := c.UserName(context.Background(), "u1"); err != nil {
				t.Fatalf("%v calls a second: %v", qps, err)
			}
		}
		if took := w.clock.Now().Sub(time.Date(2026, 11, 22, 2, 0, 0, 0, time.UTC)); qps == 20 && took > 10*time.Second {
			t.Errorf("100 calls took %v", took)
		}
	}
}

// TestAShortSecondIsKept: calls that left a second apart may arrive within one.
func TestAShortSecondIsKept(t *testing.T) {
	for _, qps := range []float64{2, 3.5, 20.0 / 3, 10, 20} {
		if limit, burst := steady(qps); float64(limit)+float64(burst) > qps || limit <= 0 {
			t.Errorf("%v calls a second: %d at once and %v a second", qps, burst, limit)
		}
	}
}

func TestManyAtOnceKeepThePaceTogether(t *testing.T) {
	var mu sync.Mutex
	var waits []time.Duration
	w := newWorld(t, func(o *dingtalktest.Options) { o.QPS = -1 })
	c := w.client(func(o *Options) {
		o.Sleep = func(_ context.Context, d time.Duration) error {
			mu.Lock()
			defer mu.Unlock()
			waits = append(waits, d)
			return nil
		}
	})
	mustToken(t, c)
	var all sync.WaitGroup
	for range 30 {
		all.Go(func() {
			if _, err := c.UserName(context.Background(), "u1"); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if len(waits) != 26 || slices.Max(waits) < 1600*time.Millisecond {
		t.Errorf("waited %v", waits)
	}
}

func TestWaitingEndsWithTheContext(t *testing.T) {
	w := newWorld(t)
	c := w.client(func(o *Options) { o.QPS = 0.001 })
	mustToken(t, c)
	short, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	_, err := c.UserName(short, "u1") // would have to wait for a quarter of an hour
	wantCode(t, err, model.CodeDingTalkThrottled)
	if !errors.Is(err, context.DeadlineExceeded) || retryAfterOf(t, err) != 1000*time.Second {
		t.Errorf("%v, again after %v", err, retryAfterOf(t, err))
	}
	ended, cancelNow := context.WithCancel(context.Background())
	cancelNow()
	_, err = c.UserName(ended, "u1")
	wantCode(t, err, model.CodeDingTalkThrottled)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v hides the cancellation", err)
	}
	if n := w.Ledger().Requests; n != 1 {
		t.Errorf("%d requests", n)
	}
}

func TestCallsAreCountedByKind(t *testing.T) {
	counted := map[string]int{}
	count := func(kind string) { counted[kind]++ }
	w := newWorld(t)
	c := w.client(func(o *Options) { o.Count = count })
	id := w.start(t, c, "u1", `[{"name":"a","value":"b"}]`) // tokens and this helper count nothing
	if len(counted) != 0 {
		t.Errorf("counted %v", counted)
	}
	if _, err := c.UserName(context.Background(), "u1"); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Approval(context.Background(), id); err != nil {
		t.Fatal(err)
	}
	w.ExpireTokens()
	if err := c.Comment(context.Background(), id, "u1", "x"); err != nil { // twice: the first token is refused
		t.Fatal(err)
	}
	if _, err := c.WorkNotice(context.Background(), []string{"u1"}, "t", "x"); err != nil {
		t.Fatal(err)
	}
	if counted[CallAPI] != 4 || counted[CallWebhook] != 0 {
		t.Errorf("counted %v", counted)
	}
	sender := NewSender(w.client(), w.robot(t))
	sender.Counted(count)
	for _, n := range []Notice{{Channel: model.ChannelRobot, Recipient: "ops"}, {Channel: model.ChannelWorkNotice, Recipient: "u2"}} {
		n.Title, n.Markdown = "t", "R-2"
		if err := sender.Send(context.Background(), n); err != nil {
			t.Fatal(err)
		}
	}
	if counted[CallAPI] != 5 || counted[CallWebhook] != 1 {
		t.Errorf("counted %v", counted)
	}
}

func TestProcessesShareThePace(t *testing.T) {
	w := newWorld(t)
	wait := func(o *Options) {
		o.Sleep = func(_ context.Context, d time.Duration) error { w.clock.Advance(d); return nil }
	}
	var senders []*Sender
	for range 3 {
		sender := NewSender(w.client(wait))
		sender.Share(3)
		senders = append(senders, sender)
	}
	for i := range 60 {
		if _, err := senders[i%3].client.UserName(context.Background(), "u1"); err != nil {
			t.Fatal(err)
		}
	}
	senders[0].Share(1)
	began := w.clock.Now()
	for range 20 {
		if _, err := senders[0].client.UserName(context.Background(), "u1"); err != nil {
			t.Fatal(err)
		}
	}
	if took := w.clock.Now().Sub(began); took > 1500*time.Millisecond {
		t.Errorf("alone again, 20 calls took %v", took)
	}
	NewSender(nil).Share(2)
	NewSender(nil).Counted(nil)
}

// TestUrgentCallsGoFirst: what a deployment waits for is not held up by a crowd of notices.
func TestUrgentCallsGoFirst(t *testing.T) {
	var mu sync.Mutex
	var order []string
	free := make(chan struct{})
	sleeping := func(ctx context.Context, _ time.Duration) error {
		select {
		case <-free:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	p := newPace(1, time.Now, sleeping)
	p.urgent.Add(1) // one waits already
	var notices sync.WaitGroup
	for range 5 {
		notices.Go(func() {
			p.yield(t.Context())
			mu.Lock()
			defer mu.Unlock()
			order = append(order, "notice")
		})
	}
	if err := p.wait(t.Context(), "审批", true); err != nil {
		t.Fatal(err)
	}
	mu.Lock()
	order = append(order, "approval")
	mu.Unlock()
	p.urgent.Add(-1)
	close(free)
	notices.Wait()
	if len(order) != 6 || order[0] != "approval" {
		t.Errorf("%q", order)
	}
}
