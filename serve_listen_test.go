package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func wantListenRefused(t *testing.T, address, remedy string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "a.db")
	o := newOutside(t, fmt.Sprintf("{dsn: %q}", file))
	text, err := os.ReadFile(o.config)
	if err != nil {
		t.Fatal(err)
	}
	got := oabridge(t, "serve", "-c", written(t, strings.Replace(string(text), o.address, address, 1)))
	for _, want := range []string{"listen: ", address, remedy} {
		if got.code != exitConfiguration || !strings.Contains(got.stderr, want) {
			t.Errorf("want exit 2 and %q: %s", want, got)
		}
	}
	if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the database was touched: %v", err)
	}
}

func TestServeWithoutItsAddressTouchesNoDatabase(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	wantListenRefused(t, taken.Addr().String(), "end that process, or change listen")
	wantListenRefused(t, "192.0.2.1:8080", "an address of this machine") // reserved for documents
}

// TestServeWithoutItsDatabaseFreesItsAddress stops a start that waits for its database: whoever called meanwhile is cut off.
func TestServeWithoutItsDatabaseFreesItsAddress(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = silent.Close() }()
	o := newOutside(t, fmt.Sprintf("{driver: mysql, dsn: 'bridge:hush@tcp(%s)/oabridge'}", silent.Addr()))
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var log lockedBuffer
	code := make(chan int, 1)
	go func() { code <- run(ctx, []string{"serve", "-c", o.config}, nil, io.Discard, &log) }()
	waiting, err := silent.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = waiting.Close() }()
	var dialer net.Dialer
	early, err := dialer.DialContext(t.Context(), "tcp", o.address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = early.Close() }()
	stop()
	if got := <-code; got == 0 {
		t.Errorf("exit %d\n%s", got, log.String())
	}
	if n, err := early.Read(make([]byte, 1)); err == nil {
		t.Errorf("read %d bytes", n)
	}
	again, err := net.Listen("tcp", o.address)
	if err != nil {
		t.Fatal(err)
	}
	_ = again.Close()
}
