package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"
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
				return failed(explainDatabase(cfg.Database, err))
			}
			from, to, err := s.Migrate(context.WithoutCancel(cmd.Context()))
			if err != nil {
				_ = s.Close() // the first error is the one to tell
				return failed(explainDatabase(cfg.Database, err))
			}
			if asJSON {
				err = json.NewEncoder(cmd.OutOrStdout()).Encode(map[string]int64{"from": from, "to": to})
			} else if from == to {
				_, err = fmt.Fprintf(cmd.OutOrStdout(), "database is up to date (version %d)\n", to)
			} else {
				_, err = fmt.Fprintf(cmd.OutOrStdout(), "database migrated from version %d to %d\n", from, to)
			}
			if err != nil {
				return failed(err)
			}
			return failed(s.Close())
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return cmd
}
