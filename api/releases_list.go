package api

import (
	"context"
	"slices"
	"strconv"

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
	filter, err := r.filter()
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

// filter reads ?state=&limit=&before=. Errors: invalid_request.
func (r request) filter() (model.ReleaseFilter, error) {
	f := model.ReleaseFilter{Limit: defaultPage}
	if err := r.only("state", "limit", "before"); err != nil {
		return f, err
	}
	for _, parameter := range []struct {
		name string
		set  func(*model.ReleaseFilter, string) bool
	}{{"state", setState}, {"limit", setLimit}, {"before", setBefore}} {
		value, err := r.one(parameter.name)
		if err != nil {
			return f, err
		}
		if value != "" && !parameter.set(&f, value) {
			return f, invalid("参数%s的值“%s”不正确", quoted(parameter.name), model.Cut(value, 40))
		}
	}
	return f, nil
}

func setState(f *model.ReleaseFilter, value string) bool {
	f.State = model.ReleaseState(value)
	return slices.Contains(model.ReleaseStates(), f.State)
}

func setLimit(f *model.ReleaseFilter, value string) bool {
	n, err := strconv.Atoi(value)
	f.Limit = n
	return err == nil && n >= 1 && n <= maxPage
}

func setBefore(f *model.ReleaseFilter, value string) bool {
	id, err := model.ParseNumber(value)
	f.Before = id
	return err == nil
}
