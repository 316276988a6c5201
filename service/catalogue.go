package service

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/oabridge/oabridge/model"
)

// CatalogueRules say which jobs of a controller are offered, and as which project's.
type CatalogueRules struct {
	Folders []string         // where to look; empty: everywhere
	Include []*regexp.Regexp // on fullName; empty: all
	Exclude []*regexp.Regexp // on fullName
	// Project takes the project (group "project") and the app's name (group "app") out of a fullName; nil: a project is
	// the folder that holds the job.
	Project *regexp.Regexp
}

// App is one job that a form may ask for.
type App struct {
	model.JobRef
	Label      string // unique within its project
	Parameters []model.ParameterDefinition
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
	Key  string // "controller:path"
	Name string // unique
	Apps []*App

	index   directory[*App]
	options []model.Option
	shown   *model.Choices
}

// Catalogue is everything that forms may ask for at one moment. It never changes: a refresh makes a new one.
type Catalogue struct {
	Projects []*Project
	ListedAt map[string]time.Time // per controller: when Jenkins gave the listing

	index   directory[*grouped]
	apps    map[string]*App // by key
	owner   map[string]*Project
	options []model.Option
	shown   *model.Choices
}

// Size is the number of apps.
func (c *Catalogue) Size() int { return len(c.apps) }

// AppByKey returns an app and its project, nil when there is none.
func (c *Catalogue) AppByKey(key string) (*App, *Project) { return c.apps[key], c.owner[key] }

// source is one controller's part of a catalogue.
type source struct {
	rules   CatalogueRules
	listing model.Listing
}

// buildCatalogue makes the catalogue of all controllers.
func buildCatalogue(sources []source) *Catalogue {
	c := &Catalogue{
		ListedAt: map[string]time.Time{}, apps: map[string]*App{}, owner: map[string]*Project{},
	}
	var groups []*grouped
	for _, src := range sources {
		c.ListedAt[src.listing.Controller] = src.listing.At
		groups = append(groups, group(src)...)
	}
	groups = slices.DeleteFunc(groups, func(g *grouped) bool { return len(g.jobs) == 0 })
	names, byName := nameAll(groups, (*grouped).describe)
	c.index = byName
	for i, g := range groups {
		g.project = c.add(g, names[i])
	}
	c.shown = newChoices(c.options)
	return c
}

// add makes a project of the group.
func (c *Catalogue) add(g *grouped, name string) *Project {
	p := &Project{Key: g.key(), Name: name}
	for _, j := range g.jobs {
		app := &App{JobRef: model.JobRef{Controller: g.controller, FullName: j.FullName}, Parameters: j.Parameters}
		p.Apps = append(p.Apps, app)
		c.apps[app.Key()], c.owner[app.Key()] = app, p
	}
	jobs := make(map[*App]model.Job, len(p.Apps))
	for i, app := range p.Apps {
		jobs[app] = g.jobs[i]
	}
	var labels []string
	labels, p.index = nameAll(p.Apps, func(a *App) described { return g.describeApp(a, jobs[a]) })
	for i, app := range p.Apps {
		app.Label = labels[i]
		p.options = append(p.options, model.Option{ID: app.Key(), Name: app.Label})
	}
	p.shown = newChoices(p.options)
	p.shown.Disabled = g.disabled
	c.Projects = append(c.Projects, p)
	c.options = append(c.options, model.Option{ID: p.Key, Name: p.Name})
	return p
}

// grouped is the jobs of one project.
type grouped struct {
	controller string
	path       string
	label      string
	pattern    *regexp.Regexp
	jobs       []model.Job
	disabled   int
	project    *Project
}

func (g *grouped) key() string { return g.controller + ":" + g.path }

func (g *grouped) describe() described {
	return described{label: g.label, hints: []string{g.path, g.key()}, aliases: []string{g.key(), g.path, g.label}}
}

func (g *grouped) describeApp(a *App, j model.Job) described {
	label := g.appLabel(j)
	return described{
		label: label, hints: []string{j.Name, j.FullName, a.Key()}, aliases: []string{a.Key(), j.FullName, j.Name, label},
	}
}

// appLabel is what people call the job: its display name when somebody gave it one, else what the project's pattern
// takes out of its name, else the first line of its description, else its name.
func (g *grouped) appLabel(j model.Job) string {
	if g.pattern != nil && (j.DisplayName == "" || j.DisplayName == j.Name) {
		if app := subMatch(g.pattern, j.FullName, "app"); app != "" {
			return app
		}
	}
	return labelOf(j)
}

func labelOf(j model.Job) string {
	if j.DisplayName != "" && j.DisplayName != j.Name {
		return j.DisplayName
	}
	first, _, _ := strings.Cut(strings.TrimSpace(j.Description), "\n")
	if first = strings.TrimSpace(first); first != "" {
		return first
	}
	return j.Name
}

// group sorts a controller's jobs into projects, in the order of their first job.
func group(src source) []*grouped {
	labels := map[string]string{"": "根目录"}
	for _, j := range src.listing.Jobs {
		if j.Container {
			labels[j.FullName] = labelOf(j)
		}
	}
	byPath := map[string]*grouped{}
	var ordered []*grouped
	for _, j := range src.listing.Jobs {
		path, ok := src.rules.place(j)
		if !ok {
			continue
		}
		g := byPath[path]
		if g == nil {
			g = &grouped{controller: src.listing.Controller, path: path, label: path, pattern: src.rules.Project}
			if src.rules.Project == nil {
				g.label = cmp.Or(labels[path], path)
			}
			byPath[path] = g
			ordered = append(ordered, g)
		}
		if j.Buildable {
			g.jobs = append(g.jobs, j)
		} else {
			g.disabled++
		}
	}
	return ordered
}

// place says which project a job belongs to; false when it is not to be offered.
func (r CatalogueRules) place(j model.Job) (string, bool) {
	if j.Container || !r.selects(j.FullName) {
		return "", false
	}
	if r.Project != nil {
		project := subMatch(r.Project, j.FullName, "project")
		return project, project != ""
	}
	parent := ""
	if i := strings.LastIndexByte(j.FullName, '/'); i >= 0 {
		parent = j.FullName[:i]
	}
	return parent, true
}

func (r CatalogueRules) selects(fullName string) bool {
	within := func(folder string) bool { return strings.HasPrefix(fullName, strings.Trim(folder, "/")+"/") }
	matches := func(re *regexp.Regexp) bool { return re.MatchString(fullName) }
	if len(r.Folders) > 0 && !slices.ContainsFunc(r.Folders, within) {
		return false
	}
	if len(r.Include) > 0 && !slices.ContainsFunc(r.Include, matches) {
		return false
	}
	return !slices.ContainsFunc(r.Exclude, matches)
}

func subMatch(re *regexp.Regexp, s, group string) string {
	m := re.FindStringSubmatch(s)
	i := re.SubexpIndex(group)
	if m == nil || i < 0 {
		return ""
	}
	return m[i]
}
