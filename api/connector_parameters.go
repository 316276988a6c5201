package api

import "context"

// parameters offers the values of one parameter of an app.
func (s *Server) parameters(_ context.Context, f fields) (fragment, error) {
	in, err := s.inputs(f, inputProject, inputApp, inputParameter, inputKeyword)
	if err != nil {
		return nil, err
	}
	return offered(s.service.ParameterOptions(in[0], in[1], in[2], in[3]))
}
