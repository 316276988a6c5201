package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/spf13/cobra"
)

// shownRollback is what the API answers to a roll back.
type shownRollback struct {
	Duplicate bool   `json:"duplicate"`
	DryRun    bool   `json:"dry_run"`
	Of        string `json:"rollback_of"`
	Targets   []struct {
		Name    string `json:"name"`
		Release string `json:"release"`
		Build   int64  `json:"build"`
	} `json:"targets"`
	Warnings []string      `json:"warnings"`
	Release  *shownRelease `json:"release"`
	Builds   []shownDraft  `json:"builds"`
}

func newReleasesRollback(b *bridgeFlags) *cobra.Command {
	var reason, user, request stated
	var only which
	var dryRun bool
	cmd := &cobra.Command{
		Use:   "rollback R-1042 --reason … [--app … | --deployment N] [--user …] [--dry-run]",
		Short: "Deploy what was deployed before a release, as a release of its own · 回滚上线单",
		Long: "Makes a new release of the parameters with which each app that ran in the release, or the one that is meant, succeeded last before it,\n" +
			"in the reverse order. It names the old release, takes no approval (rollback.allow), and comes under every other rule: who may use\n" +
			"the project (--user is asked about), windows, changes of the jobs. Database changes are not undone.\n" +
			"Asked for twice it is one release, unless that failed or something else was deployed since; to do the same once more, give another --request-id.\n\n" +
			"  oabridge releases rollback R-1042 --reason 支付失败率上升 --dry-run\n" +
			"  oabridge releases rollback R-1042 --reason 支付失败率上升 --user zhangwei",
		Args: oneNumber,
		RunE: func(cmd *cobra.Command, args []string) error {
			body, err := only.body(cmd, reason)
			if err != nil {
				return err
			}
			for name, value := range map[string]stated{"user": user, "request_id": request} {
				if value != "" {
					body[name] = value
				}
			}
			if dryRun {
				body["dry_run"] = true
			}
			return b.run(cmd, asked{
				method: http.MethodPost, path: releasePath(args[0]) + "/rollback", body: body,
				show: func(_ context.Context, c *bridgeClient, raw []byte) error {
					return c.printRollback(cmd.OutOrStdout(), raw)
				},
			})
		},
	}
	reasonFlag(cmd, &reason)
	only.add(cmd, "every app that ran")
	cmd.Flags().Var(&user, "user", "DingTalk user id of who rolls back; needed where access is restricted")
	cmd.Flags().Var(&request, "request-id", "an id of your own: the same id is the same release")
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "show what would be deployed, and change nothing")
	return cmd
}

func (c *bridgeClient) printRollback(out io.Writer, raw []byte) error {
	done, err := decoded[shownRollback](raw)
	if err != nil {
		return err
	}
	var b strings.Builder
	for _, t := range done.Targets {
		fmt.Fprintf(&b, "%s → %s #%d\n", harmless(t.Name), harmless(t.Release), t.Build)
	}
	for _, note := range done.Warnings {
		fmt.Fprintf(&b, "注意 note: %s\n", harmless(note))
	}
	switch {
	case done.DryRun:
		b.WriteString("只是预演，没有改变任何东西 · a dry run: nothing was changed\n")
		for _, d := range done.Builds {
			b.WriteString(c.draft(d))
		}
	case done.Duplicate && done.Release != nil:
		b.WriteString("已经回滚过 · was rolled back already\n\n" + c.describe(*done.Release))
	case done.Release != nil:
		b.WriteString("开始回滚 · rolling back " + harmless(done.Of) + "\n\n" + c.describe(*done.Release))
	}
	_, err = io.WriteString(out, b.String())
	return err
}
