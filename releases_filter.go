package main

import (
	"net/url"
	"slices"

	"github.com/spf13/pflag"

	"github.com/oabridge/oabridge/model"
)

// filterFlags say which releases are meant.
type filterFlags struct {
	states                                         []string
	from, to                                       string
	project, app, person, deployment, result, back string
}

func (f *filterFlags) add(flags *pflag.FlagSet) {
	flags.StringSliceVar(&f.states, "state", nil, "only releases in this state, such as active; several: in one of them")
	flags.StringVar(&f.from, "from", "", "only releases recorded then or later: 2026-11-01, \"2026-11-01 20:00\", or with an offset")
	flags.StringVar(&f.to, "to", "", "only releases recorded before; a day counts wholly")
	flags.StringVar(&f.project, "project", "", "only releases of this project, by its key or name")
	flags.StringVar(&f.app, "app", "", "only releases with this app, by its key or name")
	flags.StringVar(&f.person, "person", "", "only releases that this person asked for or approved, by user id or name")
	flags.StringVar(&f.deployment, "deployment", "", "only releases with an app in this state, such as failed")
	flags.StringVar(&f.result, "result", "", "only releases with a build of this result, such as FAILURE")
	flags.StringVar(&f.back, "rollback-of", "", "only releases that roll this one back, such as R-1042")
}

// query are the parameters of the JSON API. The bridge reads times, in its own time zone.
func (f *filterFlags) query() (url.Values, error) {
	query := url.Values{}
	for _, state := range f.states {
		if !slices.Contains(model.ReleaseStates(), model.ReleaseState(state)) {
			return nil, misused("--state %q is none of %v", state, model.ReleaseStates())
		}
		query.Add("state", state)
	}
	if f.deployment != "" && !slices.Contains(model.DeploymentStates(), model.DeploymentState(f.deployment)) {
		return nil, misused("--deployment %q is none of %v", f.deployment, model.DeploymentStates())
	}
	if err := numbered("--rollback-of", f.back); err != nil {
		return nil, err
	}
	for name, value := range map[string]string{
		"from": f.from, "to": f.to, "project": f.project, "app": f.app, "person": f.person, "deployment": f.deployment,
		"result": f.result, "rollback_of": f.back,
	} {
		if value != "" {
			query.Set(name, value)
		}
	}
	return query, nil
}

// numbered refuses what is no number of a release; "" is none that was given.
func numbered(flag, value string) error {
	if value == "" {
		return nil
	}
	if _, err := model.ParseNumber(value); err != nil {
		return misused("%s %q is no number of a release: write R-1042", flag, value)
	}
	return nil
}
