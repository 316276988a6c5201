package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/oabridge/oabridge/model"
)

// Finished is a believable release at its end.
func Finished() *model.Release { return finished(time.Now()) }

// InsertBare is what somebody without this package would write: gorm, one transaction, the same rows.
func (s *Store) InsertBare(ctx context.Context, r *model.Release, keys []string, compose func(*model.Release) error) error {
	now := s.Now()
	r.CreatedAt, r.UpdatedAt = now, now
	return s.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		release, err := newReleaseRow(r)
		if err != nil {
			return err
		}
		if err := tx.Create(&release).Error; err != nil {
			return err
		}
		r.ID = release.ID
		keyRows := make([]keyRow, len(keys))
		for i, key := range keys {
			keyRows[i] = keyRow{SubmissionKey: key, ReleaseID: r.ID}
		}
		deployments := make([]deploymentRow, len(r.Deployments))
		for i, d := range r.Deployments {
			if deployments[i], err = newDeploymentRow(d); err != nil {
				return err
			}
			deployments[i].ReleaseID = r.ID
		}
		if err := compose(r); err != nil {
			return err
		}
		events, messages := r.TakePending()
		eventRows := make([]eventRow, len(events))
		for i, e := range events {
			eventRows[i] = newEventRow(e)
			eventRows[i].ReleaseID = r.ID
		}
		messageRows := make([]messageRow, len(messages))
		for i, m := range messages {
			messageRows[i] = newMessageRow(m)
			messageRows[i].ReleaseID = idOrNull(r.ID)
		}
		for _, rows := range []any{&keyRows, &deployments, &eventRows, &messageRows} {
			if err := tx.Create(rows).Error; err != nil {
				return err
			}
		}
		return nil
	})
}
