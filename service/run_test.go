package service

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
)

// patience is how long a test waits for what must come at once.
const patience = 20 * time.Second

// quick is an engine that does not make a test wait.
func quick(o *Options) {
	o.Pace = Pace{Idle: 5 * time.Millisecond, Backoff: 10 * time.Millisecond}
	o.Controllers[0].Poll, o.Controllers[0].Refresh = 8*time.Millisecond, 20*time.Millisecond
}

// running lets the engine and the clock run. end stops the engine; ended is closed when Run has returned.
func (w *world) running() (end context.CancelFunc, ended <-chan struct{}) {
	w.t.Helper()
	w.clock.Run()
	ctx, cancel := context.WithCancel(w.t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.Run(ctx)
	}()
	w.t.Cleanup(func() { cancel(); <-done })
	return cancel, done
}

func await[T any](t *testing.T, what string, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(patience):
		t.Fatalf("waited in vain for %s", what)
		panic("unreachable")
	}
}

// postbox is a Messenger that hands each message over.
type postbox chan model.Message

func (p postbox) Deliver(ctx context.Context, m model.Message) (int64, error) {
	select {
	case p <- m:
		return 0, nil
	case <-ctx.Done():
		return 0, model.Wrap(model.CodeDingTalkUnavailable, ctx.Err(), "钉钉暂时无法访问")
	}
}

func TestRunDeploysFromTheFormToTheNotice(t *testing.T) {
	box := make(postbox)
	w := newWorld(t, quick, robotOnly(box))
	end, ended := w.running()
	w.addApp("new")
	got := w.submit("应用名称", `["商城前端","订单服务"]`)
	for _, want := range []string{"已接收，开始部署", "部署成功"} {
		if m := await(t, want, box); !strings.HasSuffix(m.Title, want) {
			t.Fatalf("told %q, want %q", m.Title, want)
		}
	}
	w.want(got.Number, model.ReleaseSucceeded, model.StateSucceeded, model.StateSucceeded)
	if n := len(w.builds(webJob)) + len(w.builds("deploy/mall/mall-order")); n != 2 {
		t.Errorf("%d builds, want 2", n)
	}
	end()
	await(t, "the end", ended)
	if !w.offers("new") {
		t.Error("the catalogue was not refreshed")
	}
}

// slow is a Messenger that halts in the middle of its one message until it is let go on.
type slow struct{ entered, goOn chan struct{} }

func (s slow) Deliver(context.Context, model.Message) (int64, error) {
	close(s.entered) // a second message panics
	<-s.goOn
	return 0, nil
}

func TestRunFinishesTheMessageInHand(t *testing.T) {
	hand := slow{entered: make(chan struct{}), goOn: make(chan struct{})}
	w := newWorld(t, quick, robotOnly(hand))
	w.jenkins.QuietDown() // nothing is deployed, so there is one message only
	end, ended := w.running()
	w.submit()
	await(t, "the message", hand.entered)
	end()
	select {
	case <-ended:
		t.Error("Run returned with a message in hand")
	default:
	}
	close(hand.goOn)
	await(t, "the end", ended)
	messages, err := w.Messages(t.Context(), 1001)
	if err != nil || len(messages) != 1 || messages[0].State != model.MessageSent {
		t.Errorf("%+v, %v", messages, err)
	}
}

// gate is a Messenger that lets nothing through until it is opened.
type gate struct {
	entered chan struct{} // one for each message that arrives
	open    chan struct{}
}

func (g gate) Deliver(context.Context, model.Message) (int64, error) {
	g.entered <- struct{}{}
	<-g.open
	return 0, nil
}

