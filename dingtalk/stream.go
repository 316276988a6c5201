package dingtalk

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/oabridge/oabridge/model"
)

// Events takes what the Stream tells of approvals. An event is acknowledged when ReceiveEvent returned no error, so it
// has to be stored by then; with an error DingTalk is asked to push it again. It may come more than once.
type Events interface {
	ReceiveEvent(ctx context.Context, e model.ApprovalEvent) error
}

// StreamObserver is told when there is a connection again, or none any more: not of every try.
type StreamObserver interface {
	StreamUp()
	// StreamDown is called a second time when a try shows that the credentials or permissions are wrong.
	StreamDown(err error)
}

// StreamOptions configure a Stream. AppKey, AppSecret and one of Events and Connector are needed.
type StreamOptions struct {
	HTTPClient *http.Client // an *http.Transport in it also says how the WebSocket is dialled
	APIURL     string       // default https://api.dingtalk.com
	AppKey     string
	AppSecret  string
	Events     Events
	// Connector answers what DingTalk's connector platform sends through the Stream; nil: nothing is.
	Connector http.Handler
	// Gap is called after a time without a connection, with the time of what was received last before it; that is zero
	// after the first connection. It is called again until it succeeds, never twice at once, and once for several gaps that
	// follow each other closely.
	Gap      func(ctx context.Context, since time.Time) error
	Observer StreamObserver
	// Pushed counts an event, as the code with which ReceiveEvent took it or not; typ is "" when it could not be read, event
	// nil when it was nothing for us.
	Pushed func(typ string, event *model.ApprovalEvent, code model.Code)
	Logger *slog.Logger
	Now    func() time.Time
	Random func() float64 // from 0 to 1, spreads the tries of replicas
	// Wait lets time pass between tries; it returns early with the context's error.
	Wait  func(ctx context.Context, d time.Duration) error
	Times StreamTimes
}

// StreamTimes are how patient a Stream is. What is zero has its default.
type StreamTimes struct {
	Ping     time.Duration // between our own pings; default 1 min
	Silence  time.Duration // nothing received for so long ends a connection; default twice Ping
	Answer   time.Duration // for Events, below DingTalk's 3 s; default 2.5 s
	Drain    time.Duration // for the handlers of a connection that is to be closed; default 8 s
	FirstTry time.Duration // the shortest pause between two tries; default 1 s
	LastTry  time.Duration // the longest; default 1 min
	Refused  time.Duration // the pause after wrong credentials or permissions; default 5 min
	Stable   time.Duration // a connection that lasted so long makes pauses short again; default 1 min
	Gaps     time.Duration // between two calls of Gap, since each has a price; default 10 min
}

// Stream keeps a connection to DingTalk's Stream gateway, over which DingTalk pushes events with no address of ours.
type Stream struct {
	opts    StreamOptions
	http    transport
	gateway gateway
	slots   chan struct{} // one for each frame that is being handled
	gaps    chan struct{} // has one when gap is to be told

	mu        sync.Mutex
	live      int // connections
	opened    int64
	lastFrame time.Time
	heard     time.Time // until when nothing can be missed
	gap       *time.Time
	// What the observer was told since there was a connection.
	told, toldRefused bool
}

// NewStream connects nothing yet: Run does.
func NewStream(o StreamOptions) *Stream {
	if o.APIURL == "" {
		o.APIURL = "https://api.dingtalk.com"
	}
	o.APIURL = strings.TrimRight(o.APIURL, "/")
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Random == nil {
		o.Random = rand.Float64
	}
	if o.Pushed == nil {
		o.Pushed = func(string, *model.ApprovalEvent, model.Code) {}
	}
	if o.Wait == nil {
		o.Wait = pause
	}
	o.Times = o.Times.withDefaults()
	return &Stream{
		opts: o, http: newTransport(o.HTTPClient, 0), gateway: gateway{o.Connector},
		slots: make(chan struct{}, maxInHand), gaps: make(chan struct{}, 1),
	}
}

func (t StreamTimes) withDefaults() StreamTimes {
	for _, d := range []struct {
		value *time.Duration
		or    time.Duration
	}{
		{&t.Ping, time.Minute}, {&t.Answer, 2500 * time.Millisecond}, {&t.Drain, 8 * time.Second},
		{&t.FirstTry, time.Second}, {&t.LastTry, time.Minute}, {&t.Refused, 5 * time.Minute}, {&t.Stable, time.Minute},
		{&t.Gaps, 10 * time.Minute},
	} {
		if *d.value <= 0 {
			*d.value = d.or
		}
	}
	if t.Silence <= 0 {
		t.Silence = 2 * t.Ping
	}
	return t
}

// Run keeps a connection until ctx ends. What is in hand then is finished and acknowledged; nothing of it goes on after
// Run returned.
func (s *Stream) Run(ctx context.Context) {
	var work sync.WaitGroup
	defer work.Wait()
	work.Go(func() { s.tellGaps(ctx) })
	tries := s.newBackoff(s.opts.Times.LastTry)
	var old *link // announced that it ends
	for {
		fresh, err := s.connect(ctx)
		if err != nil {
			s.failed(ctx, err)
			if tries.wait(ctx, err) != nil {
				return
			}
			continue
		}
		s.up()
		began := s.opts.Now()
		work.Go(func() { s.down(ctx, fresh.serve(ctx)) })
		if old != nil {
			old.retire()
		}
		old = fresh
		select {
		case <-ctx.Done():
			return
		case <-fresh.leaving:
		case <-fresh.closed:
		}
		if tries.after(ctx, s.opts.Now().Sub(began), fresh.isLeaving()) != nil {
			return
		}
	}
}

// Try opens a connection and closes it.
func (s *Stream) Try(ctx context.Context) error {
	l, err := s.connect(ctx)
	if err != nil {
		return err
	}
	l.close()
	return nil
}
