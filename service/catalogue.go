package service

import (
	"slices"
	"strings"
	"time"

	"github.com/oabridge/oabridge/model"
)

// App is one job that a form may ask for, or a multibranch project whose branches' jobs it may ask for.
type App struct {
	model.JobRef        // of a multibranch project, which is never built itself; each of its Branches has its own
	Label        string // unique within its project
	Kind         model.JobKind
	Parameters   []model.ParameterDefinition // of a multibranch project: the branch, and what its branches declare
	Branches     []*App
	Branch       string // which branch's job this is

	project         string // the key of the project that it stands in
	branchParameter string
}

// Parameter returns the job's parameter of this name, nil when it declares none.
func (a *App) Parameter(name string) *model.ParameterDefinition {
	for i := range a.Parameters {
		if a.Parameters[i].Name == name {
			return &a.Parameters[i]
		}
	}
	return nil
}

// Project is a group of apps.
type Project struct {
	Key   string // "controller:path", or the id of an explicit project
	Name  string // unique
	Label string // what people call it, others perhaps, too
	Kind  model.ProjectKind
	Apps  []*App

	*menu
	index *directory[*App]
}

// newProject makes a project of the candidates; its name depends on the others and is not given yet.
func newProject(key string, from []*candidate, tell ...func(*App) string) *Project {
	p, options := &Project{Key: key, Apps: make([]*App, len(from))}, make([]model.Option, len(from))
	for i, c := range from {
		p.Apps[i] = c.app(key)
	}
	p.index = newDirectory(p.Apps)
	p.index.decorated = true
	labels := p.index.nameAll(func(a *App) described {
		key, name := a.Key(), a.FullName[strings.LastIndexByte(a.FullName, '/')+1:]
		about := described{key: key, label: a.Label, hints: []string{name, a.FullName, key}, aliases: []string{a.FullName, name, a.Label}}
		for _, hint := range tell {
			about.hints = append(about.hints, hint(a))
		}
		about.hints = shortestFirst(about.hints)
		return about
	})
	for i, app := range p.Apps {
		app.Label = labels[i]
		options[i] = model.Option{ID: app.Key(), Name: app.Label}
		for _, branch := range app.Branches {
			branch.Label = app.Label + " · " + branch.Branch
		}
	}
	p.menu = newMenu(options)
	return p
}

// Catalogue is everything that forms may ask for at one moment. It never changes: a refresh makes a new one.
type Catalogue struct {
	Projects []*Project
	ListedAt map[string]time.Time // per controller: when Jenkins gave the listing

	*menu
	access   *accessView // nil: everybody may use every project
	index    *directory[*Project]
	keys     map[string]*Project
	sections map[string]*section
	explicit []*explicitPart
	named    map[string][]*App // what explicit projects offer, and its branches, by key
}

// Size is the number of apps, each counted once.
func (c *Catalogue) Size() int {
	n := 0
	for _, s := range c.sections {
		n += s.size
	}
	return n
}

// AppByKey returns what is offered under the key of a job, also of a branch's job; nil when nothing is. The project is
// nil when the app stands in several.
func (c *Catalogue) AppByKey(key string) (*App, *Project) {
	apps := c.appsByKey(key)
	switch len(apps) {
	case 0:
		return nil, nil
	case 1:
		return apps[0], c.keys[apps[0].project]
	}
	return apps[0], nil
}

// appsByKey are the app as each of its projects has it.
func (c *Catalogue) appsByKey(key string) []*App {
	apps := c.named[key]
	controller, fullName, _ := strings.Cut(key, ":")
	if s := c.sections[controller]; s != nil && s.apps[fullName] != nil {
		apps = append(append(slices.Clip(apps), s.apps[fullName]), s.more[fullName]...)
	}
	return apps
}

// projectsOf are the projects that a job, or a branch's job, is offered in.
func (c *Catalogue) projectsOf(key string) []*Project {
	var projects []*Project
	for _, app := range c.appsByKey(key) {
		if p := c.keys[app.project]; p != nil {
			projects = append(projects, p)
		}
	}
	return projects
}

// JobByKey returns a job as it was listed last, offered or not; nil when its controller did not list it.
func (c *Catalogue) JobByKey(key string) *model.Job {
	controller, fullName, _ := strings.Cut(key, ":")
	if s := c.sections[controller]; s != nil {
		return s.job(fullName)
	}
	return nil
}

// source is one controller's part of a catalogue, not yet made.
type source struct {
	rules   CatalogueRules
	listing model.Listing
}

// buildCatalogue makes the catalogue of all controllers.
func buildCatalogue(sources []source, explicit ...ExplicitProject) *Catalogue {
	sections := make([]*section, len(sources))
	for i, src := range sources {
		sections[i] = buildSection(src.rules, src.listing)
	}
	return assemble(nil, sections, explicit)
}

// assemble makes a catalogue of the controllers' parts. What the one before has of explicit projects is taken over where
// it rests on the same parts.
func assemble(before *Catalogue, sections []*section, explicit []ExplicitProject) *Catalogue {
	c := &Catalogue{ListedAt: map[string]time.Time{}, keys: map[string]*Project{}, sections: map[string]*section{}, named: map[string][]*App{}}
	for _, s := range sections {
		c.ListedAt[s.listing.Controller] = s.listing.At
		c.sections[s.listing.Controller] = s
	}
	var templates []*Project
	var about []described
	for i, rule := range explicit {
		part := before.explicitPart(i)
		if part == nil || !part.stillTrue(c.sections) {
			part = buildExplicit(rule, c.sections)
		}
		c.explicit = append(c.explicit, part)
		if len(part.project.Apps) > 0 {
			templates, about = append(templates, part.project), append(about, part.about)
			part.enter(c.named)
		}
	}
	for _, s := range sections {
		templates, about = append(templates, s.projects...), append(about, s.about...)
	}
	c.name(templates, about)
	return c
}

// name gives the projects their names. They depend on all of them, so each catalogue has its own copies.
func (c *Catalogue) name(templates []*Project, about []described) {
	of := make(map[*Project]described, len(templates))
	c.Projects = make([]*Project, len(templates))
	for i, template := range templates {
		p := *template
		c.Projects[i], of[&p], c.keys[p.Key] = &p, about[i], &p
	}
	var names []string
	names, c.index = nameAll(c.Projects, func(p *Project) described { return of[p] })
	options := make([]model.Option, len(c.Projects))
	for i, p := range c.Projects {
		p.Name, p.Label = names[i], of[p].label
		options[i] = model.Option{ID: p.Key, Name: p.Name}
	}
	c.menu = newMenu(options)
}