func TestRunGivesBackTheMessagesThatItDidNotTry(t *testing.T) {
	g := gate{entered: make(chan struct{}, 100), open: make(chan struct{})}
	w := newWorld(t, quick, robotOnly(g), func(o *Options) { o.Robots = []string{"a", "b", "c", "d", "e"} })
	w.jenkins.QuietDown()
	for i := range 2 { // two messages for each robot, which are sent one after another
		w.etl(i)
	}
	end, ended := w.running()
	for range sendersAtOnce {
		await(t, "the messages in hand", g.entered)
	}
	end()
	close(g.open)
	await(t, "the end", ended)
	left, err := w.store.ClaimMessages(t.Context(), "another", time.Minute, 100)
	if err != nil || len(left) != 10-sendersAtOnce {
		t.Errorf("%d messages can be claimed at once, want %d (%v)", len(left), 10-sendersAtOnce, err)
	}
	for _, m := range left {
		if m.Attempts != 0 {
			t.Errorf("a message that was not tried counts %d tries", m.Attempts)
		}
	}
}

// stuck is a Jenkins whose POST ends only when it is cut.
type stuck struct {
	Jenkins
	entered chan struct{}
}

func (s *stuck) Trigger(ctx context.Context, _ string, _ bool, _ []model.ParameterValue) (int64, error) {
	close(s.entered)
	<-ctx.Done()
	return 0, model.Wrap(model.CodeJenkinsUnknown, ctx.Err(), "没有收到答复")
}

func TestRunCutsWhatDoesNotEnd(t *testing.T) {
	hangs := &stuck{entered: make(chan struct{})}
	w := newWorld(t, quick, func(o *Options) {
		hangs.Jenkins = o.Controllers[0].Client
		o.Controllers[0].Client = hangs
		o.Pace.Step, o.Pace.Grace = time.Hour, 20*time.Millisecond
	})
	end, ended := w.running()
	got := w.submit()
	await(t, "the POST", hangs.entered)
	end()
	await(t, "the end", ended)
	d := w.release(got.Number).Deployments[0]
	if d.State != model.StateSubmitting || d.LeaseOwner != "" || d.Unanswered != 1 {
		t.Errorf("%s, held by %q, %d unanswered", d.State, d.LeaseOwner, d.Unanswered)
	}
}

// halting is a Jenkins that halts in the middle of a POST until it is let go on.
type halting struct {
	Jenkins
	entered, goOn chan struct{}
}

func (h *halting) Trigger(ctx context.Context, job string, parameterised bool, parameters []model.ParameterValue) (int64, error) {
	close(h.entered) // a second POST panics
	<-h.goOn
	return h.Jenkins.Trigger(ctx, job, parameterised, parameters)
}

func TestRunFinishesThePostInHand(t *testing.T) {
	h := &halting{entered: make(chan struct{}), goOn: make(chan struct{})}
	w := newWorld(t, quick, func(o *Options) {
		h.Jenkins = o.Controllers[0].Client
		o.Controllers[0].Client = h
	})
	end, ended := w.running()
	got := w.submit()
	await(t, "the POST", h.entered)
	end()
	select {
	case <-ended:
		t.Error("Run returned with a POST in hand")
	default:
	}
	close(h.goOn)
	await(t, "the end", ended)
	r := w.release(got.Number)
	if d := r.Deployments[0]; d.State == model.StateSubmitting || d.State == model.StateWaiting || d.QueueID == 0 {
		t.Errorf("what Jenkins answered was not saved: %+v", d)
	}
}

func TestRunBeginsNothingOnceItsContextEnded(t *testing.T) {
	w := newWorld(t, quick)
	w.submit()
	over, cancel := context.WithCancel(t.Context())
	cancel()
	w.Run(over)
	if n := len(w.jenkins.Ledger().Triggers); n != 0 || len(w.inbox.got) != 0 {
		t.Errorf("%d triggers, %d messages", n, len(w.inbox.got))
	}
}

func TestRunOutlivesAFailingJenkins(t *testing.T) {
	box := make(postbox)
	w := newWorld(t, quick, robotOnly(box))
	w.jenkins.Fail(500, 3, "GET /queue/api/json")
	w.jenkins.Fail(503, 1, trigger)
	w.running()
	w.submit()
	await(t, "the first notice", box)
	if m := await(t, "the last notice", box); !strings.HasSuffix(m.Title, "部署成功") {
		t.Errorf("told %q", m.Title)
	}
}
