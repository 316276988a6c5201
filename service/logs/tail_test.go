package logs

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
)

// jenkins writes a log as Jenkins does: what stands in ‹› is hidden but counts in the offsets.
type jenkins struct {
	mu       sync.Mutex
	raw      string
	building bool
	readers  int
	most     int
	reads    int
	cut      int // the next reading breaks off after so many bytes of text; 0: none does
}

var errCut = errors.New("cut off")

func visible(raw string) string {
	var text strings.Builder
	hidden := false
	for _, r := range raw {
		switch {
		case r == '‹':
			hidden = true
		case r == '›':
			hidden = false
		case !hidden:
			text.WriteRune(r)
		}
	}
	return text.String()
}

func (j *jenkins) write(text string, building bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.raw, j.building = j.raw+text, building
}

func (j *jenkins) log(_ context.Context, start int64, to io.Writer) (model.LogRead, error) {
	j.mu.Lock()
	j.reads++
	j.readers++
	j.most = max(j.most, j.readers)
	raw, building, cut := j.raw, j.building, j.cut
	j.cut = 0
	j.mu.Unlock()
	defer func() { j.mu.Lock(); j.readers--; j.mu.Unlock() }()
	read := model.LogRead{Next: int64(len(raw)), More: building}
	if start > read.Next {
		read.Shorter = true
		return read, nil
	}
	text := visible(raw[start:])
	if cut > 0 && cut < len(text) {
		n, _ := io.WriteString(to, text[:cut])
		read.Written = int64(n)
		return read, errCut
	}
	n, err := io.CopyBuffer(struct{ io.Writer }{to}, struct{ io.Reader }{strings.NewReader(text)}, make([]byte, 32<<10))
	read.Written = n
	return read, err
}

func newTail(j *jenkins) *Tail {
	return NewTail(j.log, NewCleaner([]string{"hunter22"}, nil), 1<<20, time.Millisecond)
}

