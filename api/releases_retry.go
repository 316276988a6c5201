package api

import "context"

// retryRelease answers POST /api/releases/{number}/retry: what was lost gets a new build.
func (s *Server) retryRelease(ctx context.Context, r request) (any, error) {
	return s.decide(ctx, r, request.why, s.service.Retry)
}
