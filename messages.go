package main

import "github.com/spf13/cobra"

func newMessages(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "messages",
		Short: "What people are told: list, show, send again, preview · 查看和重新发送通知",
		Long: "preview needs no bridge. The others ask a running one through its JSON API, as the releases commands do:\n\n" +
			"  OABRIDGE_TOKEN=… oabridge messages list --state dead --url https://bridge.example.com\n" +
			"  oabridge messages resend 17 -c config.yaml --as ops",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newMessagesList(env), newMessagesShow(env), newMessagesResend(env), newMessagesPreview(env))
	return cmd
}
