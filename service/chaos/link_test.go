package main

import (
	"bufio"
	"io"
	"net"
	"testing"
	"time"
)

// echo is a server that sends back what it gets.
func echo(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			go func() { _, _ = io.Copy(c, c); _ = c.Close() }()
		}
	}()
	return listener.Addr().String()
}

func dial(t *testing.T, l *link) (net.Conn, *bufio.Reader) {
	t.Helper()
	c, err := net.Dial("tcp", l.addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c, bufio.NewReader(c)
}

func say(t *testing.T, c net.Conn, line string) {
	t.Helper()
	if _, err := io.WriteString(c, line+"\n"); err != nil {
		t.Fatal(err)
	}
}

func hear(t *testing.T, r *bufio.Reader, want string) {
	t.Helper()
	if got, err := r.ReadString('\n'); got != want+"\n" || err != nil {
		t.Fatalf("%q, %v; want %q", got, err, want)
	}
}

func TestLink(t *testing.T) {
	server := echo(t)
	l, err := newLink("test", func() string { return server })
	if err != nil {
		t.Fatal(err)
	}
	defer l.close()

	c, r := dial(t, l)
	say(t, c, "hello")
	hear(t, r, "hello")

	l.slow(50 * time.Millisecond)
	began := time.Now()
	say(t, c, "slow")
	hear(t, r, "slow")
	if took := time.Since(began); took < 100*time.Millisecond {
		t.Errorf("there and back took %s over a wire that is 50 ms slow", took)
	}
	l.slow(0)

	resume := l.stall()
	say(t, c, "first")
	say(t, c, "second")
	resume()
	hear(t, r, "first")
	hear(t, r, "second")

	if cut := l.cut(); cut != 1 {
		t.Errorf("%d connections were cut, want 1", cut)
	}
	if line, err := r.ReadString('\n'); err == nil {
		t.Errorf("a cut connection says %q", line)
	}
	again, reader := dial(t, l)
	say(t, again, "again")
	hear(t, reader, "again")
}

// TestLinkDeliversWhatItsSenderGaveUp makes sure that a late request still arrives, as on a real network.
func TestLinkDeliversWhatItsSenderGaveUp(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	l, err := newLink("test", func() string { return listener.Addr().String() })
	if err != nil {
		t.Fatal(err)
	}
	defer l.close()
	resume := l.stall()
	c, _ := dial(t, l)
	say(t, c, "late")
	_ = c.Close()
	server, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	resume()
	if got, err := io.ReadAll(server); string(got) != "late\n" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	_ = server.Close()
}

func TestLinkToNobody(t *testing.T) {
	l, err := newLink("test", func() string { return "127.0.0.1:1" })
	if err != nil {
		t.Fatal(err)
	}
	defer l.close()
	c, err := net.Dial("tcp", l.addr())
	if err != nil {
		return // reset already
	}
	defer func() { _ = c.Close() }()
	if _, err := c.Read(make([]byte, 1)); err == nil {
		t.Error("a wire that leads nowhere answers")
	}
}
