package dingtalktest

import (
	"encoding/json"
	"maps"
	"net/http"
	"strconv"
)

// call is a request whose body was read.
type call struct {
	*http.Request
	body []byte
}

// reply is an answer not yet written, so that it can still be held back or thrown away.
type reply struct {
	status      int
	contentType string
	body        []byte
}

func (r reply) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", r.contentType)
	w.WriteHeader(r.status)
	_, _ = w.Write(r.body)
}

func jsonReply(status int, v any) reply {
	body, err := json.Marshal(v)
	if err != nil {
		return reply{status: http.StatusInternalServerError, contentType: "text/plain", body: []byte(err.Error())}
	}
	return reply{status: status, contentType: "application/json;charset=utf-8", body: body}
}

// old answers as oapi.dingtalk.com: HTTP 200 always, errcode 0 for success.
func (s *Server) old(code int, message string, more map[string]any) reply {
	if code != 0 {
		s.refused[strconv.Itoa(code)]++
	}
	return s.oldStyle(code, message, more)
}

func (s *Server) oldStyle(code int, message string, more map[string]any) reply {
	answer := map[string]any{"errcode": code, "errmsg": message, "request_id": s.requestID()}
	if s.opts.StringCodes {
		answer["errcode"] = strconv.Itoa(code)
	}
	maps.Copy(answer, more)
	return jsonReply(http.StatusOK, answer)
}

// oldToken is how oapi.dingtalk.com refuses a token: errcode 88, and the reason, a string, in sub_code.
func (s *Server) oldToken(subCode, message string) reply {
	s.refused[subCode]++
	return s.oldStyle(88, "ding talk error[subcode="+subCode+",submsg="+message+"]",
		map[string]any{"sub_code": subCode, "sub_msg": message})
}

// refuse answers an error as api.dingtalk.com.
func (s *Server) refuse(status int, code, message string) reply {
	s.refused[code]++
	return jsonReply(status, map[string]any{"code": code, "message": message, "requestid": s.requestID()})
}

// success is the value of api.dingtalk.com's flag.
func (s *Server) success() any {
	if s.opts.StringCodes {
		return "true"
	}
	return true
}

func (s *Server) requestID() string { return "fake-request-" + strconv.Itoa(s.requests) }
