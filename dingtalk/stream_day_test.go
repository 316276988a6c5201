package dingtalk

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oabridge/oabridge/dingtalk/dingtalktest"
	"github.com/oabridge/oabridge/model"
)

// day is 24 hours of approvals with a Stream that is disturbed every few minutes.
type day struct {
	*onStream
	random *rand.Rand

	mu         sync.Mutex
	happened   []model.ApprovalEvent // what DingTalk would list, oldest first
	listings   int
	unknowable int // lost while there was a connection
}

// listed is the reconciliation: what happened since then is taken from the list.
func (d *day) listed(_ context.Context, since time.Time) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.listings++
	for _, e := range d.happened {
		if e.ID != "" && !e.BornAt.Before(since) {
			d.inbox.keep(e)
		}
	}
	return nil
}

// approve ends an approval, which DingTalk tells as well as it can.
func (d *day) approve() {
	d.mu.Lock()
	e := model.ApprovalEvent{ID: fmt.Sprintf("event-%d", len(d.happened)+1), BornAt: d.clock.Now()}
	d.happened = append(d.happened, e)
	d.mu.Unlock()
	d.PushEvent(dingtalktest.StreamEvent{ID: e.ID, Data: finish("instance-of-" + e.ID)})
}

// disturb is what happens in five minutes; the result says whether there was no connection for a time.
func (d *day) disturb() (gap bool) {
	before := d.stream.State()
	switch d.random.IntN(8) {
	case 0:
		d.DisconnectStream()
		d.approve()
		d.untilReconnected(before)
	case 1:
		d.outage()
		return true
	case 2:
		d.HalfOpenStream()
		d.clock.Advance(time.Second)
		d.approve() // goes into the dead connection, and is never told again:
		d.lose(before)
		d.untilReconnected(before)
		return true
	case 3:
		d.DuplicateStream(1)
		d.approve()
	case 4:
		d.PingStream()
	default:
		d.approve()
	}
	return false
}

// lose ends an approval of which DingTalk never tells. A busy machine may be connected again already: then nobody could know
// of it, so it is not asked for.
func (d *day) lose(before StreamState) {
	d.DropStream(1)
	d.approve()
	if d.stream.State().Reconnects != before.Reconnects {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.unknowable++
		d.happened[len(d.happened)-1].ID = "" // the next ones keep their numbers
	}
}

// outage loses what happens while DingTalk cannot be reached.
func (d *day) outage() {
	before := d.stream.State()
	d.Down(true)
	until(d.t, "cut off", func() bool { return !d.stream.State().Connected })
	d.clock.Advance(time.Minute)
	d.DropStream(1)
	d.approve()
	d.Down(false)
	d.untilReconnected(before)
}

// settle lets DingTalk push again what was not acknowledged, as it has time to between two disturbances.
func (d *day) settle() {
	polls := 0
	until(d.t, "all acknowledged", func() bool {
		if polls++; polls%20 == 0 {
			d.clock.Advance(10 * time.Second) // a busy machine may have lost a connection, and a push with it
		}
		for _, m := range d.Ledger().Stream.Messages {
			switch {
			case m.Lost:
			case len(m.Acks) == 0:
				return false
			case m.Acks[len(m.Acks)-1].Code != 200:
				d.clock.Advance(10 * time.Second)
				return false
			}
		}
		return true
	})
}

// missing are the events that are not stored.
func (d *day) missing() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var ids []string
	for _, e := range d.happened {
		if e.ID != "" && !d.inbox.has(e.ID) {
			ids = append(ids, e.ID)
		}
	}
	return ids
}

// TestStreamMissesNothingInADay plays a day in which the Stream is cut, goes silent, is exchanged, and loses and repeats
// events, while the database fails now and then.
func TestStreamMissesNothingInADay(t *testing.T) {
	d := &day{random: rand.New(rand.NewPCG(22, 11))}
	d.onStream = connected(t, func(so *StreamOptions) {
		so.Times.Ping, so.Times.Silence = 20*time.Millisecond, 250*time.Millisecond
		so.Gap = d.listed
	})
	d.inbox.first(func(_ context.Context, id string) error {
		if strings.HasSuffix(id, "5") && d.inbox.times(id) == 1 {
			return errNotStored
		}
		return nil
	})
	gaps := 1 // the start
	for end := d.clock.Now().Add(24 * time.Hour); d.clock.Now().Before(end); {
		if d.disturb() {
			gaps++
		}
		d.clock.Advance(5 * time.Minute)
		d.settle()
	}
	until(t, "everything stored", func() bool { return len(d.missing()) == 0 })
	d.stop()
	lost, twice := 0, 0
	for _, m := range d.Ledger().Stream.Messages {
		if m.Lost {
			lost++
		}
		if d.inbox.times(m.EventID) > 1 {
			twice++
		}
	}
	t.Logf("%d events, %d lost, %d came more than once; %d connections, %d listings for %d gaps",
		len(d.happened), lost, twice, len(d.Ledger().Stream.Connections), d.listings, gaps)
	if lost == 0 || twice == 0 || gaps < 50 || d.unknowable > lost/2 {
		t.Error("the day was too quiet to show anything")
	}
	if _, _, ups, _ := d.seen(); d.listings > ups {
		t.Errorf("%d listings after %d times without a connection", d.listings, ups)
	}
}
