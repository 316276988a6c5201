package store

import (
	"context"
	"strconv"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/oabridge/oabridge/model"
)

// listingRow is a listing, or says when a listing was seen last: then Jobs is its ListedAt as text. That stands in a row of
// its own, so that some megabytes need not be written again each time.
type listingRow struct {
	Controller string `gorm:"primaryKey"`
	ListedAt   int64
	Jobs       []byte // gzip of one JSON object a line
}

// TableName is gorm's hook.
func (listingRow) TableName() string { return "listings" }

// seenName is the name of the row that says when the controller's listing was seen last. No controller has such a name.
func seenName(controller string) string { return controller + "#seen" }

// SaveListing replaces the controller's listing. Errors: database_unavailable.
func (s *Store) SaveListing(ctx context.Context, l model.Listing) error {
	rows, err := listingRows(l)
	if err != nil {
		return err
	}
	return s.exclusive(ctx, func(db *gorm.DB) error { return putListings(db, rows) })
}

// TouchListing says that the listing that was saved with changed was seen again. It does nothing to another one. Errors:
// database_unavailable.
func (s *Store) TouchListing(ctx context.Context, controller string, changed, at time.Time) error {
	rows := []listingRow{seenRow(controller, changed, at)}
	return s.exclusive(ctx, func(db *gorm.DB) error { return putListings(db, rows) })
}

// ChangeListings saves and drops listings and stores messages: all of it or nothing. A message with a known key is dropped.
// Errors: database_unavailable.
func (s *Store) ChangeListings(ctx context.Context, c model.ListingChange) error {
	var rows []listingRow
	for _, l := range c.Save {
		more, err := listingRows(l)
		if err != nil {
			return err
		}
		rows = append(rows, more...)
	}
	var names []string
	for _, name := range c.Drop {
		names = append(names, name, seenName(name))
	}
	return s.write(ctx, func(tx *gorm.DB) error {
		if err := tx.Delete(&listingRow{}, "controller IN ?", names).Error; err != nil {
			return err
		}
		if err := putListings(tx, rows); err != nil {
			return err
		}
		return s.insertMessages(tx, 0, c.Tell)
	})
}

// listingRows are the listing, and when it was seen last.
func listingRows(l model.Listing) ([]listingRow, error) {
	jobs, err := l.Pack()
	if err != nil {
		return nil, err
	}
	if l.Changed.IsZero() {
		l.Changed = l.At
	}
	rows := []listingRow{{Controller: l.Controller, ListedAt: l.Changed.UnixMicro(), Jobs: jobs}}
	if l.At.After(l.Changed) {
		rows = append(rows, seenRow(l.Controller, l.Changed, l.At))
	}
	return rows, nil
}

func seenRow(controller string, changed, at time.Time) listingRow {
	mark := strconv.FormatInt(changed.UnixMicro(), 10)
	return listingRow{Controller: seenName(controller), ListedAt: at.UnixMicro(), Jobs: []byte(mark)}
}

// putListings writes each row by itself: together they might be larger than the database takes at once.
func putListings(db *gorm.DB, rows []listingRow) error {
	for i := range rows {
		if err := db.Clauses(clause.OnConflict{UpdateAll: true}).Create(&rows[i]).Error; err != nil {
			return err
		}
	}
	return nil
}

// LoadListing returns the controller's last listing when it changed after since. Errors: not_found (it did not),
// database_unavailable.
func (s *Store) LoadListing(ctx context.Context, controller string, since time.Time) (model.Listing, error) {
	var row listingRow
	err := s.read(ctx, func(db *gorm.DB) error {
		return db.Take(&row, "controller = ? AND listed_at > ?", controller, since.UnixMicro()).Error
	})
	if err != nil {
		return model.Listing{}, err
	}
	times, err := s.ListingTimes(ctx, controller)
	if err != nil {
		return model.Listing{}, err
	}
	l := model.Listing{Controller: controller, Changed: timeOf(row.ListedAt), At: timeOf(row.ListedAt)}
	if times.Changed.Equal(l.Changed) {
		l.At = times.At
	}
	err = l.Unpack(row.Jobs)
	return l, err
}

// ListingTimes returns the times of the controller's listings without reading them. Errors: database_unavailable.
func (s *Store) ListingTimes(ctx context.Context, controller string) (model.ListingTimes, error) {
	held := model.HeldName(controller)
	names := []string{controller, seenName(controller), held, seenName(held)}
	var rows []listingRow
	err := s.read(ctx, func(db *gorm.DB) error {
		const sql = "SELECT controller, listed_at, CASE WHEN controller IN (?, ?) THEN jobs ELSE '' END AS jobs" +
			" FROM listings WHERE controller IN ?"
		return db.Raw(sql, names[1], names[3], names).Scan(&rows).Error
	})
	by := map[string]listingRow{}
	for _, row := range rows {
		by[row.Controller] = row
	}
	var t model.ListingTimes
	t.Changed, t.At = timesOf(by, controller)
	t.HeldSince, t.Held = timesOf(by, held)
	return t, err
}

// timesOf are the times of one of the listings; the zero time when it is not there.
func timesOf(by map[string]listingRow, controller string) (changed, at time.Time) {
	row, ok := by[controller]
	if !ok {
		return time.Time{}, time.Time{}
	}
	changed, at = timeOf(row.ListedAt), timeOf(row.ListedAt)
	seen := by[seenName(controller)]
	if string(seen.Jobs) == strconv.FormatInt(row.ListedAt, 10) && seen.ListedAt > row.ListedAt {
		at = timeOf(seen.ListedAt)
	}
	return changed, at
}
