package main

import (
	"regexp"

	"github.com/oabridge/oabridge/config"
	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/service"
)

// The expressions below were compiled once already, when the configuration was checked.

// catalogueRules say what is offered of one of the configuration's controllers.
func catalogueRules(cfg *config.Config, j config.Jenkins) service.CatalogueRules {
	rules := service.CatalogueRules{
		Folders: j.Folders, Include: expressions(j.Include), Exclude: expressions(j.Exclude), Depth: j.ProjectDepth,
		JoinPath: j.ProjectPath, Labels: j.Labels, BranchParameter: j.BranchParameter,
		Named: service.NamedJobs(explicitProjects(cfg.Projects), j.Name),
	}
	for _, source := range j.LabelFrom {
		rules.LabelFrom = append(rules.LabelFrom, service.LabelSource(source))
	}
	switch j.Project {
	case config.ProjectByFolder:
	case config.ProjectByView:
		rules.By = service.ByView
	case config.ProjectExplicit:
		rules.By = service.ByName
	default:
		rules.Project = regexp.MustCompile(j.Project)
	}
	return rules
}

func explicitProjects(list []config.Project) []service.ExplicitProject {
	projects := make([]service.ExplicitProject, len(list))
	for i, p := range list {
		projects[i] = service.ExplicitProject{ID: p.ID, Label: p.Label}
		for _, app := range p.Apps {
			ref := model.JobRef{Controller: app.Controller(), FullName: app.FullName()}
			projects[i].Apps = append(projects[i].Apps, service.ExplicitApp{JobRef: ref, Label: app.Label})
		}
	}
	return projects
}

func expressions(list []string) []*regexp.Regexp {
	compiled := make([]*regexp.Regexp, len(list))
	for i, e := range list {
		compiled[i] = regexp.MustCompile(e)
	}
	return compiled
}
