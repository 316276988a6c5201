package api

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/oabridge/oabridge/model"
)

type healthReply struct {
	Status string `json:"status"`
}

// healthz says that the process is alive.
func (s *Server) healthz(c *gin.Context) { c.JSON(http.StatusOK, healthReply{Status: "ok"}) }

type readyReply struct {
	Status string       `json:"status"` // ready, or not_ready
	Checks []checkReply `json:"checks"`
}

type checkReply struct {
	Name    string     `json:"name"`
	OK      bool       `json:"ok"`
	Code    model.Code `json:"code,omitempty"`
	Message string     `json:"message,omitempty"`
}

// readyz says whether requests should be sent here.
func (s *Server) readyz(c *gin.Context) {
	ctx, cancel := context.WithTimeout(current(c), s.limits.Probe)
	defer cancel()
	reply, status := readyReply{Status: "ready", Checks: s.probe(ctx)}, http.StatusOK
	for _, check := range reply.Checks {
		if !check.OK {
			reply.Status, status = "not_ready", http.StatusServiceUnavailable
		}
	}
	c.JSON(status, reply)
}

// probe makes every check, so that all that is wrong is told at once.
func (s *Server) probe(ctx context.Context) []checkReply {
	stopping := checkReply{Name: "shutdown", OK: true}
	if s.draining.Load() {
		stopping = checkReply{Name: "shutdown", Code: model.CodeShuttingDown, Message: "服务正在停止"}
	}
	replies := []checkReply{stopping}
	for _, check := range s.checks {
		err := check.Probe(ctx)
		reply := checkReply{Name: check.Name, OK: err == nil}
		if err == nil && check.Warn != nil {
			warning := check.Warn()
			reply.Code, reply.Message = model.CodeOf(warning), model.MessageOf(warning)
		}
		if err != nil {
			reply.Code, reply.Message = model.CodeOf(err), model.MessageOf(err)
			s.log.WarnContext(ctx, "not ready", "check", check.Name, "code", string(reply.Code), "error", err)
		}
		replies = append(replies, reply)
	}
	return replies
}
