package logs

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/oabridge/oabridge/model"
)

// growing is a log in Jenkins' own bytes, of which each reading finds more. Jenkins hides complete notes and what begins as one, but
// not the rest of one whose beginning it was not asked for; bytes that are no character become U+FFFD.
type growing struct {
	raw   string
	sizes []int // of the log at each reading; all of it afterwards
}

var note = regexp.MustCompile("\x1b\\[8mha:[^\x1b]*(?:\x1b\\[0m|$)")

func shownByJenkins(raw string) string {
	var text strings.Builder
	for raw = note.ReplaceAllString(raw, ""); raw != ""; {
		r, n := utf8.DecodeRuneInString(raw)
		text.WriteRune(r)
		raw = raw[n:]
	}
	return text.String()
}

func (g *growing) log(_ context.Context, start int64, to io.Writer) (model.LogRead, error) {
	size := len(g.raw)
	if len(g.sizes) > 0 {
		size, g.sizes = g.sizes[0], g.sizes[1:]
	}
	n, err := io.WriteString(to, shownByJenkins(g.raw[start:size]))
	return model.LogRead{Next: int64(size), More: size < len(g.raw), Written: int64(n)}, err
}

// readIn reads a log that has these sizes one after the other.
func readIn(t *testing.T, raw string, sizes ...int) string {
	t.Helper()
	tail := NewTail((&growing{raw, sizes}).log, NewCleaner([]string{"hunter22"}, nil), 1<<20, time.Microsecond)
	return follow(t, tail, 0)
}

const hide = "\x1b[8mha:////4GKrAJ8AAABx\x1b[0m"

// Wherever Jenkins' answers end, nothing is lost, doubled, shown that is hidden, or shown in halves.
func TestBordersChangeNothing(t *testing.T) {
	raw := hide + "[Pipeline] echo\n中文和🚀\n" + hide + "Proceed or " + hide + "Abort\nlogin \x1b[1mhunter\x1b[0m22, hunter22\n\n部署完成\nend 终"
	const want = "[Pipeline] echo\n中文和🚀\nProceed or Abort\nlogin ******, ******\n\n部署完成\nend 终\n"
	for at := range len(raw) {
		if got := readIn(t, raw, at); got != want {
			t.Fatalf("a border at %d (%q): %q", at, raw[max(at-3, 0):at], got)
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		var sizes []int
		for at := random.IntN(9); at < len(raw); at += 1 + random.IntN(9) {
			sizes = append(sizes, at)
		}
		if got := readIn(t, raw, sizes...); got != want {
			t.Fatalf("borders at %v: %q", sizes, got)
		}
	}
}

// A build that waits in the middle of a line is not read from the beginning of its log each time.
func TestAQuietLogIsNotReadAgain(t *testing.T) {
	j := &jenkins{building: true}
	j.write("one\nPassword: ", true)
	tail := newTail(j)
	for range 3 {
		if err := tail.Load(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if tail.start != int64(len(j.raw)) {
		t.Errorf("the next reading starts at %d of %d", tail.start, len(j.raw))
	}
	j.write("ok\n", false)
	if got := follow(t, tail, 0); got != "one\nPassword: ok\n" {
		t.Errorf("%q", got)
	}
}

// A line of some 64 kB is cut; what is secret is masked there, too, characters and escapes stay whole, and every process cuts it alike.
func TestAVeryLongLineIsCutWithCare(t *testing.T) {
	secret := "hunter22"
	for _, middle := range []string{secret, "token=abcdefgh", "\x1b[38;5;123m", "🚀🚀", hide} {
		for _, shift := range []int{0, 1, 2, 3, 7, 20, 39} {
			line := strings.Repeat("中", (maxLine-shift)/3-4) + middle + strings.Repeat("x", 3*maxLine) + secret + "y"
			cleaner := NewCleaner([]string{secret}, []*regexp.Regexp{regexp.MustCompile(`token=([a-h]+)`)})
			var texts []string
			for _, size := range []int{1 << 30, 1000, 4096 + shift} {
				tail := NewTail(nil, cleaner, 1<<20, 0)
				for rest := line; rest != ""; {
					n := min(size, len(rest))
					if err := tail.add([]byte(rest[:n])); err != nil {
						t.Fatal(err)
					}
					rest = rest[n:]
				}
				if err := tail.finishLine(); err != nil {
					t.Fatal(err)
				}
				text, _ := readAll(t, tail.Spool(), 0)
				texts = append(texts, string(text))
			}
			if texts[0] != texts[1] || texts[0] != texts[2] {
				t.Fatalf("%q at %d: the pieces that came decide where it is cut", middle, shift)
			}
			whole := strings.ReplaceAll(texts[0], "\n", "")
			if want := cleaner.Line(line); whole != want || strings.Count(texts[0], "\n") < 4 {
				t.Fatalf("%q at %d: %s", middle, shift, difference(whole, want))
			}
		}
	}
}

func difference(got, want string) string {
	at := 0
	for at < min(len(got), len(want)) && got[at] == want[at] {
		at++
	}
	return fmt.Sprintf("at %d %.60q, want %.60q", at, got[max(at-20, 0):], want[max(at-20, 0):])
}

// However long a log is and however badly it compresses, little of it is held.
func TestFiftyMegabytesAreHeldInLittle(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	text := make([]byte, 1<<20)
	tail := NewTail(nil, NewCleaner(nil, nil), 256<<20, 0)
	for i := range text {
		text[i] = byte(' ' + random.IntN(94))
		if i%100 == 99 {
			text[i] = '\n'
		}
	}
	for range 50 {
		if err := tail.add(text); err != nil {
			t.Fatal(err)
		}
		s := tail.Spool()
		held := cap(s.open) + cap(tail.line)
		for _, b := range s.blocks {
			held += cap(b.Zip)
		}
		if held > mostHeld+2*blockSize {
			t.Fatalf("%d bytes are held of %d", held, s.Size())
		}
	}
	if tail.Spool().Size() < 50<<20-100 {
		t.Errorf("%d bytes were read", tail.Spool().Size())
	}
	if first, _ := readAll(t, tail.Spool(), 0); len(first) < 6<<20 {
		t.Errorf("only %d bytes are left", len(first))
	}
}
