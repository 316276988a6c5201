package dingtalktest

import (
	"slices"
	"time"
)

// StreamLedger is what the Stream gateway saw.
type StreamLedger struct {
	Opened      int                `json:"opened"` // tickets issued
	Connections []StreamConnection `json:"connections"`
	Messages    []StreamMessage    `json:"messages"`
}

// Live counts the connections that are open, half-open ones among them.
func (l StreamLedger) Live() int {
	n := 0
	for _, c := range l.Connections {
		if c.ClosedAt == nil {
			n++
		}
	}
	return n
}

// StreamConnection is one connection of the past or the present.
type StreamConnection struct {
	ID            int            `json:"id"`
	Subscriptions []Subscription `json:"subscriptions"`
	OpenedAt      time.Time      `json:"openedAt"`
	ClosedAt      *time.Time     `json:"closedAt"` // nil: it lives
	HalfOpen      bool           `json:"halfOpen"`
	Pongs         int            `json:"pongs"` // SYSTEM pings answered
}

// StreamMessage is an event or a callback with what became of it.
type StreamMessage struct {
	ID      string      `json:"id"`
	Type    string      `json:"type"`
	Topic   string      `json:"topic"`
	EventID string      `json:"eventId"`
	Data    string      `json:"data"`
	Pushes  []int       `json:"pushes"` // the connections it went to; 0 when there was none
	Acks    []StreamAck `json:"acks"`
	Lost    bool        `json:"lost"` // never pushed, or given up
}

func (s *streamState) ledger() StreamLedger {
	l := StreamLedger{Opened: s.opened, Connections: []StreamConnection{}, Messages: []StreamMessage{}}
	for _, link := range s.links {
		c := StreamConnection{
			ID: link.id, Subscriptions: link.subscriptions, OpenedAt: link.opened, HalfOpen: link.halfOpen, Pongs: link.pongs,
		}
		if closed := link.closed; !closed.IsZero() {
			c.ClosedAt = &closed
		}
		l.Connections = append(l.Connections, c)
	}
	for _, m := range s.messages {
		l.Messages = append(l.Messages, StreamMessage{
			ID: m.id, Type: m.kind, Topic: m.headers["topic"], EventID: m.headers["eventId"], Data: m.data,
			Pushes: slices.Clone(m.pushes), Acks: slices.Clone(m.acks), Lost: m.lost,
		})
	}
	return l
}
