package main

import "github.com/spf13/cobra"

func newMessages(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "messages",
		Short: "What people are told · 查看通知",
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newMessagesPreview(env))
	return cmd
}
