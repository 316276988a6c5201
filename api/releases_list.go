package api

import (
	"context"

	"github.com/oabridge/oabridge/model"
)

// How many releases a page holds.
const (
	defaultPage = 50
	maxPage     = 200
)

type listReply struct {
	Releases []releaseView `json:"releases"`
	// NextBefore is the value of ?before= for the next page; null on the last.
	NextBefore *string `json:"next_before"`
}

// listReleases answers GET /api/releases: the newest first.
func (s *Server) listReleases(ctx context.Context, r request) (any, error) {
	filter, err := s.filter(r)
	if err != nil {
		return nil, err
	}
	limit := filter.Limit
	found, err := s.service.List(ctx, filter)
	if err != nil {
		return nil, err
	}
	reply := listReply{Releases: make([]releaseView, len(found))}
	for i, release := range found {
		reply.Releases[i] = viewOf(release)
	}
	if len(found) == limit {
		reply.NextBefore = new(found[limit-1].Number())
	}
	return reply, nil
}

// filter reads which releases are meant, and which page of them. Errors: invalid_request.
func (s *Server) filter(r request) (model.ReleaseFilter, error) {
	if err := r.only(append([]string{"limit", "before"}, filterNames...)...); err != nil {
		return model.ReleaseFilter{}, err
	}
	f, err := s.which(r)
	if err != nil {
		return f, err
	}
	limit, err := r.count("limit", defaultPage, maxPage)
	if err != nil {
		return f, err
	}
	f.Limit = int(limit)
	f.Before, err = r.numbered("before")
	return f, err
}
