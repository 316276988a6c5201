package main

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"
)

// link is the wire between one replica and one server: a TCP proxy that cuts, delays and stalls. It is our own, since the
// newest Toxiproxy needs a newer Go than we do, older ones can hang for ever when a toxic is taken from a connection that is gone,
// and both bring eight modules; here are a hundred lines. What is held back is delivered later also when its sender has given
// up meanwhile, as a real network does.
type link struct {
	name     string
	listener *net.TCPListener
	target   func() string
	done     sync.WaitGroup

	mu    sync.Mutex
	delay time.Duration
	still chan struct{} // closed when the wire is not stalled
	conns map[*net.TCPConn]bool
	shut  bool
}

func newLink(name string, target func() string) (*link, error) {
	listener, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return nil, err
	}
	l := &link{name: name, listener: listener, target: target, still: make(chan struct{}), conns: map[*net.TCPConn]bool{}}
	close(l.still)
	l.done.Go(l.accept)
	return l, nil
}

func (l *link) addr() string { return l.listener.Addr().String() }

func (l *link) accept() {
	for {
		client, err := l.listener.AcceptTCP()
		if err != nil {
			return // closed
		}
		l.done.Go(func() { l.connect(client) })
	}
}

func (l *link) connect(client *net.TCPConn) {
	var dialer net.Dialer
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	conn, err := dialer.DialContext(ctx, "tcp", l.target())
	server, ok := conn.(*net.TCPConn)
	if err != nil || !ok || !l.take(client, server) {
		_ = errors.Join(client.SetLinger(0), client.Close())
		return
	}
	var both sync.WaitGroup
	both.Go(func() { l.carry(server, client) })
	both.Go(func() { l.carry(client, server) })
	both.Wait()
	l.drop(client, server)
}

func (l *link) take(conns ...*net.TCPConn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range conns {
		if l.shut {
			_ = c.Close()
			continue
		}
		l.conns[c] = true
	}
	return !l.shut
}

func (l *link) drop(conns ...*net.TCPConn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range conns {
		delete(l.conns, c)
		_ = c.Close()
	}
}

// piece is what was read at once, nil for the end.
type piece struct {
	data []byte
	at   time.Time
}

// carry moves what comes from one side to the other, in order, each piece as late as the wire is slow when it was read.
func (l *link) carry(to, from *net.TCPConn) {
	pieces := make(chan piece, 64)
	var reading sync.WaitGroup
	reading.Go(func() {
		defer close(pieces)
		for {
			buffer := make([]byte, 16<<10)
			n, err := from.Read(buffer)
			if n > 0 {
				delay, _ := l.condition()
				pieces <- piece{buffer[:n], time.Now().Add(delay)}
			}
			if err != nil {
				return
			}
		}
	})
	for p := range pieces {
		time.Sleep(time.Until(p.at))
		_, still := l.condition()
		<-still
		if _, err := to.Write(p.data); err != nil {
			_ = from.Close() // ends the reading
		}
	}
	reading.Wait()
	_ = to.CloseWrite() // fails when the connection was cut
}

func (l *link) condition() (time.Duration, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.delay, l.still
}

// slow makes every piece take d longer.
func (l *link) slow(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.delay = d
}

// stall lets nothing pass until the returned function is called.
func (l *link) stall() (resume func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	still := make(chan struct{})
	l.still = still
	return sync.OnceFunc(func() { close(still) })
}

// cut resets every connection; what is on its way is gone.
func (l *link) cut() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.conns {
		_ = errors.Join(c.SetLinger(0), c.Close())
	}
	return len(l.conns) / 2
}

// close ends the link and waits for everything in it. It must not be stalled.
func (l *link) close() {
	l.mu.Lock()
	l.shut = true
	l.mu.Unlock()
	_ = l.listener.Close()
	l.cut()
	l.done.Wait()
}
