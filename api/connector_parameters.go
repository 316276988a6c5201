package api

import (
	"context"

	"github.com/oabridge/oabridge/model"
)

// parameters offers the values of one parameter of the chosen apps.
func (s *Server) parameters(ctx context.Context, f fields) (fragment, error) {
	in, err := s.inputs(f, inputOriginator, inputProject, inputParameter, inputKeyword)
	if err != nil {
		return nil, err
	}
	s.noteAge(ctx, in[1])
	return offered(s.service.ParameterOptions(ctx, model.Question{
		By: in[0], Project: in[1], Apps: s.several(f, inputApp), Parameter: in[2], Keyword: in[3],
	}))
}
