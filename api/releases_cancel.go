package api

import "context"

// cancelRelease answers POST /api/releases/{number}/cancel: what has not started is taken back, what runs is stopped.
func (s *Server) cancelRelease(ctx context.Context, r request) (any, error) {
	return s.decide(ctx, r, request.reason, s.service.Cancel)
}
