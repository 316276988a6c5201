package servers

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// Redis starts an empty Redis server for this test alone and returns its address. It ends with the test.
func Redis(t testing.TB) (addr string) {
	t.Helper()
	return DedicatedRedis(t).Addr()
}

// RedisServer is a Redis server for one test or program alone, which may end it and start it again on the same port, as
// empty as it was at first.
type RedisServer struct {
	folder, program string
	options         []string
	port            int
	server          *process
}

// StartRedis starts an empty server, with further options of redis-server.
func StartRedis(options ...string) (*RedisServer, error) {
	r := &RedisServer{options: options}
	var err error
	if r.program, err = installed(redisPackage, redisPrograms...); err != nil {
		return nil, err
	}
	if r.folder, err = os.MkdirTemp("", "oabridge-"); err != nil { // short, as the path of a Unix socket must be
		return nil, err
	}
	if r.server, r.port, err = startReady(r.folder, r.command, r.ping); err != nil {
		_ = os.RemoveAll(r.folder)
		return nil, fmt.Errorf("redis-server does not start: %w", err)
	}
	return r, nil
}

// DedicatedRedis is StartRedis for a test, with which the server ends.
func DedicatedRedis(t testing.TB, options ...string) *RedisServer {
	t.Helper()
	find(t, redisPackage, redisPrograms...)
	r, err := StartRedis(options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Stop)
	return r
}

const redisPackage = "redis-server"

var redisPrograms = []string{"redis-server", "valkey-server"}

func (r *RedisServer) socket() string { return filepath.Join(r.folder, "redis.sock") }

func (r *RedisServer) command(port int) *exec.Cmd {
	options := []string{
		"--port", strconv.Itoa(port), "--bind", "127.0.0.1", "--unixsocket", r.socket(),
		"--dir", r.folder, "--save", "", "--appendonly", "no", "--daemonize", "no",
	}
	return exec.Command(r.program, append(options, r.options...)...)
}

// Addr is where the server listens, also after Restart.
func (r *RedisServer) Addr() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(r.port)) }

// Kill ends the server at once, with everything that it knew.
func (r *RedisServer) Kill() { r.server.stop() }

// Restart starts a server that has ended again, and waits until it answers.
func (r *RedisServer) Restart() error {
	started, err := start(r.command(r.port), filepath.Join(r.folder, "server.log"))
	if err != nil {
		return err
	}
	r.server = started
	return started.await(r.ping)
}

// Flush empties the server.
func (r *RedisServer) Flush() error { return r.ask("FLUSHALL", "+OK") }

// Freeze stops the server in the middle of whatever it does; it answers nobody until Thaw.
func (r *RedisServer) Freeze() error { return r.server.freeze() }

// Thaw lets a frozen server go on.
func (r *RedisServer) Thaw() error { return r.server.thaw() }

// Stop ends the server and removes its folder.
func (r *RedisServer) Stop() {
	r.server.stop()
	_ = os.RemoveAll(r.folder)
}

func (r *RedisServer) ping() error { return r.ask("PING", "+PONG") }

// ask sends one command over the server's own socket, so that no other server can answer.
func (r *RedisServer) ask(command, want string) error {
	connection, err := net.DialTimeout("unix", r.socket(), time.Second)
	if err != nil {
		return err
	}
	defer func() { _ = connection.Close() }()
	if err := connection.SetDeadline(time.Now().Add(time.Second)); err != nil {
		return err
	}
	if _, err := connection.Write([]byte(command + "\r\n")); err != nil {
		return err
	}
	answer := make([]byte, len(want)+2)
	if _, err := io.ReadFull(connection, answer); err != nil {
		return err
	}
	if string(answer) != want+"\r\n" {
		return fmt.Errorf("redis answers %q", answer)
	}
	return nil
}
