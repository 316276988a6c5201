package servers

import (
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestStartReadyTriesAgainAndTellsTheLog(t *testing.T) {
	folder := t.TempDir()
	ports := map[int]bool{}
	build := func(port int) *exec.Cmd {
		ports[port] = true
		return exec.Command("sh", "-c", "echo the port is taken; exit 1")
	}
	_, _, err := startReady(folder, build, func() error { return errors.New("refused") })
	if err == nil || !strings.Contains(err.Error(), "the port is taken") {
		t.Errorf("startReady = %v, want the end of the server's log", err)
	}
	if len(ports) < 2 {
		t.Errorf("tried the ports %v, want several", ports)
	}
}

func TestStartTellsOfAProgramThatIsNotThere(t *testing.T) {
	_, err := start(exec.Command(filepath.Join(t.TempDir(), "missing")), filepath.Join(t.TempDir(), "log"))
	if err == nil {
		t.Error("start = nil, want an error")
	}
}

// recorder stands in for a test, to see how it ends.
type recorder struct {
	testing.TB
	failed, skipped string
}

func (r *recorder) Helper()           {}
func (r *recorder) Fatal(args ...any) { r.failed = fmt.Sprint(args...); panic(r) }
func (r *recorder) Skip(args ...any)  { r.skipped = fmt.Sprint(args...); panic(r) }

func TestFindWithoutTheProgram(t *testing.T) {
	for _, required := range []string{"", "1"} {
		t.Setenv(RequireVariable, required)
		r := &recorder{}
		func() {
			defer func() { _ = recover() }()
			find(r, "nothing-server", "no-such-program")
		}()
		sentence := r.skipped
		if required == "1" {
			sentence = r.failed
		}
		if !strings.Contains(sentence, "apt-get install nothing-server") {
			t.Errorf("%s=%q: failed %q, skipped %q", RequireVariable, required, r.failed, r.skipped)
		}
	}
}
