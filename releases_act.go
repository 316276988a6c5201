package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/oabridge/oabridge/model"
)

// act lets the bridge do something to a release and shows the release as it is then.
func (b *bridgeFlags) act(cmd *cobra.Command, number, action string, body map[string]any) error {
	return b.run(cmd, asked{
		method: http.MethodPost, path: releasePath(number) + "/" + action, body: body,
		show: func(_ context.Context, c *bridgeClient, raw []byte) error {
			r, err := decoded[shownRelease](raw)
			if err != nil {
				return err
			}
			_, err = io.WriteString(cmd.OutOrStdout(), "已执行 · done: "+action+"\n\n"+c.describe(r))
			return err
		},
	})
}

// stated is the value of a flag that must say something.
type stated string

func (s *stated) String() string { return string(*s) }

// Type is what the help calls the value.
func (s *stated) Type() string { return "string" }

// Set takes the value, and refuses one that is empty.
func (s *stated) Set(value string) error {
	if strings.TrimSpace(value) == "" {
		return errors.New("it is empty · 不能为空")
	}
	*s = stated(value)
	return nil
}

// reasonFlag adds --reason, without which nobody knows later why.
func reasonFlag(cmd *cobra.Command, reason *stated) {
	cmd.Flags().Var(reason, "reason", "why; recorded and told with the name of the token")
	_ = cmd.MarkFlagRequired("reason") // fails only for a flag that does not exist
}

// which are the flags for one of a release's deployments.
type which struct {
	deployment int64
	app        stated
}

func (w *which) add(cmd *cobra.Command, fallback string) {
	cmd.Flags().Int64Var(&w.deployment, "deployment", 0, "only this one, by the number that releases show has in brackets (default: "+fallback+")")
	cmd.Flags().Var(&w.app, "app", "only this app, by its name or its key, controller:job")
	cmd.MarkFlagsMutuallyExclusive("deployment", "app")
}

// body is what is asked of the bridge, with the one that is meant.
func (w *which) body(cmd *cobra.Command, reason stated) (map[string]any, error) {
	body := map[string]any{"reason": reason}
	if w.app != "" {
		body["app"] = w.app
	}
	if cmd.Flags().Changed("deployment") {
		if w.deployment < 1 {
			return nil, misused("--deployment %d: give the number that releases show has in brackets", w.deployment)
		}
		body["deployment"] = w.deployment
	}
	return body, nil
}

// means tells whether a deployment is meant.
func (w *which) means(d shownDeployment) bool {
	return (w.deployment == 0 || d.ID == w.deployment) && (w.app == "" || slices.Contains([]string{d.App, d.Name, d.Job}, string(w.app)))
}

func newReleasesCancel(b *bridgeFlags) *cobra.Command {
	var reason stated
	var only which
	cmd := &cobra.Command{
		Use:   "cancel R-1042 --reason … [--app … | --deployment N]",
		Short: "Take back what has not started, stop what runs · 取消上线单",
		Long: "Takes back what has not started and has Jenkins stop what runs: of the whole release, or of one app with those behind it in its order.\n" +
			"A pipeline that goes on is ended more forcefully (term, kill), as jenkins[].stop says. How it ended is told when Jenkins says so.",
		Args: oneNumber,
		RunE: func(cmd *cobra.Command, args []string) error {
			body, err := only.body(cmd, reason)
			if err != nil {
				return err
			}
			return b.act(cmd, args[0], "cancel", body)
		},
	}
	reasonFlag(cmd, &reason)
	only.add(cmd, "the whole release")
	return cmd
}

func newReleasesStart(b *bridgeFlags) *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use:   "start R-1042",
		Short: "Let a release run that waits for a person (执行方式 手动), or go on outside its window · 开始手动执行的上线单，或在窗口外放行",
		Long: "Starts what waits for a person (执行方式 手动), and lets a release go on now that waits for the time in which deployments may start.\n" +
			"The latter needs a reason, which is recorded and told, and counts for the whole release until it is planned anew or retried.",
		Args: oneNumber,
		RunE: func(cmd *cobra.Command, args []string) error {
			return b.act(cmd, args[0], "start", map[string]any{"reason": reason})
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why; recorded with the name of the token")
	return cmd
}

