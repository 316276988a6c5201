package servers

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"
)

const (
	startTimeout = 30 * time.Second // generous, for a machine busy with other tests
	attempts     = 5
)

// process is one server we started.
type process struct {
	command *exec.Cmd
	log     string
	ended   chan struct{}
}

// startReady starts a server and waits until ready succeeds. Another process may take the free port first, so it tries
// again with another one. The command is built anew for every attempt.
func startReady(folder string, build func(port int) *exec.Cmd, ready func() error) (*process, int, error) {
	var failures error
	for range attempts {
		port, err := freePort()
		if err != nil {
			return nil, 0, err
		}
		started, err := start(build(port), filepath.Join(folder, "server.log"))
		if err == nil {
			err = started.await(ready)
		}
		if err == nil {
			return started, port, nil
		}
		failures = errors.Join(failures, err)
	}
	return nil, 0, failures
}

// freePort asks the kernel for a port that nobody uses right now.
func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer func() { _ = listener.Close() }()
	address, ok := listener.Addr().(*net.TCPAddr)
	if !ok {
		return 0, fmt.Errorf("no TCP address: %v", listener.Addr())
	}
	return address.Port, nil
}

// start runs the command with its output at the end of the log file.
func start(command *exec.Cmd, log string) (*process, error) {
	file, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	command.Stderr = file
	if command.Stdout == nil {
		command.Stdout = file
	}
	dieWithParent(command)
	p := &process{command, log, make(chan struct{})}
	started := make(chan error)
	go func() {
		// The kernel kills the server when the thread that started it ends, so this thread stays until then.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer close(p.ended)
		defer func() { _ = file.Close() }()
		err := command.Start()
		started <- err
		if err == nil {
			_ = command.Wait()
		}
	}()
	return p, <-started
}

// await waits until ready succeeds; it gives up, and stops the server, when the server ends or takes too long.
func (p *process) await(ready func() error) error {
	deadline := time.After(startTimeout)
	for {
		err := ready()
		if err == nil {
			return nil
		}
		select {
		case <-p.ended:
			return fmt.Errorf("%s ended at once: %s", p.command.Path, p.tail())
		case <-deadline:
			p.stop()
			return fmt.Errorf("%s does not answer: %w: %s", p.command.Path, err, p.tail())
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// stop kills the server, whose data nobody needs, and waits until it is gone.
func (p *process) stop() {
	_ = p.command.Process.Kill()
	<-p.ended
}

// tail returns the end of the server's log.
func (p *process) tail() string {
	const most = 2000
	text, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-most):])
}
