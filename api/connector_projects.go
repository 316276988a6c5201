package api

import "context"

// projects offers the projects.
func (s *Server) projects(_ context.Context, f fields) (fragment, error) {
	in, err := s.inputs(f, inputKeyword)
	if err != nil {
		return nil, err
	}
	return offered(s.service.ProjectOptions(in[0]))
}
