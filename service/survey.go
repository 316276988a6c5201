package service

import (
	"iter"
	"slices"

	"github.com/oabridge/oabridge/model"
)

// Surveyed is what forms could ask for of one controller.
type Surveyed struct {
	Projects   int // with at least one app
	Apps       int
	Disabled   int      // jobs that would be apps were they not disabled
	Unplaced   int      // jobs that no expression, view or explicit project makes an app of a project
	Missing    []string // full names that explicit projects give and Jenkins does not list
	Undeclared []string // full names of the apps that do not declare the release parameter
}

// Survey counts what a listing offers under the rules, as the catalogue would, without a running Service.
func Survey(rules CatalogueRules, listing model.Listing, releaseParameter string) Surveyed {
	part := buildSection(rules, listing)
	s := Surveyed{Projects: len(part.projects) + part.namedProjects(rules), Apps: part.size}
	for _, left := range part.left {
		switch left.Reason {
		case model.LeftDisabled, model.LeftNoBranch:
			s.Disabled++
		case model.LeftUnmatched, model.LeftNoView, model.LeftNotNamed:
			s.Unplaced++
		default: // somebody meant it so
		}
	}
	for _, fullName := range sortedKeys(rules.Named) {
		if part.job(fullName) == nil {
			s.Missing = append(s.Missing, fullName)
		}
	}
	for job := range part.built() {
		if app := (App{Parameters: job.Parameters}); app.Parameter(releaseParameter) == nil {
			s.Undeclared = append(s.Undeclared, job.FullName)
		}
	}
	return s
}

// namedProjects counts the explicit projects that have an app here.
func (s *section) namedProjects(rules CatalogueRules) int {
	projects := map[string]bool{}
	for fullName := range s.named {
		for _, project := range rules.Named[fullName] {
			projects[project] = true
		}
	}
	return len(projects)
}

// built are the jobs that forms could have built, in the order of the listing.
func (s *section) built() iter.Seq[*model.Job] {
	return func(yield func(*model.Job) bool) {
		branches := map[string]bool{}
		for _, c := range s.named {
			for _, branch := range c.branches {
				branches[branch.FullName] = true
			}
		}
		for i := range s.listing.Jobs {
			j := &s.listing.Jobs[i]
			app, named := s.apps[j.FullName], s.named[j.FullName] != nil
			if !j.Container && (app != nil || named || branches[j.FullName]) && !yield(j) {
				return
			}
		}
	}
}

// Declared are the names of the parameters that apps on offer in the listing declare and a form may give.
func Declared(rules CatalogueRules, listing model.Listing) []string {
	var names []string
	part := buildSection(rules, listing)
	for job := range part.built() {
		for _, p := range job.Parameters {
			if !p.Kind.Forbidden() {
				names = append(names, p.Name)
			}
		}
		if parent := part.job(parentOf(job.FullName)); parent != nil && parent.Kind == model.JobMultibranch && rules.BranchParameter != "" {
			names = append(names, rules.BranchParameter)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// IdleRules are the rules of access, by their place, that name no project of what the listings, each with its controller's
// rules, offer.
func IdleRules(rules []AccessRule, explicit []ExplicitProject, listings map[*model.Listing]CatalogueRules) []int {
	return unnamed(len(rules), explicit, listings, func(i int, p *Project) bool { return rules[i].names(p.Key, p.Name, p.Label) })
}

// IdlePolicies are the policies, by their places, that name no project of the listings.
func IdlePolicies(policies []ProjectPolicy, explicit []ExplicitProject, listings map[*model.Listing]CatalogueRules) []int {
	return unnamed(len(policies), explicit, listings, func(i int, p *Project) bool { return policies[i].names(p.Key, []string{p.Name, p.Label}) })
}

// unnamed are those of n that name no project.
func unnamed(n int, explicit []ExplicitProject, listings map[*model.Listing]CatalogueRules, names func(int, *Project) bool) []int {
	var sources []source
	for listing, of := range listings {
		sources = append(sources, source{of, *listing})
	}
	c := buildCatalogue(sources, explicit...)
	var idle []int
	for i := range n {
		if !slices.ContainsFunc(c.Projects, func(p *Project) bool { return names(i, p) }) {
			idle = append(idle, i)
		}
	}
	return idle
}
