package service

import (
	"slices"

	"github.com/oabridge/oabridge/model"
)

// Catalogue reports what forms are offered, and why not the rest. Errors: catalogue_unready, unknown_project, not_found (no
// such controller).
func (s *Service) Catalogue(f model.CatalogueFilter) (*model.CatalogueReport, error) {
	c, err := s.catalogue()
	if err != nil {
		return nil, err
	}
	names := make([]string, len(s.ordered))
	for i, controller := range s.ordered {
		names[i] = controller.Name
	}
	r, err := c.report(f, names, s.explicit)
	if err != nil {
		return nil, err
	}
	for i := range r.Controllers {
		times := s.listings.timesOf(r.Controllers[i].Name)
		r.Controllers[i].ListedAt, r.Controllers[i].HeldSince = times.At, times.HeldSince
	}
	return r, nil
}

// ListedController is one controller's listing with the rules for it.
type ListedController struct {
	Rules   CatalogueRules
	Listing model.Listing
}

// ReportOf reports what a Service would offer of these listings. Errors: unknown_project, not_found (no such controller).
func ReportOf(listed []ListedController, explicit []ExplicitProject, f model.CatalogueFilter) (*model.CatalogueReport, error) {
	sources, names := make([]source, len(listed)), make([]string, len(listed))
	for i, l := range listed {
		sources[i], names[i] = source{rules: l.Rules, listing: l.Listing}, l.Listing.Controller
	}
	return buildCatalogue(sources, explicit...).report(f, names, explicit)
}

func (c *Catalogue) report(f model.CatalogueFilter, controllers []string, explicit []ExplicitProject) (*model.CatalogueReport, error) {
	r := &model.CatalogueReport{}
	if f.Controller != "" && !slices.Contains(controllers, f.Controller) {
		return nil, model.Errorf(model.CodeNotFound, "没有名为“%s”的 Jenkins", model.Cut(f.Controller, 40))
	}
	if f.Project != "" {
		key, err := c.keyOf(f.Project, explicit)
		if err != nil {
			return nil, err
		}
		f.Project = key
	}
	for _, name := range controllers {
		if f.Controller == "" || f.Controller == name {
			r.Controllers = append(r.Controllers, c.reportController(name))
		}
	}
	if !f.LeftOnly && f.Left == "" {
		r.Projects = c.reportProjects(f)
	}
	for _, name := range controllers {
		if part := c.sections[name]; part != nil {
			r.Left = appendLeft(r.Left, f, part.left)
		}
	}
	r.Left = appendLeft(r.Left, f, c.missing(explicit))
	return r, nil
}

// keyOf is the key of the project that is meant; also of an explicit one that has no app to offer. Errors: unknown_project.
func (c *Catalogue) keyOf(project string, explicit []ExplicitProject) (string, error) {
	p, err := c.FindProject(project)
	if err == nil {
		return p.Key, nil
	}
	for _, e := range explicit {
		if e.ID == project {
			return e.ID, nil
		}
	}
	return "", err
}

func (c *Catalogue) reportController(name string) model.OfferingController {
	reported := model.OfferingController{Name: name}
	if part := c.sections[name]; part != nil {
		reported.Apps, reported.ListedAt = part.size, c.ListedAt[name]
	}
	return reported
}

func (c *Catalogue) reportProjects(f model.CatalogueFilter) []model.OfferedProject {
	var projects []model.OfferedProject
	for _, p := range c.Projects {
		if f.Project != "" && f.Project != p.Key {
			continue
		}
		reported := model.OfferedProject{Key: p.Key, Name: p.Name, Kind: p.Kind, Disabled: p.shown.Disabled}
		for _, app := range p.Apps {
			if f.Controller == "" || f.Controller == app.Controller {
				reported.Apps = append(reported.Apps, reportApp(app))
			}
		}
		if len(reported.Apps) > 0 {
			projects = append(projects, reported)
		}
	}
	return projects
}

func reportApp(app *App) model.OfferedApp {
	reported := model.OfferedApp{JobRef: app.JobRef, Name: app.Label, Kind: app.Kind}
	for i := range app.Parameters {
		if p := &app.Parameters[i]; !p.Kind.Forbidden() && p.Name != app.branchParameter {
			reported.Parameters++
		}
	}
	for _, branch := range app.Branches {
		reported.Branches = append(reported.Branches, branch.Branch)
	}
	return reported
}

// appendLeft adds those that the filter lets through.
func appendLeft(all []model.LeftOut, f model.CatalogueFilter, left []model.LeftOut) []model.LeftOut {
	for _, l := range left {
		if (f.Controller == "" || f.Controller == l.Controller) && (f.Project == "" || f.Project == l.Project) &&
			(f.Left == "" || f.Left == l.Reason) {
			all = append(all, l)
		}
	}
	return all
}

// missing are the jobs that explicit projects name and Jenkins does not list.
func (c *Catalogue) missing(explicit []ExplicitProject) []model.LeftOut {
	var missing []model.LeftOut
	for _, p := range explicit {
		for _, app := range p.Apps {
			if part := c.sections[app.Controller]; part != nil && part.job(app.FullName) == nil {
				missing = append(missing, model.LeftOut{JobRef: app.JobRef, Reason: model.LeftMissing, Project: p.ID})
			}
		}
	}
	return missing
}
