package dingtalk

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oabridge/oabridge/dingtalk/dingtalktest"
	"github.com/oabridge/oabridge/model"
)

const (
	stored = `{"status":"SUCCESS","message":"success"}`
	later  = `{"status":"LATER","message":"later"}`
)

func TestStreamEventIsStoredBeforeItIsAcknowledged(t *testing.T) {
	o := connected(t)
	id := o.push("inst-1")
	ack := o.untilAcked(id, 1)[0]
	if ack.Code != 200 || ack.Data != stored {
		t.Errorf("acknowledged with %d %s", ack.Code, ack.Data)
	}
	if e := o.inbox.byID[id]; e.Instance != "inst-1" || e.Kind != model.ApprovalFinishes || e.Via != model.ViaStream ||
		!e.ReceivedAt.Equal(o.clock.Now()) {
		t.Errorf("stored %+v", e)
	}
	link := o.Ledger().Stream.Connections[0]
	if want := []dingtalktest.Subscription{{Type: "EVENT", Topic: "*"}}; !slices.Equal(link.Subscriptions, want) {
		t.Errorf("subscribed to %v", link.Subscriptions)
	}
}

func TestStreamEventThatIsNotStoredComesAgain(t *testing.T) {
	for name, before := range map[string]func(context.Context, string) error{
		"error":   func(context.Context, string) error { return errNotStored },
		"panic":   func(context.Context, string) error { panic(testAppSecret) },
		"timeout": func(ctx context.Context, _ string) error { <-ctx.Done(); return ctx.Err() },
	} {
		t.Run(name, func(t *testing.T) {
			o := connected(t, func(so *StreamOptions) { so.Times.Answer = 5 * time.Millisecond })
			o.inbox.first(before)
			id := o.push("inst-1")
			if ack := o.untilAcked(id, 1)[0]; ack.Code != 500 || ack.Data != later {
				t.Errorf("acknowledged with %d %s", ack.Code, ack.Data)
			}
			o.inbox.first(nil)
			o.clock.Advance(time.Minute)
			if acks := o.untilAcked(id, 2); acks[1].Data != stored || !o.inbox.has(id) {
				t.Errorf("the second time: %+v", acks[1])
			}
			if o.stream.State().Reconnects != 0 {
				t.Error("a failing handler cost the connection")
			}
			if o.stop(); strings.Contains(o.log.String(), testAppSecret) {
				t.Error("the log tells what the handler panicked with")
			}
		})
	}
}

func TestStreamAnswersPings(t *testing.T) {
	o := connected(t)
	o.PingStream()
	until(t, "an answer to the ping", func() bool { return o.Ledger().Stream.Connections[0].Pongs == 1 })
}

func TestStreamLastFrame(t *testing.T) {
	o := connected(t)
	if at := o.stream.State().LastFrame; !at.Equal(o.clock.Now()) {
		t.Errorf("it was connected at %v, but %v is the last frame", o.clock.Now(), at)
	}
	o.clock.Advance(time.Hour)
	o.PingStream()
	until(t, "the ping is noted", func() bool { return o.stream.State().LastFrame.Equal(o.clock.Now()) })
}

func TestStreamOpensTheNewConnectionBeforeItClosesTheOld(t *testing.T) {
	o := connected(t)
	o.clock.Advance(2 * time.Minute) // stable
	release := make(chan struct{})
	o.inbox.first(func(context.Context, string) error { <-release; return nil })
	id := o.push("inst-1")
	until(t, "in hand", func() bool { return o.inbox.times(id) == 1 })
	before := o.stream.State()
	o.DisconnectStream()
	o.untilReconnected(before)
	if live := o.Ledger().Stream.Live(); live != 2 {
		t.Errorf("%d connections while an event is in hand, want 2", live)
	}
	close(release)
	if ack := o.untilAcked(id, 1)[0]; ack.Connection != 1 || ack.Data != stored {
		t.Errorf("acknowledged over connection %d: %s", ack.Connection, ack.Data)
	}
	until(t, "the old one is closed", func() bool { return o.Ledger().Stream.Live() == 1 })
	pauses, gaps, ups, downs := o.seen()
	if len(pauses) != 0 || len(gaps) != 1 || ups != 1 || len(downs) != 0 {
		t.Errorf("a planned exchange looked like an outage: pauses %v, gaps %v, up %d, down %v", pauses, gaps, ups, downs)
	}
}

func TestTwoStreamsShareTheEvents(t *testing.T) {
	w := newWorld(t)
	one := runStream(t, w)
	one.untilConnected()
	two := runStream(t, w)
	two.untilConnected()
	turn := 0
	w.PickStream(func(n int) int { turn++; return turn % n })
	w.DuplicateStream(1)
	ids := []string{one.push("a"), one.push("b"), one.push("c")}
	for _, id := range ids {
		until(t, "stored "+id, func() bool { return one.inbox.has(id) || two.inbox.has(id) })
	}
	until(t, "the duplicate", func() bool { return one.inbox.times(ids[0]) == 1 && two.inbox.times(ids[0]) == 1 })
	one.stop()
	id := two.push("d")
	two.untilAcked(id, 1)
}

func TestStreamFinishesWhatIsInHandWhenItStops(t *testing.T) {
	o := connected(t)
	begun, release := make(chan struct{}), make(chan struct{})
	o.inbox.first(func(ctx context.Context, _ string) error { close(begun); <-release; return ctx.Err() })
	id := o.push("inst-1")
	<-begun
	o.cancel()
	close(release)
	o.stop()
	if !o.inbox.has(id) {
		t.Error("Run returned before its handler, or the handler was cancelled")
	}
	o.untilAcked(id, 1)
}

