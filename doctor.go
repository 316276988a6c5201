package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/oabridge/oabridge/config"
	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/service"
)

// doctorOptions are how the doctor was asked.
type doctorOptions struct {
	asJSON bool
	send   bool   // test messages
	to     string // the user id that gets a work notice among them
}

func newDoctor(env *environment) *cobra.Command {
	var o doctorOptions
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check everything that the bridge depends on · 检查运行环境",
		Long: "Checks the configuration, the database, Redis, each Jenkins and DingTalk, and says what to do about what is wrong.\n" +
			"Nothing is built, and nobody is told anything unless --send asks for it. Some checks ask DingTalk and count against\n" +
			"its quota of the month. The exit code is 1 when a check failed, the configuration among them.",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.to != "" && !o.send {
				return misused("--to names who gets the work notice of --send, which is missing")
			}
			return failed(diagnose(cmd.Context(), env, cmd.OutOrStdout(), o))
		},
	}
	cmd.Flags().BoolVar(&o.asJSON, "json", false, "print a JSON list of {check, status, detail, remedy} at the end")
	cmd.Flags().BoolVar(&o.send, "send", false, "send a test message to each robot, and a work notice to one person · 发送测试消息")
	cmd.Flags().StringVar(&o.to, "to", "", "user id of that person; default: dingtalk.comment_user_id")
	return cmd
}

// diagnose makes every check, one after another and always in the same order. Its error says how many failed.
func diagnose(ctx context.Context, env *environment, out io.Writer, o doctorOptions) error {
	cfg, err := env.load()
	d := newExamination(out, o.asJSON)
	d.configuration(ctx, err)
	if err == nil {
		d.hide(cfg.Secrets())
		stored := d.database(ctx, cfg.Database)
		if stored {
			d.replicas(ctx, cfg)
		}
		d.redis(ctx, cfg.Redis)
		listings := map[*model.Listing]service.CatalogueRules{}
		for _, j := range cfg.Jenkins {
			rules := catalogueRules(cfg, j)
			if listing := d.jenkins(ctx, j, rules); listing != nil {
				listings[listing] = rules
				d.migrations(ctx, cfg, j, listing)
				d.inputRules(ctx, j, listing)
			}
			if stored {
				d.savedCatalogue(ctx, cfg, j)
			}
		}
		d.accessRules(ctx, cfg, listings)
		d.idlePolicies(ctx, cfg, listings)
		spent := d.dingtalk(ctx, cfg, stored, o)
		if stored {
			d.quota(ctx, cfg, spent)
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
