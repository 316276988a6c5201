package api

import "context"

// abandonRelease answers POST /api/releases/{number}/abandon: what was lost is given up.
func (s *Server) abandonRelease(ctx context.Context, r request) (any, error) {
	return s.decide(ctx, r, request.why, s.service.Abandon)
}
