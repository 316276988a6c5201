package dingtalk

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/open-dingtalk/dingtalk-stream-sdk-go/payload"

	"github.com/oabridge/oabridge/dingtalk/dingtalktest"
	"github.com/oabridge/oabridge/model"
)

// until waits for something that happens elsewhere.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !ok(); {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
		time.Sleep(time.Millisecond)
	}
}

// inbox keeps events by their id, as the real store does, and remembers each time that one came.
type inbox struct {
	mu     sync.Mutex
	byID   map[string]model.ApprovalEvent
	came   []string
	before func(ctx context.Context, id string) error // may fail, wait or panic
}

func (b *inbox) ReceiveEvent(ctx context.Context, e model.ApprovalEvent) error {
	b.mu.Lock()
	b.came = append(b.came, e.ID)
	before := b.before
	b.mu.Unlock()
	if before != nil {
		if err := before(ctx, e.ID); err != nil {
			return err
		}
	}
	b.keep(e)
	return nil
}

func (b *inbox) keep(e model.ApprovalEvent) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.byID[e.ID] = e
}

func (b *inbox) has(id string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	_, ok := b.byID[id]
	return ok
}

func (b *inbox) times(id string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := 0
	for _, other := range b.came {
		if other == id {
			n++
		}
	}
	return n
}

func (b *inbox) first(f func(ctx context.Context, id string) error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.before = f
}

// onStream is a Stream that runs against the fake, and what it did.
type onStream struct {
	*world
	t      *testing.T
	inbox  *inbox
	stream *Stream
	cancel context.CancelFunc
	stop   func() // ends Run and waits for it

	mu     sync.Mutex
	pauses []time.Duration
	gaps   []time.Time
	ups    int
	downs  []error
	log    bytes.Buffer
}

// StreamUp implements StreamObserver.
func (o *onStream) StreamUp() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.ups++
}

// StreamDown implements StreamObserver.
func (o *onStream) StreamDown(err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.downs = append(o.downs, err)
}

func (o *onStream) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.log.Write(b)
}

func (o *onStream) seen() (pauses []time.Duration, gaps []time.Time, ups int, downs []error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.pauses), slices.Clone(o.gaps), o.ups, slices.Clone(o.downs)
}

// pass lets a pause be over at once.
func (o *onStream) pass(ctx context.Context, d time.Duration) error {
	o.mu.Lock()
	o.pauses = append(o.pauses, d)
	o.mu.Unlock()
	return pause(ctx, time.Millisecond)
}

// runStream starts a Stream in a world; the test's end stops it.
func runStream(t *testing.T, w *world, change ...func(*StreamOptions)) *onStream {
	t.Helper()
	o := &onStream{world: w, t: t, inbox: &inbox{byID: map[string]model.ApprovalEvent{}}}
	opts := StreamOptions{
		HTTPClient: w.http, APIURL: w.url, AppKey: "dingkey", AppSecret: testAppSecret, Events: o.inbox, Observer: o,
		Logger: slog.New(slog.NewTextHandler(o, nil)), Now: w.clock.Now, Random: func() float64 { return 0 }, Wait: o.pass,
		Gap: func(_ context.Context, since time.Time) error {
			o.mu.Lock()
			defer o.mu.Unlock()
			o.gaps = append(o.gaps, since)
			return nil
		},
	}
	for _, c := range change {
		c(&opts)
	}
	o.stream = NewStream(opts)
	ctx, cancel := context.WithCancel(context.Background())
	o.cancel = cancel
	var running sync.WaitGroup
	running.Go(func() { o.stream.Run(ctx) })
	o.stop = func() {
		cancel()
		running.Wait()
	}
	t.Cleanup(o.stop)
	return o
}

func connected(t *testing.T, change ...func(*StreamOptions)) *onStream {
	t.Helper()
	o := runStream(t, newWorld(t), change...)
	o.untilConnected()
	return o
}

func (o *onStream) untilConnected() {
	o.t.Helper()
	until(o.t, "connected", func() bool { return o.stream.State().Connected })
}

func (o *onStream) untilReconnected(before StreamState) {
	o.t.Helper()
	until(o.t, "connected again", func() bool {
		s := o.stream.State()
		return s.Connected && s.Reconnects > before.Reconnects
	})
}

// finish is the data of an approval's end.
func finish(instance string) map[string]any {
	return map[string]any{
		"type": "finish", "result": "agree", "processInstanceId": instance, "processCode": "PROC-1", "businessId": "202611220001",
		"title": "上线申请", "staffId": "u1", "createTime": 1795312800000, "finishTime": 1795312860000,
	}
}

func (o *onStream) push(instance string) string {
	return o.PushEvent(dingtalktest.StreamEvent{Data: finish(instance)})
}

// message is the ledger's entry of an event.
func (o *onStream) message(id string) dingtalktest.StreamMessage {
	for _, m := range o.Ledger().Stream.Messages {
		if m.EventID == id {
			return m
		}
	}
	return dingtalktest.StreamMessage{}
}

func (o *onStream) untilAcked(id string, n int) []dingtalktest.StreamAck {
	o.t.Helper()
	until(o.t, "acknowledgement of "+id, func() bool { return len(o.message(id).Acks) >= n })
	return o.message(id).Acks
}

var errNotStored = errors.New("the database is away")

func endpointOf(address string) *payload.ConnectionEndpointResponse {
	return &payload.ConnectionEndpointResponse{Endpoint: address, Ticket: "a+b/="}
}

func (b *inbox) all() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.came)
}
