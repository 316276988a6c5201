package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
)

func newMessagesShow(env *environment) *cobra.Command {
	b := &bridgeFlags{env: env}
	cmd := &cobra.Command{
		Use:   "show 17",
		Short: "Show one message with its text and why it did not arrive · 查看一条消息",
		Args:  oneMessage,
		RunE: func(cmd *cobra.Command, args []string) error {
			return b.run(cmd, asked{
				method: http.MethodGet, path: "/api/messages/" + args[0],
				show: func(_ context.Context, c *bridgeClient, raw []byte) error {
					return c.printLetter(cmd.OutOrStdout(), "", raw)
				},
			})
		},
	}
	b.add(cmd.Flags())
	return cmd
}

// oneMessage takes the id of one message.
func oneMessage(cmd *cobra.Command, args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("%s takes the id of one message, such as 17, but was given %d arguments", cmd.CommandPath(), len(args))
	}
	if id, err := strconv.ParseUint(args[0], 10, 63); err != nil || id == 0 {
		return fmt.Errorf("%q is no id of a message: write a number that messages list shows", args[0])
	}
	return nil
}

func (c *bridgeClient) printLetter(out io.Writer, done string, raw []byte) error {
	m, err := decoded[shownLetter](raw)
	if err != nil {
		return err
	}
	release, digest, author := "", "", ""
	if m.Release != nil {
		release = *m.Release
	}
	if m.DigestID != nil {
		digest = strconv.FormatInt(*m.DigestID, 10)
	}
	if m.Author != "" {
		author = "，评论人 by " + m.Author
	}
	var rows [][]string
	for _, row := range [][]string{
		{"事件 event", string(m.Kind)}, {"上线单 release", release}, {"发给 to", string(m.Channel) + " " + m.Recipient + author},
		{"写于 created", c.clock(&m.CreatedAt)}, {"发送 sent", c.clock(m.SentAt)}, {"尝试 tries", strconv.Itoa(m.Attempts)},
		{"下次 next", c.clock(m.NextAt)}, {"原因 why", m.why()}, {"并入消息 merged into", digest},
		{"重新发送 resent", strings.TrimSpace(c.clock(m.ResentAt) + " " + m.ResentBy)}, {"时区 time zone", c.zoneName()},
	} {
		if row[1] != "" {
			rows = append(rows, []string{row[0], harmless(row[1])})
		}
	}
	lines := strings.Split(m.Text, "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight("  "+strings.TrimSpace(harmless(line)), " ")
	}
	_, err = fmt.Fprintf(out, "%s%d  %s  %s\n%s\n内容 text\n%s\n", done, m.ID, both(messageWords, m.State), harmless(m.Title),
		table("  ", rows), strings.Join(lines, "\n"))
	return err
}
