package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/oabridge/oabridge/config"
)

func newDoctor(env *environment) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check everything that the bridge depends on · 检查运行环境",
		Long: "Checks the configuration, the database, Redis, each Jenkins and DingTalk, and says what to do about what is wrong.\n" +
			"Nothing is built and nobody is told anything. The exit code is 1 when a check failed,\n" +
			"the configuration among them.",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return failed(diagnose(cmd.Context(), env, cmd.OutOrStdout(), asJSON))
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON list of {check, status, detail, remedy} at the end")
	return cmd
}

// diagnose makes every check, one after another and always in the same order. Its error says how many failed.
func diagnose(ctx context.Context, env *environment, out io.Writer, asJSON bool) error {
	cfg, err := env.load()
	d := newExamination(out, asJSON)
	d.configuration(ctx, err)
	if err == nil {
		d.hide(cfg.Secrets())
		stored := d.database(ctx, cfg.Database)
		if stored {
			d.replicas(ctx, cfg)
		}
		d.redis(ctx, cfg.Redis)
		for _, j := range cfg.Jenkins {
			d.jenkins(ctx, j)
		}
		d.dingtalk(ctx, cfg.DingTalk)
		if stored {
			d.quota(ctx, cfg)
		}
	}
	return d.finish()
}

func (d *examination) configuration(ctx context.Context, err error) {
	if err == nil {
		d.check(ctx, "configuration", func(context.Context) finding { return fine("complete and valid · 完整有效") })
		return
	}
	problems, ok := errors.AsType[config.Problems](err)
	if !ok {
		problems = config.Problems{{Message: err.Error()}}
	}
	for _, p := range problems {
		d.check(ctx, "configuration", func(context.Context) finding {
			remedy := p.Remedy
			p.Remedy = "" // it has a line of its own
			return broken(p.String(), remedy)
		})
	}
}

// finish prints what is left to print.
func (d *examination) finish() error {
	failures, warnings := d.count(statusFail), d.count(statusWarn)
	if d.asJSON {
		d.note(encodeJSON(d.out, d.results))
	} else {
		_, err := fmt.Fprintf(d.out, "\n%d checks: %d OK, %d WARN, %d FAIL\n",
			len(d.results), len(d.results)-failures-warnings, warnings, failures)
		d.note(err)
	}
	if d.err == nil && failures > 0 {
		return fmt.Errorf("%d of %d checks failed · 有 %[1]d 项检查未通过", failures, len(d.results))
	}
	return d.err
}
