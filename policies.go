package main

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/oabridge/oabridge/config"
	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/service"
)

// projectPolicies are the policies as the service takes them. They were checked with the configuration.
func projectPolicies(cfg *config.Config) []service.ProjectPolicy {
	policies := make([]service.ProjectPolicy, len(cfg.Policies))
	for i, p := range cfg.Policies {
		policy := service.ProjectPolicy{Busy: p.Busy, DBChange: p.DBChange, Order: model.Order(p.Order)}
		for _, project := range p.Projects {
			policy.Projects = append(policy.Projects, service.ProjectPattern{Key: regexp.MustCompile(project), Name: project})
		}
		if p.RequireReason != "" {
			required, _ := strconv.ParseBool(p.RequireReason)
			policy.RequireReason = &required
		}
		policy.DBApp.Controller, policy.DBApp.FullName, _ = strings.Cut(p.DBApp, ":")
		policy.Windows, policy.Freezes = hoursOf(p, cfg)
		policies[i] = policy
	}
	return policies
}

// hoursOf keeps an empty list, which decides, apart from a missing one.
func hoursOf(p config.Policy, cfg *config.Config) (windows []service.Window, freezes []service.Freeze) {
	if p.Windows != nil {
		windows = make([]service.Window, len(p.Windows))
	}
	for i, w := range p.Windows {
		windows[i].Days = w.Weekdays()
		windows[i].From, windows[i].To = w.Clock()
	}
	if p.Freeze != nil {
		freezes = make([]service.Freeze, len(p.Freeze))
	}
	for i, f := range p.Freeze {
		freezes[i].Reason = f.Reason
		freezes[i].From, freezes[i].To = f.Times(cfg.Location())
	}
	return windows, freezes
}
