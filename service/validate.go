package service

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/oabridge/oabridge/model"
)

// plan is a form that passed every check, with what it asks for found in the catalogue.
type plan struct {
	form    Form
	project *Project
	apps    []plannedApp
}

type plannedApp struct {
	app              *App
	parameters       []model.ParameterValue
	releaseParameter string
}

// Validate checks a form before it is submitted. The message has one line per problem; "" when there is none. Errors:
// catalogue_unready.
func (s *Service) Validate(_ context.Context, fields map[string][]string) (string, error) {
	_, problems, err := s.check(fields, 0)
	return problems.Message(), err
}

// check reads a form and checks it against the catalogue. allowedLateness is how long ago the planned time may be.
func (s *Service) check(fields map[string][]string, allowedLateness time.Duration) (plan, Problems, error) {
	f, problems := s.form.Read(fields)
	return s.checkForm(f, problems, allowedLateness)
}

// checkForm checks a form that was read with these problems.
func (s *Service) checkForm(f Form, problems Problems, allowedLateness time.Duration) (plan, Problems, error) {
	p, more, err := s.plan(f)
	if err != nil {
		return plan{}, nil, err
	}
	problems = append(problems, more...)
	if p.project != nil {
		checkUnknown(p.apps, f.StandsFor, &problems)
		for i, planned := range p.apps {
			if row := f.row(i); row != nil && len(p.apps) == len(f.Apps) {
				checkUnknown([]plannedApp{planned}, row.StandsFor, &problems)
			}
		}
	}
	s.checkTime(f, allowedLateness, &problems)
	if f.DBChange && !f.DBChangeDone {
		problems.add(FieldDBChangeDone, "请先完成数据库变更")
	}
	return p, problems, nil
}

// plan finds in the catalogue what a form asks for. Errors: catalogue_unready.
func (s *Service) plan(f Form) (plan, Problems, error) {
	c, err := s.catalogue()
	if err != nil {
		return plan{}, nil, err
	}
	var problems Problems
	p := plan{form: f, project: findProject(c, f, &problems)}
	if p.project != nil {
		p.apps = s.planApps(p.project, f, &problems)
	}
	return p, problems, nil
}

func (s *Service) checkTime(f Form, allowedLateness time.Duration, problems *Problems) {
	if f.ScheduledAt == nil {
		return
	}
	now, at := s.now(), *f.ScheduledAt
	switch {
	case f.Mode == model.ExecuteScheduled && at.Before(now.Add(-allowedLateness)):
		problems.add(FieldScheduledAt, "执行时间 %s 已经过去，请重新选择", s.clock(at))
	case f.Mode == model.ExecuteNow && at.After(now.Add(time.Minute)):
		// Approvers would see both and could believe either.
		problems.add(FieldScheduledAt, "执行方式为立即，但填写了将来的执行时间 %s，请改为定时或清空时间", s.clock(at))
	}
}

func findProject(c *Catalogue, f Form, problems *Problems) *Project {
	if len(f.Apps) == 0 {
		problems.add(FieldApp, "请选择应用")
	}
	if f.Project == "" {
		if len(f.Apps) > 0 {
			if _, p := c.AppByKey(f.Apps[0]); p != nil {
				return p
			}
		}
		problems.add(FieldProject, "请选择项目")
		return nil
	}
	p, err := c.FindProject(f.Project)
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
		app, err := p.FindApp(value)
		if err != nil {
			problems.add(FieldApp, "%s", model.MessageOf(err))
			continue
		}
		if slices.ContainsFunc(planned, func(o plannedApp) bool { return o.app == app }) {
			problems.add(FieldApp, "应用“%s”重复了", app.Label)
			continue
		}
		planned = append(planned, s.planApp(app, f.parametersOf(i, problems), problems))
	}
	return planned
}

