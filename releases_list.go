package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/oabridge/oabridge/model"
)

func newReleasesList(b *bridgeFlags) *cobra.Command {
	var state, before string
	var limit int
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List releases, the newest first · 列出上线单",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			query := url.Values{"limit": {strconv.Itoa(limit)}}
			if state != "" && !slices.Contains(model.ReleaseStates(), model.ReleaseState(state)) {
				return misused("--state %q is none of %v", state, model.ReleaseStates())
			}
			if limit < 1 || limit > 200 {
				return misused("--limit %d: from 1 to 200", limit)
			}
			if before != "" {
				if _, err := model.ParseNumber(before); err != nil {
					return misused("--before %q is no number of a release: write R-1042", before)
				}
				query.Set("before", before)
			}
			if state != "" {
				query.Set("state", state)
			}
			return b.run(cmd, asked{
				method: http.MethodGet, path: "/api/releases?" + query.Encode(),
				show: func(_ context.Context, c *bridgeClient, raw []byte) error { return c.printList(cmd.OutOrStdout(), raw) },
			})
		},
	}
	cmd.Flags().StringVar(&state, "state", "", "only releases in this state, such as active")
	cmd.Flags().IntVar(&limit, "limit", 20, "how many, 1 to 200")
	cmd.Flags().StringVar(&before, "before", "", "only releases older than this one, such as R-1042")
	return cmd
}

func (c *bridgeClient) printList(out io.Writer, raw []byte) error {
	page, err := decoded[struct {
		Releases   []shownRelease `json:"releases"`
		NextBefore *string        `json:"next_before"`
	}](raw)
	if err != nil {
		return err
	}
	if len(page.Releases) == 0 {
		_, err := fmt.Fprintln(out, "没有上线单 · no releases")
		return err
	}
	created := "登记 created"
	if zone := c.zoneName(); zone != "" {
		created += " (" + zone + ")"
	}
	rows := [][]string{{"编号 number", "状态 state", created, "发起人 by", "内容 what"}}
	for _, r := range page.Releases {
		rows = append(rows, []string{
			harmless(r.Number), both(releaseWords, r.State), c.clock(&r.CreatedAt), harmless(r.Initiator.label()), c.what(r),
		})
	}
	text := table("", rows)
	if page.NextBefore != nil {
		text += "更早的 · older ones: --before " + harmless(*page.NextBefore) + "\n"
	}
	_, err = io.WriteString(out, text)
	return err
}

// what names the project and the apps; of those that are not done, also how they stand.
func (c *bridgeClient) what(r shownRelease) string {
	apps := make([]string, len(r.Deployments))
	for i, d := range r.Deployments {
		apps[i] = harmless(d.Name)
		if d.State != model.StateSucceeded {
			apps[i] += "(" + both(deploymentWords, d.State) + ")"
		}
	}
	what := harmless(r.Project.label()) + "：" + strings.Join(apps, "、")
	if r.State == model.ReleaseActive && r.ScheduledAt != nil {
		what += "，定时 " + c.clock(r.ScheduledAt)
	}
	return what
}
