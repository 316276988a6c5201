package service

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/oabridge/oabridge/model"
)

// planApp gives every parameter of the app its value: the form's, else the rule's, else the job's default, so that nothing
// is left to what the job may declare later.
func (s *Service) planApp(app *App, given map[string][]string, problems *Problems) plannedApp {
	planned := plannedApp{app: app, parameters: make([]model.ParameterValue, 0, len(app.Parameters))}
	found := parameterFindings{problems: problems}
	releaseParameter := s.controllers[app.Controller].ReleaseParameter
	for i := range app.Parameters {
		p := s.parameter(app, &app.Parameters[i])
		values, chosen := given[p.def.Name]
		if p.def.Name == releaseParameter {
			planned.releaseParameter = p.def.Name
			if chosen {
				p.problem(&found, "由系统填写，表单里不能填")
			}
			continue
		}
		if value, ok := p.planned(values, chosen, &found); ok {
			planned.parameters = append(planned.parameters, value)
		}
	}
	planned.doubts, planned.unchecked = found.doubts, found.unchecked
	return planned
}

// planned is the value that is sent; false when there is none, or something is wrong.
func (p parameter) planned(values []string, chosen bool, found *parameterFindings) (model.ParameterValue, bool) {
	switch {
	case p.def.Kind.Forbidden() && chosen:
		p.problem(found, "是密码、文件或凭据，不能由表单填写")
	case p.rule.Hidden && chosen:
		p.problem(found, "由系统填写，表单里不能填")
	case chosen:
		return p.choose(values, found)
	case p.def.Kind.Forbidden():
	case p.rule.Fixed != "":
		return p.configured(p.rule.Fixed, found)
	case p.rule.Default != "":
		return p.configured(p.rule.Default, found)
	case p.rule.Required:
		p.problem(found, "必须填写")
	case p.def.Default != nil:
		return p.inherited(*p.def.Default, found)
	}
	return model.ParameterValue{}, false
}

// configured is a value of the rule, which Jenkins has to take.
func (p parameter) configured(text string, found *parameterFindings) (model.ParameterValue, bool) {
	if yes, ok := readBool(text); ok && p.def.Kind == model.KindBoolean {
		text = strconv.FormatBool(yes)
	}
	l := valueList{}
	if p.def.Kind == model.KindChoice || p.def.Kind == model.KindBoolean {
		l = p.list()
	}
	if l.current && !l.ids[text] {
		p.problem(found, "的配置值“%s”不在任务的可选范围内，请联系管理员", p.shown(text))
		return model.ParameterValue{}, false
	}
	return p.value(p.parts(text), false), true
}

// inherited is the job's own default, unless the rule takes no such value.
func (p parameter) inherited(text string, found *parameterFindings) (model.ParameterValue, bool) {
	parts := p.parts(text)
	refused := slices.ContainsFunc(parts, func(v string) bool {
		listed := len(p.rule.Values) == 0 || p.rule.Loose || slices.Contains(p.rule.Values, v)
		return v != "" && (!listed || p.shape(v) != "")
	})
	if refused {
		p.problem(found, "必须填写(任务的默认值“%s”不符合要求)", p.shown(text))
		return model.ParameterValue{}, false
	}
	return p.value(parts, false), true
}

// parts are the values in a default or a fixed text.
func (p parameter) parts(text string) []string {
	if p.several() && text != "" {
		return strings.Split(text, ",")
	}
	return []string{text}
}

// usual is what is sent when the form gives nothing; "" when nothing is.
func (p parameter) usual() string {
	switch {
	case p.rule.Default != "":
		return p.rule.Default
	case p.def.Default != nil:
		return *p.def.Default
	}
	return ""
}

// value is what is sent.
func (p parameter) value(values []string, chosen bool) model.ParameterValue {
	v := newValue(p.def, strings.Join(values, ","), chosen)
	v.Label = p.rule.Label
	if p.def.Multiple && v.Value != "" {
		v.Each = values
	}
	return v
}

// checkParameters tells of values that no list has. Who fills in a form can wait for a list that is read again and choose
// anew; a form that was approved goes on, since what was approved may be newer than the list, and Jenkins has the last word.
func (s *Service) checkParameters(_ context.Context, p plan, at moment, found *findings) error {
	doubted := &found.warnings
	if at == fillingIn {
		doubted = &found.Problems
	}
	for _, planned := range p.steps() {
		doubted.addNew(planned.doubts)
		found.warnings.addNew(planned.unchecked)
	}
	return nil
}

// addNew adds what was not found of another app already.
func (ps *Problems) addNew(others Problems) {
	for _, other := range others {
		if !slices.Contains(*ps, other) {
			*ps = append(*ps, other)
		}
	}
}
