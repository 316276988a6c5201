package api

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/oabridge/oabridge/model"
)

// internalMessage is all that people learn of our own mistakes.
const internalMessage = "系统内部错误，请稍后重试；如仍失败请把追踪号告诉管理员"

// fail answers with err in the shape of the route's family, and leaves err to the log.
func (s *Server) fail(c *gin.Context, err error) {
	code := model.CodeOf(err)
	m, message := meaningOf(code), model.MessageOf(err)
	if m.status == http.StatusInternalServerError {
		message = internalMessage
	}
	now := current(c)
	now.code = code
	if m.status >= http.StatusInternalServerError {
		now.cause = err
	}
	setAdvice(c.Writer.Header(), m.status, err)
	if strings.HasPrefix(c.Request.URL.Path, "/connector/") {
		s.failAction(c, m, code, message)
		return
	}
	c.AbortWithStatusJSON(m.status, failure{Error: failureDetail{Code: code, Message: message, TraceID: now.traceID}})
}

// failure is the JSON API's answer when something went wrong.
type failure struct {
	Error failureDetail `json:"error"`
}

type failureDetail struct {
	Code    model.Code `json:"code"`
	Message string     `json:"message"`
	TraceID string     `json:"trace_id"`
}

// setAdvice tells programs how to do better.
func setAdvice(h http.Header, status int, err error) {
	if status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="oabridge"`)
	}
	if e, ok := errors.AsType[*model.Error](err); ok && e.RetryAfter > 0 {
		seconds := int64((e.RetryAfter + time.Second - 1) / time.Second)
		h.Set("Retry-After", strconv.FormatInt(seconds, 10))
	}
}

func (s *Server) noRoute(c *gin.Context) {
	s.fail(c, model.Errorf(model.CodeNotFound, "没有这个地址“%s”，请检查接口路径", model.Cut(c.Request.URL.Path, 100)))
}

func (s *Server) noMethod(c *gin.Context) {
	s.fail(c, model.Errorf(model.CodeMethodNotAllowed, "这个地址不支持 %s 方法，请改用 %s",
		model.Cut(c.Request.Method, 16), c.Writer.Header().Get("Allow")))
}
