package store

import (
	"cmp"
	"context"
	"strconv"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/oabridge/oabridge/model"
)

// What the installation knows of the index.
const (
	indexedName = "indexed"     // up to which id all releases have their terms
	wholeName   = "index_whole" // that all of an older program had theirs once
)

const (
	indexAtOnce  = 200             // releases
	indexOverlap = 1000            // ids below the last one that are looked at again, should a lower one have been stored later
	indexAtStart = 5 * time.Second // how long a start may take for it; the rest is for IndexReleases
)

// IndexReleases gives their terms to releases that have none: stored before there were terms, or by an older program that runs
// beside this one. It stops after about patience; whole says that nothing is left. Errors: database_unavailable.
func (s *Store) IndexReleases(ctx context.Context, patience time.Duration) (whole bool, err error) {
	value, err := s.installed(ctx, indexedName)
	if err != nil {
		return false, err
	}
	done, _ := strconv.ParseInt(cmp.Or(value, "0"), 10, 64) // from the beginning when it is no number
	after, until := done, s.Now().Add(patience)
	if s.indexed.Load() {
		after = max(done-indexOverlap, 0)
	}
	for {
		last, err := s.indexSome(ctx, after, done)
		if err != nil {
			return false, err
		}
		if last == after {
			return true, s.indexIsWhole(ctx)
		}
		if after, done = last, max(done, last); !s.Now().Before(until) {
			return false, nil
		}
	}
}

// installed is something that is known of the installation; "" when it is not.
func (s *Store) installed(ctx context.Context, name string) (string, error) {
	var values []string
	err := s.read(ctx, func(db *gorm.DB) error {
		return db.Raw("SELECT value FROM installation WHERE name = ?", name).Scan(&values).Error
	})
	if err != nil || len(values) == 0 {
		return "", err
	}
	return values[0], nil
}

func (s *Store) indexIsWhole(ctx context.Context) error {
	if s.indexed.Load() {
		return nil
	}
	err := s.write(ctx, func(tx *gorm.DB) error {
		return tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&installationRow{Name: wholeName, Value: "1"}).Error
	})
	s.indexed.Store(err == nil)
	return err
}

// searchable refuses to look for terms before all releases have theirs: what is missing would seem not to be there. Errors:
// database_unavailable.
func (s *Store) searchable(ctx context.Context) error {
	if s.indexed.Load() {
		return nil
	}
	value, err := s.installed(ctx, wholeName)
	if err != nil {
		return err
	}
	if value == "" {
		return model.Errorf(model.CodeDatabaseUnavailable, "升级后正在为已有的上线单建立索引，暂时只能按状态和时间查找，请稍后重试")
	}
	s.indexed.Store(true)
	return nil
}

// indexSome goes on behind a release and returns the last one that it looked at; after itself when there is no other.
func (s *Store) indexSome(ctx context.Context, after, done int64) (last int64, err error) {
	var ids, bare []int64
	err = s.read(ctx, func(db *gorm.DB) error {
		err := db.Raw("SELECT id FROM releases WHERE id > ? ORDER BY id LIMIT ?", after, indexAtOnce).Scan(&ids).Error
		if err != nil || len(ids) == 0 {
			return err
		}
		const query = "SELECT id FROM releases WHERE id IN ? AND NOT EXISTS (SELECT 1 FROM release_terms t WHERE t.release_id = releases.id)"
		return db.Raw(query, ids).Scan(&bare).Error
	})
	if err != nil || len(ids) == 0 {
		return after, err
	}
	last = ids[len(ids)-1]
	if len(bare) == 0 && last <= done {
		return last, nil
	}
	return last, s.write(ctx, func(tx *gorm.DB) error {
		rows, err := bareTerms(tx, bare)
		if err != nil {
			return err
		}
		if err := insertTerms(tx, rows); err != nil {
			return err
		}
		return tx.Clauses(clause.OnConflict{UpdateAll: true}).
			Create(&installationRow{Name: indexedName, Value: strconv.FormatInt(max(last, done), 10)}).Error
	})
}

// bareTerms computes the terms of releases from their rows.
func bareTerms(tx *gorm.DB, ids []int64) ([]termRow, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var releases []releaseRow
	const columns = "id, project, project_name, initiator_id, initiator_name, approvers, rollback_of, 'null' AS form"
	if err := tx.Select(columns).Where("id IN ?", ids).Find(&releases).Error; err != nil {
		return nil, err
	}
	var deployments []deploymentRow
	if err := tx.Select("release_id, controller, job, app_name, state, result").Where("release_id IN ?", ids).Find(&deployments).Error; err != nil {
		return nil, err
	}
	var rows []termRow
	for i := range releases {
		r, err := releases[i].release()
		if err != nil {
			return nil, err
		}
		for j := range deployments {
			if d := &deployments[j]; d.ReleaseID == r.ID {
				r.Deployments = append(r.Deployments, &model.Deployment{
					JobRef: model.JobRef{Controller: d.Controller, FullName: d.Job}, AppName: d.AppName, State: d.State, Result: d.Result,
				})
			}
		}
		rows = append(rows, termsOf(r)...)
	}
	return rows, nil
}
