package service

import (
	"cmp"

	"github.com/oabridge/oabridge/model"
)

// ExplicitProject is a project that the configuration lists app by app. What it names is no other project's.
type ExplicitProject struct {
	ID    string // its key: unique
	Label string // "": the id
	Apps  []ExplicitApp
}

// ExplicitApp is one app of an ExplicitProject.
type ExplicitApp struct {
	model.JobRef
	Label string // "": by the controller's rules
}

// NamedJobs are the jobs of a controller that explicit projects name, as CatalogueRules want them.
func NamedJobs(projects []ExplicitProject, controller string) map[string][]string {
	named := map[string][]string{}
	for _, p := range projects {
		for _, app := range p.Apps {
			if app.Controller == controller {
				named[app.FullName] = append(named[app.FullName], p.ID)
			}
		}
	}
	return named
}

// explicitPart is an explicit project as it was made of the controllers' parts.
type explicitPart struct {
	project *Project
	about   described
	from    map[string]*section // nil: the controller was not listed yet
}

func (c *Catalogue) explicitPart(i int) *explicitPart {
	if c == nil || i >= len(c.explicit) {
		return nil
	}
	return c.explicit[i]
}

func (p *explicitPart) stillTrue(now map[string]*section) bool {
	for controller, s := range p.from {
		if now[controller] != s {
			return false
		}
	}
	return true
}

func (p *explicitPart) enter(named map[string][]*App) {
	for _, app := range p.project.Apps {
		named[app.Key()] = append(named[app.Key()], app)
		for _, branch := range app.Branches {
			named[branch.Key()] = append(named[branch.Key()], branch)
		}
	}
}

// buildExplicit makes an explicit project of those of its jobs that can be built now.
func buildExplicit(rule ExplicitProject, sections map[string]*section) *explicitPart {
	part := &explicitPart{from: map[string]*section{}}
	var apps []*candidate
	disabled := 0
	for _, wanted := range rule.Apps {
		s := sections[wanted.Controller]
		part.from[wanted.Controller] = s
		if s == nil {
			continue
		}
		if found := s.named[wanted.FullName]; found != nil {
			c := *found
			c.label = cmp.Or(wanted.Label, c.label)
			apps = append(apps, &c)
		} else if s.job(wanted.FullName) != nil {
			disabled++
		}
	}
	var tell []func(*App) string
	if len(part.from) > 1 {
		tell = append(tell, func(a *App) string { return a.Controller })
	}
	part.project = newProject(rule.ID, apps, tell...)
	part.project.Kind, part.project.shown.Disabled = model.ProjectExplicit, disabled
	label := cmp.Or(rule.Label, rule.ID)
	part.about = described{key: rule.ID, label: label, hints: []string{rule.ID}, aliases: []string{label}}
	return part
}