func follow(t *testing.T, tail *Tail, from int64) string {
	t.Helper()
	var got strings.Builder
	if err := tail.Follow(t.Context(), from, func(text []byte, _ int64) error {
		got.Write(text)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return got.String()
}

func TestFollowToTheEnd(t *testing.T) {
	j := &jenkins{building: true}
	tail := newTail(j)
	j.write("‹note›one\ntw", true)
	step := make(chan struct{})
	go func() {
		defer close(step)
		for !strings.Contains(seen(tail), "one") {
			time.Sleep(time.Millisecond)
		}
		j.write("o\n‹another note›password hunter", true)
		j.write("22 end\nlast", false)
	}()
	const want = "one\ntwo\npassword ****** end\nlast\n"
	if got := follow(t, tail, 0); got != want {
		t.Errorf("%q", got)
	}
	<-step
	if got := follow(t, tail, 4); got != want[4:] || !tail.Done() {
		t.Errorf("later: %q", got)
	}
}

func seen(t *Tail) string {
	text, _, _ := t.Spool().Read(0)
	return string(text)
}

func TestAReadingThatBreaksOffRepeatsNothing(t *testing.T) {
	j := &jenkins{}
	j.write("‹n›first\nsecond\nthird\n", false)
	tail := newTail(j)
	for _, cut := range []int{3, 9, 10, 15} {
		j.cut = cut
		if err := tail.Load(t.Context()); !errors.Is(err, errCut) {
			t.Fatalf("%v", err)
		}
	}
	if got := follow(t, tail, 0); got != "first\nsecond\nthird\n" {
		t.Errorf("%q", got)
	}
}

func TestALogThatBecameShorterIsAnothers(t *testing.T) {
	j := &jenkins{building: true}
	j.write("a long log of one build\n", true)
	tail := newTail(j)
	if err := tail.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	j.raw = "short\n"
	if err := tail.Follow(t.Context(), 0, func([]byte, int64) error { return nil }); !errors.Is(err, errAnother) {
		t.Errorf("%v", err)
	}
}

func TestManyFollowersReadOnce(t *testing.T) {
	j := &jenkins{building: true}
	tail := newTail(j)
	const followers = 200
	got := make([]string, followers)
	var all sync.WaitGroup
	for i := range followers {
		all.Go(func() { got[i] = follow(t, tail, 0) })
	}
	var want strings.Builder
	for range 50 {
		want.WriteString("a line of the build\n")
		j.write("a line of the build\n", true)
		time.Sleep(time.Millisecond)
	}
	j.write("", false)
	all.Wait()
	for i, text := range got {
		if text != want.String() {
			t.Fatalf("follower %d got %d bytes, want %d", i, len(text), want.Len())
		}
	}
	if j.most != 1 {
		t.Errorf("%d readers at once", j.most)
	}
}

func TestAFollowerThatLeavesHoldsUpNobody(t *testing.T) {
	j := &jenkins{building: true}
	tail := newTail(j)
	ctx, leave := context.WithCancel(t.Context())
	left := make(chan error, 1)
	go func() { left <- tail.Follow(ctx, 0, func([]byte, int64) error { return nil }) }()
	j.write("one\n", true)
	leave()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	j.write("two\n", false)
	if got := follow(t, tail, 0); got != "one\ntwo\n" {
		t.Errorf("%q", got)
	}
}

// Whoever begins to follow a build that writes nothing waits for nobody's pause.
func TestManyWhoBeginWaitForNobody(t *testing.T) {
	j := &jenkins{building: true}
	j.write("one\n", true)
	tail := NewTail(j.log, NewCleaner(nil, nil), 1<<20, time.Hour)
	ctx, leave := context.WithCancel(t.Context())
	var all sync.WaitGroup
	begun := make(chan struct{}, 200)
	for range cap(begun) {
		all.Go(func() {
			if err := tail.Load(ctx); err != nil {
				t.Error(err)
			}
			begun <- struct{}{}
			_ = tail.Follow(ctx, 0, func([]byte, int64) error { return nil }) // until this one leaves
		})
	}
	for range cap(begun) {
		select {
		case <-begun:
		case <-time.After(time.Minute):
			t.Fatal("they wait for each other")
		}
	}
	leave()
	all.Wait()
	if j.most != 1 {
		t.Errorf("%d readers at once", j.most)
	}
}

// A log that is longer than what is held is passed on whole to whoever has it read, now and as it grows.
func TestALongLogIsPassedOnWhole(t *testing.T) {
	text := strings.Repeat("a line of some length, as builds write them\n", 200_000)
	for name, read := range map[string]func(*Tail, Deliver) error{
		"what there is": func(tail *Tail, deliver Deliver) error { return tail.Read(t.Context(), 0, deliver) },
		"to its end":    func(tail *Tail, deliver Deliver) error { return tail.Follow(t.Context(), 0, deliver) },
	} {
		j := &jenkins{}
		j.write(text, false)
		var got strings.Builder
		err := read(newTail(j), func(piece []byte, at int64) error {
			if at != int64(got.Len()) {
				t.Fatalf("%s: %d bytes were left out", name, at-int64(got.Len()))
			}
			got.Write(piece)
			return nil
		})
		if err != nil || got.String() != text {
			t.Errorf("%s: %d of %d bytes, %v", name, got.Len(), len(text), err)
		}
	}
}

// Who has a log read and cannot take it does not keep it from the others.
func TestWhoCannotTakeALogHoldsUpNobody(t *testing.T) {
	j := &jenkins{}
	j.write(strings.Repeat("a line\n", 200_000), false)
	tail := newTail(j)
	if err := tail.Follow(t.Context(), 0, func([]byte, int64) error { return errCut }); !errors.Is(err, errCut) {
		t.Errorf("%v", err)
	}
	if size := tail.Spool().Size(); size != 1_400_000 || !tail.Done() || j.reads != 1 {
		t.Errorf("%d bytes, done %v, %d readings", size, tail.Done(), j.reads)
	}
}
