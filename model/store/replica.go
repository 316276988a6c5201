package store

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/oabridge/oabridge/model"
)

type replicaRow struct {
	ID           string `gorm:"primaryKey"`
	Host         string
	Version      string
	StartedAt    int64
	SeenAt       int64
	Fingerprints string
}

// TableName is gorm's hook.
func (replicaRow) TableName() string { return "replicas" }

// SeeReplica notes that a process is alive: the first time with all about it and the time of its start, later only when
// it was seen. Errors: invalid_request (a name does not fit), database_unavailable.
func (s *Store) SeeReplica(ctx context.Context, r model.Replica) error {
	var c jsonColumns
	row := replicaRow{ID: r.ID, Host: text(r.Host), Version: text(r.Version), Fingerprints: c.encode("fingerprints", r.Fingerprints)}
	if c.err != nil {
		return c.err
	}
	return s.exclusive(ctx, func(db *gorm.DB) error {
		now, err := s.readTime(db)
		if err != nil {
			return err
		}
		row.StartedAt, row.SeenAt = now.UnixMicro(), now.UnixMicro()
		return db.Clauses(clause.OnConflict{
			Columns: []clause.Column{{Name: "id"}}, DoUpdates: clause.AssignmentColumns([]string{"seen_at"}),
		}).Create(&row).Error
	})
}

// Replicas returns the processes that were seen within the time, by the database's clock, those that run longest first.
// Errors: database_unavailable.
func (s *Store) Replicas(ctx context.Context, within time.Duration) ([]model.Replica, error) {
	var rows []replicaRow
	err := s.read(ctx, func(db *gorm.DB) error {
		now, err := s.readTime(db)
		if err != nil {
			return err
		}
		return db.Where("seen_at > ?", now.Add(-within).UnixMicro()).Order("started_at, id").Find(&rows).Error
	})
	list := make([]model.Replica, len(rows))
	for i, row := range rows {
		var c jsonColumns
		list[i] = model.Replica{
			ID: row.ID, Host: row.Host, Version: row.Version, StartedAt: timeOf(row.StartedAt), SeenAt: timeOf(row.SeenAt),
		}
		c.decode("fingerprints", row.Fingerprints, &list[i].Fingerprints)
		err = errors.Join(err, c.err)
	}
	return list, err
}

// RemoveReplica forgets a process that ends. Errors: database_unavailable.
func (s *Store) RemoveReplica(ctx context.Context, id string) error {
	return s.exclusive(ctx, func(db *gorm.DB) error { return db.Delete(&replicaRow{}, "id = ?", id).Error })
}

// ForgetReplicas forgets every process and the named leases that they hold. It is for who knows to be alone with the
// database, as on SQLite: what a killed process left there is nobody. Leases of rows run out as they would: what a killed
// process sent may still be on its way. Errors: database_unavailable.
func (s *Store) ForgetReplicas(ctx context.Context) error {
	return s.exclusive(ctx, func(db *gorm.DB) error {
		if err := db.Exec("DELETE FROM leases").Error; err != nil {
			return err
		}
		return db.Exec("DELETE FROM replicas").Error
	})
}

// Installation is the id that the database was given when its schema was made. It never changes and no other database
// has it, but for copies. Errors: not_found (an older schema), database_unavailable.
func (s *Store) Installation(ctx context.Context) (string, error) {
	var id string
	err := s.read(ctx, func(db *gorm.DB) error {
		return db.Raw("SELECT value FROM installation WHERE name = 'id'").Take(&id).Error
	})
	return id, err
}
