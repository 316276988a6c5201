package dingtalk

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
)

func TestStreamConnectsAgainAfterACut(t *testing.T) {
	o := connected(t)
	id := o.push("inst-1")
	o.untilAcked(id, 1)
	heard := o.clock.Now()
	o.clock.Advance(time.Hour)
	before := o.stream.State()
	o.CutStream()
	o.untilReconnected(before)
	until(t, "the gap is told", func() bool { _, gaps, _, _ := o.seen(); return len(gaps) == 2 })
	_, gaps, ups, downs := o.seen()
	if !gaps[0].IsZero() || !gaps[1].Equal(heard) {
		t.Errorf("gaps since %v, want none and %v", gaps, heard)
	}
	if ups != 2 || len(downs) != 1 || model.CodeOf(downs[0]) != model.CodeDingTalkUnavailable {
		t.Errorf("up %d, down %v", ups, downs)
	}
}

func TestStreamLeavesASilentConnection(t *testing.T) {
	o := connected(t, func(so *StreamOptions) {
		so.Times.Ping, so.Times.Silence = 20*time.Millisecond, 200*time.Millisecond
	})
	o.clock.Advance(time.Second)
	until(t, "an answer to our own ping", func() bool { return o.stream.State().LastFrame.Equal(o.clock.Now()) })
	before := o.stream.State()
	o.HalfOpenStream()
	id := o.push("inst-1")
	o.untilReconnected(before)
	_, _, _, downs := o.seen()
	if len(downs) != 1 || !strings.Contains(downs[0].Error(), "没有任何数据") {
		t.Errorf("told %v", downs)
	}
	o.clock.Advance(time.Minute)
	until(t, "the event over the new connection", func() bool { return o.inbox.has(id) })
}

func TestStreamWaitsForAServerThatIsDown(t *testing.T) {
	w := newWorld(t)
	w.Down(true)
	o := runStream(t, w)
	until(t, "eight tries", func() bool { pauses, _, _, _ := o.seen(); return len(pauses) >= 8 })
	w.Down(false)
	o.untilConnected()
	pauses, _, _, downs := o.seen()
	for i, want := range []int{1, 2, 4, 8, 16, 32, 60, 60} {
		if pauses[i] != time.Duration(want)*time.Second {
			t.Errorf("pause %d is %v, want %d s", i, pauses[i], want)
		}
	}
	if len(downs) != 1 {
		t.Errorf("told %d times that there is no connection", len(downs))
	}
}

func TestStreamSpreadsItsTries(t *testing.T) {
	w := newWorld(t)
	w.Down(true)
	o := runStream(t, w, func(so *StreamOptions) { so.Random = func() float64 { return 1 } })
	until(t, "two tries", func() bool { pauses, _, _, _ := o.seen(); return len(pauses) >= 2 })
	if pauses, _, _, _ := o.seen(); pauses[0] != 500*time.Millisecond || pauses[1] != time.Second {
		t.Errorf("pauses %v", pauses)
	}
}

func TestStreamShortConnectionsMakeLongPauses(t *testing.T) {
	o := connected(t)
	for i, want := range []time.Duration{time.Second, 2 * time.Second} {
		before := o.stream.State()
		o.DisconnectStream()
		o.untilReconnected(before)
		if pauses, _, _, _ := o.seen(); len(pauses) != i+1 || pauses[i] != want {
			t.Fatalf("pauses %v, the last want %v", pauses, want)
		}
	}
	o.clock.Advance(2 * time.Minute)
	before := o.stream.State()
	o.CutStream()
	o.untilReconnected(before)
	if pauses, _, _, _ := o.seen(); pauses[2] != time.Second {
		t.Errorf("after a stable minute the pause is %v", pauses[2])
	}
}

func TestStreamWithAWrongSecret(t *testing.T) {
	const wrong = "wrong-secret-5b/+x"
	o := runStream(t, newWorld(t), func(so *StreamOptions) { so.AppSecret = wrong })
	until(t, "three tries", func() bool { pauses, _, _, _ := o.seen(); return len(pauses) >= 3 })
	o.stop()
	pauses, _, _, downs := o.seen()
	if pauses[0] != 5*time.Minute || pauses[2] != 5*time.Minute {
		t.Errorf("pauses %v", pauses)
	}
	if len(downs) != 1 || model.CodeOf(downs[0]) != model.CodeDingTalkAuth {
		t.Errorf("told %v", downs)
	}
	if strings.Contains(o.log.String()+downs[0].Error(), wrong) {
		t.Error("the secret is told")
	}
}

