package store

import (
	"context"
	"errors"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/oabridge/oabridge/model"
)

// CreateRelease stores r with its deployments in one transaction and gives them their ids; compose then adds history
// and messages, which need the number, and nothing else. It may run again when the transaction lost against another
// one. keys make it idempotent: when one of them is known already nothing is stored. When the answer to the COMMIT is
// lost the keys tell what became of it. Errors: conflict (a key is known), invalid_request (a value does not fit),
// database_outcome_unknown (the same keys will tell), the other database_… codes, and whatever compose returns.
func (s *Store) CreateRelease(
	ctx context.Context, r *model.Release, keys []string, compose func(*model.Release) error,
) error {
	d := draft{release: r, keys: storedKeys(keys), compose: compose}
	d.events, d.messages = r.TakePending()
	s.fill(r)
	insert := func(tx *gorm.DB) error {
		d.forget()
		return s.insert(tx, &d)
	}
	err := s.write(ctx, insert)
	if model.CodeOf(err) == model.CodeDatabaseUnknown && len(keys) > 0 {
		err = s.createdAfterAll(ctx, &d, insert, err)
	}
	if err != nil {
		d.forget()
	}
	return err
}

// createdAfterAll learns what became of a COMMIT whose answer was lost by inserting again: as long as the lost
// transaction is not at its end the unique keys let us wait for it.
func (s *Store) createdAfterAll(ctx context.Context, d *draft, insert func(*gorm.DB) error, unknown error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookBack)
	defer cancel()
	lost := d.ids()
	err := s.write(ctx, insert)
	switch {
	case model.CodeOf(err) == model.CodeConflict && s.isStored(ctx, d, lost[0]):
		d.found(lost)
		return nil
	case model.CodeOf(err).OfDatabase():
		return outcomeUnknown(errors.Join(unknown, err))
	}
	return err
}

// isStored tells whether the release of the number is the draft, and not one that was stored by somebody else.
func (s *Store) isStored(ctx context.Context, d *draft, id int64) bool {
	stored, err := s.ReleaseByKeys(ctx, d.keys)
	r := d.release
	return err == nil && stored.ID == id && stored.Fingerprint == r.Fingerprint && stored.CreatedAt.Equal(column(r.CreatedAt))
}

func (s *Store) fill(r *model.Release) {
	now := s.Now()
	if r.CreatedAt.IsZero() {
		r.CreatedAt = now
	}
	if r.UpdatedAt.IsZero() {
		r.UpdatedAt = r.CreatedAt
	}
	r.Version = max(r.Version, 1)
	for _, d := range r.Deployments {
		d.Version = max(d.Version, 1)
	}
}

func (s *Store) insert(tx *gorm.DB, d *draft) error {
	r := d.release
	row, err := newReleaseRow(r)
	if err != nil {
		return err
	}
	if err := tx.Create(&row).Error; err != nil {
		return err
	}
	r.ID = row.ID
	if err := insertKeys(tx, r.ID, d.keys); err != nil {
		return err
	}
	if err := insertDeployments(tx, r); err != nil {
		return err
	}
	if err := insertTerms(tx, termsOf(r)); err != nil {
		return err
	}
	if err := d.compose(r); err != nil {
		return refusal{err}
	}
	return s.insertPending(tx, r)
}

func storedKeys(keys []string) []string {
	stored := make([]string, len(keys))
	for i, key := range keys {
		stored[i] = keyColumn(key)
	}
	slices.Sort(stored) // equal submissions lock equal keys in the same order
	return slices.Compact(stored)
}

func insertKeys(tx *gorm.DB, releaseID int64, keys []string) error {
	if len(keys) == 0 {
		return nil
	}
	rows := make([]keyRow, len(keys))
	for i, key := range keys {
		rows[i] = keyRow{SubmissionKey: key, ReleaseID: releaseID}
	}
	err := tx.Create(&rows).Error
	if isDuplicate(err) {
		return model.Wrap(model.CodeConflict, err, "这次提交已经登记过")
	}
	return err
}

func insertDeployments(tx *gorm.DB, r *model.Release) error {
	if len(r.Deployments) == 0 {
		return nil
	}
	rows := make([]deploymentRow, len(r.Deployments))
	for i, d := range r.Deployments {
		d.ReleaseID = r.ID
		row, err := newDeploymentRow(d)
		if err != nil {
			return err
		}
		rows[i] = row
	}
	if err := tx.Create(&rows).Error; err != nil {
		return err
	}
	for i, d := range r.Deployments {
		d.ID = rows[i].ID
	}
	return nil
}

// insertPending stores the history lines and messages that the release holds.
func (s *Store) insertPending(tx *gorm.DB, r *model.Release) error {
	events, messages := r.TakePending()
	if err := s.insertEvents(tx, r.ID, events); err != nil {
		return err
	}
	if err := s.insertChecks(tx, r.ID, r.TakeChecks()); err != nil {
		return err
	}
	return s.insertMessages(tx, r.ID, messages)
}

// AddKeys makes the keys known that are not yet; one that belongs to another release stays there. Errors:
// database_unavailable.
func (s *Store) AddKeys(ctx context.Context, releaseID int64, keys []string) error {
	if len(keys) == 0 {
		return nil
	}
	return s.write(ctx, func(tx *gorm.DB) error {
		var rows []keyRow
		for _, key := range storedKeys(keys) {
			rows = append(rows, keyRow{SubmissionKey: key, ReleaseID: releaseID})
		}
		return tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&rows).Error
	})
}
