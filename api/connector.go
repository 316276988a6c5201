package api

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"github.com/oabridge/oabridge/model"
)

// fragment is a JSON object without its opening brace: what an action answers after the envelope.
type fragment []byte

// blank is what a failed action carries, so that every output a form maps is there.
type blank func(message string) fragment

// action is one of the connector's actions.
type action struct {
	name   string
	asks   bool // it only asks: its inputs are read, never kept or changed
	blank  blank
	answer func(ctx context.Context, f fields) (fragment, error)
}

func (s *Server) actions() []action {
	return []action{
		{name: "ping", blank: nothing, answer: s.ping},
		{name: "projects", asks: true, blank: noOptions, answer: s.projects},
		{name: "apps", asks: true, blank: noOptions, answer: s.apps},
		{name: "parameters", asks: true, blank: noOptions, answer: s.parameters},
		{name: "requests", blank: noRequest, answer: s.requests},
		{name: "validate", blank: notValid, answer: s.validate},
		{name: "releases", blank: noReceipt, answer: s.submit},
	}
}

// nothing is the fragment of an action that answers nothing beside the envelope.
func nothing(string) fragment { return nil }

// connect makes the handler of an action.
func (s *Server) connect(a action) gin.HandlerFunc {
	return func(c *gin.Context) {
		now := current(c)
		now.blank = a.blank
		body, err := s.perform(now, c.Request, a)
		if err != nil {
			s.fail(c, err)
			return
		}
		s.succeed(c, body)
	}
}

func (s *Server) perform(now *call, r *http.Request, a action) (fragment, error) {
	if err := s.doors.connector(r); err != nil {
		return nil, err
	}
	f, err := s.inputsOf(now, r, a)
	if err != nil {
		return nil, err
	}
	return a.answer(now, f)
}

func (s *Server) inputsOf(now *call, r *http.Request, a action) (fields, error) {
	if a.asks && r.Body == http.NoBody {
		return s.queries.read(r.URL.RawQuery)
	}
	return s.read(now, r)
}

// successHead is the envelope of success up to the trace id.
const successHead = `{"success":true,"errorCode":"","errorMsg":"","traceId":"`

// succeed answers with the envelope of success around body.
func (s *Server) succeed(c *gin.Context, body fragment) {
	s.send(c, http.StatusOK, successHead, current(c).lead, body)
}

// failAction answers with the envelope of a failure. What the form's author can put right is no failure of the call, so
// that DingTalk shows the sentence.
func (s *Server) failAction(c *gin.Context, m meaning, code model.Code, message string) {
	status := m.status
	if m.refusal {
		status = http.StatusOK
	}
	var body fragment
	if makeBlank := current(c).blank; makeBlank != nil {
		body = makeBlank(message)
	}
	head := encode(failedEnvelope{Code: code, Message: message})
	s.send(c, status, head[:len(head)-1]+`,"traceId":"`, "", body)
	c.Abort()
}

type failedEnvelope struct {
	Success bool       `json:"success"`
	Code    model.Code `json:"errorCode"`
	Message string     `json:"errorMsg"`
}

// send writes head, the trace id, lead, which may be empty, and body as one JSON object. The body, which may be the large
// list of a project, is not copied.
func (s *Server) send(c *gin.Context, status int, head, lead string, body fragment) {
	now := current(c)
	buffer, _ := s.buffers.Get().(*[]byte)
	b := append((*buffer)[:0], head...)
	b = append(b, now.traceID...)
	if len(body) > 0 {
		b = append(append(b, `",`...), lead...)
	} else {
		b = append(b, `"}`...)
	}
	now.headers[1][0] = strconv.Itoa(len(b) + len(body))
	h := now.Header()
	h["Content-Type"], h["Content-Length"] = s.typed, now.headers[1][:]
	now.WriteHeader(status)
	_, _ = now.Write(b) // the caller hung up
	_, _ = now.Write(body)
	*buffer = b
	s.buffers.Put(buffer)
}

// inside is v's JSON without the opening brace; v is one of this package's structs.
func inside(v any) fragment { return fragment(encode(v)[1:]) }

// encode is the JSON of one of this package's types.
func encode(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // texts, numbers and times of sensible years always marshal
	}
	return string(b)
}
