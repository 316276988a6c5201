package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/oabridge/oabridge/config"
	"github.com/oabridge/oabridge/model/store"
)

// The states of a schema.
const (
	schemaEmpty   = "empty"
	schemaPending = "pending"
	schemaCurrent = "up to date"
	schemaNewer   = "newer"
)

// schemaStatus is what migrate status tells.
type schemaStatus struct {
	Driver     string            `json:"driver"`
	State      string            `json:"state"`
	Version    int64             `json:"version"`
	Newest     int64             `json:"newest"`
	Migrations []migrationStatus `json:"migrations"`
}

type migrationStatus struct {
	Version   int64      `json:"version"`
	Name      string     `json:"name"`                 // empty when only a newer program knows it
	AppliedAt *time.Time `json:"applied_at,omitempty"` // none: pending
}

func newMigrateStatus(env *environment) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Tell which migrations the database has, without migrating · 查看数据库版本",
		Long: "Tells the schema version of the database, the newest one that this program knows, and every migration.\n" +
			"Nothing is changed, also while serve runs. The exit code is 2 when the database belongs to a newer\n" +
			"program, or cannot be read.",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := env.load()
			if err != nil {
				return err
			}
			status, err := readSchema(cmd.Context(), cfg.Database)
			if err != nil {
				return unusable(cfg.Database, err)
			}
			if asJSON {
				err = encodeJSON(cmd.OutOrStdout(), status)
			} else {
				err = status.print(cmd.OutOrStdout(), cfg.Location())
			}
			if err == nil && status.State == schemaNewer {
				return unusable(cfg.Database, fmt.Errorf("%w: version %d, this program knows %d", store.ErrNewerDatabase, status.Version, status.Newest))
			}
			return failed(err)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object {driver, state, version, newest, migrations}")
	return cmd
}

// readSchema asks the database, and makes no SQLite file that is not there.
func readSchema(ctx context.Context, cfg config.Database) (status schemaStatus, err error) {
	status = schemaStatus{Driver: cfg.Driver, Newest: store.Newest()}
	list := store.KnownMigrations()
	if !missing(cfg) {
		s, err := openStore(ctx, cfg, slog.New(slog.DiscardHandler))
		if err != nil {
			return status, err
		}
		list, err = s.Migrations(ctx)
		if err = errors.Join(err, s.Close()); err != nil {
			return status, err
		}
	}
	for _, m := range list {
		entry := migrationStatus{Version: m.Version, Name: m.Name}
		if !m.AppliedAt.IsZero() {
			entry.AppliedAt = &m.AppliedAt
			status.Version = m.Version
		}
		status.Migrations = append(status.Migrations, entry)
	}
	switch {
	case status.Version == 0:
		status.State = schemaEmpty
	case status.Version < status.Newest:
		status.State = schemaPending
	case status.Version > status.Newest:
		status.State = schemaNewer
	default:
		status.State = schemaCurrent
	}
	return status, nil
}

// missing tells whether the SQLite file was not made yet.
func missing(cfg config.Database) bool {
	if cfg.Driver != config.SQLite {
		return false
	}
	_, err := os.Stat(cfg.DSN.Reveal())
	return errors.Is(err, fs.ErrNotExist)
}

func (s schemaStatus) print(out io.Writer, zone *time.Location) error {
	words := map[string]string{
		schemaEmpty:   "the database is empty; serve or migrate makes the schema · 空库，启动服务或运行 migrate 即可建表",
		schemaPending: "migrations are pending; serve or migrate applies them · 需要升级，启动服务或运行 migrate 即可",
		schemaCurrent: "up to date · 已是最新",
		schemaNewer:   "the database belongs to a newer program · 数据库比程序新",
	}
	_, err := fmt.Fprintf(out, "%s, schema version %d, this program's newest %d: %s\n", s.Driver, s.Version, s.Newest, words[s.State])
	for _, m := range s.Migrations {
		when, name := "pending · 未执行", m.Name
		if m.AppliedAt != nil {
			when = "applied · 已执行 " + m.AppliedAt.In(zone).Format("2006-01-02 15:04:05")
		}
		if name == "" {
			name = "(unknown to this program · 本程序不认识)"
		}
		_, printErr := fmt.Fprintf(out, "  %05d %-12s %s\n", m.Version, name, when)
		err = errors.Join(err, printErr)
	}
	return err
}
