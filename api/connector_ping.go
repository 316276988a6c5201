package api

import "context"

// ping is what DingTalk calls to try the connector's credentials.
func (s *Server) ping(context.Context, fields) (fragment, error) { return nil, nil }
