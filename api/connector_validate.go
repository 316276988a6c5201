package api

import "context"

type validateReply struct {
	Valid    bool   `json:"valid"`
	Message  string `json:"message"`
	Warnings string `json:"warnings"`
}

// notValid keeps a form that could not be checked from being submitted.
func notValid(message string) fragment { return inside(validateReply{Message: message}) }

// validate checks a form before it is submitted. The service answers in time by itself.
func (s *Server) validate(ctx context.Context, f fields) (fragment, error) {
	v, err := s.service.Validate(ctx, f)
	if err != nil {
		return nil, err
	}
	return inside(validateReply{Valid: v.Problems == "", Message: v.Problems, Warnings: v.Warnings}), nil
}
