package logs

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/oabridge/oabridge/model"
)

// Source passes on a build's raw log from an offset on, as jenkins.Client.Log does.
type Source func(ctx context.Context, start int64, to io.Writer) (model.LogRead, error)

const (
	// maxLine is how long a line may be before it is cut in two.
	maxLine = 64 << 10
	// mostReread is how much is read once more for the sake of what was not complete.
	mostReread = 64 << 10
)

// Tail is one build's log as it grows. However many follow it, one of them at a time reads from Jenkins, for all.
type Tail struct {
	source  Source
	cleaner *Cleaner
	spool   *Spool
	pause   time.Duration // between two readings of a log that grows
	turn    chan struct{} // held by who reads

	// Of who holds the turn:
	start int64  // raw offset of the reading that is not complete yet
	taken int64  // bytes of its text that were taken already
	end   int64  // raw offset of where the last reading ended
	line  []byte // the last line, not complete yet
	clean []byte // room for the lines of one piece
	cut   bool   // its beginning is kept already, since it is so long

	mu    sync.Mutex
	begun bool // it was read once
	done  bool
	grew  chan struct{} // closed and made anew whenever there is more, or it is done
}

// NewTail makes one that has read nothing yet. limit bounds what is held of the text.
func NewTail(source Source, cleaner *Cleaner, limit int64, pause time.Duration) *Tail {
	return &Tail{
		source: source, cleaner: cleaner, spool: NewSpool(limit), pause: pause,
		turn: make(chan struct{}, 1), grew: make(chan struct{}),
	}
}

// errAnother says that a log became shorter.
var errAnother = errors.New("the log became shorter: it was cut, or belongs to another build")

// Done tells whether the log has come to its end.
func (t *Tail) Done() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.done
}

// Spool holds what was read until now.
func (t *Tail) Spool() *Spool { return t.spool }

// Follow delivers the text from offset on until the log ends, as it comes. Errors: of Jenkins, of deliver, and ctx's.
func (t *Tail) Follow(ctx context.Context, offset int64, deliver Deliver) error {
	r := &reader{spool: t.spool, offset: offset, deliver: deliver}
	for {
		grew, done := t.watch()
		before := r.offset
		if err := r.all(); err != nil {
			return err
		}
		if r.offset > before {
			continue
		}
		if done {
			return nil
		}
		if err := t.wait(ctx, grew, r); err != nil {
			return err
		}
	}
}

func (t *Tail) watch() (<-chan struct{}, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.grew, t.done
}

// wait returns when there is more, having read it when nobody else does.
func (t *Tail) wait(ctx context.Context, grew <-chan struct{}, r *reader) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-grew:
		return nil
	case t.turn <- struct{}{}:
	}
	defer func() { <-t.turn }()
	select {
	case <-grew: // somebody read while we got the turn
		return nil
	default:
	}
	before := t.spool.Size()
	if err := t.read(ctx, r); err != nil || t.Done() || t.spool.Size() > before {
		return err
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(t.pause):
		return nil
	}
}

// Finish reads until the log ends.
func (t *Tail) Finish(ctx context.Context) error {
	for {
		grew, done := t.watch()
		if done {
			return nil
		}
		if err := t.wait(ctx, grew, nil); err != nil {
			return err
		}
	}
}

// Read delivers what there is from offset on. Errors: as Follow.
func (t *Tail) Read(ctx context.Context, offset int64, deliver Deliver) error {
	r := &reader{spool: t.spool, offset: offset, deliver: deliver}
	if err := t.load(ctx, r); err != nil {
		return err
	}
	return r.all()
}

// Load makes sure that what there is was read.
func (t *Tail) Load(ctx context.Context) error { return t.load(ctx, nil) }

