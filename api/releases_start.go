package api

import "context"

// startRelease answers POST /api/releases/{number}/start: a release that waits for a person goes on.
func (s *Server) startRelease(ctx context.Context, r request) (any, error) {
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
	release, err := s.service.Start(ctx, id, r.by, reason)
	if err != nil {
		return nil, err
	}
	return viewOf(release), nil
}
