package service

import (
	"bytes"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
)

// logbook keeps what was logged.
type logbook struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logbook) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(line)
}

// lines are the lines logged so far that speak of replicas at this level, the newest last.
func (l *logbook) lines(level string) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var lines []string
	for line := range strings.Lines(l.text.String()) {
		if strings.Contains(line, "level="+level) && strings.Contains(line, "works on this database") {
			lines = append(lines, line)
		}
	}
	return lines
}

// neighbour is a process on the database of w, given what the replica says, with the log and the number it came to.
type neighbour struct {
	*Service
	log       *logbook
	differing chan int
	reported  map[string]bool
}

func (w *world) neighbour(r model.Replica, adjust ...func(*Options)) *neighbour {
	n := &neighbour{log: &logbook{}, differing: make(chan int, 9), reported: map[string]bool{}}
	o := w.options
	o.Replica, o.Logger = r, slog.New(slog.NewTextHandler(n.log, nil))
	o.Observer = &upkeep{differing: n.differing, pruned: make(chan model.Pruned, 9)}
	for _, f := range adjust {
		f(&o)
	}
	n.Service = New(o)
	return n
}

func (n *neighbour) look(t *testing.T) {
	t.Helper()
	if err := n.meet(t.Context(), n.reported); err != nil {
		t.Fatal(err)
	}
}

func replica(host, version, form string) model.Replica {
	return model.Replica{Host: host, Version: version, Fingerprints: map[string]string{"form": form, "timezone": "1"}}
}

func wantLines(t *testing.T, n *neighbour, level string, want ...string) {
	t.Helper()
	got := n.log.lines(level)
	if len(got) != len(want) {
		t.Fatalf("%d lines of %s, want %d:\n%s", len(got), level, len(want), strings.Join(got, ""))
	}
	for i, part := range want {
		if !strings.Contains(got[i], part) {
			t.Errorf("%s lacks %q", got[i], part)
		}
	}
}

func TestReplicasWithOtherConfigurationsAreReportedOnBothSides(t *testing.T) {
	w := newWorld(t)
	a, b, same := w.neighbour(replica("one", "v1", "x")), w.neighbour(replica("two", "v1", "y")), w.neighbour(replica("three", "v1", "x"))
	a.look(t)
	wantLines(t, a, "WARN")
	b.look(t) // at its start
	wantLines(t, b, "WARN", "host=one")
	same.look(t)
	a.look(t) // within its heartbeat
	a.look(t) // and not again
	wantLines(t, a, "WARN", `host=two version=v1`)
	if line := a.log.lines("WARN")[0]; !strings.Contains(line, "differs=[form]") || !strings.Contains(line, "remedy=") {
		t.Error(line)
	}
	wantLines(t, a, "INFO", "host=three")
	if n := await(t, "the number", a.differing); n != 1 {
		t.Errorf("%d differ from one", n)
	}
	b.look(t)
	for want := range 2 {
		if n := await(t, "the number", b.differing); n != want+1 {
			t.Errorf("%d differ from two, want %d", n, want+1)
		}
	}
}

func TestAReplicaOfAnotherVersionIsNoWarning(t *testing.T) {
	w := newWorld(t)
	old, young := w.neighbour(replica("one", "v1", "x")), w.neighbour(replica("two", "v2", "y"))
	old.look(t)
	young.look(t)
	old.look(t)
	for _, n := range []*neighbour{old, young} {
		wantLines(t, n, "WARN")
		if len(n.differing) > 0 {
			t.Error("they differ")
		}
	}
	wantLines(t, young, "INFO", "version=v1")
	wantLines(t, old, "INFO", "version=v2")
}

func TestADeadReplicaDoesNotCount(t *testing.T) {
	w := newWorld(t)
	dead, alive := w.neighbour(replica("one", "v1", "x")), w.neighbour(replica("two", "v1", "y"))
	dead.look(t)
	w.clock.Advance(ReplicaAlive)
	alive.look(t)
	wantLines(t, alive, "WARN")
}

// TestRunRegisters lets two engines find each other, and one of them end.
func TestRunRegisters(t *testing.T) {
	beating := func(o *Options) { o.Pace.Heartbeat = 5 * time.Millisecond }
	w := newWorld(t, quick, beating)
	n := w.neighbour(replica("two", "v1", "y"))
	w.options.Replica = replica("one", "v1", "x")
	w.reborn()
	end, ended := w.running()
	for { // until the engine has registered
		n.look(t)
		if len(n.log.lines("WARN")) == 1 {
			break
		}
	}
	if n := await(t, "one that differs", n.differing); n != 1 {
		t.Errorf("%d differ", n)
	}
	end()
	await(t, "the end", ended)
	n.look(t)
	if n := await(t, "none", n.differing); n != 0 {
		t.Errorf("%d differ after the end", n)
	}
}
