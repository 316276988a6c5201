package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"gorm.io/gorm"
)

//go:embed migrations
var migrations embed.FS

const versionTable = "goose_db_version"

// ErrNewerDatabase is why Migrate refuses a database that a newer program has migrated.
var ErrNewerDatabase = errors.New("the database belongs to a newer version of oabridge")

// Migrate brings the schema up to date and returns the versions before and after. Any number of replicas may do so at
// once on MySQL: one migrates, the others wait. Errors: ErrNewerDatabase.
func (s *Store) Migrate(ctx context.Context) (from, to int64, err error) {
	pool, done, err := s.dialect.migration(ctx)
	if err != nil {
		return 0, 0, fmt.Errorf("the database cannot be locked for migrating: %w", err)
	}
	defer func() { err = errors.Join(err, done()) }()
	provider, err := s.provider(pool)
	if err != nil {
		return 0, 0, err
	}
	if from, err = s.Version(ctx); err != nil {
		return 0, 0, err
	}
	sources := provider.ListSources()
	if to = sources[len(sources)-1].Version; from > to {
		return from, from, fmt.Errorf("%w: its schema has version %d, this program knows versions up to %d; "+
			"start the newer program, or restore the backup made before the upgrade", ErrNewerDatabase, from, to)
	}
	if _, err := provider.Up(ctx); err != nil {
		return from, from, fmt.Errorf("the database cannot be migrated: %w", err)
	}
	if _, err := s.IndexReleases(ctx, indexAtStart); err != nil {
		return from, to, fmt.Errorf("the releases cannot be indexed: %w", err)
	}
	return from, to, nil
}

func (s *Store) provider(pool *sql.DB) (*goose.Provider, error) {
	files, err := fs.Sub(migrations, s.dialect.migrations)
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(s.dialect.goose, pool, files,
		goose.WithDisableGlobalRegistry(true), goose.WithTableName(versionTable))
}

// Version is the schema's version, 0 for an empty database. Errors: database_unavailable.
func (s *Store) Version(ctx context.Context) (int64, error) {
	var version int64
	err := s.read(ctx, func(db *gorm.DB) error {
		if made, err := s.hasTable(db, versionTable); err != nil || !made {
			return err
		}
		return db.Raw("SELECT COALESCE(MAX(version_id), 0) FROM " + versionTable).Scan(&version).Error
	})
	return version, err
}
