package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/oabridge/oabridge/model"
)

func newMessagesList(env *environment) *cobra.Command {
	b := &bridgeFlags{env: env}
	var state, channel string
	var limit int
	var before int64
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List messages of a running bridge, the newest first · 列出消息",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			query := url.Values{"limit": {strconv.Itoa(limit)}}
			switch {
			case limit < 1 || limit > 200:
				return misused("--limit %d: from 1 to 200", limit)
			case before < 0:
				return misused("--before %d is no id of a message", before)
			case state != "" && !slices.Contains(model.MessageStates(), model.MessageState(state)):
				return misused("--state %q is none of %v", state, model.MessageStates())
			case channel != "" && !slices.Contains(model.Channels(), model.Channel(channel)):
				return misused("--channel %q is none of %v", channel, model.Channels())
			}
			for name, value := range map[string]string{"state": state, "channel": channel} {
				if value != "" {
					query.Set(name, value)
				}
			}
			if before > 0 {
				query.Set("before", strconv.FormatInt(before, 10))
			}
			return b.run(cmd, asked{
				method: http.MethodGet, path: "/api/messages?" + query.Encode(),
				show: func(_ context.Context, c *bridgeClient, raw []byte) error {
					return c.printLetters(cmd.OutOrStdout(), raw)
				},
			})
		},
	}
	b.add(cmd.Flags())
	cmd.Flags().StringVar(&state, "state", "", "only messages in this state, such as dead")
	cmd.Flags().StringVar(&channel, "channel", "", "only this channel: robot, work_notice or comment")
	cmd.Flags().IntVar(&limit, "limit", 20, "how many, 1 to 200")
	cmd.Flags().Int64Var(&before, "before", 0, "only messages with a smaller id")
	return cmd
}

// shownLetter is a message as the API answers it.
type shownLetter struct {
	ID        int64              `json:"id"`
	Release   *string            `json:"release"`
	Kind      model.NoticeKind   `json:"kind"`
	Channel   model.Channel      `json:"channel"`
	Recipient string             `json:"recipient"`
	Author    string             `json:"author"`
	Title     string             `json:"title"`
	Text      string             `json:"text"`
	State     model.MessageState `json:"state"`
	Attempts  int                `json:"attempts"`
	LastCode  model.Code         `json:"last_code"`
	LastError string             `json:"last_error"`
	CreatedAt time.Time          `json:"created_at"`
	SentAt    *time.Time         `json:"sent_at"`
	NextAt    *time.Time         `json:"next_at"`
	DigestID  *int64             `json:"digest_id"`
	ResentBy  string             `json:"resent_by"`
	ResentAt  *time.Time         `json:"resent_at"`
}

// why says what keeps a message from its recipient, "" when nothing does.
func (l shownLetter) why() string {
	if l.LastCode == "" {
		return harmless(l.LastError)
	}
	return harmless(string(l.LastCode) + " " + l.LastError)
}

func (c *bridgeClient) printLetters(out io.Writer, raw []byte) error {
	page, err := decoded[struct {
		Messages   []shownLetter `json:"messages"`
		NextBefore *int64        `json:"next_before"`
	}](raw)
	if err != nil {
		return err
	}
	if len(page.Messages) == 0 {
		_, err := fmt.Fprintln(out, "没有消息 · no messages")
		return err
	}
	created := "时间 created"
	if zone := c.zoneName(); zone != "" {
		created += " (" + zone + ")"
	}
	rows := [][]string{{"编号 id", "状态 state", created, "发给 to", "标题 title", "原因 why"}}
	for _, m := range page.Messages {
		rows = append(rows, []string{
			strconv.FormatInt(m.ID, 10), both(messageWords, m.State), c.clock(&m.CreatedAt),
			harmless(string(m.Channel) + " " + m.Recipient), harmless(m.Title), m.why(),
		})
	}
	text := table("", rows)
	if page.NextBefore != nil {
		text += fmt.Sprintf("更早的 · older ones: --before %d\n", *page.NextBefore)
	}
	_, err = io.WriteString(out, text)
	return err
}
