package api

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/oabridge/oabridge/model"
)

// push answers POST /dingtalk/callback. DingTalk pushes again what is not answered with the sealed success.
func (s *Server) push(c *gin.Context) {
	typ, event, err := s.take(c.Writer, c.Request)
	s.metrics.Pushed(model.ViaHTTP, typ, event, model.CodeOf(err))
	if err != nil {
		s.fail(c, err)
		return
	}
	answer, err := s.callback.Success()
	if err != nil {
		s.fail(c, model.Wrap(model.CodeInternal, err, "%s", internalMessage))
		return
	}
	c.Data(http.StatusOK, "application/json; charset=utf-8", answer)
}

// take has the event stored before DingTalk is told that it was taken, even when DingTalk hangs up: it may not come again.
func (s *Server) take(w http.ResponseWriter, r *http.Request) (typ string, event *model.ApprovalEvent, err error) {
	body, err := readRaw(w, r, s.limits.Body)
	if err != nil {
		return "", nil, err
	}
	typ, event, err = s.callback.Open(r.URL.Query(), body)
	if err != nil {
		return "", nil, err
	}
	log := s.log.With("trace_id", TraceID(r.Context()), "type", typ)
	if event == nil {
		log.InfoContext(r.Context(), "event that is nothing for us")
		return typ, nil, nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), s.limits.Event)
	defer cancel()
	err = s.events.ReceiveEvent(ctx, *event)
	log.InfoContext(ctx, "event", "event_id", event.ID, "instance", event.Instance, "kind", event.Kind, "result", event.Result,
		"code", string(model.CodeOf(err)))
	return typ, event, err
}
