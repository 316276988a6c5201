package service

import (
	"cmp"
	"slices"
	"strings"

	"github.com/oabridge/oabridge/model"
)

// section is one controller's part of a catalogue, made once per listing. It never changes.
type section struct {
	listing  model.Listing
	index    map[string]int32 // full name → place in the listing
	projects []*Project       // by the rules; the catalogue gives them their names
	about    []described      // what there is to know of each for its name
	apps     map[string]*App  // what these projects offer, and the branches' jobs, by full name
	more     map[string][]*App
	named    map[string]*candidate // what is kept for explicit projects
	left     []model.LeftOut
	size     int // how many apps are on offer, each counted once
}

// grouped is the apps of one project.
type grouped struct {
	path     string
	label    string
	apps     []*candidate
	disabled int
}

type sectionBuilder struct {
	*section
	rules    CatalogueRules
	branches map[string][]*model.Job // by the multibranch project that they belong to
	views    map[string][]*grouped   // the views that show an item
	groups   []*grouped
	byPath   map[string]*grouped
	folders  string // the rules' as one text
	includes string
}

// buildSection makes a controller's part of what the rules offer of the listing.
func buildSection(rules CatalogueRules, listing model.Listing) *section {
	b := &sectionBuilder{
		section: &section{
			listing: listing, index: make(map[string]int32, len(listing.Jobs)), apps: make(map[string]*App, len(listing.Jobs)),
			more: map[string][]*App{}, named: map[string]*candidate{},
		},
		rules: rules, branches: map[string][]*model.Job{}, byPath: map[string]*grouped{},
		folders: strings.Join(rules.Folders, ", "), includes: joined(rules.Include),
	}
	for i := range listing.Jobs {
		b.index[listing.Jobs[i].FullName] = int32(i) // #nosec G115 -- no listing is that long
	}
	for i := range listing.Jobs {
		if j := &listing.Jobs[i]; b.isBranch(j) {
			b.branches[parentOf(j.FullName)] = append(b.branches[parentOf(j.FullName)], j)
		}
	}
	b.readViews()
	for i := range listing.Jobs {
		b.take(&listing.Jobs[i])
	}
	for _, g := range b.groups {
		if len(g.apps) > 0 {
			b.add(g)
		}
	}
	b.size += len(b.named)
	return b.section
}

// job is an item of the listing, nil when it has none of that name.
func (s *section) job(fullName string) *model.Job {
	i, ok := s.index[fullName]
	if !ok {
		return nil
	}
	return &s.listing.Jobs[i]
}

// isBranch tells the job of a branch that is chosen as such. One that an explicit project names is an app of its own.
func (b *sectionBuilder) isBranch(j *model.Job) bool {
	if b.rules.BranchParameter == "" || j.Container || b.rules.Named[j.FullName] != nil {
		return false
	}
	parent := b.job(parentOf(j.FullName))
	return parent != nil && parent.Kind == model.JobMultibranch
}

// take puts a job into its projects, or says why it is in none.
func (b *sectionBuilder) take(j *model.Job) {
	multibranch := j.Kind == model.JobMultibranch && b.rules.BranchParameter != ""
	switch {
	case b.isBranch(j): // goes with its multibranch project
	case j.Container && !multibranch:
		b.leave(j, refusal{reason: model.LeftContainer, project: first(b.rules.Named[j.FullName])})
	case b.rules.Named[j.FullName] != nil:
		b.takeNamed(j, multibranch)
	default:
		b.takeByRules(j, multibranch)
	}
}

func (b *sectionBuilder) takeNamed(j *model.Job, multibranch bool) {
	c, no := b.candidate(j, multibranch)
	projects := b.rules.Named[j.FullName]
	if c == nil {
		no.project = first(projects)
		b.leave(j, no)
		return
	}
	b.named[j.FullName] = c
	if groups, no := b.placesOf(j, multibranch); no.reason == "" {
		b.leave(j, refusal{reason: model.LeftNamed, detail: strings.Join(projects, ", "), project: b.keyOf(groups[0])})
	}
}

// placesOf are the projects that a job belongs to by the rules; not empty unless they refuse it.
func (b *sectionBuilder) placesOf(j *model.Job, multibranch bool) ([]*grouped, refusal) {
	no := b.rules.refusesJob(j.FullName)
	if multibranch {
		no = b.rules.refusesMultibranch(j.FullName)
	}
	if no.reason != "" {
		return nil, no
	}
	return b.groupsOf(j)
}

func (b *sectionBuilder) keyOf(g *grouped) string { return b.listing.Controller + ":" + g.path }

func (b *sectionBuilder) takeByRules(j *model.Job, multibranch bool) {
	c, off := b.candidate(j, multibranch)
	groups, no := b.placesOf(j, multibranch)
	if no.reason != "" {
		b.leave(j, no)
		return
	}
	for _, g := range groups {
		if c == nil {
			g.disabled++
		} else {
			g.apps = append(g.apps, c)
		}
	}
	if c == nil {
		off.project = b.keyOf(groups[0])
		b.leave(j, off)
	} else {
		b.size++
	}
}

// groupsOf are the projects that a job belongs to.
func (b *sectionBuilder) groupsOf(j *model.Job) ([]*grouped, refusal) {
	switch {
	case b.rules.Project != nil:
		name := subMatch(b.rules.Project, j.FullName, "project")
		if name == "" {
			return nil, refusal{reason: model.LeftUnmatched, detail: b.rules.Project.String()}
		}
		return []*grouped{b.group(name, func() string { return cmp.Or(b.rules.Labels[name], name) })}, refusal{}
	case b.rules.By == ByView:
		groups := b.viewsOf(j)
		if len(groups) == 0 {
			return nil, refusal{reason: model.LeftNoView}
		}
		return groups, refusal{}
	case b.rules.By == ByName:
		return nil, refusal{reason: model.LeftNotNamed}
	}
	path := b.rules.folderOf(j.FullName)
	return []*grouped{b.group(path, func() string { return b.folderLabel(path) })}, refusal{}
}

// group is the project of that path, made when it is needed first.
func (b *sectionBuilder) group(path string, label func() string) *grouped {
	g := b.byPath[path]
	if g == nil {
		g = &grouped{path: path, label: label()}
		b.byPath[path] = g
		b.groups = append(b.groups, g)
	}
	return g
}

// add makes a project of the group.
func (b *sectionBuilder) add(g *grouped) {
	controller := b.listing.Controller
	p := newProject(b.keyOf(g), g.apps)
	p.Kind = b.rules.kind()
	p.shown.Disabled = g.disabled
	for _, app := range p.Apps {
		b.enter(app)
		for _, branch := range app.Branches {
			b.enter(branch)
		}
	}
	hints := slices.DeleteFunc([]string{controller, g.path, p.Key}, func(hint string) bool { return hint == "" })
	b.projects = append(b.projects, p)
	b.about = append(b.about, described{label: g.label, hints: shortestFirst(hints), aliases: []string{p.Key, g.path, g.label}})
}

func (s *section) enter(app *App) {
	if s.apps[app.FullName] == nil {
		s.apps[app.FullName] = app
		return
	}
	s.more[app.FullName] = append(s.more[app.FullName], app)
}
