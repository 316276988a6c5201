package store

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/oabridge/oabridge/model"
)

// A batch is one transaction: so many releases, and so many rows in all, unless a single release has more.
const (
	pruneReleases = 50
	pruneRows     = 1000
)

// staleReplica is how long a replica must not have been seen before its row means nothing to anybody.
const staleReplica = 24 * time.Hour

// Prune deletes a batch of what ended before the time: releases with their deployments, history and messages, the oldest
// first; then messages of no release. Never what is not at its end, and never a release with a pending message. The
// submission's keys stay for ever, with what answers a repeat. Rows of replicas that are long gone go as well, and what an older
// program stored beside this one gets its terms. What comes back is empty when nothing is left to prune. Errors: database_unavailable.
func (s *Store) Prune(ctx context.Context, before time.Time) (model.Pruned, error) {
	var pruned model.Pruned
	err := s.write(ctx, func(tx *gorm.DB) (err error) {
		pruned, err = s.pruneReleases(tx, before)
		return err
	})
	if err != nil || pruned.Releases > 0 {
		return pruned, err
	}
	err = s.write(ctx, func(tx *gorm.DB) (err error) {
		if pruned.Messages, err = s.pruneMessages(tx, before); err != nil {
			return err
		}
		if pruned.Checks, err = s.pruneChecks(tx, before); err != nil {
			return err
		}
		pruned.Replicas, err = s.pruneReplicas(tx)
		return err
	})
	if err != nil {
		return pruned, err
	}
	_, err = s.IndexReleases(ctx, indexAtStart)
	return pruned, err
}

func (s *Store) pruneReleases(tx *gorm.DB, before time.Time) (model.Pruned, error) {
	ids, err := s.prunable(tx, before)
	if err != nil || len(ids) == 0 {
		return model.Pruned{}, err
	}
	const keep = "INSERT INTO pruned_releases (id, state, accepted_state, fingerprint, process_instance_id, scheduled_at, created_at, " +
		"finished_at) SELECT id, state, accepted_state, fingerprint, process_instance_id, scheduled_at, created_at, finished_at " +
		"FROM releases WHERE id IN ?"
	if err := tx.Exec(keep, ids).Error; err != nil {
		return model.Pruned{}, err
	}
	var p model.Pruned
	for _, step := range []struct {
		count     *int
		statement string
	}{
		{&p.Messages, "DELETE FROM messages WHERE release_id IN ?"},
		{&p.Events, "DELETE FROM events WHERE release_id IN ?"},
		{&p.Deployments, "DELETE FROM deployments WHERE release_id IN ?"},
		{new(int), "DELETE FROM release_terms WHERE release_id IN ?"},
		{&p.Releases, "DELETE FROM releases WHERE id IN ?"},
	} {
		result := tx.Exec(step.statement, ids)
		if result.Error != nil {
			return model.Pruned{}, result.Error
		}
		*step.count = int(result.RowsAffected)
	}
	return p, nil
}

// prunable locks releases that may go. Whoever changes a release or what belongs to it locks its row first, so what is
// seen after the lock stays true.
func (s *Store) prunable(tx *gorm.DB, before time.Time) ([]int64, error) {
	ended := slices.DeleteFunc(model.DeploymentStates(), func(d model.DeploymentState) bool { return !d.Terminal() })
	closed := slices.DeleteFunc(model.ReleaseStates(), func(r model.ReleaseState) bool { return !r.Terminal() })
	query := "SELECT id FROM releases " + s.dialect.using("releases_finished") + " WHERE finished_at < ? AND state IN ? " +
		"AND NOT EXISTS (SELECT 1 FROM messages WHERE release_id = releases.id AND state = ?) " +
		"AND NOT EXISTS (SELECT 1 FROM deployments WHERE release_id = releases.id AND state NOT IN ?) " +
		"ORDER BY finished_at, id LIMIT ?" + s.dialect.skipLocked
	var ids []int64
	err := tx.Raw(query, before.UnixMicro(), closed, model.MessagePending, ended, pruneReleases).Scan(&ids).Error
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	var held []int64
	const holding = "SELECT release_id FROM messages WHERE release_id IN ? AND state = ? " +
		"UNION SELECT release_id FROM deployments WHERE release_id IN ? AND state NOT IN ?"
	if err := tx.Raw(holding, ids, model.MessagePending, ids, ended).Scan(&held).Error; err != nil {
		return nil, err
	}
	ids = slices.DeleteFunc(ids, func(id int64) bool { return slices.Contains(held, id) })
	return withinBatch(tx, ids)
}

