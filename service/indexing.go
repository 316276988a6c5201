package service

import (
	"context"
	"time"
)

// Indexing lets releases be found by more than their numbers.
type Indexing interface {
	// IndexReleases indexes what an older program stored, for about as long as patience. whole: nothing is left.
	IndexReleases(ctx context.Context, patience time.Duration) (whole bool, err error)
}

// indexLease is held by the one process that indexes.
const indexLease = "index"

// indexPatience is how long one step of indexing takes, so that nobody waits long for the database.
const indexPatience = time.Second

// indexing indexes what an older program stored, in the background, until nothing is left. Releases that an older program goes on
// storing meanwhile are indexed as old ones are pruned.
func (s *Service) indexing(ctx context.Context) {
	steps := trouble{Service: s, doing: "indexing releases"}
	for steps.wait(ctx, s.pace.Breath, nil) {
		whole, err := s.indexSome(ctx)
		if steps.note(ctx, err); whole {
			return
		}
	}
}

// indexSome does nothing when another process is at it.
func (s *Service) indexSome(ctx context.Context) (whole bool, err error) {
	ctx, cancel := s.stepContext(ctx)
	defer cancel()
	mine, err := s.store.Lease(ctx, indexLease, s.owner, s.pace.Lease)
	if err != nil || !mine {
		return false, err
	}
	whole, err = s.store.IndexReleases(ctx, indexPatience)
	if err != nil || !whole {
		return false, err
	}
	_, err = s.store.Lease(ctx, indexLease, s.owner, 0)
	return true, err
}
