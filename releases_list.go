package main

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/oabridge/oabridge/model"
)

// listFlags say which releases are listed, and how many.
type listFlags struct {
	filterFlags
	limit  int
	before string
	all    bool
}

func newReleasesList(b *bridgeFlags) *cobra.Command {
	f := &listFlags{}
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List releases, the newest first · 列出上线单",
		Long: "Lists the releases that all of the flags let through.\n\n" +
			"  oabridge releases list --from 2026-11-01 --to 2026-11-30 --project 商城\n" +
			"  oabridge releases list --person zhangwei --state failed,partial\n" +
			"  oabridge releases list --app prod:deploy/mall/web --result FAILURE --all\n\n" +
			"Times without an offset are read in the bridge's time zone.",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd, b) },
	}
	f.add(cmd.Flags())
	cmd.Flags().IntVar(&f.limit, "limit", 20, "how many, 1 to 200")
	cmd.Flags().StringVar(&f.before, "before", "", "only releases older than this one, such as R-1042")
	cmd.Flags().BoolVar(&f.all, "all", false, "print all of them, page by page")
	return cmd
}

func (f *listFlags) run(cmd *cobra.Command, b *bridgeFlags) error {
	query, err := f.query()
	if err != nil {
		return err
	}
	switch {
	case f.limit < 1 || f.limit > mostListed:
		return misused("--limit %d: from 1 to %d", f.limit, mostListed)
	case f.all && cmd.Flags().Changed("limit"):
		return misused("--all and --limit contradict each other: give one of them")
	case f.all && b.asJSON:
		return misused("--all is for people: releases export --format json is for programs")
	}
	if err := numbered("--before", f.before); err != nil {
		return err
	}
	if f.all {
		f.limit = mostListed
	}
	query.Set("limit", strconv.Itoa(f.limit))
	if f.before != "" {
		query.Set("before", f.before)
	}
	return b.run(cmd, asked{
		method: http.MethodGet, path: "/api/releases?" + query.Encode(),
		show: func(ctx context.Context, c *bridgeClient, raw []byte) error {
			if !f.all {
				return c.printList(cmd.OutOrStdout(), raw)
			}
			return c.printAll(ctx, cmd.OutOrStdout(), query, raw)
		},
	})
}

// mostListed is how many releases one page has at most.
const mostListed = 200

// listedPage is one page of releases.
type listedPage struct {
	Releases   []shownRelease `json:"releases"`
	NextBefore *string        `json:"next_before"`
}

// printAll prints a page, and those behind it.
func (c *bridgeClient) printAll(ctx context.Context, out io.Writer, query url.Values, raw []byte) error {
	for head := true; ; head = false {
		page, err := decoded[listedPage](raw)
		if err != nil {
			return err
		}
		next := page.NextBefore
		page.NextBefore = nil
		if err := c.printPage(out, page, head); err != nil || next == nil {
			return err
		}
		query.Set("before", *next)
		if raw, err = c.ask(ctx, http.MethodGet, "/api/releases?"+query.Encode(), nil); err != nil {
			return err
		}
	}
}

func (c *bridgeClient) printList(out io.Writer, raw []byte) error {
	page, err := decoded[listedPage](raw)
	if err != nil {
		return err
	}
	return c.printPage(out, page, true)
}

// printPage prints one page; with a head only the first of several.
func (c *bridgeClient) printPage(out io.Writer, page listedPage, head bool) error {
	var rows [][]string
	if head && len(page.Releases) == 0 {
		_, err := io.WriteString(out, "没有上线单 · no releases\n")
		return err
	}
	if head {
		created := "登记 created"
		if zone := c.zoneName(); zone != "" {
			created += " (" + zone + ")"
		}
		rows = [][]string{{"编号 number", "状态 state", created, "结束 finished", "发起人 by", "内容 what"}}
	}
	for _, r := range page.Releases {
		rows = append(rows, []string{
			harmless(r.Number), both(releaseWords, r.State), c.clock(&r.CreatedAt), c.clock(r.FinishedAt), harmless(r.Initiator.label()), c.what(r),
		})
	}
	text := table("", rows)
	if page.NextBefore != nil {
		text += "更早的 · older ones: --before " + harmless(*page.NextBefore) + "\n"
	}
	_, err := io.WriteString(out, text)
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
