package api

import (
	"context"

	"github.com/oabridge/oabridge/model"
)

// projects offers the projects.
func (s *Server) projects(ctx context.Context, f fields) (fragment, error) {
	in, err := s.inputs(f, inputOriginator, inputKeyword)
	if err != nil {
		return nil, err
	}
	s.noteAge(ctx, "")
	return offered(s.service.ProjectOptions(ctx, model.Question{By: in[0], Keyword: in[1]}))
}
