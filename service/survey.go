package service

import (
	"slices"

	"github.com/oabridge/oabridge/model"
)

// Surveyed is what forms could ask for of one controller.
type Surveyed struct {
	Projects   int // with at least one app
	Apps       int
	Disabled   int      // jobs that would be apps were they not disabled
	Undeclared []string // full names of the apps that do not declare the release parameter
}

// Survey counts what a listing offers under the rules, as the catalogue would, without a running Service.
func Survey(rules CatalogueRules, listing model.Listing, releaseParameter string) Surveyed {
	var s Surveyed
	for _, g := range group(source{rules, listing}) {
		s.Disabled += g.disabled
		s.Apps += len(g.jobs)
		if len(g.jobs) > 0 {
			s.Projects++
		}
		for _, j := range g.jobs {
			if app := (App{Parameters: j.Parameters}); app.Parameter(releaseParameter) == nil {
				s.Undeclared = append(s.Undeclared, j.FullName)
			}
		}
	}
	return s
}

// Declared are the names of the parameters that apps on offer in the listing declare and a form may give.
func Declared(rules CatalogueRules, listing model.Listing) []string {
	var names []string
	for _, g := range group(source{rules, listing}) {
		for _, j := range g.jobs {
			for _, p := range j.Parameters {
				if !p.Kind.Forbidden() {
					names = append(names, p.Name)
				}
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
