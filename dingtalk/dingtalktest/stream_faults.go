package dingtalktest

import (
	"fmt"
	"strconv"
	"time"
)

// PingStream sends a SYSTEM ping over every connection.
func (s *Server) PingStream() { s.system(s.ping) }

// PingStreamEvery has every connection pinged by the server's clock; 0, the default, is never.
func (s *Server) PingStreamEvery(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stream.pingEvery = d
}

// DisconnectStream announces to every connection that it ends. It gets nothing any more and is cut after ten seconds.
func (s *Server) DisconnectStream() {
	s.system(func(link *streamLink) delivery {
		link.leaves = s.opts.Now().Add(disconnectPause)
		return s.order(link, "disconnect", `{"reason":"connection is expired"}`)
	})
}

// CutStream cuts every connection without a word.
func (s *Server) CutStream() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, link := range s.living() {
		link.closed = s.opts.Now()
		_ = link.socket.NetConn().Close()
	}
}

// HalfOpenStream lets every connection that there is now neither send nor hear anything, while it stays open.
func (s *Server) HalfOpenStream() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, link := range s.living() {
		link.halfOpen = true
	}
}

// DropStream loses the next events: they are not sent, now or later. As everywhere here, negative is until it is set again.
func (s *Server) DropStream(times int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stream.drop = counter(times)
}

// DuplicateStream sends each of the next events twice.
func (s *Server) DuplicateStream(times int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stream.duplicate = counter(times)
}

// PickStream says which of n connections gets a message; the default is chance.
func (s *Server) PickStream(pick func(n int) int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stream.pick = pick
}

// system sends what compose returns to every connection that is not half open.
func (s *Server) system(compose func(*streamLink) delivery) {
	s.mu.Lock()
	var due []delivery
	for _, link := range s.living() {
		if d := compose(link); !link.halfOpen {
			due = append(due, d)
		}
	}
	s.mu.Unlock()
	send(due)
}

func (s *Server) ping(link *streamLink) delivery {
	link.pinged = s.opts.Now()
	return s.order(link, "ping", fmt.Sprintf(`{"opaque":"fake-%d"}`, s.opts.Now().UnixMilli()))
}

func (s *Server) order(link *streamLink, topic, data string) delivery {
	return delivery{link, frame("SYSTEM", map[string]string{
		"topic": topic, "messageId": fmt.Sprintf("fake-system-%d", link.id), "contentType": "application/json",
		"time": strconv.FormatInt(s.opts.Now().UnixMilli(), 10),
	}, data)}
}

func (s *Server) living() []*streamLink {
	var list []*streamLink
	for _, link := range s.stream.links {
		if link.live() {
			list = append(list, link)
		}
	}
	return list
}
