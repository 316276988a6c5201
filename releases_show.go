package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/oabridge/oabridge/model"
)

func newReleasesShow(b *bridgeFlags) *cobra.Command {
	var all bool
	cmd := &cobra.Command{
		Use:   "show R-1042",
		Short: "Show one release: how it stands, its history, its messages · 查看一张上线单",
		Args:  oneNumber,
		RunE: func(cmd *cobra.Command, args []string) error {
			if all && b.asJSON {
				return misused("--all is for people: programs read %s/events page by page", releasePath(args[0]))
			}
			return b.run(cmd, asked{
				method: http.MethodGet, path: releasePath(args[0]),
				show: func(ctx context.Context, c *bridgeClient, raw []byte) error {
					r, err := decoded[shownRelease](raw)
					if err == nil && all {
						err = c.wholeHistory(ctx, &r)
					}
					if err != nil {
						return err
					}
					_, err = io.WriteString(cmd.OutOrStdout(), c.describe(r)+c.history(r)+c.outbox(r))
					return err
				},
			})
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "print the whole history, not only its newest 1000 lines")
	return cmd
}

// wholeHistory puts the lines before those that came with the release.
func (c *bridgeClient) wholeHistory(ctx context.Context, r *shownRelease) error {
	for r.EventsBefore != nil {
		raw, err := c.ask(ctx, http.MethodGet, fmt.Sprintf("%s/events?limit=1000&before=%d", releasePath(r.Number), *r.EventsBefore), nil)
		if err != nil {
			return err
		}
		page, err := decoded[struct {
			Events     []shownEvent `json:"events"`
			NextBefore *int64       `json:"next_before"`
		}](raw)
		if err != nil {
			return err
		}
		r.Events, r.EventsBefore = append(page.Events, r.Events...), page.NextBefore
	}
	return nil
}

// describe is everything of a release but its history.
func (c *bridgeClient) describe(r shownRelease) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s  %s\n", harmless(r.Number), both(releaseWords, r.State), harmless(r.Project.label()))
	approvers := make([]string, len(r.Approvers))
	for i, p := range r.Approvers {
		approvers[i] = p.label()
	}
	var rows [][]string
	for _, row := range [][]string{
		{"说明 reason", r.Reason}, {"发起人 initiator", r.Initiator.label()}, {"审批人 approvers", strings.Join(approvers, "、")},
		{"审批编号 approval", r.BusinessID}, {"登记 created", c.clock(&r.CreatedAt)}, {"定时 scheduled", c.clock(r.ScheduledAt)},
		{"结束 finished", c.clock(r.FinishedAt)}, {"回滚 rolls back", r.RollbackOf}, {"时区 time zone", c.zoneName()},
	} {
		if row[1] != "" {
			rows = append(rows, []string{row[0], harmless(row[1])})
		}
	}
	b.WriteString(table("  ", rows))
	b.WriteString(c.approval(r.Approval))
	b.WriteString(c.deployments(r))
	return b.String()
}

