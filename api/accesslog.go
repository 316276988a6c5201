package api

import (
	"log/slog"
	"maps"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/oabridge/oabridge/model"
)

// account counts the request and writes its line in the log: no query, no header and no body, since any of them may
// hold a secret.
func (s *Server) account(c *gin.Context) {
	start := s.now()
	c.Next()
	end := s.now()
	took := end.Sub(start)
	b := s.bookOf(kind{route: routeOf(c), method: known(c.Request.Method), status: c.Writer.Status()})
	b.count.Inc()
	b.duration.Observe(took.Seconds())
	b.write(c, end, took)
}

// kind is what requests are counted by. There are only so many.
type kind struct {
	route, method string
	status        int
}

// book is where requests of one kind are counted and written down.
type book struct {
	requestMeter
	kind
	log  slog.Handler
	told bool // the handler itself says the method, path and status: they are rendered once and not for each line
}

// bookOf finds the book of a kind, or makes it when it is the first.
func (s *Server) bookOf(k kind) *book {
	if b, ok := (*s.books.Load())[k]; ok {
		return b
	}
	b := &book{requestMeter: s.metrics.request(k), kind: k, log: s.log.Handler()}
	if k.route != unmatched && k.method != otherMethod && !strings.Contains(k.route, ":") {
		b.told, b.log = true, b.log.WithAttrs(whatWasAsked(k.method, k.route, k.status))
	}
	for {
		before := s.books.Load()
		after := maps.Clone(*before)
		after[k] = b
		if s.books.CompareAndSwap(before, &after) {
			return b
		}
	}
}

func whatWasAsked(method, path string, status int) []slog.Attr {
	return []slog.Attr{
		slog.String("method", model.Cut(method, 16)), slog.String("path", model.Cut(path, 200)), slog.Int("status", status),
	}
}

// unmatched stands for the route of a request that has none.
const unmatched = "unmatched"

func routeOf(c *gin.Context) string {
	if route := c.FullPath(); route != "" {
		return route
	}
	return unmatched
}

// write writes the request's line.
func (b *book) write(c *gin.Context, end time.Time, took time.Duration) {
	now, level := current(c), levelOf(b.route, b.status)
	if !b.log.Enabled(now, level) {
		return
	}
	line := slog.NewRecord(end, level, "request", 0) // no caller: it would always be this one
	if !b.told {
		line.AddAttrs(whatWasAsked(c.Request.Method, c.Request.URL.Path, b.status)...)
	}
	line.AddAttrs(
		slog.String("trace_id", now.traceID), slog.Duration("took", took),
		slog.Int("bytes", max(c.Writer.Size(), 0)), slog.String("remote", c.Request.RemoteAddr))
	if now.actor != "" {
		line.AddAttrs(slog.String("actor", now.actor))
	}
	if now.code != "" {
		line.AddAttrs(slog.String("code", string(now.code)))
	}
	if now.cause != nil {
		line.AddAttrs(slog.Any("error", now.cause))
	}
	_ = b.log.Handle(now, line) // as slog itself: a line that cannot be written is lost
}

// levelOf keeps what monitoring asks every few seconds out of the log, and our own trouble at its top.
func levelOf(route string, status int) slog.Level {
	switch {
	case route == "/readyz" || route == "/healthz" || route == "/metrics":
		return slog.LevelDebug
	case status >= 500:
		return slog.LevelError
	default:
		return slog.LevelInfo
	}
}

// otherMethod stands for the methods that no route has.
const otherMethod = "OTHER"

// known keeps callers from making up label values.
func known(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return otherMethod
}
