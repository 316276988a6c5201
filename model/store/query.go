package store

import (
	"context"
	"slices"

	"gorm.io/gorm"

	"github.com/oabridge/oabridge/model"
)

const maxPage = 200

// ListReleases returns releases with their deployments, newest first, at most f.Limit. Errors: database_unavailable.
func (s *Store) ListReleases(ctx context.Context, f model.ReleaseFilter) ([]*model.Release, error) {
	var list []*model.Release
	if len(termsWanted(f)) > 0 {
		if err := s.searchable(ctx); err != nil {
			return nil, err
		}
	}
	err := s.read(ctx, func(db *gorm.DB) error {
		releases, err := s.search(db, f)
		if err != nil || len(releases) == 0 {
			return err
		}
		deployments, err := deploymentsByRelease(db, releases)
		if err != nil {
			return err
		}
		list = make([]*model.Release, len(releases))
		for i := range releases {
			rows := releaseRows{releaseRow: releases[i], deployments: deployments[releases[i].ID]}
			if list[i], err = rows.release(); err != nil {
				return err
			}
		}
		return nil
	})
	return list, err
}

func deploymentsByRelease(db *gorm.DB, releases []releaseRow) (map[int64][]deploymentRow, error) {
	ids := make([]int64, len(releases))
	for i := range releases {
		ids[i] = releases[i].ID
	}
	var rows []deploymentRow
	if err := db.Where("release_id IN ?", ids).Order("id").Find(&rows).Error; err != nil {
		return nil, err
	}
	byRelease := make(map[int64][]deploymentRow, len(releases))
	for _, row := range rows {
		byRelease[row.ReleaseID] = append(byRelease[row.ReleaseID], row)
	}
	return byRelease, nil
}

// CountedMessages is the name under which CountDeployments counts the pending messages.
const CountedMessages = "messages"

// CountedHeld is the name under which CountDeployments counts what waits for a person because its job changed.
const CountedHeld = "held"

// CountDeployments counts the deployments that are not at their end, by state, those of them that are held under
// CountedHeld, and the pending messages under CountedMessages; what there is none of counts 0. Errors: database_unavailable.
func (s *Store) CountDeployments(ctx context.Context) (map[string]int64, error) {
	open := slices.DeleteFunc(model.DeploymentStates(), model.DeploymentState.Terminal)
	counts := map[string]int64{CountedMessages: 0, CountedHeld: 0}
	for _, state := range open {
		counts[string(state)] = 0
	}
	var rows []struct {
		Name  string
		Total int64
	}
	err := s.read(ctx, func(db *gorm.DB) error {
		const query = "SELECT state AS name, COUNT(*) AS total FROM deployments WHERE state IN ? GROUP BY state " +
			"UNION ALL SELECT ?, COUNT(*) FROM deployments WHERE state = ? AND wait_reason = ? " +
			"UNION ALL SELECT ?, COUNT(*) FROM messages WHERE state = ?"
		return db.Raw(query, open, CountedHeld, model.StateWaiting, model.WaitDrift, CountedMessages, model.MessagePending).Scan(&rows).Error
	})
	for _, row := range rows {
		counts[row.Name] = row.Total
	}
	return counts, err
}
