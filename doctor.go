package main

import "github.com/spf13/cobra"

func newDoctor(env *environment) *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "Check everything that the bridge depends on · 检查运行环境",
		Args:  cobra.NoArgs,
		RunE: func(_ *cobra.Command, _ []string) error {
			_, err := env.load()
			return err
		},
	}
}
