package api

import (
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"

	"github.com/gin-gonic/gin"

	"github.com/oabridge/oabridge/model"
)

// headerTrace carries the id under which the log knows the request.
const headerTrace = "X-Trace-Id"

// trace gives the request its id. What the caller may have sent as one is not trusted.
func (s *Server) trace(c *gin.Context) {
	now := &call{Context: c.Request.Context(), ResponseWriter: c.Writer, traceID: s.newID()}
	now.headers[0][0] = now.traceID
	c.Writer.Header()[headerTrace] = now.headers[0][:]
	c.Writer = now
	c.Next()
}

// recover turns a panic into an answer that says nothing of it. The stack goes to the log.
func (s *Server) recover(c *gin.Context) {
	defer func() {
		caught := recover()
		if caught == nil {
			return
		}
		if err, ok := caught.(error); ok && errors.Is(err, http.ErrAbortHandler) {
			panic(caught)
		}
		now := current(c)
		s.log.ErrorContext(now, "panic", "trace_id", now.traceID, "panic", fmt.Sprint(caught), "stack", string(debug.Stack()))
		c.Abort()
		if c.Writer.Written() {
			return // the caller has half an answer; nothing can be added to it
		}
		s.fail(c, model.Errorf(model.CodeInternal, "%s", internalMessage))
	}()
	c.Next()
}

// secure sets the headers that keep a browser from making more of an answer than it is. Their values are made once.
func secure() gin.HandlerFunc {
	typed, cached := []string{"nosniff"}, []string{"no-store"}
	policy := []string{"default-src 'none'; frame-ancestors 'none'"}
	return func(c *gin.Context) {
		h := c.Writer.Header()
		h["X-Content-Type-Options"], h["Cache-Control"], h["Content-Security-Policy"] = typed, cached, policy
		c.Next()
	}
}
