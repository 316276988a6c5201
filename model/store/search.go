package store

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/oabridge/oabridge/model"
)

// search reads one page of releases, newest first, along the index of the condition that the fewest fulfil; the others are
// looked at on the way.
func (s *Store) search(db *gorm.DB, f model.ReleaseFilter) ([]releaseRow, error) {
	q, found, err := s.newQuest(db, f)
	if err != nil || !found {
		return nil, err
	}
	ways, err := q.ways()
	if err != nil {
		return nil, err
	}
	var rows []releaseRow
	for _, w := range ways {
		var some []releaseRow
		if err := db.Raw(w.page(q), w.args...).Scan(&some).Error; err != nil {
			return nil, err
		}
		rows = append(rows, some...)
	}
	slices.SortFunc(rows, func(a, b releaseRow) int { return cmp.Compare(b.ID, a.ID) })
	return rows[:min(len(rows), q.limit)], nil
}

// disorder is by how much the times of two releases may contradict their numbers.
const disorder = time.Hour

// quest is a filter, ready to be looked for.
type quest struct {
	*Store
	db     *gorm.DB
	filter model.ReleaseFilter
	states []model.ReleaseState // none: every state
	terms  []int64
	below  int64 // only smaller ids
	from   int64 // only these and larger ids
	limit  int
}

// newQuest is false when nothing can be found.
func (s *Store) newQuest(db *gorm.DB, f model.ReleaseFilter) (quest, bool, error) {
	q := quest{
		Store: s, db: db, filter: f, states: statesOf(f), terms: termsWanted(f),
		below: cmp.Or(max(f.Before, 0), math.MaxInt64), limit: min(max(f.Limit, 1), maxPage),
	}
	if len(q.states) == 0 && (len(f.States) > 0 || unended(f)) {
		return q, false, nil
	}
	created := "SELECT id FROM releases " + s.dialect.using("releases_created") + " WHERE created_at "
	if !f.From.IsZero() {
		first, err := q.one(created+">= ? ORDER BY created_at, id LIMIT 1", f.From.Add(-disorder).UnixMicro())
		if err != nil || first == nil {
			return q, false, err
		}
		q.from = *first
	}
	if !f.To.IsZero() {
		last, err := q.one(created+"< ? ORDER BY created_at DESC, id DESC LIMIT 1", f.To.Add(disorder).UnixMicro())
		if err != nil || last == nil {
			return q, false, err
		}
		q.below = min(q.below, *last+1)
	}
	return q, true, nil
}

// one is the id that a query finds; nil for none.
func (q quest) one(query string, args ...any) (*int64, error) {
	var ids []int64
	if err := q.db.Raw(query, args...).Scan(&ids).Error; err != nil || len(ids) == 0 {
		return nil, err
	}
	return &ids[0], nil
}

func unended(f model.ReleaseFilter) bool { return f.Deployment != "" && !f.Deployment.Terminal() }

// statesOf are the states that are asked for. Only a release that is not at its end has deployments that are not.
func statesOf(f model.ReleaseFilter) []model.ReleaseState {
	states := slices.Clone(f.States)
	if unended(f) {
		if len(states) == 0 {
			states = model.ReleaseStates()
		}
		states = slices.DeleteFunc(states, model.ReleaseState.Terminal)
	}
	slices.Sort(states)
	return slices.Compact(states)
}

func termsWanted(f model.ReleaseFilter) []int64 {
	var terms []int64
	add := func(kind, value string) {
		if value != "" {
			terms = append(terms, term(kind, value))
		}
	}
	add(termProject, f.Project)
	add(termPerson, f.Person)
	add(termApp, f.App)
	add(termResult, f.Result)
	if f.Deployment.Terminal() {
		add(termEnd, string(f.Deployment))
	}
	if f.RollbackOf != 0 {
		add(termRollback, strconv.FormatInt(f.RollbackOf, 10))
	}
	return terms
}

// way is one index to go along. Of its tables the one with the index comes first.
type way struct {
	tables string
	id     string   // the column in the index's order
	where  []string // with args
	args   []any
}