// withinBatch is the part of the releases whose rows one transaction deletes, at least one release.
func withinBatch(tx *gorm.DB, ids []int64) ([]int64, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var counted []struct{ ReleaseID, Total int64 }
	const query = "SELECT release_id, COUNT(*) AS total FROM deployments WHERE release_id IN ? GROUP BY release_id UNION ALL " +
		"SELECT release_id, COUNT(*) FROM events WHERE release_id IN ? GROUP BY release_id UNION ALL " +
		"SELECT release_id, COUNT(*) FROM messages WHERE release_id IN ? GROUP BY release_id"
	if err := tx.Raw(query, ids, ids, ids).Scan(&counted).Error; err != nil {
		return nil, err
	}
	rows := map[int64]int64{}
	for _, c := range counted {
		rows[c.ReleaseID] += c.Total
	}
	total := int64(0)
	for i, id := range ids {
		total += rows[id] + 1
		if i > 0 && total > pruneRows {
			return ids[:i], nil
		}
	}
	return ids, nil
}

func (s *Store) pruneMessages(tx *gorm.DB, before time.Time) (int, error) {
	query := "SELECT id FROM messages " + s.dialect.using("messages_release") +
		" WHERE release_id IS NULL AND created_at < ? AND state <> ? ORDER BY id LIMIT ?"
	var ids []int64
	err := tx.Raw(query+s.dialect.skipLocked, before.UnixMicro(), model.MessagePending, pruneRows).Scan(&ids).Error
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	result := tx.Exec("DELETE FROM messages WHERE id IN ?", ids)
	return int(result.RowsAffected), result.Error
}

func (s *Store) pruneReplicas(tx *gorm.DB) (int, error) {
	now, err := s.readTime(tx)
	if err != nil {
		return 0, err
	}
	result := tx.Exec("DELETE FROM replicas WHERE seen_at < ?", now.Add(-staleReplica).UnixMicro())
	return int(result.RowsAffected), result.Error
}

// prunedReleaseRow is what stays of a release.
type prunedReleaseRow struct {
	ID                int64 `gorm:"primaryKey"`
	State             model.ReleaseState
	Accepted          model.ReleaseState `gorm:"column:accepted_state"`
	Fingerprint       string
	ProcessInstanceID string
	ScheduledAt       sql.NullInt64
	Created           int64 `gorm:"column:created_at"`
	Finished          int64 `gorm:"column:finished_at"`
}

// TableName is gorm's hook.
func (prunedReleaseRow) TableName() string { return "pruned_releases" }

func (s *Store) prunedRelease(ctx context.Context, id int64) (*model.Release, error) {
	var row prunedReleaseRow
	err := s.read(ctx, func(db *gorm.DB) error { return db.Take(&row, "id = ?", id).Error })
	if err != nil {
		return nil, err
	}
	finished := timeOf(row.Finished)
	return &model.Release{
		ID: row.ID, State: row.State, Accepted: row.Accepted, Fingerprint: row.Fingerprint,
		ProcessInstanceID: row.ProcessInstanceID, ScheduledAt: timeOrNil(row.ScheduledAt),
		CreatedAt: timeOf(row.Created), FinishedAt: &finished,
	}, nil
}
