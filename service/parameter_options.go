package service

import (
	"context"
	"slices"
	"strings"

	"github.com/oabridge/oabridge/model"
)

// ParameterOptions offers the values of one parameter: a choice's list, yes and no of a boolean, else the default. Of
// several apps it offers what all of them take.
func (s *Service) ParameterOptions(_ context.Context, q model.Question) (*model.Choices, error) {
	c, err := s.catalogue()
	if err != nil {
		return nil, err
	}
	if strings.TrimSpace(q.Project) == "" || len(q.Apps) == 0 {
		return newChoices(nil), nil // a form asks before anything is chosen
	}
	p, err := s.findProject(c, q.Project)
	if err != nil {
		return nil, err
	}
	var common []model.Option
	for i, app := range q.Apps {
		options, err := s.valuesOf(p, app, q.Parameter)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			common = options
		}
		common = slices.DeleteFunc(common, func(o model.Option) bool {
			return !slices.ContainsFunc(options, func(other model.Option) bool { return other.ID == o.ID })
		})
	}
	return newChoices(search(common, q.Keyword)), nil
}

// valuesOf are the values that one app's parameter may take.
func (s *Service) valuesOf(p *Project, app, parameter string) ([]model.Option, error) {
	if strings.TrimSpace(parameter) == "" {
		return nil, model.Errorf(model.CodeUnknownParameter, "缺少入参 parameter(参数)，请在连接器里填写 Jenkins 参数名")
	}
	a, err := s.findApp(p, app)
	if err != nil {
		return nil, err
	}
	for _, name := range s.form.parameterNames(strings.TrimSpace(parameter)) {
		if def := a.Parameter(name); def != nil && !def.Kind.Forbidden() {
			return choicesOf(def), nil
		}
	}
	return nil, model.Errorf(model.CodeUnknownParameter, "应用“%s”没有可填写的参数“%s”", a.Label, model.Cut(parameter, 40))
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
	values = distinct(values)
	names, _ := nameAll(values, func(v string) described {
		return described{label: v, hints: []string{model.Hash(v)[:6]}, aliases: []string{v}}
	})
	options := make([]model.Option, len(values))
	for i, v := range values {
		options[i] = model.Option{ID: v, Name: names[i]}
	}
	return options
}

// distinct keeps the first of equal values and drops empty ones.
func distinct(values []string) []string {
	var kept []string
	seen := map[string]bool{"": true}
	for _, v := range values {
		if !seen[v] {
			seen[v] = true
			kept = append(kept, v)
		}
	}
	return kept
}
