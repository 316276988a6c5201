package store

import (
	"cmp"
	"context"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
	"gorm.io/gorm"
)

// Migration is one step of the schema.
type Migration struct {
	Version   int64
	Name      string    // "" when only a newer program knows it
	AppliedAt time.Time // the zero time: not applied yet
}

// Newest is the version that Migrate ends with, on every kind of database.
func Newest() int64 {
	known := KnownMigrations()
	return known[len(known)-1].Version
}

// KnownMigrations returns this program's migrations, oldest first. They are the same for every kind of database.
func KnownMigrations() []Migration {
	files, err := fs.Glob(migrations, "migrations/sqlite/*.sql")
	if err != nil || len(files) == 0 {
		panic("store: no migrations are embedded")
	}
	list := make([]Migration, len(files))
	for i, file := range files {
		number, err := goose.NumericComponent(file)
		if err != nil {
			panic("store: " + err.Error()) // the files are part of the program
		}
		_, name, _ := strings.Cut(strings.TrimSuffix(path.Base(file), ".sql"), "_")
		list[i] = Migration{Version: number, Name: name}
	}
	return list
}

// Migrations returns every migration that this program knows or the database has had, oldest first. It changes nothing.
// Errors: database_unavailable.
func (s *Store) Migrations(ctx context.Context) ([]Migration, error) {
	list := KnownMigrations()
	var applied []struct{ VersionID, AppliedAt int64 }
	err := s.read(ctx, func(db *gorm.DB) error {
		if made, err := s.hasTable(db, versionTable); err != nil || !made {
			return err
		}
		return db.Raw("SELECT version_id, COALESCE(MAX(" + s.dialect.appliedAt + "), 0) AS applied_at FROM " + versionTable +
			" WHERE version_id > 0 GROUP BY version_id").Scan(&applied).Error
	})
	if err != nil {
		return nil, err
	}
	for _, row := range applied {
		at := time.Unix(row.AppliedAt, 0).UTC()
		i := slices.IndexFunc(list, func(m Migration) bool { return m.Version == row.VersionID })
		if i < 0 {
			list = append(list, Migration{Version: row.VersionID, AppliedAt: at})
		} else {
			list[i].AppliedAt = at
		}
	}
	slices.SortFunc(list, func(a, b Migration) int { return cmp.Compare(a.Version, b.Version) })
	return list, nil
}

func (s *Store) hasTable(db *gorm.DB, name string) (bool, error) {
	var tables int
	err := db.Raw(s.dialect.hasTable, name).Scan(&tables).Error
	return tables > 0, err
}
