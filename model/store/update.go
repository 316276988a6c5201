package store

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/oabridge/oabridge/model"
)

// UpdateRelease loads the release, lets change decide, and saves what changed, the history and the outbox in one
// transaction; nothing at all when change fails. A release with new history gets UpdatedAt. change runs again on a
// freshly loaded release when the transaction lost against another one; it must not call the store. Every row is saved
// under the version that change leaves in it: a deployment put there from an older claim is a conflict. When the answer
// to the COMMIT is lost the rows tell what became of it. Errors: not_found, conflict (somebody else changed it at the
// same time), invalid_request (a value does not fit), database_outcome_unknown, the other database_… codes, and
// whatever change returns.
func (s *Store) UpdateRelease(ctx context.Context, id int64, change func(*model.Release) error) error {
	u := update{store: s, id: id, change: change}
	err := s.write(ctx, u.run)
	if model.CodeOf(err) == model.CodeDatabaseUnknown {
		return u.lookBack(ctx, err)
	}
	return err
}

// update is one change of a release.
type update struct {
	store  *Store
	id     int64
	change func(*model.Release) error
	trace  trace // of the last try
	lost   bool  // that try's COMMIT had no answer
}

func (u *update) run(tx *gorm.DB) error {
	before, err := loadRelease(tx.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}), u.id)
	if err != nil {
		return err
	}
	if u.lost {
		if stored, err := u.trace.in(before); stored || err != nil {
			return err
		}
		u.lost = false // and never will be stored, since it would hold the lock that we have
	}
	r, err := before.release()
	if err != nil {
		return err
	}
	indexed := termsOf(r)
	if err := u.change(r); err != nil {
		return refusal{err}
	}
	if err := u.save(tx, before, r); err != nil {
		return err
	}
	return addTerms(tx, indexed, termsOf(r))
}

// lookBack learns what became of a COMMIT whose answer was lost, and makes the change when it surely was not made.
func (u *update) lookBack(ctx context.Context, unknown error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookBack)
	defer cancel()
	u.lost = true
	err := u.store.write(ctx, u.run)
	if u.lost && err != nil {
		return outcomeUnknown(errors.Join(unknown, err))
	}
	return err
}

func (u *update) save(tx *gorm.DB, before *releaseRows, r *model.Release) error {
	u.trace = trace{}
	events, messages := r.TakePending()
	if len(events) > 0 {
		r.UpdatedAt = u.store.Now()
	}
	if err := u.saveRelease(tx, before, r); err != nil {
		return err
	}
	for _, d := range r.Deployments {
		if err := u.saveDeployment(tx, before, d); err != nil {
			return err
		}
	}
	if err := u.store.insertEvents(tx, before.ID, events); err != nil {
		return err
	}
	if err := u.store.insertChecks(tx, before.ID, r.TakeChecks()); err != nil {
		return err
	}
	return u.store.insertMessages(tx, before.ID, messages)
}

func (u *update) saveRelease(tx *gorm.DB, before *releaseRows, r *model.Release) error {
	after, err := newReleaseRow(r)
	if err != nil || after == before.releaseRow {
		return err
	}
	if err := saveChanged(tx, &before.releaseRow, &after, after.ID, after.Version); err != nil {
		return err
	}
	r.Version++
	after.Version++
	u.trace.release = &after
	return nil
}

func (u *update) saveDeployment(tx *gorm.DB, before *releaseRows, d *model.Deployment) error {
	old := before.deployment(d.ID)
	if old == nil {
		return fmt.Errorf("deployment %d is none of release %d", d.ID, before.ID)
	}
	after, err := newDeploymentRow(d)
	if err != nil || after == *old {
		return err
	}
	if err := saveChanged(tx, old, &after, after.ID, after.Lease.Version); err != nil {
		return err
	}
	d.Version++
	after.Lease.Version++
	u.trace.deployments = append(u.trace.deployments, after)
	return nil
}

// saveChanged writes the columns that differ, provided that the row still has the version.
func saveChanged[R any](tx *gorm.DB, before, after *R, id, version int64) error {
	columns, err := changedColumns(tx, before, after)
	if err != nil {
		return err
	}
	columns["version"] = version + 1
	return saved(tx.Model(new(R)).Where("id = ? AND version = ?", id, version).UpdateColumns(columns))
}

func changedColumns[R any](tx *gorm.DB, before, after *R) (map[string]any, error) {
	statement := &gorm.Statement{DB: tx}
	if err := statement.Parse(after); err != nil {
		return nil, err
	}
	columns := map[string]any{}
	ctx, was, is := tx.Statement.Context, reflect.ValueOf(before).Elem(), reflect.ValueOf(after).Elem()
	for _, field := range statement.Schema.Fields {
		a, _ := field.ValueOf(ctx, was)
		if b, _ := field.ValueOf(ctx, is); a != b {
			columns[field.DBName] = b
		}
	}
	return columns, nil
}

// saved tells whether a guarded update found its row, and a job's slot free.
func saved(result *gorm.DB) error {
	if isDuplicate(result.Error) || (result.Error == nil && result.RowsAffected == 0) {
		return model.Errorf(model.CodeConflict, "已被其他操作更改，请刷新后重试")
	}
	return result.Error
}