// approval tells whether DingTalk confirmed it, and who decided what.
func (c *bridgeClient) approval(a *shownApproval) string {
	if a == nil {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\n审批 approval  %s\n", both(proofWords, a.Proof))
	if a.Message != "" {
		fmt.Fprintf(&b, "  %s\n", harmless(a.Message))
	}
	for _, r := range a.Records {
		if r.Result != "" {
			fmt.Fprintf(&b, "  %s  %s  %s  %s\n", c.clock(r.At), harmless(r.Who.label()), both(resultWords, r.Result), harmless(r.Remark))
		}
	}
	return b.String()
}

// deployments tells of each app how it stands and why.
func (c *bridgeClient) deployments(r shownRelease) string {
	var b strings.Builder
	b.WriteString("\n部署 deployments\n")
	for _, d := range r.Deployments {
		fmt.Fprintf(&b, "  [%d] %s  %s", d.ID, harmless(d.Name), both(deploymentWords, d.State))
		if d.Build > 0 {
			fmt.Fprintf(&b, "  #%d", d.Build)
		}
		if d.DurationMS > 0 {
			fmt.Fprintf(&b, "  %s", (time.Duration(d.DurationMS) * time.Millisecond).Round(time.Millisecond))
		}
		fmt.Fprintf(&b, "\n      %s\n", harmless(d.App))
		for _, line := range slices.Concat(c.reasons(d), d.Failure.lines(), c.progress(d), c.questions(d), c.trace(d)) {
			fmt.Fprintf(&b, "      %s\n", line)
		}
	}
	return b.String()
}

// reasons are the lines that say why a deployment stands where it stands.
func (c *bridgeClient) reasons(d shownDeployment) []string {
	var lines []string
	add := func(holds bool, format string, args ...any) {
		if holds {
			lines = append(lines, harmless(fmt.Sprintf(format, args...)))
		}
	}
	word := waitWords[d.Wait]
	if word == "" {
		word = string(d.Wait)
	}
	add(d.Wait != "", "%s", word)
	add(d.Wait != "" && d.NextAt != nil, "下次处理 next: %s", c.clock(d.NextAt))
	add(d.Message != "", "%s", strings.TrimSpace(string(d.Code)+" "+d.Message))
	add(d.LateMS >= time.Minute.Milliseconds(), "比计划晚 late by %s", (time.Duration(d.LateMS) * time.Millisecond).Round(time.Second))
	add(d.MissingSince != nil, "Jenkins 中找不到，自 missing since %s", c.clock(d.MissingSince))
	add(d.State == model.StateLost && d.QueueID > 0, "队列编号 queue id %d", d.QueueID)
	add(d.BuildURL != "", "%s", d.BuildURL)
	add(d.Stop != nil, "已要求停止 stop asked for")
	if d.Stop != nil {
		add(true, "  %s：%s", d.Stop.By, d.Stop.Reason)
		add(d.Stop.SentAt != nil, "  Jenkins 已收到 was told %s: %s", d.Stop.Way, c.clock(d.Stop.SentAt))
	}
	if d.Drift != nil {
		add(true, "停住于 held since %s", c.clock(&d.Drift.Since))
		for _, job := range d.Drift.Moved {
			add(true, "可能已变成 may have become: --job %s", job)
		}
		add(d.Drift.Continuable, "处理 decide: releases continue --deployment %d 或 or releases cancel", d.ID)
		add(!d.Drift.Continuable, "任务改回来之前不能照原样继续 · cannot go on before the job is as it was")
	}
	for _, f := range d.Former {
		add(true, "此前的构建 a build before: #%d %s %s", f.Build, f.Result, f.URL)
	}
	add(d.State == model.StateLost, "处理 decide: releases retry 或 or releases abandon, --deployment %d", d.ID)
	return lines
}

func (c *bridgeClient) history(r shownRelease) string {
	names := map[int64]string{}
	for _, d := range r.Deployments {
		names[d.ID] = harmless(d.Name)
	}
	var rows [][]string
	for _, e := range r.Events {
		moved := ""
		if e.From != e.To {
			moved = strings.TrimSpace(e.From + " → " + e.To)
		}
		rows = append(rows, []string{c.clock(&e.At), harmless(e.Actor), harmless(e.Kind), names[e.DeploymentID], harmless(moved), harmless(e.Message)})
	}
	text := "\n历史 history\n"
	if r.EventsBefore != nil {
		text += "  更早的已省略 · older lines are left out: --all\n"
	}
	return text + table("  ", rows)
}

func (c *bridgeClient) outbox(r shownRelease) string {
	if len(r.Messages) == 0 {
		return ""
	}
	var rows [][]string
	for _, m := range r.Messages {
		rows = append(rows, []string{
			c.clock(&m.CreatedAt), both(messageWords, m.State), harmless(string(m.Channel) + " " + m.Recipient), harmless(m.Title), harmless(m.LastError),
		})
	}
	return "\n消息 messages\n" + table("  ", rows)
}
