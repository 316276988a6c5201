package dingtalktest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

const (
	streamOpen = "/v1.0/gateway/connections/open"
	streamPath = "/connect"
	// ticketLife is how long a ticket can be used; it opens one connection.
	ticketLife = 90 * time.Second
	// disconnectPause is how long a connection lives after its "disconnect".
	disconnectPause = 10 * time.Second
	// streamTick is how often a connection looks what is due by the server's clock.
	streamTick = 5 * time.Millisecond
	// writeTimeout is for clients that do not read.
	writeTimeout = 5 * time.Second
)

// Subscription is one topic that a Stream client wants.
type Subscription struct {
	Type  string `json:"type"`
	Topic string `json:"topic"`
}

type streamTicket struct {
	ends          time.Time
	subscriptions []Subscription
}

// streamState is the gateway that Stream clients connect to.
type streamState struct {
	tickets   map[string]streamTicket
	opened    int // tickets issued
	links     []*streamLink
	messages  []*streamMessage
	byID      map[string]*streamMessage
	drop      counter
	duplicate counter
	pingEvery time.Duration
	pick      func(n int) int
}

// streamLink is one connection. Its socket is written under writing, everything else belongs to the server's mutex.
type streamLink struct {
	id            int
	subscriptions []Subscription
	opened        time.Time
	closed        time.Time // zero while it lives
	leaves        time.Time // zero unless "disconnect" was sent
	pinged        time.Time
	halfOpen      bool
	pongs         int

	socket  *websocket.Conn
	writing sync.Mutex
}

func (l *streamLink) live() bool { return l.closed.IsZero() }

func (l *streamLink) wants(kind, topic string) bool {
	return slices.ContainsFunc(l.subscriptions, func(s Subscription) bool {
		return s.Type == kind && (s.Topic == topic || s.Topic == "*")
	})
}

func (l *streamLink) write(frame []byte) {
	l.writing.Lock()
	defer l.writing.Unlock()
	_ = l.socket.SetWriteDeadline(time.Now().Add(writeTimeout))
	_ = l.socket.WriteMessage(websocket.TextMessage, frame)
}

func (s *Server) openStream(c call) reply {
	var in struct {
		ClientID      string         `json:"clientId"`
		ClientSecret  string         `json:"clientSecret"`
		Subscriptions []Subscription `json:"subscriptions"`
	}
	switch {
	case c.Method != http.MethodPost || json.Unmarshal(c.body, &in) != nil || len(in.Subscriptions) == 0:
		return s.refuse(http.StatusBadRequest, "MissingParameter", "clientId, clientSecret and subscriptions are required")
	case in.ClientID != s.opts.AppKey || in.ClientSecret != s.opts.AppSecret:
		return s.refuse(http.StatusUnauthorized, "authFailed", "鉴权失败")
	}
	for _, sub := range in.Subscriptions {
		if sub.Type == "EVENT" && sub.Topic != "*" {
			return s.refuse(http.StatusBadRequest, "InvalidParameter", "the topic of EVENT can only be *")
		}
	}
	s.stream.opened++
	ticket := fmt.Sprintf("fake+ticket/%d", s.stream.opened)
	s.stream.tickets[ticket] = streamTicket{s.opts.Now().Add(ticketLife), in.Subscriptions}
	return jsonReply(http.StatusOK, map[string]string{"endpoint": "ws://" + c.Host + streamPath, "ticket": ticket})
}

// serveStream keeps one connection until either end is tired of it.
func (s *Server) serveStream(w http.ResponseWriter, r *http.Request) {
	ticket, ok := s.takeTicket(r.URL.Query().Get("ticket"))
	if !ok {
		http.Error(w, "the ticket is unknown, used or too old", http.StatusUnauthorized)
		return
	}
	link, err := s.addLink(w, r, ticket.subscriptions)
	if err != nil {
		return // the upgrade was answered with an error
	}
	defer s.closeLink(link)
	var reading sync.WaitGroup
	gone := make(chan struct{})
	reading.Go(func() {
		defer close(gone)
		s.readStream(link)
	})
	s.tickStream(link, gone)
	_ = link.socket.Close()
	reading.Wait()
}

func (s *Server) takeTicket(value string) (streamTicket, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests++
	s.paths[streamPath]++
	ticket, ok := s.stream.tickets[value]
	delete(s.stream.tickets, value)
	return ticket, ok && s.opts.Now().Before(ticket.ends) && !s.faults.next(streamPath).lost
}

// addLink accepts a connection. A client that knows that it has one finds it in the ledger.
func (s *Server) addLink(w http.ResponseWriter, r *http.Request, subscriptions []Subscription) (*streamLink, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	upgrader := websocket.Upgrader{HandshakeTimeout: writeTimeout}
	socket, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return nil, err
	}
	now := s.opts.Now()
	link := &streamLink{
		id: len(s.stream.links) + 1, subscriptions: subscriptions, opened: now, pinged: now, socket: socket,
	}
	socket.SetReadLimit(maxRequest)
	socket.SetPingHandler(func(data string) error { return s.pong(link, data) })
	s.stream.links = append(s.stream.links, link)
	return link, nil
}

func (s *Server) closeLink(link *streamLink) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if link.live() {
		link.closed = s.opts.Now()
	}
	_ = link.socket.Close()
}

// pong answers a WebSocket ping unless the connection is half open.
func (s *Server) pong(link *streamLink, data string) error {
	s.mu.Lock()
	silent := link.halfOpen
	s.mu.Unlock()
	if silent {
		return nil
	}
	return link.socket.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(time.Second))
}

func (s *Server) readStream(link *streamLink) {
	for {
		_, frame, err := link.socket.ReadMessage()
		if err != nil {
			return
		}
		s.acknowledged(link, frame)
	}
}

// tickStream does what is due on a connection, until it is gone.
func (s *Server) tickStream(link *streamLink, gone <-chan struct{}) {
	ticker := time.NewTicker(streamTick)
	defer ticker.Stop()
	for {
		select {
		case <-gone:
			return
		case <-ticker.C:
			if !s.tickLink(link) {
				return
			}
		}
	}
}

// tickLink pings, and pushes again what is due; it reports whether the connection goes on.
func (s *Server) tickLink(link *streamLink) bool {
	s.mu.Lock()
	now := s.opts.Now()
	goes := link.live() && !s.faults.down && (link.leaves.IsZero() || now.Before(link.leaves))
	var due []delivery
	if goes {
		if every := s.stream.pingEvery; every > 0 && now.Sub(link.pinged) >= every {
			due = append(due, s.ping(link))
		}
		due = append(due, s.pushDue()...)
	}
	s.mu.Unlock()
	send(due)
	return goes
}
