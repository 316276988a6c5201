package dingtalktest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"
)

const (
	// pushAgain is how long the gateway waits for an acknowledgement.
	pushAgain = 10 * time.Second
	// maxPushes is how often a message is pushed, or finds nobody, before it is lost.
	maxPushes = 5
)

// StreamAck is one answer to a message.
type StreamAck struct {
	Connection int       `json:"connection"`
	Code       int       `json:"code"`
	Data       string    `json:"data"`
	At         time.Time `json:"at"`
}

// later tells an answer after which the message is pushed again.
func (a StreamAck) later(kind string) bool {
	var data struct{ Status string }
	_ = json.Unmarshal([]byte(a.Data), &data)
	return kind == "EVENT" && (a.Code != 200 || data.Status != "SUCCESS")
}

// streamMessage is an event or a callback on its way.
type streamMessage struct {
	id      string
	kind    string
	headers map[string]string
	data    string
	pushes  []int // the connections it went to; 0 when there was none
	pushed  time.Time
	acks    []StreamAck
	done    bool // acknowledged, given up or lost
	lost    bool
	waits   chan StreamAck // a callback's caller
}

// delivery is a frame for a connection, to be sent without the server's mutex.
type delivery struct {
	to    *streamLink
	frame []byte
}

func send(list []delivery) {
	for _, d := range list {
		d.to.write(d.frame)
	}
}

// StreamEvent is an event as DingTalk pushes it.
type StreamEvent struct {
	ID   string         `json:"id"`   // default a new one
	Type string         `json:"type"` // default bpms_instance_change
	Data map[string]any `json:"data"`
}

// PushEvent sends an event to one of the connections that want events; the result is its id.
func (s *Server) PushEvent(e StreamEvent) string {
	s.mu.Lock()
	if e.ID == "" {
		e.ID = fmt.Sprintf("fake-event-%d", len(s.stream.messages)+1)
	}
	if e.Type == "" {
		e.Type = "bpms_instance_change"
	}
	data, _ := json.Marshal(e.Data)
	now := strconv.FormatInt(s.opts.Now().UnixMilli(), 10)
	message := s.newMessage("EVENT", "*", string(data))
	message.headers["eventType"], message.headers["eventId"] = e.Type, e.ID
	message.headers["eventCorpId"], message.headers["eventBornTime"] = "dingfakecorp", now
	message.headers["eventUnifiedAppId"] = "fake-unified-app"
	var due []delivery
	if s.use.pushes(e.Type, s.opts.Now()) {
		due = s.firstPush(message)
	} else { // the quota is used up: nobody gets it
		message.done, message.lost = true, true
	}
	s.mu.Unlock()
	send(due)
	return e.ID
}

// StreamChanges pushes every change of an approval from now on, as the console's choice of the Stream mode does.
func (s *Server) StreamChanges() {
	s.Watch(func(c InstanceChange) { s.PushEvent(StreamEvent{Data: c.data()}) })
}

// data is what the event says of the change.
func (c InstanceChange) data() map[string]any {
	data := map[string]any{
		"processInstanceId": c.InstanceID, "processCode": c.ProcessCode, "businessId": c.BusinessID, "title": c.Title,
		"type": c.Type, "staffId": c.StaffID, "createTime": c.Created.UnixMilli(),
	}
	if c.Result != "" {
		data["result"] = c.Result
	}
	if !c.Finished.IsZero() {
		data["finishTime"] = c.Finished.UnixMilli()
	}
	return data
}

// StreamCallback sends a callback of a topic to one of the connections that want it, and waits for the answer.
func (s *Server) StreamCallback(ctx context.Context, topic, data string) (StreamAck, error) {
	s.mu.Lock()
	message := s.newMessage("CALLBACK", topic, data)
	message.waits = make(chan StreamAck, 1)
	due := s.push(message)
	s.mu.Unlock()
	if len(due) == 0 {
		return StreamAck{}, errors.New("no connection wants " + topic)
	}
	send(due)
	select {
	case ack := <-message.waits:
		return ack, nil
	case <-ctx.Done():
		return StreamAck{}, ctx.Err()
	}
}

func (s *Server) newMessage(kind, topic, data string) *streamMessage {
	id := fmt.Sprintf("fake-message-%d", len(s.stream.messages)+1)
	m := &streamMessage{id: id, kind: kind, data: data, headers: map[string]string{
		"topic": topic, "messageId": id, "contentType": "application/json",
		"time": strconv.FormatInt(s.opts.Now().UnixMilli(), 10),
	}}
	s.stream.messages = append(s.stream.messages, m)
	s.stream.byID[id] = m
	return m
}

// firstPush is where a message is lost or doubled when somebody ordered that.
func (s *Server) firstPush(m *streamMessage) []delivery {
	if s.stream.drop.take() {
		m.done, m.lost = true, true
		return nil
	}
	due := s.push(m)
	if s.stream.duplicate.take() {
		due = append(due, s.push(m)...)
	}
	return due
}

// push chooses one of the connections that want the message, at random. A half-open one is chosen like any other.
func (s *Server) push(m *streamMessage) []delivery {
	m.pushed = s.opts.Now()
	willing := slices.DeleteFunc(slices.Clone(s.stream.links), func(l *streamLink) bool {
		return !l.live() || !l.leaves.IsZero() || !l.wants(m.kind, m.headers["topic"])
	})
	if len(willing) == 0 {
		m.pushes = append(m.pushes, 0)
		return nil
	}
	link := willing[s.stream.pick(len(willing))]
	m.pushes = append(m.pushes, link.id)
	if link.halfOpen {
		return nil
	}
	return []delivery{{link, frame(m.kind, m.headers, m.data)}}
}

// pushDue pushes again what was not acknowledged in time; what was pushed often enough is lost.
func (s *Server) pushDue() []delivery {
	var due []delivery
	now := s.opts.Now()
	for _, m := range s.stream.messages {
		switch {
		case m.done || m.kind != "EVENT" || now.Sub(m.pushed) < pushAgain:
		case len(m.pushes) >= maxPushes:
			m.done, m.lost = true, true
		default:
			due = append(due, s.push(m)...)
		}
	}
	return due
}

// acknowledged takes a client's answer to a message or a ping.
func (s *Server) acknowledged(link *streamLink, raw []byte) {
	var in struct {
		Code    int
		Headers map[string]string
		Data    string
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if link.halfOpen || json.Unmarshal(raw, &in) != nil {
		return
	}
	m := s.stream.byID[in.Headers["messageId"]]
	if m == nil {
		link.pongs++
		return
	}
	ack := StreamAck{Connection: link.id, Code: in.Code, Data: in.Data, At: s.opts.Now()}
	m.acks = append(m.acks, ack)
	m.done = m.done || !ack.later(m.kind)
	if m.waits != nil && len(m.acks) == 1 {
		m.waits <- ack
	}
}

func frame(kind string, headers map[string]string, data string) []byte {
	raw, _ := json.Marshal(map[string]any{"specVersion": "1.0", "type": kind, "headers": headers, "data": data})
	return raw
}
