package api

import "context"

type validateReply struct {
	Valid    bool   `json:"valid"`
	Message  string `json:"message"`
	Warnings string `json:"warnings"`
}

// notValid keeps a form that could not be checked from being submitted.
func notValid(message string) fragment { return inside(validateReply{Message: message}) }

// validate checks a form before it is submitted.
func (s *Server) validate(ctx context.Context, f fields) (fragment, error) {
	ctx, cancel := context.WithTimeout(ctx, s.limits.Answer)
	defer cancel()
	v, err := s.service.Validate(ctx, f)
	if err != nil {
		return nil, err
	}
	return inside(validateReply{Valid: v.Problems == "", Message: v.Problems, Warnings: v.Warnings}), nil
}
