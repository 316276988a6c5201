package api

import (
	"context"

	"github.com/oabridge/oabridge/model"
)

// apps offers a project's apps.
func (s *Server) apps(ctx context.Context, f fields) (fragment, error) {
	in, err := s.inputs(f, inputOriginator, inputProject, inputKeyword)
	if err != nil {
		return nil, err
	}
	s.noteAge(ctx, in[1])
	return offered(s.service.AppOptions(ctx, model.Question{By: in[0], Project: in[1], Keyword: in[2]}))
}
