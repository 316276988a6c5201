package api

import "context"

// cancelRelease answers POST /api/releases/{number}/cancel: what has not started is taken back, what runs is stopped.
func (s *Server) cancelRelease(ctx context.Context, r request) (any, error) {
	if err := r.only("reason"); err != nil {
		return nil, err
	}
	reason, err := r.reason()
	if err != nil {
		return nil, err
	}
	id, err := r.id()
	if err != nil {
		return nil, err
	}
	release, err := s.service.Cancel(ctx, id, r.by, reason)
	if err != nil {
		return nil, err
	}
	return viewOf(release), nil
}
