package api

import "context"

// apps offers a project's apps.
func (s *Server) apps(_ context.Context, f fields) (fragment, error) {
	in, err := s.inputs(f, inputProject, inputKeyword)
	if err != nil {
		return nil, err
	}
	return offered(s.service.AppOptions(in[0], in[1]))
}
