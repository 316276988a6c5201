package api

import (
	"log/slog"
	"net/http"
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
	s.metrics.request(routeOf(c), c.Request.Method, c.Writer.Status(), took)
	s.logRequest(c, end, took)
}

// unmatched stands for the route of a request that has none.
const unmatched = "unmatched"

func routeOf(c *gin.Context) string {
	if route := c.FullPath(); route != "" {
		return route
	}
	return unmatched
}

func (s *Server) logRequest(c *gin.Context, end time.Time, took time.Duration) {
	ctx, status := c.Request.Context(), c.Writer.Status()
	level := levelOf(routeOf(c), status)
	if !s.log.Enabled(ctx, level) {
		return
	}
	current := callOf(ctx)
	line := slog.NewRecord(end, level, "request", 0) // no caller: it would always be this one
	line.AddAttrs(
		slog.String("trace_id", current.traceID), slog.String("method", model.Cut(c.Request.Method, 16)),
		slog.String("path", model.Cut(c.Request.URL.Path, 200)), slog.Int("status", status), slog.Duration("took", took),
		slog.Int("bytes", max(c.Writer.Size(), 0)), slog.String("remote", c.Request.RemoteAddr))
	if current.actor != "" {
		line.AddAttrs(slog.String("actor", current.actor))
	}
	if current.code != "" {
		line.AddAttrs(slog.String("code", string(current.code)))
	}
	if current.cause != nil {
		line.AddAttrs(slog.Any("error", current.cause))
	}
	_ = s.log.Handler().Handle(ctx, line) // as slog itself: a line that cannot be written is lost
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

// known keeps callers from making up label values.
func known(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "OTHER"
}
