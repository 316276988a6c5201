package service

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/oabridge/oabridge/model"
)

// ParameterOptions offers the values of one parameter, out of memory: a choice's list, yes and no of a boolean, what was
// read from git, from builds or from the configured source, else the default. Of several apps it offers what all of them
// take. The last entry says when more is still being read, or could not be.
func (s *Service) ParameterOptions(ctx context.Context, q model.Question) (*model.Choices, error) {
	c, err := s.catalogue()
	if err != nil {
		return nil, err
	}
	if strings.TrimSpace(q.Project) == "" || len(q.Apps) == 0 {
		return newChoices(nil), nil // a form asks before anything is chosen
	}
	p, err := s.projectFor(ctx, c, q)
	if err != nil {
		return nil, err
	}
	var common []model.Option
	var notice string
	for i, app := range q.Apps {
		asked, err := s.parameterOf(p, app, q.Parameter)
		if err != nil {
			return nil, err
		}
		options, said := asked.offer()
		if notice = cmp.Or(notice, said); i == 0 {
			common = options
			continue
		}
		taken := make(map[string]bool, len(options))
		for _, o := range options {
			taken[o.ID] = true
		}
		common = slices.DeleteFunc(common, func(o model.Option) bool { return !taken[o.ID] })
	}
	return withNotice(s.alphabet.search(common, q.Keyword), notice), nil
}

// parameterOf finds what a form asks the values of.
func (s *Service) parameterOf(p *Project, app, name string) (parameter, error) {
	if strings.TrimSpace(name) == "" {
		return parameter{}, model.Errorf(model.CodeUnknownParameter, "缺少入参 parameter(参数)，请在连接器里填写 Jenkins 参数名")
	}
	a, err := s.findApp(p, app)
	if err != nil {
		return parameter{}, err
	}
	for _, name := range s.form.parameterNames(strings.TrimSpace(name)) {
		def := a.Parameter(name)
		if def == nil || def.Kind.Forbidden() {
			continue
		}
		if found := s.parameter(a, def); !found.rule.Hidden {
			return found, nil
		}
	}
	return parameter{}, model.Errorf(model.CodeUnknownParameter, "应用“%s”没有可填写的参数“%s”", a.Label, model.Cut(name, 40))
}

// offer is what a form may choose from, the values of successful builds first, and what to say at the end.
func (p parameter) offer() ([]model.Option, string) {
	if p.rule.Fixed != "" {
		return named([]model.Option{{ID: p.rule.Fixed, Name: p.rule.Fixed}}), ""
	}
	known := p.list()
	shown := known
	if !known.known {
		shown = plainList(p.parts(p.usual()))
	}
	lasting, read := p.successes()
	options := lastFirst(slices.DeleteFunc(lasting, func(v string) bool { return !p.listed(v, known) }), shown)
	options = slices.DeleteFunc(options, func(o model.Option) bool { return p.fits(o.ID) != "" })
	return options, p.notice(known, read)
}

// listed tells whether nothing that is known speaks against the value.
func (p parameter) listed(value string, l valueList) bool {
	return l.ids[value] || !l.known || !l.whole || p.rule.Loose && p.def.Kind != model.KindChoice
}

// lastMark stands behind the value of the last successful build.
const lastMark = " · 上次成功"

// lastFirst are the values of successful builds, the newest of them marked, before the others.
func lastFirst(lasting []string, l valueList) []model.Option {
	names := make(map[string]string, len(l.options))
	for _, o := range l.options {
		names[o.ID] = o.Name
	}
	options := make([]model.Option, 0, len(lasting)+len(l.options))
	for _, v := range lasting {
		name, ok := names[v]
		if !ok {
			name = named([]model.Option{{ID: v, Name: v}})[0].Name
		}
		if len(options) == 0 {
			name = withSuffix(name, lastMark)
		}
		options = append(options, model.Option{ID: v, Name: name})
		delete(names, v)
	}
	for _, o := range l.options {
		if _, left := names[o.ID]; left {
			options = append(options, o)
		}
	}
	return options
}
