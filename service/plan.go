package service

import (
	"slices"
	"strings"

	"github.com/oabridge/oabridge/model"
)

// plan is a form that passed every check, with what it asks for found in the catalogue.
type plan struct {
	form      Form
	project   *Project
	rules     rules
	apps      []plannedApp // in the form's order
	migration *plannedApp  // that runs before them; it may be one of them
}

type plannedApp struct {
	app              *App
	parameters       []model.ParameterValue
	releaseParameter string
	doubts           Problems // values that are in no list that was read some time ago
	unchecked        Problems // values that nothing is known about
}

// plan finds in the catalogue what a form asks for. Errors: catalogue_unready.
func (s *Service) plan(f Form) (plan, Problems, error) {
	c, err := s.catalogue()
	if err != nil {
		return plan{}, nil, err
	}
	var problems Problems
	p := plan{form: f, project: s.chosenProject(c, f, &problems)}
	if p.project != nil {
		p.rules = s.rulesOfProject(p.project)
		p.apps = s.planApps(p.project, f, &problems)
		s.planMigration(c, &p, &problems)
	}
	return p, problems, nil
}

func (s *Service) chosenProject(c *Catalogue, f Form, problems *Problems) *Project {
	if len(f.Apps) == 0 {
		problems.add(FieldApp, "请选择应用")
	}
	if f.Project == "" {
		if len(f.Apps) > 0 {
			app, p := c.AppByKey(f.Apps[0])
			if p != nil {
				return p
			}
			if app == nil && strings.Contains(f.Apps[0], ":") { // it may be new
				s.missing(f.Apps[0], s.meant(f.Apps[0])...)
			}
		}
		problems.add(FieldProject, "请选择项目")
		return nil
	}
	p, err := s.findProject(c, f.Project)
	if err != nil {
		problems.add(FieldProject, "%s", model.MessageOf(err))
		return nil
	}
	return p
}

func (s *Service) planApps(p *Project, f Form, problems *Problems) []plannedApp {
	if len(f.Apps) > maxApps {
		problems.add(FieldApp, "一次最多上线 %d 个应用", maxApps)
		return nil
	}
	var planned []plannedApp
	for i, value := range f.Apps {
		app, err := s.findApp(p, value)
		if err != nil {
			problems.add(FieldApp, "%s", model.MessageOf(err))
			continue
		}
		given := f.parametersOf(i, problems)
		if app, err = s.onBranch(app, given[app.branchParameter]); err != nil {
			problems.add(FieldApp, "%s", model.MessageOf(err))
			continue
		}
		if slices.ContainsFunc(planned, func(o plannedApp) bool { return o.app == app }) {
			problems.add(FieldApp, "应用“%s”重复了", app.Label)
			continue
		}
		planned = append(planned, s.planApp(app, given, problems))
	}
	return planned
}

func newValue(def *model.ParameterDefinition, value string, chosen bool) model.ParameterValue {
	return model.ParameterValue{Name: def.Name, Value: value, Chosen: chosen, Secret: looksSecret(def.Name)}
}

var secretWords = []string{"password", "passwd", "secret", "token", "credential", "private_key", "privatekey", "apikey", "api_key"}

// looksSecret tells by its name whether a parameter's value must not be shown.
func looksSecret(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc(secretWords, func(w string) bool { return strings.Contains(name, w) })
}
