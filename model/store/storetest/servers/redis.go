package servers

import (
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// Redis starts an empty Redis server for this test alone and returns its address. It ends with the test.
func Redis(t testing.TB) (addr string) {
	t.Helper()
	program := find(t, "redis-server", "redis-server", "valkey-server")
	folder := shortTempDir(t)
	socket := filepath.Join(folder, "redis.sock")
	build := func(port int) *exec.Cmd {
		return exec.Command(program,
			"--port", strconv.Itoa(port), "--bind", "127.0.0.1", "--unixsocket", socket,
			"--dir", folder, "--save", "", "--appendonly", "no", "--daemonize", "no")
	}
	started, port, err := startReady(folder, build, func() error { return pingRedis(socket) })
	if err != nil {
		t.Fatalf("redis-server does not start: %v", err)
	}
	t.Cleanup(started.stop)
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
}

// pingRedis asks over the server's own socket, so that no other server can answer.
func pingRedis(socket string) error {
	connection, err := net.DialTimeout("unix", socket, time.Second)
	if err != nil {
		return err
	}
	defer func() { _ = connection.Close() }()
	if err := connection.SetDeadline(time.Now().Add(time.Second)); err != nil {
		return err
	}
	if _, err := connection.Write([]byte("PING\r\n")); err != nil {
		return err
	}
	answer := make([]byte, 7)
	if _, err := connection.Read(answer); err != nil {
		return err
	}
	if string(answer) != "+PONG\r\n" {
		return fmt.Errorf("redis answers %q", answer)
	}
	return nil
}
