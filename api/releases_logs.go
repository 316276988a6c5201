package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/oabridge/oabridge/model"
)

// How logs are answered.
const (
	maxLogLines   = 10_000
	maxFollowers  = 500              // who read logs at the same time
	pingEvery     = 15 * time.Second // so that proxies see that somebody is there
	writePatience = 30 * time.Second // for one write, to whoever reads slowly
)

// logEvent is one event of a log that is followed.
type logEvent struct {
	Deployment int64  `json:"deployment"`
	Build      int64  `json:"build"`
	At         int64  `json:"at"` // offset of the text's first byte
	Text       string `json:"text"`
}

// readLog answers GET /api/releases/{number}/logs: plain text of what there is or, with ?follow=true or for whoever accepts
// text/event-stream, Server-Sent Events until the build ends. Last-Event-ID goes on where another connection ended.
func (s *Server) readLog(c *gin.Context) {
	id, q, err := s.logQuery(c)
	if err == nil {
		err = s.enterLog()
	}
	if err != nil {
		s.fail(c, err)
		return
	}
	defer s.followers.Add(-1)
	ctx, cancel := context.WithCancel(c.Request.Context())
	defer cancel()
	defer context.AfterFunc(s.leaving, cancel)()
	out := newLogWriter(c, q.Follow || wantsEvents(c))
	if out.events {
		defer out.pinging(ctx)()
	}
	out.end(s, s.service.ReadLog(ctx, id, q, out.piece))
}

// enterLog lets one more reader in. Errors: shutting_down, too_many_requests.
func (s *Server) enterLog() error {
	switch {
	case s.leaving.Err() != nil:
		return errLeaving()
	case s.followers.Add(1) > maxFollowers:
		s.followers.Add(-1)
		return model.Errorf(model.CodeTooMany, "同时查看日志的人过多(最多 %d 个)，请稍后重试", maxFollowers)
	}
	return nil
}

func (s *Server) logQuery(c *gin.Context) (int64, model.LogQuery, error) {
	f, err := s.read(c.Writer, c.Request)
	if err != nil {
		return 0, model.LogQuery{}, err
	}
	r := request{number: c.Param("number"), fields: f}
	if err := r.only("deployment", "build", "from", "lines", "follow"); err != nil {
		return 0, model.LogQuery{}, err
	}
	q, err := r.logQuery(wantsEvents(c))
	if err != nil {
		return 0, q, err
	}
	if err := goOn(&q, c.GetHeader("Last-Event-ID")); err != nil {
		return 0, q, err
	}
	id, err := r.id()
	return id, q, err
}

// logQuery reads what of a log is wanted; usual is what a missing follow means.
func (r request) logQuery(usual bool) (q model.LogQuery, err error) {
	var lines int64
	for _, number := range []struct {
		name string
		to   *int64
		most int64
	}{{"deployment", &q.Deployment, math.MaxInt64}, {"build", &q.Build, math.MaxInt64}, {"from", &q.From, math.MaxInt64}, {"lines", &lines, maxLogLines}} {
		if number.name == "from" && slices.Equal(r.fields["from"], []string{"0"}) {
			continue // the beginning is an offset, too
		}
		if *number.to, err = r.count(number.name, 0, number.most); err != nil {
			return q, err
		}
	}
	q.Lines = int(lines)
	switch follow, err := r.one("follow"); {
	case err != nil:
		return q, err
	case follow == "":
		q.Follow = usual
	case follow == "true" || follow == "false":
		q.Follow = follow == "true"
	default:
		return q, invalid("参数%s的值“%s”不正确", quoted("follow"), model.Cut(follow, 40))
	}
	return q, nil
}

// goOn has a log read on from the event that somebody had last; "": from where they say.
func goOn(q *model.LogQuery, last string) error {
	if last == "" {
		return nil
	}
	if _, err := fmt.Sscanf(last, "%d-%d-%d", &q.Deployment, &q.Build, &q.From); err != nil {
		return invalid("Last-Event-ID 的值“%s”不正确", model.Cut(last, 40))
	}
	q.Lines = 0
	return nil
}

