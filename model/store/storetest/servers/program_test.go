package servers

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestProgramEndsAsItIsTold(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log")
	for _, end := range []func(*Program) error{(*Program).Terminate, func(p *Program) error { p.Kill(); return nil }} {
		p, err := StartProgram(exec.Command("sh", "-c", "echo began; exec sleep 60"), log)
		if err != nil {
			t.Fatal(err)
		}
		if err := end(p); err != nil {
			t.Fatal(err)
		}
		<-p.Ended()
	}
	if text, err := os.ReadFile(log); err != nil || strings.Count(string(text), "began") > 2 {
		t.Errorf("log %q, %v", text, err)
	}
}

func TestProgramStandsStillWhileItIsFrozen(t *testing.T) {
	reader, writer := io.Pipe()
	command := exec.Command("sh", "-c", "while echo tick; do sleep 0.01; done")
	command.Stdout = writer
	p, err := StartProgram(command, filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	lines := make(chan string, 1000)
	go func() {
		scanner := bufio.NewScanner(reader)
		for scanner.Scan() {
			lines <- scanner.Text()
		}
	}()
	<-lines
	if err := p.Freeze(); err != nil {
		t.Fatal(err)
	}
	for quiet := false; !quiet; { // what was on its way
		select {
		case <-lines:
		case <-time.After(200 * time.Millisecond):
			quiet = true
		}
	}
	if err := p.Thaw(); err != nil {
		t.Fatal(err)
	}
	<-lines
	p.Kill()
	_ = writer.Close()
}
