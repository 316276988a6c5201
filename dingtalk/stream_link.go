package dingtalk

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"github.com/open-dingtalk/dingtalk-stream-sdk-go/payload"

	"github.com/oabridge/oabridge/model"
)

const (
	// maxFrame bounds a frame in bytes; the largest forms have 64 kB.
	maxFrame = 1 << 20
	// maxInHand bounds the frames that are handled at once.
	maxInHand = 64
	// writeTime bounds the writing of one frame.
	writeTime = 5 * time.Second
)

// link is one connection.
type link struct {
	s      *Stream
	socket *websocket.Conn

	leaving  chan struct{} // closed when DingTalk announced its end
	retiring chan struct{} // closed when we want its end
	closed   chan struct{}
	left     sync.Once
	retired  sync.Once
	ended    sync.Once

	writing sync.Mutex

	mu     sync.Mutex
	refuse bool // takes nothing in hand any more
	inHand int
	idle   chan struct{} // closed when nothing is in hand and nothing will be
}

func (s *Stream) newLink(socket *websocket.Conn) *link {
	l := &link{
		s: s, socket: socket, leaving: make(chan struct{}), retiring: make(chan struct{}), closed: make(chan struct{}),
		idle: make(chan struct{}),
	}
	socket.SetReadLimit(maxFrame)
	answer := socket.PingHandler()
	socket.SetPingHandler(func(data string) error {
		l.heard()
		return answer(data)
	})
	socket.SetPongHandler(func(string) error {
		l.heard()
		return nil
	})
	l.watch()
	return l
}

// watch gives the other end time to say something; reading fails when it does not.
func (l *link) watch() { _ = l.socket.SetReadDeadline(time.Now().Add(l.s.opts.Times.Silence)) }

func (l *link) heard() {
	l.watch()
	l.s.received(l.isLeaving())
}

func (l *link) isLeaving() bool {
	select {
	case <-l.leaving:
		return true
	default:
		return false
	}
}

func (l *link) leave() { l.left.Do(func() { close(l.leaving) }) }

// retire closes the connection when what is in hand was answered.
func (l *link) retire() { l.retired.Do(func() { close(l.retiring) }) }

func (l *link) close() {
	l.ended.Do(func() {
		close(l.closed)
		_ = l.socket.Close()
	})
}

// serve handles what comes until the connection ends, and waits for all that it began. The error is nil when we ended it.
func (l *link) serve(ctx context.Context) error {
	var own sync.WaitGroup
	own.Go(l.keepAlive)
	own.Go(func() { l.finish(ctx) })
	err := l.read(ctx)
	l.close()
	l.stopTaking()
	own.Wait()
	<-l.idle
	select {
	case <-l.retiring:
		return nil
	default:
	}
	if silent, ok := errors.AsType[net.Error](err); ok && silent.Timeout() {
		return model.Errorf(model.CodeDingTalkUnavailable, "%s超过%s没有任何数据", streamWhat, chineseDuration(l.s.opts.Times.Silence))
	}
	return model.Wrap(model.CodeDingTalkUnavailable, err, "%s的连接中断", streamWhat)
}

func (l *link) read(ctx context.Context) error {
	handlers := context.WithoutCancel(ctx) // what is in hand when ctx ends is finished
	for {
		kind, raw, err := l.socket.ReadMessage()
		if err != nil {
			return err
		}
		l.heard()
		if kind == websocket.TextMessage {
			l.take(handlers, raw)
		}
	}
}

// keepAlive pings, so that a connection that is alive is never silent.
func (l *link) keepAlive() {
	ticker := time.NewTicker(l.s.opts.Times.Ping)
	defer ticker.Stop()
	for {
		select {
		case <-l.closed:
			return
		case <-ticker.C:
			if l.socket.WriteControl(websocket.PingMessage, nil, time.Now().Add(writeTime)) != nil {
				l.close()
				return
			}
		}
	}
}

// finish waits until somebody wants the end, lets what is in hand be answered, and closes.
func (l *link) finish(ctx context.Context) {
	select {
	case <-l.closed:
		return
	case <-l.retiring:
	case <-ctx.Done():
		l.retire()
	}
	l.stopTaking()
	timer := time.NewTimer(l.s.opts.Times.Drain)
	defer timer.Stop()
	select {
	case <-l.idle:
	case <-l.closed:
	case <-timer.C:
	}
	l.close()
}

// begin takes a frame in hand unless the connection is to end.
func (l *link) begin() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.refuse {
		return false
	}
	l.inHand++
	return true
}

func (l *link) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.inHand--
	if l.refuse && l.inHand == 0 {
		close(l.idle)
	}
}

func (l *link) stopTaking() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.refuse && l.inHand == 0 {
		close(l.idle)
	}
	l.refuse = true
}

// write sends an answer; a connection that takes none is closed, and what was not answered is pushed again over another.
func (l *link) write(answer *payload.DataFrameResponse) {
	l.writing.Lock()
	defer l.writing.Unlock()
	_ = l.socket.SetWriteDeadline(time.Now().Add(writeTime))
	if l.socket.WriteMessage(websocket.TextMessage, encode(answer)) != nil {
		l.close()
	}
}
