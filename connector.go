package main

import "github.com/spf13/cobra"

func newConnector(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "connector",
		Short: "Help to set up DingTalk's connector · 协助配置钉钉连接器",
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newConnectorSamples(env))
	return cmd
}
