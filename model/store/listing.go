package store

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/oabridge/oabridge/model"
)

type listingRow struct {
	Controller string `gorm:"primaryKey"`
	ListedAt   int64
	Jobs       []byte // gzip of one JSON object a line
}

// TableName is gorm's hook.
func (listingRow) TableName() string { return "listings" }

// SaveListing replaces the controller's listing. Errors: database_unavailable.
func (s *Store) SaveListing(ctx context.Context, l model.Listing) error {
	jobs, err := packJobs(l.Jobs)
	if err != nil {
		return err
	}
	row := listingRow{Controller: l.Controller, ListedAt: l.At.UnixMicro(), Jobs: jobs}
	return s.exclusive(ctx, func(db *gorm.DB) error {
		return db.Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error
	})
}

// LoadListing returns the controller's last listing when it is newer than since. Errors: not_found (none newer),
// database_unavailable.
func (s *Store) LoadListing(ctx context.Context, controller string, since time.Time) (model.Listing, error) {
	var row listingRow
	err := s.read(ctx, func(db *gorm.DB) error {
		return db.Take(&row, "controller = ? AND listed_at > ?", controller, since.UnixMicro()).Error
	})
	if err != nil {
		return model.Listing{}, err
	}
	jobs, err := unpackJobs(row.Jobs)
	return model.Listing{Controller: controller, Jobs: jobs, At: timeOf(row.ListedAt)}, err
}

// packJobs writes job by job: the whole text, some megabytes, is never in memory.
func packJobs(jobs []model.Job) ([]byte, error) {
	var packed bytes.Buffer
	zip, err := gzip.NewWriterLevel(&packed, gzip.BestSpeed)
	if err != nil {
		return nil, err
	}
	lines := json.NewEncoder(zip)
	for i := range jobs {
		if err := lines.Encode(&jobs[i]); err != nil {
			return nil, err
		}
	}
	err = zip.Close()
	return packed.Bytes(), err
}

func unpackJobs(packed []byte) ([]model.Job, error) {
	zip, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	var jobs []model.Job
	lines := json.NewDecoder(zip)
	for {
		var job model.Job
		if err := lines.Decode(&job); errors.Is(err, io.EOF) {
			return jobs, nil
		} else if err != nil {
			return nil, err
		}
		jobs = append(jobs, job)
	}
}