func TestStreamTellsWhenAnOutageTurnsOutToBeARefusal(t *testing.T) {
	w := newWorld(t)
	w.Down(true)
	o := runStream(t, w, func(so *StreamOptions) { so.AppSecret = "other" })
	until(t, "told", func() bool { _, _, _, downs := o.seen(); return len(downs) == 1 })
	w.Down(false)
	until(t, "told again", func() bool { _, _, _, downs := o.seen(); return len(downs) == 2 })
	if _, _, _, downs := o.seen(); model.CodeOf(downs[1]) != model.CodeDingTalkAuth {
		t.Errorf("told %v", downs)
	}
}

func TestStreamGapIsToldUntilItSucceeds(t *testing.T) {
	tries := make(chan time.Time, 10)
	o := connected(t, func(so *StreamOptions) {
		n := 0
		so.Gap = func(_ context.Context, since time.Time) error {
			tries <- since
			if n++; n == 1 {
				return errNotStored
			}
			if n == 2 {
				panic("again")
			}
			return nil
		}
	})
	for range 3 {
		if since := <-tries; !since.IsZero() {
			t.Errorf("since %v", since)
		}
	}
	o.stop()
	if len(tries) != 0 {
		t.Error("told again after it succeeded")
	}
}

func TestStreamKeepsAConnectionThatAnswers(t *testing.T) {
	var frames atomic.Int64
	o := connected(t, func(so *StreamOptions) {
		so.Times.Ping, so.Times.Silence = 5*time.Millisecond, 500*time.Millisecond
		so.Now = func() time.Time { return time.Unix(frames.Add(1), 0) }
	})
	until(t, "pings answered for longer than the silence", func() bool { return o.stream.State().LastFrame.Unix() > 200 })
	if n := o.stream.State().Reconnects; n != 0 {
		t.Errorf("connected again %d times", n)
	}
}

func TestStreamGapBeginsWhenTheEndIsAnnounced(t *testing.T) {
	o := connected(t)
	announced := o.clock.Now()
	o.Fail(503, -1, "/v1.0/gateway")
	o.DisconnectStream()
	until(t, "two tries", func() bool { pauses, _, _, _ := o.seen(); return len(pauses) > 2 })
	o.clock.Advance(time.Second)
	o.PingStream()
	until(t, "the old one is alive", func() bool { return o.stream.State().LastFrame.After(announced) })
	if _, _, _, downs := o.seen(); len(downs) != 0 {
		t.Errorf("told %v while there is a connection", downs)
	}
	before := o.stream.State()
	o.CutStream()
	until(t, "told", func() bool { _, _, _, downs := o.seen(); return len(downs) == 1 })
	o.Heal()
	o.untilReconnected(before)
	until(t, "the gap is told", func() bool { _, gaps, _, _ := o.seen(); return len(gaps) == 2 })
	if _, gaps, _, _ := o.seen(); !gaps[1].Equal(announced) {
		t.Errorf("the gap begins at %v, want %v", gaps[1], announced)
	}
}

func TestStreamGapsInARowCostOneListingInTenMinutes(t *testing.T) {
	hold, held := make(chan struct{}), make(chan struct{}, 9)
	o := connected(t, func(so *StreamOptions) {
		pass := so.Wait
		so.Wait = func(ctx context.Context, d time.Duration) error {
			if d > 8*time.Minute { // no other pause is as long
				held <- struct{}{}
				<-hold
			}
			return pass(ctx, d)
		}
	})
	cut := func() {
		t.Helper()
		o.clock.Advance(time.Second)
		before := o.stream.State()
		o.CutStream()
		o.untilReconnected(before)
	}
	cut()
	until(t, "the first gap is told", func() bool { _, gaps, _, _ := o.seen(); return len(gaps) == 2 })
	cut()
	<-held
	since := o.clock.Now().Add(-time.Second)
	cut()
	close(hold)
	until(t, "the other two are told", func() bool { _, gaps, _, _ := o.seen(); return len(gaps) == 3 })
	o.stop()
	if _, gaps, _, _ := o.seen(); len(gaps) != 3 || !gaps[2].Equal(since) {
		t.Errorf("gaps since %v, the last want %v", gaps, since)
	}
}
