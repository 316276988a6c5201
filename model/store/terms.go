package store

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"slices"
	"strconv"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/oabridge/oabridge/model"
)

// termRow lets a release be found by one of its terms: its project, its people, its apps, how they ended.
type termRow struct {
	ReleaseID int64 `gorm:"primaryKey;autoIncrement:false"`
	Term      int64 `gorm:"primaryKey;autoIncrement:false"`
}

// TableName is gorm's hook.
func (termRow) TableName() string { return "release_terms" }

// The kinds of terms.
const (
	termProject  = "project"  // key or name
	termPerson   = "person"   // id or name
	termApp      = "app"      // key or name
	termEnd      = "end"      // the state in which a deployment ended
	termResult   = "result"   // Jenkins' result
	termRollback = "rollback" // number of the release that is rolled back
)

// term is a kind of value in 8 bytes. That two of an installation's some thousand are equal is as likely as that a disk lies.
func term(kind, value string) int64 {
	sum := sha256.Sum256([]byte(kind + "\x00" + text(value)))
	return int64(binary.BigEndian.Uint64(sum[:])) //nolint:gosec // any 64 bits will do
}

// termsOf are a release's terms, in order.
func termsOf(r *model.Release) []termRow {
	var rows []termRow
	add := func(kind string, values ...string) {
		for _, value := range values {
			if value != "" {
				rows = append(rows, termRow{r.ID, term(kind, value)})
			}
		}
	}
	add(termProject, r.Project, r.ProjectName)
	add(termPerson, r.Initiator.ID, r.Initiator.Name)
	for _, p := range r.Approvers {
		add(termPerson, p.ID, p.Name)
	}
	for _, d := range r.Deployments {
		add(termApp, d.Key(), d.AppName)
		add(termResult, d.Result)
		if d.State.Terminal() {
			add(termEnd, string(d.State))
		}
	}
	if r.RollbackOf != 0 {
		add(termRollback, strconv.FormatInt(r.RollbackOf, 10))
	}
	slices.SortFunc(rows, func(a, b termRow) int { return cmp.Compare(a.Term, b.Term) })
	return slices.Compact(rows)
}

// termsAtOnce is how many rows one statement inserts: two variables each, of which SQLite takes 32,766.
const termsAtOnce = 2000

// insertTerms keeps those that are there.
func insertTerms(tx *gorm.DB, rows []termRow) error {
	for some := range slices.Chunk(rows, termsAtOnce) {
		if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&some).Error; err != nil {
			return err
		}
	}
	return nil
}

// addTerms stores the terms that a change brought. Those that it took away stay: by them a release is found by what it was
// before, and what must hold now is compared with its rows. All are stored again, since a release of an older program has none.
func addTerms(tx *gorm.DB, before, after []termRow) error {
	known := func(row termRow) bool { return slices.Contains(before, row) }
	if !slices.ContainsFunc(after, func(row termRow) bool { return !known(row) }) {
		return nil
	}
	return insertTerms(tx, after)
}

const (
	indexedName  = "indexed" // in the installation: up to which id all releases have their terms
	indexAtOnce  = 200       // releases
	indexOverlap = 1000      // ids below it that are looked at again, should a lower one have been stored later
)

// indexReleases gives their terms to releases that have none: stored before there were terms, or by an older program that
// runs beside this one.
func (s *Store) indexReleases(ctx context.Context) error {
	var value string
	err := s.read(ctx, func(db *gorm.DB) error {
		err := db.Raw("SELECT value FROM installation WHERE name = ?", indexedName).Take(&value).Error
		if errors.Is(err, gorm.ErrRecordNotFound) {
			return nil
		}
		return err
	})
	if err != nil {
		return err
	}
	done, _ := strconv.ParseInt(cmp.Or(value, "0"), 10, 64) // from the beginning when it is no number
	for after := max(done-indexOverlap, 0); ; {
		last, err := s.indexSome(ctx, after, done)
		if err != nil || last == after {
			return err
		}
		after, done = last, max(done, last)
	}
}

// indexSome goes on behind a release and returns the last one that it looked at; after itself when there is no other.
func (s *Store) indexSome(ctx context.Context, after, done int64) (last int64, err error) {
	var ids []int64
	err = s.read(ctx, func(db *gorm.DB) error {
		return db.Raw("SELECT id FROM releases WHERE id > ? ORDER BY id LIMIT ?", after, indexAtOnce).Scan(&ids).Error
	})
	if err != nil || len(ids) == 0 {
		return after, err
	}
	last = ids[len(ids)-1]
	var bare []int64
	err = s.read(ctx, func(db *gorm.DB) error {
		const query = "SELECT id FROM releases WHERE id IN ? AND NOT EXISTS (SELECT 1 FROM release_terms t WHERE t.release_id = releases.id)"
		return db.Raw(query, ids).Scan(&bare).Error
	})
	if err != nil || (len(bare) == 0 && last <= done) {
		return last, err
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