func wantsEvents(c *gin.Context) bool {
	return strings.Contains(c.GetHeader("Accept"), "text/event-stream")
}

// logWriter writes pieces of a log. The pings write at the same time.
type logWriter struct {
	c      *gin.Context
	events bool
	wire   *http.ResponseController
	mu     sync.Mutex
	begun  bool
	next   int64 // offset of what follows what was written
}

func newLogWriter(c *gin.Context, events bool) *logWriter {
	return &logWriter{c: c, events: events, wire: http.NewResponseController(c.Writer)}
}

// errGone says that nobody reads any more.
var errGone = errors.New("the reader is gone")

func (w *logWriter) write(text ...[]byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.begun {
		w.begun = true
		kind := "text/plain; charset=utf-8"
		if w.events {
			kind = "text/event-stream; charset=utf-8"
			w.c.Header("X-Accel-Buffering", "no") // nginx would hold the events back
		}
		w.c.Header("Content-Type", kind)
		w.c.Status(http.StatusOK)
	}
	_ = w.wire.SetWriteDeadline(time.Now().Add(writePatience)) // a writer without deadlines has none to pass
	for _, part := range text {
		if _, err := w.c.Writer.Write(part); err != nil {
			return errors.Join(errGone, err)
		}
	}
	if err := w.wire.Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return errors.Join(errGone, err)
	}
	return nil
}

func (w *logWriter) piece(p model.LogPiece) error {
	gap := p.At - w.next
	w.next = p.At + int64(len(p.Text))
	if !w.events {
		if gap > 0 && w.written() {
			gone := fmt.Appendf(nil, "… %d bytes left out · 省略 %d 字节 …\n", gap, gap)
			return w.write(gone, p.Text)
		}
		return w.write(p.Text)
	}
	data, err := json.Marshal(logEvent{Deployment: p.Deployment, Build: p.Build, At: p.At, Text: string(p.Text)})
	if err != nil {
		return err
	}
	head := fmt.Appendf(nil, "event: log\nid: %d-%d-%d\ndata: ", p.Deployment, p.Build, p.At+int64(len(p.Text)))
	return w.write(head, data, []byte("\n\n"))
}

// pinging writes comments until the function that it returns is called.
func (w *logWriter) pinging(ctx context.Context) func() {
	ctx, cancel := context.WithCancel(ctx)
	var pings sync.WaitGroup
	pings.Go(func() {
		ticker := time.NewTicker(pingEvery)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
				if w.write([]byte(": ping\n\n")) != nil {
					return
				}
			}
		}
	})
	return func() { cancel(); pings.Wait() }
}

func errLeaving() error {
	return model.Errorf(model.CodeShuttingDown, "服务正在关闭，请稍后重试")
}

// end tells how it ended. Once something was written, only an event can tell of an error.
func (w *logWriter) end(s *Server, err error) {
	leaving := err != nil && s.leaving.Err() != nil
	switch {
	case errors.Is(err, errGone) || w.c.Request.Context().Err() != nil:
	case leaving && !w.written():
		s.fail(w.c, errLeaving())
	case leaving && w.events: // it is not over, and whoever follows takes it up at another process
	case err == nil && w.events:
		_ = w.write([]byte("event: end\ndata: {}\n\n")) // whoever is gone need not know
	case err == nil:
		_ = w.write()
	case !w.written():
		s.fail(w.c, err)
	case w.events:
		note(w.c, err)
		failed := encode(failedEnvelope{Code: model.CodeOf(err), Message: model.MessageOf(err)})
		_ = w.write([]byte("event: failed\ndata: " + failed + "\n\n"))
	default:
		note(w.c, err)
		panic(http.ErrAbortHandler) // a text that is cut off must not look whole
	}
}

func (w *logWriter) written() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.begun
}

// note leaves to the log what cannot be answered any more.
func note(c *gin.Context, err error) {
	current := callOf(c.Request.Context())
	current.code, current.cause = model.CodeOf(err), err
}