// load reads now, unless somebody did a moment ago and goes on reading.
func (t *Tail) load(ctx context.Context, r *reader) error {
	begun := t.hasBegun()
	select {
	case t.turn <- struct{}{}:
	default:
		if begun {
			return nil
		}
		select {
		case t.turn <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	defer func() { <-t.turn }()
	if t.Done() || (!begun && t.hasBegun()) {
		return nil
	}
	return t.read(ctx, r)
}

func (t *Tail) hasBegun() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.begun
}

// read reads what is new. Who holds the turn calls it, and is given meanwhile what is much; nil: nobody.
func (t *Tail) read(ctx context.Context, r *reader) error {
	before := t.spool.Size()
	text := &lines{tail: t, reader: r, skip: t.taken, lineAt: t.taken}
	if len(t.line) > 0 {
		text.lineAt = -1 // it began before this reading
	}
	got, err := t.source(ctx, t.start, text)
	switch {
	case err == nil && (got.Shorter || got.Next < t.end):
		return errAnother
	case text.failed != nil:
		return text.failed
	case err != nil:
		t.again(text)
		return err
	case got.More && got.Next != t.end && got.Next-t.start <= mostReread && text.mayRepeat():
		t.again(text)
	default:
		t.start, t.taken = got.Next, 0
	}
	t.end = got.Next
	t.mu.Lock()
	t.begun = true
	t.mu.Unlock()
	if got.More {
		return nil
	}
	if err := t.finishLine(); err != nil {
		return err
	}
	t.tell(before, true)
	return nil
}

// again has what is not a complete line yet read once more: where a reading ends while the build writes Jenkins may cut a character or
// a hidden note in two, and shows neither half as what it is.
func (t *Tail) again(text *lines) {
	if text.mayRepeat() {
		t.taken, t.line = text.lineAt, t.line[:0]
		return
	}
	t.taken = max(t.taken, text.seen)
}

// tell wakes those who wait when there is more than before, or it is done.
func (t *Tail) tell(before int64, done bool) {
	if t.spool.Size() == before && !done {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.done = t.done || done
	close(t.grew)
	t.grew = make(chan struct{})
}

// add takes raw text and keeps every line that is complete.
func (t *Tail) add(raw []byte) error {
	clean := t.clean[:0]
	for len(raw) > 0 {
		end := bytes.IndexByte(raw, '\n')
		n := end
		if end < 0 {
			n = len(raw)
		}
		if room := maxLine - len(t.line); n > room {
			t.line = append(t.line, raw[:room]...)
			raw, clean = raw[room:], t.cutLine(clean)
			continue
		}
		t.line, raw = append(t.line, raw[:n]...), raw[n:]
		if end >= 0 {
			raw, clean = raw[1:], t.endLine(clean)
		}
	}
	t.clean = clean
	return t.spool.Append(clean)
}

func (t *Tail) endLine(clean []byte) []byte {
	clean = append(append(clean, t.cleaner.Line(string(t.line))...), '\n')
	t.line, t.cut = t.line[:0], false
	return clean
}

// cutLine ends a line that is too long, but for so much of it as may be the beginning of something secret. Where it is cut depends
// on nothing but the line, so that offsets mean the same in every process.
func (t *Tail) cutLine(clean []byte) []byte {
	front, rest := t.cleaner.cut(t.line)
	if front != "" {
		clean = append(append(clean, front...), '\n')
	}
	t.line, t.cut = rest, true
	return clean
}

func (t *Tail) finishLine() error {
	if len(t.line) == 0 {
		return nil
	}
	return t.spool.Append(t.endLine(nil))
}

// lines takes the text of one reading, without what was taken before the last one was cut off.
type lines struct {
	tail   *Tail
	reader *reader
	skip   int64
	seen   int64
	lineAt int64 // where the last line begins; below zero: in an earlier reading
	failed error
}

// mayRepeat tells whether the last line can be had once more, from its beginning.
func (l *lines) mayRepeat() bool { return l.lineAt >= 0 && !l.tail.cut }

// Write implements io.Writer.
func (l *lines) Write(p []byte) (int, error) {
	fresh := p
	if l.seen < l.skip {
		fresh = p[min(int64(len(p)), l.skip-l.seen):]
	}
	l.seen += int64(len(p))
	if end := bytes.LastIndexByte(fresh, '\n'); end >= 0 {
		l.lineAt = l.seen - int64(len(fresh)-end-1)
	}
	before := l.tail.spool.Size()
	if l.failed = l.tail.add(fresh); l.failed != nil {
		return 0, l.failed
	}
	l.tail.tell(before, false)
	if l.reader != nil {
		l.reader.keepUp()
	}
	return len(p), nil
}
