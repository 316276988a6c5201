package api

import "context"

// replanRelease answers POST /api/releases/{number}/replan: what has not started, or expired, gets a new time.
func (s *Server) replanRelease(ctx context.Context, r request) (any, error) {
	if err := r.only("at", "reason"); err != nil {
		return nil, err
	}
	at, err := r.one("at")
	if err != nil {
		return nil, err
	}
	reason, err := r.why()
	if err != nil {
		return nil, err
	}
	id, err := r.id()
	if err != nil {
		return nil, err
	}
	release, err := s.service.Replan(ctx, id, at, r.by, reason)
	if err != nil {
		return nil, err
	}
	return viewOf(release), nil
}
