// Package wire is a way to a MySQL or MariaDB server that breaks where a test wants it to: it reads along, so that it
// can cut a connection at one certain COMMIT.
package wire

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
)

// Fate is what becomes of a COMMIT.
type Fate int

// The fates. Where the answer is lost, the server has committed before the connection ends.
const (
	Pass      Fate = iota
	CutBefore      // the server never gets it
	CutAfter       // its answer is lost
	Hang           // its answer does not come, and the connection stays
)

const dialTimeout = 5 * time.Second

// Proxy leads connections to a server.
type Proxy struct {
	config   *mysql.Config
	listener net.Listener
	ended    chan struct{}
	working  sync.WaitGroup

	deciding sync.Mutex
	decide   func(statements []string) Fate // may call the proxy, though not OnCommit

	mu     sync.Mutex
	server string
	open   map[net.Conn]bool
	fates  map[Fate]int
}

// New leads to the server of the DSN until the test ends.
func New(t testing.TB, dsn string) *Proxy {
	t.Helper()
	config, err := mysql.ParseDSN(dsn)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{
		config: config, listener: listener, ended: make(chan struct{}), server: config.Addr,
		open: map[net.Conn]bool{}, fates: map[Fate]int{},
	}
	p.working.Go(p.accept)
	t.Cleanup(p.close)
	return p
}

// DSN leads to the same database through the proxy.
func (p *Proxy) DSN() string {
	through := p.config.Clone()
	through.Addr = p.listener.Addr().String()
	return through.FormatDSN()
}

// OnCommit has decide see the statements of each transaction that is about to be committed, one at a time. nil lets all
// pass.
func (p *Proxy) OnCommit(decide func(statements []string) Fate) {
	p.deciding.Lock()
	defer p.deciding.Unlock()
	p.decide = decide
}

// Count is how many COMMITs had a fate.
func (p *Proxy) Count(f Fate) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.fates[f]
}

// Lead lets new connections lead to another address; those that are open stay. "" leads nowhere.
func (p *Proxy) Lead(address string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.server = address
}

// Restore lets connections lead to the first server again, and COMMITs pass.
func (p *Proxy) Restore() {
	p.Lead(p.config.Addr)
	p.OnCommit(nil)
}

// Cut ends every connection.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.open {
		_ = c.Close()
	}
}

func (p *Proxy) close() {
	close(p.ended)
	_ = p.listener.Close()
	p.Cut()
	p.working.Wait()
}

func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.mu.Lock()
		address := p.server
		p.mu.Unlock()
		server, err := (&net.Dialer{Timeout: dialTimeout}).DialContext(context.Background(), "tcp", address)
		if err != nil {
			_ = client.Close()
			continue
		}
		if !p.keep(client, server) {
			return
		}
		l := &link{proxy: p, client: client, server: server}
		p.working.Go(l.requests)
		p.working.Go(l.answers)
	}
}

// keep remembers connections, so that they can be cut; false when the proxy has ended.
func (p *Proxy) keep(connections ...net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.ended:
		for _, c := range connections {
			_ = c.Close()
		}
		return false
	default:
	}
	for _, c := range connections {
		p.open[c] = true
	}
	return true
}

func (p *Proxy) fate(statements []string) Fate {
	p.deciding.Lock()
	defer p.deciding.Unlock()
	f := Pass
	if p.decide != nil {
		f = p.decide(statements)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fates[f]++
	return f
}

// link is one connection through the proxy.
type link struct {
	proxy          *Proxy
	client, server net.Conn
	statements     []string // of the transaction

	mu   sync.Mutex
	next Fate // of the answer
}

func (l *link) cut() {
	l.proxy.mu.Lock()
	defer l.proxy.mu.Unlock()
	for _, c := range []net.Conn{l.client, l.server} {
		_ = c.Close()
		delete(l.proxy.open, c)
	}
}

const (
	header   = 4
	comQuery = 3
)

// requests passes on what the client sends.
func (l *link) requests() {
	defer l.cut()
	for {
		packet, err := read(l.client)
		if err != nil || !l.mayPass(packet) {
			return
		}
		if _, err := l.server.Write(packet); err != nil {
			return
		}
	}
}

// mayPass reads along; false when the packet must not reach the server.
func (l *link) mayPass(packet []byte) bool {
	if packet[3] != 0 || len(packet) <= header || packet[header] != comQuery {
		return true
	}
	statement := string(packet[header+1:])
	switch statement {
	case "START TRANSACTION", "ROLLBACK":
		l.statements = nil
	case "COMMIT":
		f := l.proxy.fate(l.statements)
		l.mu.Lock()
		defer l.mu.Unlock()
		l.statements, l.next = nil, f
		return f != CutBefore
	default:
		l.statements = append(l.statements, statement)
	}
	return true
}

// answers passes on what the server sends.
func (l *link) answers() {
	defer l.cut()
	for {
		packet, err := read(l.server)
		if err != nil {
			return
		}
		l.mu.Lock()
		f := l.next
		l.mu.Unlock()
		switch f {
		case CutAfter, CutBefore:
			return
		case Hang:
			continue
		case Pass:
		}
		if _, err := l.client.Write(packet); err != nil {
			return
		}
	}
}

// read reads one packet of the protocol with its header.
func read(from io.Reader) ([]byte, error) {
	var head [header]byte
	if _, err := io.ReadFull(from, head[:]); err != nil {
		return nil, err
	}
	length := int(head[0]) | int(head[1])<<8 | int(head[2])<<16
	packet := make([]byte, header+length)
	copy(packet, head[:])
	if _, err := io.ReadFull(from, packet[header:]); err != nil {
		return nil, errors.Join(io.ErrUnexpectedEOF, err)
	}
	return packet, nil
}