func TestStreamTakesNothingNewWhenItStops(t *testing.T) {
	o := connected(t)
	release := make(chan struct{})
	o.inbox.first(func(context.Context, string) error { <-release; return nil })
	first := o.push("inst-1")
	until(t, "in hand", func() bool { return o.inbox.times(first) == 1 })
	o.cancel()
	var late string
	until(t, "an event is left alone", func() bool {
		late = o.push("inst-2")
		pongs := o.Ledger().Stream.Connections[0].Pongs
		o.PingStream() // its answer shows that the event was read before
		until(t, "a pong", func() bool { return o.Ledger().Stream.Connections[0].Pongs > pongs })
		return o.inbox.times(late) == 0 && len(o.stream.slots) == o.inbox.all()
	})
	if o.inbox.all() >= maxInHand {
		t.Error("events were taken until there was no room")
	}
	close(release)
	o.stop()
	if o.inbox.times(late) != 0 || len(o.message(late).Acks) != 0 {
		t.Error("an event was taken after the end had begun")
	}
}

func TestStreamIsDialledAsTheClientSays(t *testing.T) {
	w := newWorld(t)
	dials := 0
	client := &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			dials++
			return (&net.Dialer{}).DialContext(ctx, network, address)
		},
	}}
	opts := StreamOptions{HTTPClient: client, APIURL: w.url, AppKey: "dingkey", AppSecret: testAppSecret, Events: &inbox{}}
	if err := NewStream(opts).Try(t.Context()); err != nil || dials != 2 {
		t.Errorf("%d dials, %v", dials, err)
	}
}

func TestStreamPutsOffWhatIsTooMuch(t *testing.T) {
	o := connected(t)
	release := make(chan struct{})
	o.inbox.first(func(context.Context, string) error { <-release; return nil })
	ids := make([]string, maxInHand+1)
	for i := range ids {
		ids[i] = o.push("inst")
	}
	until(t, "all slots taken", func() bool { return len(o.stream.slots) == maxInHand })
	o.PingStream()
	until(t, "a ping is answered all the same", func() bool { return o.Ledger().Stream.Connections[0].Pongs == 1 })
	close(release)
	for _, id := range ids[:maxInHand] {
		o.untilAcked(id, 1)
	}
	o.clock.Advance(time.Minute)
	o.untilAcked(ids[maxInHand], 1)
}

func TestStreamIgnoresWhatIsNotForUs(t *testing.T) {
	pushed := make(chan string, 9)
	o := connected(t, func(so *StreamOptions) {
		so.Pushed = func(typ string, e *model.ApprovalEvent, code model.Code) {
			pushed <- fmt.Sprint(typ, " ", e != nil, " ", code)
		}
	})
	task := o.PushEvent(dingtalktest.StreamEvent{Type: "bpms_task_change", Data: finish("inst-1")})
	broken := o.PushEvent(dingtalktest.StreamEvent{Data: map[string]any{"type": "finish"}})
	for _, id := range []string{task, broken, o.push("inst-1")} {
		want := stored
		if id == broken {
			want = later
		}
		if ack := o.untilAcked(id, 1)[0]; ack.Data != want {
			t.Errorf("%s is answered with %s, want %s", id, ack.Data, want)
		}
	}
	counted := map[string]bool{}
	for range 3 {
		counted[<-pushed] = true
	}
	if len(o.inbox.came) != 1 || !counted["bpms_task_change false "] || !counted[" false event_unreadable"] ||
		!counted["bpms_instance_change true "] {
		t.Errorf("received %v, counted %v", o.inbox.came, counted)
	}
}

func TestStreamTry(t *testing.T) {
	w := newWorld(t)
	opts := StreamOptions{HTTPClient: w.http, APIURL: w.url, AppKey: "dingkey", AppSecret: testAppSecret, Events: &inbox{}}
	if err := NewStream(opts).Try(t.Context()); err != nil {
		t.Fatal(err)
	}
	until(t, "closed again", func() bool { l := w.Ledger().Stream; return len(l.Connections) == 1 && l.Live() == 0 })
	opts.AppSecret = "other"
	wantCode(t, NewStream(opts).Try(t.Context()), model.CodeDingTalkAuth)
}

func TestStreamEndpointMustBeSafe(t *testing.T) {
	for endpoint, want := range map[string]bool{
		"wss://wss-open-connection.dingtalk.com:443/connect": true, "ws://wss-open-connection.dingtalk.com/connect": false,
		"https://x/connect": false, "wss:///connect": false, "%": false,
	} {
		s := NewStream(StreamOptions{})
		_, err := s.address(endpointOf(endpoint))
		if (err == nil) != want {
			t.Errorf("%s: %v", endpoint, err)
		}
	}
	got, err := NewStream(StreamOptions{}).address(endpointOf("wss://h/connect"))
	if err != nil || got != "wss://h/connect?ticket=a%2Bb%2F%3D" {
		t.Errorf("address %q, %v", got, err)
	}
}

func TestStreamErrorsDoNotTellTheTicket(t *testing.T) {
	url := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"endpoint":"ws://127.0.0.1:1/connect","ticket":"ticket-4711"}`))
	}))
	err := NewStream(StreamOptions{HTTPClient: newHTTPClient(t), APIURL: url, Events: &inbox{}}).Try(t.Context())
	wantCode(t, err, model.CodeDingTalkUnavailable)
	if strings.Contains(err.Error(), "ticket-4711") {
		t.Errorf("the ticket is told: %v", err)
	}
}
