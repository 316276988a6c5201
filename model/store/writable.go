package store

import (
	"context"
	"strconv"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// probeEvery is how often at most Writable really stores something. Readiness is asked for by everybody.
const probeEvery = 5 * time.Second

// installationRow is one thing to know about all replicas together.
type installationRow struct {
	Name  string `gorm:"primaryKey"`
	Value string
}

// TableName is gorm's hook.
func (installationRow) TableName() string { return "installation" }

// Writable tells whether the database answers and takes writes: it stores the time, since a full disk lets through what
// changes nothing. When that went well a moment ago it only tries a write of no row, which databases that are read-only
// refuse too. Errors: the database_… codes.
func (s *Store) Writable(ctx context.Context) error {
	now := s.Now()
	if since := now.Sub(time.UnixMicro(s.stored.Load())); since >= 0 && since < probeEvery {
		return s.exclusive(ctx, func(db *gorm.DB) error {
			return db.Exec("UPDATE leases SET lease_until = lease_until WHERE name = ''").Error
		})
	}
	err := s.exclusive(ctx, func(db *gorm.DB) error {
		row := installationRow{Name: "probe", Value: strconv.FormatInt(now.UnixMicro(), 10)}
		return db.Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error
	})
	if err == nil {
		s.stored.Store(now.UnixMicro())
	}
	return err
}
