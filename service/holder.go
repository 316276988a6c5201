package service

import (
	"context"

	"github.com/oabridge/oabridge/model"
)

// place is the release that the form could be a repeat of, by this key; nil when there is none, with the key to store the
// form under. Errors: catalogue_unready, database_unavailable.
func (s *Service) place(ctx context.Context, f Form, key, print string) (r *model.Release, free string, err error) {
	r, next, err := s.holder(ctx, key)
	if model.CodeOf(err) == model.CodeNotFound {
		return nil, key, nil
	}
	if err != nil || next == "" {
		return r, "", err
	}
	other, err := s.asksForOther(f, print, r)
	if err != nil || !other {
		return r, "", err
	}
	return nil, next, nil
}

// mostRejected is how many submissions may be rejected for one approval before it counts as taken.
const mostRejected = 20

// holder is the release that a key leads to. One that was rejected keeps nobody away: whoever forged a submission must not
// have the approval refused that it pretended to be. So the key leads on to what came after it, or next is the key for what
// comes now. Errors: not_found (nobody holds the key), database_unavailable.
func (s *Service) holder(ctx context.Context, key string) (r *model.Release, next string, err error) {
	r, err = s.store.ReleaseByKeys(ctx, []string{key})
	for range mostRejected {
		if err != nil || r.State != model.ReleaseRejected {
			return r, "", err
		}
		key += "|" + r.Number()
		after, err := s.store.ReleaseByKeys(ctx, []string{key})
		if model.CodeOf(err) == model.CodeNotFound {
			return r, key, nil
		}
		if err != nil {
			return nil, "", err
		}
		r = after
	}
	return r, "", err
}
