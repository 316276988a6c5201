package service

import (
	"context"
	"strings"

	"github.com/oabridge/oabridge/model"
)

// FindProject finds a project by key, name or path. Errors: unknown_project, also when several are meant.
func (c *Catalogue) FindProject(value string) (*Project, error) {
	switch found, n := c.index.find(value); {
	case n == 1:
		return found, nil
	case n > 1:
		return nil, model.Errorf(model.CodeUnknownProject, "有 %d 个项目可以叫“%s”，请重新选择", n, model.Cut(value, 40))
	case isMore(value):
		return nil, model.Errorf(model.CodeUnknownProject, "“%s”不是项目，请输入关键字后重新选择", model.Cut(value, 40))
	default:
		return nil, unknownProject(value)
	}
}

func unknownProject(value string) *model.Error {
	return model.Errorf(model.CodeUnknownProject, "没有项目“%s”，请重新选择", model.Cut(value, 40))
}

// FindApp finds one of the project's apps by key, label, job name or full name. Errors: unknown_app, also when several
// are meant.
func (p *Project) FindApp(value string) (*App, error) {
	switch found, n := p.index.find(value); {
	case n == 1:
		return found, nil
	case n > 1:
		return nil, model.Errorf(model.CodeUnknownApp, "项目“%s”里有 %d 个应用可以叫“%s”，请重新选择",
			p.Name, n, model.Cut(value, 40))
	case isMore(value):
		return nil, model.Errorf(model.CodeUnknownApp, "“%s”不是应用，请输入关键字后重新选择", model.Cut(value, 40))
	default:
		return nil, model.Errorf(model.CodeUnknownApp, "项目“%s”里没有应用“%s”(可能已停用或改名)，请重新选择",
			p.Name, model.Cut(value, 40))
	}
}

// ProjectOptions offers the projects that the person may use.
func (s *Service) ProjectOptions(ctx context.Context, q model.Question) (*model.Choices, error) {
	c, err := s.catalogue()
	if err != nil {
		return nil, err
	}
	if s.access != nil {
		return s.projectsFor(ctx, c, q), nil
	}
	if q.Keyword == "" {
		return c.shown, nil
	}
	return s.found(c.menu, q.Keyword, nil, func() []*Controller { return s.ordered }), nil
}

// AppOptions offers a project's apps.
func (s *Service) AppOptions(ctx context.Context, q model.Question) (*model.Choices, error) {
	c, err := s.catalogue()
	if err != nil {
		return nil, err
	}
	if strings.TrimSpace(q.Project) == "" {
		return newChoices(nil), nil // a form asks before anything is chosen
	}
	p, err := s.projectFor(ctx, c, q)
	if err != nil {
		return nil, err
	}
	s.readAhead(p)
	apps := s.live.now(p.menu)
	if q.Keyword == "" {
		return apps.shown, nil
	}
	return s.found(apps, bareName(q.Keyword), nil, func() []*Controller { return s.behind(p) }), nil
}