func (q quest) along(tables, id string, where string, args ...any) way {
	w := way{tables: tables, id: id}
	w.add(id+" < ? AND "+id+" >= ?", q.below, q.from)
	if where != "" {
		w.add(where, args...)
	}
	return w
}

func (w *way) add(where string, args ...any) {
	w.where, w.args = append(w.where, where), append(w.args, args...)
}

func (w way) page(q quest) string {
	return "SELECT r.* FROM " + w.tables + " WHERE " + strings.Join(w.where, " AND ") + " ORDER BY " + w.id + " DESC LIMIT " + strconv.Itoa(q.limit)
}

// ways are where to go along: for several states the index has several parts.
func (q quest) ways() ([]way, error) {
	best, err := q.rarest()
	if err != nil {
		return nil, err
	}
	var ways []way
	switch {
	case best >= 0:
		from := "release_terms AS t " + q.dialect.using("release_terms_term") + " " + q.dialect.inOrder + " releases AS r ON r.id = t.release_id"
		ways = []way{q.along(from, "t.release_id", "t.term = ?", q.terms[best])}
	case len(q.states) > 0:
		for _, state := range q.states {
			ways = append(ways, q.along("releases AS r "+q.dialect.using("releases_state"), "r.id", "r.state = ?", state))
		}
	default:
		ways = []way{q.along("releases AS r "+q.dialect.primary, "r.id", "")}
	}
	for i := range ways {
		q.conditions(&ways[i], best)
	}
	return ways, nil
}

// conditions are those beside the one whose index is gone along. They count, since MySQL would go along the indexes of EXISTS.
func (q quest) conditions(w *way, best int) {
	f := q.filter
	if !f.From.IsZero() {
		w.add("r.created_at >= ?", f.From.UnixMicro())
	}
	if !f.To.IsZero() {
		w.add("r.created_at < ?", f.To.UnixMicro())
	}
	if best >= 0 && len(q.states) > 0 {
		w.add("r.state IN ?", q.states)
	}
	for i, term := range q.terms {
		if i != best {
			w.add("(SELECT COUNT(*) FROM release_terms o WHERE o.release_id = r.id AND o.term = ?) > 0", term)
		}
	}
	if f.DeploymentFilter == (model.DeploymentFilter{}) {
		return
	}
	one, args := "d.release_id = r.id", []any{}
	if f.App != "" {
		one, args = one+" AND (CONCAT(d.controller, ':', d.job) = ? OR d.app_name = ?)", append(args, f.App, f.App)
	}
	if f.Deployment != "" {
		one, args = one+" AND d.state = ?", append(args, f.Deployment)
	}
	if f.Result != "" {
		one, args = one+" AND d.result = ?", append(args, f.Result)
	}
	w.add("(SELECT COUNT(*) FROM deployments AS d "+q.dialect.using("deployments_release")+" WHERE "+one+") > 0", args...)
}

// counted is up to where releases are counted to find out what the fewest have.
const counted = 1000

// rarest is the term that the fewest releases have; -1 when there is none, or fewer have one of the states.
func (q quest) rarest() (int, error) {
	if len(q.terms) == 0 {
		return -1, nil
	}
	if len(q.terms) == 1 && len(q.states) == 0 {
		return 0, nil
	}
	best, fewest := -1, int64(math.MaxInt64)
	if len(q.states) > 0 {
		n, err := q.count("releases "+q.dialect.using("releases_state")+" WHERE state IN ? AND id", q.states)
		if err != nil {
			return 0, err
		}
		fewest = n
	}
	for i, term := range q.terms {
		n, err := q.count("release_terms "+q.dialect.using("release_terms_term")+" WHERE term = ? AND release_id", term)
		if err != nil {
			return 0, err
		}
		if n < fewest || best < 0 && n <= fewest {
			best, fewest = i, n
		}
	}
	return best, nil
}

// count counts, up to a limit, those whose id is in the range.
func (q quest) count(from string, args ...any) (int64, error) {
	var n int64
	query := "SELECT COUNT(*) FROM (SELECT 1 FROM " + from + " BETWEEN ? AND ? LIMIT ?) AS few"
	err := q.db.Raw(query, append(args, q.from, q.below-1, counted)...).Scan(&n).Error
	return n, err
}
