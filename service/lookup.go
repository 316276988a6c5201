package service

import (
	"strings"

	"github.com/oabridge/oabridge/model"
)

// FindProject finds a project by key, name or path. Errors: unknown_project, also when several are meant.
func (c *Catalogue) FindProject(value string) (*Project, error) {
	value = strings.TrimSpace(value)
	switch found := c.index[value]; {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return nil, model.Errorf(model.CodeUnknownProject, "有 %d 个项目叫“%s”，请重新选择", len(found), model.Cut(value, 40))
	default:
		return nil, model.Errorf(model.CodeUnknownProject, "没有项目“%s”，请重新选择", model.Cut(value, 40))
	}
}

// FindApp finds one of the project's apps by key, label, job name or full name. Errors: unknown_app, also when several
// are meant.
func (p *Project) FindApp(value string) (*App, error) {
	value = strings.TrimSpace(value)
	switch found := p.index[value]; {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return nil, model.Errorf(model.CodeUnknownApp, "项目“%s”里有 %d 个应用叫“%s”，请重新选择",
			p.Name, len(found), model.Cut(value, 40))
	default:
		return nil, model.Errorf(model.CodeUnknownApp, "项目“%s”里没有应用“%s”(可能已停用或改名)，请重新选择",
			p.Name, model.Cut(value, 40))
	}
}

// ProjectOptions offers the projects.
func (s *Service) ProjectOptions(keyword string) (*model.Choices, error) {
	c, err := s.catalogue()
	if err != nil {
		return nil, err
	}
	if keyword == "" {
		return c.shown, nil
	}
	return newChoices(search(c.options, keyword)), nil
}

// AppOptions offers a project's apps.
func (s *Service) AppOptions(project, keyword string) (*model.Choices, error) {
	c, err := s.catalogue()
	if err != nil {
		return nil, err
	}
	if strings.TrimSpace(project) == "" {
		return newChoices(nil), nil // a form asks before anything is chosen
	}
	p, err := c.FindProject(project)
	if err != nil {
		return nil, err
	}
	if keyword == "" {
		return p.shown, nil
	}
	o := newChoices(search(p.options, keyword))
	o.Disabled = p.shown.Disabled
	return o, nil
}

// ParameterOptions offers the values of one parameter: a choice's list, yes and no of a boolean, else the default.
func (s *Service) ParameterOptions(project, app, parameter, keyword string) (*model.Choices, error) {
	c, err := s.catalogue()
	if err != nil {
		return nil, err
	}
	p, err := c.FindProject(project)
	if err != nil {
		return nil, err
	}
	a, err := p.FindApp(app)
	if err != nil {
		return nil, err
	}
	var def *model.ParameterDefinition
	for _, name := range s.form.parameterNames(strings.TrimSpace(parameter)) {
		if def = a.Parameter(name); def != nil {
			break
		}
	}
	if def == nil || def.Kind.Forbidden() {
		return nil, model.Errorf(model.CodeUnknownParameter, "应用“%s”没有可填写的参数“%s”", a.Label, model.Cut(parameter, 40))
	}
	return newChoices(search(choicesOf(def), keyword)), nil
}

func choicesOf(def *model.ParameterDefinition) []model.Option {
	var values []string
	switch {
	case def.Kind == model.KindBoolean:
		return []model.Option{{ID: "true", Name: "是"}, {ID: "false", Name: "否"}}
	case len(def.Choices) > 0:
		values = def.Choices
	case def.Default != nil && *def.Default != "":
		values = []string{*def.Default}
	}
	names, seen := newNamer(), map[string]bool{}
	var options []model.Option
	for _, v := range values {
		if v != "" && !seen[v] {
			seen[v] = true
			options = append(options, model.Option{ID: v, Name: names.name(v)})
		}
	}
	return options
}
