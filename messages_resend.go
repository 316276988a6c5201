package main

import (
	"context"
	"net/http"

	"github.com/spf13/cobra"
)

func newMessagesResend(env *environment) *cobra.Command {
	b := &bridgeFlags{env: env}
	cmd := &cobra.Command{
		Use:   "resend 17",
		Short: "Have a message sent again that was given up (dead) · 重新发送已放弃的消息",
		Long: "Correct what kept it from its recipient first: messages show has the reason. It is tried as a new one; who had it sent again\n" +
			"is recorded under the name of the token, in the history of its release, too.",
		Args: oneMessage,
		RunE: func(cmd *cobra.Command, args []string) error {
			return b.run(cmd, asked{
				method: http.MethodPost, path: "/api/messages/" + args[0] + "/resend",
				show: func(_ context.Context, c *bridgeClient, raw []byte) error {
					return c.printLetter(cmd.OutOrStdout(), "将重新发送 · to be sent again: ", raw)
				},
			})
		},
	}
	b.add(cmd.Flags())
	return cmd
}
