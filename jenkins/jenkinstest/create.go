package jenkinstest

func (s *Server) createItem(c *call, _ *item) *answer { return s.notFound() }
