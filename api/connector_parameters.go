package api

import "context"

// parameters offers the values of one parameter of the chosen apps.
func (s *Server) parameters(_ context.Context, f fields) (fragment, error) {
	in, err := s.inputs(f, inputProject, inputParameter, inputKeyword)
	if err != nil {
		return nil, err
	}
	return offered(s.service.ParameterOptions(in[0], s.several(f, inputApp), in[1], in[2]))
}
