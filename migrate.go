package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/oabridge/oabridge/config"
	"github.com/oabridge/oabridge/model/store"
)

func newMigrate(env *environment) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "migrate",
		Short: "Bring the database up to date (serve does it too) · 升级数据库",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := env.load()
			if err != nil {
				return err
			}
			s, err := openStore(cmd.Context(), cfg.Database, newLogger(cfg.Log, cmd.ErrOrStderr()))
			if err != nil {
				return unusable(cfg.Database, err)
			}
			from, to, err := migrate(context.WithoutCancel(cmd.Context()), s, cfg.Database)
			if err != nil {
				_ = s.Close() // the first error is the one to tell
				return unusable(cfg.Database, err)
			}
			if asJSON {
				err = json.NewEncoder(cmd.OutOrStdout()).Encode(map[string]int64{"from": from, "to": to})
			} else if from == to {
				_, err = fmt.Fprintf(cmd.OutOrStdout(), "database is up to date (version %d)\n", to)
			} else {
				_, err = fmt.Fprintf(cmd.OutOrStdout(), "database migrated from version %d to %d\n", from, to)
			}
			return failed(errors.Join(err, s.Close()))
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	cmd.AddCommand(newMigrateStatus(env))
	return cmd
}

// migrate changes no SQLite file under a process that serves it: that one is of another version, or it would have
// migrated itself. Replicas on MySQL go on while the first of the new version migrates. Errors: errServed, store.ErrNewerDatabase.
func migrate(ctx context.Context, s *store.Store, cfg config.Database) (from, to int64, err error) {
	if version, err := s.Version(ctx); err != nil || version == store.Newest() {
		return version, version, err
	}
	unlock, err := lockDatabase(cfg)
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	return s.Migrate(ctx)
}
