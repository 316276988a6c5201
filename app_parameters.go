package main

import (
	"regexp"

	"github.com/oabridge/oabridge/config"
	"github.com/oabridge/oabridge/service"
	"github.com/oabridge/oabridge/service/sources"
)

// parameterRules are the configuration's rules; what they read from is closed with the app.
func (a *app) parameterRules() []service.ParameterRule {
	rules := make([]service.ParameterRule, len(a.cfg.Parameters))
	for i, p := range a.cfg.Parameters {
		rules[i] = parameterRule(p)
		if p.HTTP.URL == "" {
			continue
		}
		source := sources.NewHTTP(sources.Options{
			URL: p.HTTP.URL, Token: p.HTTP.Token.Reveal(), Field: p.HTTP.Field, Timeout: p.HTTP.Timeout,
		})
		a.closers = append(a.closers, source.Close)
		rules[i].Source, rules[i].Fresh = source, p.HTTP.Cache
	}
	return rules
}

func parameterRule(p config.Parameter) service.ParameterRule {
	rule := service.ParameterRule{
		Name: p.Name, Label: p.Label, Values: p.Values, Loose: !p.Strict, MinLength: p.MinLength, MaxLength: p.MaxLength,
		Multiple: p.Multiple, Allow: p.Allow, LastSuccessful: p.LastSuccessful, Required: p.Required, Default: p.Default,
		Fixed: p.Fixed, Hidden: p.Hidden,
	}
	if p.Job != "" {
		rule.Job = regexp.MustCompile(p.Job)
	}
	if p.Pattern != "" {
		rule.Pattern = regexp.MustCompile(p.Pattern)
	}
	return rule
}
