package store

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
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
