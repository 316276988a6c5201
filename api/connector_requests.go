package api

import "context"

type requestReply struct {
	RequestID string `json:"requestId"`
}

func noRequest(string) fragment { return inside(requestReply{}) }

// requests makes an id for the form's hidden field, by which a repeated submission is known.
func (s *Server) requests(context.Context, fields) (fragment, error) {
	return inside(requestReply{RequestID: s.service.NewRequestID()}), nil
}
