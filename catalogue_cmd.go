package main

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/spf13/cobra"

	"github.com/oabridge/oabridge/api"
	"github.com/oabridge/oabridge/model"
)

// everyReason is what --why means without a reason.
const everyReason = "all"

// catalogueFlags say what of the catalogue is wanted.
type catalogueFlags struct {
	bridgeFlags
	project    string
	controller string
	why        string
	live       bool
}

func newCatalogue(env *environment) *cobra.Command {
	f := &catalogueFlags{bridgeFlags: bridgeFlags{env: env}}
	cmd := &cobra.Command{
		Use:   "catalogue",
		Short: "Print what forms are offered, and why not the rest · 列出表单提供的项目和应用",
		Long: "Prints every project with its apps as forms show them, then every job that is left out, with the reason.\n\n" +
			"  oabridge catalogue -c config.yaml --as ops                 ask the bridge that runs · 询问运行中的服务\n" +
			"  oabridge catalogue -c config.yaml --live                   ask Jenkins itself, without a bridge · 直接询问 Jenkins\n" +
			"  oabridge catalogue -c config.yaml --live --project 交易     one project · 一个项目\n" +
			"  oabridge catalogue -c config.yaml --live --why             only what is left out · 只看没有提供的\n" +
			"  oabridge catalogue -c config.yaml --live --why=excluded    only for one reason · 只看一种原因",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.print(cmd) },
	}
	f.add(cmd.Flags())
	cmd.Flags().StringVar(&f.project, "project", "", "only this project, by its id or name")
	cmd.Flags().StringVar(&f.controller, "controller", "", "only this Jenkins, by its name")
	cmd.Flags().StringVar(&f.why, "why", "", "only what is left out; with a reason, only for that reason")
	cmd.Flags().Lookup("why").NoOptDefVal = everyReason
	cmd.AddCommand(newCatalogueAccept(env))
	cmd.Flags().BoolVar(&f.live, "live", false, "ask each Jenkins of the configuration once, instead of a bridge")
	return cmd
}

func (f *catalogueFlags) print(cmd *cobra.Command) error {
	if f.why != "" && f.why != everyReason && !slices.Contains(model.LeftReasons(), model.LeftReason(f.why)) {
		return misused("--why=%s is none of %v", f.why, model.LeftReasons())
	}
	if f.live && (f.url != "" || f.as != "" || f.tokenFile != "") {
		return misused("--live asks no bridge: leave out --url, --as and --token-file")
	}
	show := func(c *bridgeClient, raw []byte) error {
		return c.printCatalogue(cmd.OutOrStdout(), raw, f.why != "")
	}
	if !f.live {
		return f.run(cmd, asked{
			method: http.MethodGet, path: "/api/catalogue?" + f.query().Encode(),
			show: func(_ context.Context, c *bridgeClient, raw []byte) error { return show(c, raw) },
		})
	}
	cfg, err := f.env.load()
	if err != nil {
		return err
	}
	report, away := liveCatalogue(cmd.Context(), cfg, f.filter())
	if report == nil {
		return failed(away)
	}
	raw, err := api.CatalogueJSON(report)
	switch {
	case err != nil:
	case f.asJSON:
		err = printRaw(cmd.OutOrStdout(), raw)
	default:
		err = show(&bridgeClient{zone: cfg.Location(), told: true}, raw)
	}
	return failed(errors.Join(err, away))
}

func (f *catalogueFlags) filter() model.CatalogueFilter {
	filter := model.CatalogueFilter{Project: f.project, Controller: f.controller, LeftOnly: f.why != ""}
	if f.why != everyReason {
		filter.Left = model.LeftReason(f.why)
	}
	return filter
}

// query is the filter as the JSON API takes it.
func (f *catalogueFlags) query() url.Values {
	filter, query := f.filter(), url.Values{}
	for name, value := range map[string]string{
		"project": filter.Project, "controller": filter.Controller, "reason": string(filter.Left),
	} {
		if value != "" {
			query.Set(name, value)
		}
	}
	if filter.LeftOnly {
		query.Set("left_out", "only")
	}
	return query
}
