package api

import (
	"context"

	"github.com/oabridge/oabridge/model"
)

// call is what the middleware knows of one request. It is the request's context, too, so that no map is needed.
type call struct {
	context.Context
	traceID string
	actor   string     // name of the token, "" for none
	code    model.Code // of the failure answered, "" for success
	cause   error      // for the log
	blank   blank      // what a failed connector action carries beside the envelope
}

type callKey struct{}

// Value finds the call itself in its context.
func (c *call) Value(key any) any {
	if key == (callKey{}) {
		return c
	}
	return c.Context.Value(key)
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
