package api

import (
	"context"

	"github.com/gin-gonic/gin"

	"github.com/oabridge/oabridge/model"
)

// call is what the middleware knows of one request. It is the context in which the request is worked on, and stands in
// for the writer of its answer, where gin keeps it: a copy of the request to hold it, or a map, would cost more than the call.
type call struct {
	context.Context
	gin.ResponseWriter
	traceID string
	actor   string     // name of the token, "" for none
	code    model.Code // of the failure answered, "" for success
	cause   error      // for the log
	lead    string     // what a connector action answers before its fragment
	blank   blank      // what a failed connector action carries beside the envelope
	headers [2][1]string
}

type callKey struct{}

// Value finds the call itself in its context.
func (c *call) Value(key any) any {
	if key == (callKey{}) {
		return c
	}
	return c.Context.Value(key)
}

// current is the call of a request that came through the middleware.
func current(c *gin.Context) *call {
	found, _ := c.Writer.(*call)
	return found
}

// callOf is the request's call; an empty one outside the middleware, so that nobody needs to check.
func callOf(ctx context.Context) *call {
	if c, ok := ctx.Value(callKey{}).(*call); ok {
		return c
	}
	return &call{Context: ctx}
}

// TraceID is the trace id of the request that ctx belongs to, "" when it belongs to none. Loggers may add it to lines
// written further down.
func TraceID(ctx context.Context) string { return callOf(ctx).traceID }