// planApp gives every parameter of the app its value: the form's, else the job's default, so that nothing is left to
// what the job may declare later.
func (s *Service) planApp(app *App, given map[string]string, problems *Problems) plannedApp {
	planned := plannedApp{app: app}
	releaseParameter := s.controllers[app.Controller].ReleaseParameter
	for i := range app.Parameters {
		def := &app.Parameters[i]
		value, chosen := given[def.Name]
		switch {
		case def.Name == releaseParameter:
			planned.releaseParameter = def.Name
			if chosen {
				problems.add(def.Name, "参数“%s”由系统填写，表单里不能填", def.Name)
			}
		case chosen:
			if checked, ok := checkValue(def, value, problems); ok {
				planned.parameters = append(planned.parameters, newValue(def, checked, true))
			}
		case def.Default != nil && !def.Kind.Forbidden():
			planned.parameters = append(planned.parameters, newValue(def, *def.Default, false))
		}
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

// checkUnknown reports fields, with what each stands for, that are neither a known field nor a parameter of any chosen app.
func checkUnknown(apps []plannedApp, standsFor map[string][]string, problems *Problems) {
	if len(apps) == 0 {
		return
	}
	declared := func(name string) bool {
		return slices.ContainsFunc(apps, func(p plannedApp) bool { return p.app.Parameter(name) != nil })
	}
	for _, field := range sortedKeys(standsFor) {
		if !slices.ContainsFunc(standsFor[field], declared) {
			problems.add(field, "所选应用没有参数“%s”", model.Cut(field, 40))
		}
	}
}

// checkValue checks a value against the definition and returns it as Jenkins takes it.
func checkValue(def *model.ParameterDefinition, value string, problems *Problems) (string, bool) {
	switch def.Kind {
	case model.KindPassword, model.KindFile, model.KindCredentials:
		problems.add(def.Name, "参数“%s”是密码、文件或凭据，不能由表单填写", def.Name)
		return "", false
	case model.KindBoolean:
		return checkBool(def, value, problems)
	case model.KindChoice:
		return checkChoice(def, value, problems)
	case model.KindExtendedChoice:
		if strings.Contains(value, ",") { // Jenkins would make nothing of several values in one field
			problems.add(def.Name, "参数“%s”一次只能选一个值", def.Name)
			return "", false
		}
		return checkLine(def, value, problems)
	default:
		return checkLine(def, value, problems)
	}
}

func checkLine(def *model.ParameterDefinition, value string, problems *Problems) (string, bool) {
	if what := hostile(value, def.Kind == model.KindText); what != "" {
		problems.add(def.Name, "参数“%s”的值含有不允许的%s", def.Name, what)
		return "", false
	}
	return value, true
}

// shown is a refused value for people.
func shown(def *model.ParameterDefinition, value string) string {
	refused := newValue(def, value, true)
	return model.Cut(refused.Shown(), 40)
}

func checkBool(def *model.ParameterDefinition, value string, problems *Problems) (string, bool) {
	b, ok := readBool(value)
	switch {
	case !ok:
		problems.add(def.Name, "参数“%s”只能填 是 或 否(true/false)，不能是“%s”", def.Name, shown(def, value))
		return "", false
	case b:
		return "true", true
	default:
		return "false", true
	}
}

func checkChoice(def *model.ParameterDefinition, value string, problems *Problems) (string, bool) {
	if slices.Contains(def.Choices, value) {
		return value, true
	}
	for _, o := range choicesOf(def) {
		if o.Name == value { // a long choice was offered shortened
			return o.ID, true
		}
	}
	problems.add(def.Name, "参数“%s”的值“%s”不在可选范围内(%s)",
		def.Name, shown(def, value), model.Cut(strings.Join(def.Choices, "、"), 120))
	return "", false
}

// hostile names what a shell on the build machine could take for more than a value; "" when there is nothing. It is a
// second wall: jobs should quote their parameters all the same.
func hostile(value string, multiline bool) string {
	if hasControl(value, multiline) {
		return "控制字符或换行"
	}
	for _, w := range shellWords {
		if (w.always || !multiline) && strings.Contains(value, w.text) {
			return w.name
		}
	}
	if !multiline && len(value) > 1 && value[0] == '-' && !isDigits(value[1:2]) {
		return "开头的 -"
	}
	return ""
}

// shellWords are refused everywhere, or only where one line is expected: a text for people may well have a semicolon.
var shellWords = []struct {
	text, name string
	always     bool
}{
	{"`", "反引号 `", true},
	{"$(", "命令替换 $(", true},
	{"${", "变量替换 ${", true},
	{"../", "上级路径 ../", true},
	{`..\`, `上级路径 ..\`, true},
	{";", "分号 ;", false},
	{"|", "管道 |", false},
	{"&&", "命令连接 &&", false},
	{"<", "重定向 <", false},
	{">", "重定向 >", false},
}
