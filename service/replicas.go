package service

import (
	"context"
	"log/slog"
	"time"

	"github.com/oabridge/oabridge/model"
)

// Registry knows which processes work on the database.
type Registry interface {
	// SeeReplica notes that a process is alive. The first time counts as its start.
	SeeReplica(ctx context.Context, r model.Replica) error
	// Replicas returns the processes that were seen within the time.
	Replicas(ctx context.Context, within time.Duration) ([]model.Replica, error)
	// RemoveReplica forgets a process that ends.
	RemoveReplica(ctx context.Context, id string) error
}

// ReplicaAlive is how long after it was seen a replica counts as alive: several heartbeats.
const ReplicaAlive = time.Minute

// registering tells the others that this process is alive, and looks who else is.
func (s *Service) registering(ctx context.Context) {
	reported := map[string]bool{}
	for {
		if err := s.meet(ctx, reported); err != nil {
			s.log.WarnContext(ctx, "replicas not compared", slog.Any("error", err))
		}
		if !wait(ctx, s.pace.Heartbeat, nil) {
			return
		}
	}
}

// meet reports each replica once that was given another configuration: a form would be judged, and Jenkins be asked,
// differently by each. Replicas of different versions are an upgrade under way; what they were given is not compared.
func (s *Service) meet(ctx context.Context, reported map[string]bool) error {
	ctx, cancel := s.stepContext(ctx)
	defer cancel()
	if err := s.store.SeeReplica(ctx, s.replica); err != nil {
		return err
	}
	alive, err := s.store.Replicas(ctx, ReplicaAlive)
	if err != nil {
		return err
	}
	if s.together != nil {
		s.together(len(alive))
	}
	differing := 0
	for i := range alive {
		other := &alive[i]
		sections := s.replica.Differs(other)
		if other.Version == s.replica.Version && len(sections) > 0 {
			differing++
		}
		if other.ID != s.replica.ID && !reported[other.ID] {
			s.introduce(ctx, other, sections)
		}
		reported[other.ID] = true
	}
	s.observer.Differing(differing)
	return nil
}

func (s *Service) introduce(ctx context.Context, other *model.Replica, sections []string) {
	log := s.log.With("replica", other.Label(), "host", other.Host, "version", other.Version, "started", other.StartedAt)
	switch {
	case other.Version != s.replica.Version:
		log.InfoContext(ctx, "a replica of another version works on this database", "ours", s.replica.Version)
	case len(sections) > 0:
		log.WarnContext(ctx, "a replica works on this database with another configuration", "differs", sections,
			"remedy", "give every replica the same configuration and restart those that have another")
	default:
		log.InfoContext(ctx, "a replica works on this database")
	}
}

// leave lets the others know at once that this process is gone.
func (s *Service) leave(ctx context.Context) {
	ctx, cancel := partingContext(ctx)
	defer cancel()
	if err := s.store.RemoveReplica(ctx, s.replica.ID); err != nil {
		s.log.WarnContext(ctx, "replica not removed", slog.Any("error", err))
	}
}