func newReleasesReplan(b *bridgeFlags) *cobra.Command {
	var reason, at stated
	cmd := &cobra.Command{
		Use:   "replan R-1042 --at … --reason …",
		Short: "Set a new time for what has not started, or expired · 改期",
		Long: "Sets a new time for every app of the release that has not started, or that expired, with those behind it in its order.\n" +
			"What has started or was cancelled by a person stays as it is.\n\n" +
			"  oabridge releases replan R-1042 --at \"2026-11-22 20:00\" --reason 窗口改了\n\n" +
			"The time is read in the zone that the bridge is configured with, which releases show names; an offset (2026-11-22T20:00+08:00) is understood, too.",
		Args: oneNumber,
		RunE: func(cmd *cobra.Command, args []string) error {
			return b.act(cmd, args[0], "replan", map[string]any{"at": at, "reason": reason})
		},
	}
	reasonFlag(cmd, &reason)
	cmd.Flags().Var(&at, "at", "when, such as \"2026-11-22 20:00\", or now")
	_ = cmd.MarkFlagRequired("at") // fails only for a flag that does not exist
	return cmd
}

// verdict is a decision about deployments that were lost.
type verdict struct {
	action, short string
	about         []model.DeploymentState // what it can be about
	of            string                  // the same for people
	meaning       string
}

func newReleasesRetry(b *bridgeFlags) *cobra.Command {
	return newVerdict(b, verdict{
		action: "retry", short: "Let what failed or was lost have a new build · 失败或失联的应用重新构建",
		about: []model.DeploymentState{model.StateFailed, model.StateUnstable, model.StateAborted, model.StateLost},
		of:    "that failed, were unstable or aborted (at most retry.max times), or that Jenkins had and does not know any more (lost, 已失联)",
		meaning: "The job is built again with the approved parameters: what the old build did already is done a second time. What was cancelled\n" +
			"behind it waits for it again. Of what was lost, Jenkins is searched once more, and a build that is there after all is adopted.\n" +
			"用批准的参数重新构建，旧构建做过的事会再做一遍；因它取消的后续应用恢复等待。失联的先在 Jenkins 里再找一次，找到就继续跟踪。",
	})
}

func newReleasesAbandon(b *bridgeFlags) *cobra.Command {
	return newVerdict(b, verdict{
		action: "abandon", short: "Give up what was lost · 放弃失联的应用",
		about: []model.DeploymentState{model.StateLost}, of: "that Jenkins had and does not know any more (lost, 已失联)",
		meaning: "Nothing is built and nothing is stopped. It counts as failed, what waits behind it in the form's order is\n" +
			"cancelled, and this cannot be taken back.\n" +
			"不会构建，也不会停止任何东西：记为失败，后面等待的应用被取消，并且不能撤回。",
	})
}

// newVerdict makes the command of a decision. Without --yes it only tells what there is to decide: the same on a terminal
// and in a script, so that nothing waits for an answer that nobody gives.
func newVerdict(b *bridgeFlags, v verdict) *cobra.Command {
	var reason stated
	var only which
	var yes bool
	cmd := &cobra.Command{
		Use:   v.action + " R-1042 --reason … [--app … | --deployment N] --yes",
		Short: v.short,
		Long: "For deployments " + v.of + ".\n\n" + v.meaning + "\n\n" +
			"Look in Jenkins and where it was to be deployed first. Without --yes the command only shows what it is about.",
		Args: oneNumber,
		RunE: func(cmd *cobra.Command, args []string) error {
			body, err := only.body(cmd, reason)
			if err != nil {
				return err
			}
			if !yes {
				return b.preview(cmd, args[0], only, v)
			}
			return b.act(cmd, args[0], v.action, body)
		},
	}
	reasonFlag(cmd, &reason)
	only.add(cmd, "all of them")
	cmd.Flags().BoolVar(&yes, "yes", false, "do it; without it nothing is changed")
	return cmd
}

// preview shows what a decision would be about. It always ends in an error, since nothing was done.
func (b *bridgeFlags) preview(cmd *cobra.Command, number string, only which, v verdict) error {
	c, err := b.connect()
	if err != nil {
		return err
	}
	r, err := c.release(cmd.Context(), number)
	if err != nil {
		return failed(err)
	}
	var meant []shownDeployment
	for _, d := range r.Deployments {
		if slices.Contains(v.about, d.State) && only.means(d) {
			meant = append(meant, d)
		}
	}
	if len(meant) == 0 {
		return failed(fmt.Errorf("nothing in %s, which is %s, can be meant: %s is for deployments %s · 没有符合条件的应用",
			harmless(r.Number), both(releaseWords, r.State), v.action, v.of))
	}
	r.Deployments = meant
	if !b.asJSON {
		if _, err := io.WriteString(cmd.OutOrStdout(), strings.TrimSpace(harmless(r.Number)+"  "+c.zoneName())+c.deployments(r)+"\n"+v.meaning+"\n"); err != nil {
			return failed(err)
		}
	}
	return misused("nothing was done: repeat it with --yes · 什么都没有做，确认后请加上 --yes")
}
