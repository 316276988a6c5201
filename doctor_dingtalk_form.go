package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/oabridge/oabridge/config"
	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/service"
)

// forms compares each approval template with the section form of the configuration.
func (e *dingtalkExamination) forms(ctx context.Context) {
	if len(e.cfg.Form.ProcessCodes) == 0 {
		return
	}
	declared, err := e.declared(ctx)
	for _, code := range e.cfg.Form.ProcessCodes {
		var more []finding
		name := "dingtalk: form " + code
		e.check(ctx, name, func(ctx context.Context) finding {
			list := e.form(ctx, code, declared, err == nil)
			more = list[1:]
			return list[0]
		})
		for _, f := range more {
			e.check(ctx, name, func(context.Context) finding { return f })
		}
	}
}

// declared are the parameters of all apps that the bridge last saw. Errors: not_found (it has seen none yet), and the
// database's.
func (e *dingtalkExamination) declared(ctx context.Context) (names []string, err error) {
	if !e.stored {
		return nil, model.Errorf(model.CodeNotFound, "there is no database yet")
	}
	ctx, cancel := context.WithTimeout(ctx, e.timeout)
	defer cancel()
	s, err := openStore(ctx, e.cfg.Database, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	for _, j := range e.cfg.Jenkins {
		listing, err := s.LoadListing(ctx, j.Name, time.Time{})
		if err != nil {
			return nil, err
		}
		names = append(names, service.Declared(catalogueRules(e.cfg, j), listing)...)
	}
	return names, nil
}

// form reads one template. What is wrong with it has a finding each.
func (e *dingtalkExamination) form(ctx context.Context, code string, declared []string, complete bool) []finding {
	now := time.Now()
	_, err := e.client.InstanceIDs(ctx, code, now.Add(-time.Minute), now, nil)
	right := rightReadApprovals
	var controls []model.FormControl
	if err == nil {
		right = rightReadForms
		controls, err = e.client.Schema(ctx, code)
	}
	if err != nil {
		return []finding{templateDeclined(err, right)}
	}
	survey := service.SurveyForm(formRules(e.cfg.Form), controls)
	survey.Unknown = slices.DeleteFunc(survey.Unknown, func(name string) bool { return slices.Contains(declared, name) })
	list := (&formJudge{cfg: e.cfg.Form, survey: survey, declared: declared, complete: complete}).findings()
	if len(list) > 0 {
		return list
	}
	detail := fmt.Sprintf("%d controls, all that a release needs · 表单与配置一致", len(controls))
	if !complete {
		detail += "; those for parameters were not compared, as no catalogue is stored yet · 尚无应用清单，未核对参数控件"
	}
	return []finding{fine(detail)}
}

func templateDeclined(err error, right string) finding {
	if code := model.CodeOf(err); code == model.CodeDingTalkNotFound || code == model.CodeDingTalkRejected {
		return broken(explain(err), "copy the code PROC-… from the address of the template's page in the OA administration into form.process_codes · "+
			"从 OA 审批后台该模板编辑页的地址栏复制 PROC-…，填入 form.process_codes")
	}
	return declined(err, grant(right))
}

// formJudge says what a survey of a template means.
type formJudge struct {
	cfg      config.Form
	survey   service.SurveyedForm
	declared []string
	complete bool // declared is all there is
	renamed  []string
}

func (j *formJudge) findings() []finding {
	list := slices.Concat(j.missing(), j.unmapped(), j.misplaced(), j.refused())
	unknown := slices.DeleteFunc(j.survey.Unknown, func(name string) bool { return slices.Contains(j.renamed, name) })
	if len(unknown) == 0 || !j.complete {
		return list
	}
	named := make([]string, len(unknown))
	for i, name := range unknown {
		named[i] = "“" + name + "”"
		if near := config.Nearest(name, j.declared); near != "" {
			named[i] += " (did you mean " + near + "?)"
		}
	}
	return append(list, doubtful(
		"nobody reads the controls "+strings.Join(named, ", ")+"; a form that brings us a value of one is refused · 这些控件无法识别，传来其值的表单会被拒绝",
		"add them to form.ignore, map them by form.parameters, or name them like a parameter of the job · "+
			"加入 form.ignore，或在 form.parameters 中对应，或改为 Jenkins 参数名"))
}

// candidate is the control that was renamed from one of the names, "" when none looks like it.
func (j *formJudge) candidate(names ...string) string {
	for _, name := range names {
		if near := config.Nearest(name, j.survey.Unknown); near != "" {
			j.renamed = append(j.renamed, near)
			return near
		}
	}
	return ""
}

func (j *formJudge) missing() []finding {
	var list []finding
	for _, field := range j.survey.Missing {
		names := j.cfg.Names()[field]
		title := titleOf(names)
		detail := fmt.Sprintf("no control is the field %s (%s) · 表单缺少“%s”控件", field, strings.Join(names[1:], ", "), title)
		remedy := fmt.Sprintf("name a control %s, or add its name to form.fields.%s · 把控件命名为“%[1]s”，或把控件名加入 form.fields.%[2]s", title, field)
		if near := j.candidate(names...); near != "" {
			detail += "，只有“" + near + "”"
			remedy = fmt.Sprintf("add %s to form.fields.%s, or rename the control to %s · 把“%[1]s”加入 form.fields.%[2]s，或把控件改名为“%[3]s”",
				near, field, title)
		}
		if field == service.FieldScheduledAt { // the other ways to execute remain
			list = append(list, doubtful(detail, remedy))
			continue
		}
		list = append(list, broken(detail, remedy))
	}
	return list
}

// titleOf is the first name that is one for people.
func titleOf(names []string) string {
	if len(names) > 1 {
		return names[1]
	}
	return names[0]
}

func (j *formJudge) unmapped() []finding {
	var list []finding
	for _, parameter := range j.survey.Unmapped {
		name := j.cfg.Parameters[parameter]
		remedy := fmt.Sprintf("name a control %s, or correct form.parameters.%s · 把控件命名为“%[1]s”，或修改 form.parameters.%[2]s", name, parameter)
		if near := j.candidate(name); near != "" {
			remedy = fmt.Sprintf("write form.parameters.%s: %s, or rename the control to %s · 改为 %[2]s，或把控件改名为“%[3]s”", parameter, near, name)
		}
		list = append(list, doubtful(
			fmt.Sprintf("form.parameters.%s reads “%s”, which is no control of the form · 表单没有“%[2]s”控件", parameter, name), remedy))
	}
	return list
}

func (j *formJudge) misplaced() []finding {
	var list []finding
	if len(j.survey.Tables) > 0 {
		list = append(list, broken("several tables list apps: "+strings.Join(j.survey.Tables, ", ")+" · 有多个应用明细表",
			"keep one of them, or add the others to form.ignore · 只保留一个，或把其余的加入 form.ignore"))
	}
	if len(j.survey.Misplaced) > 0 {
		list = append(list, broken("in the table of apps, where they are refused: "+strings.Join(j.survey.Misplaced, ", ")+" · 这些控件不能放在明细里",
			"move them above the table · 移到明细之外"))
	}
	for _, field := range j.survey.Twice {
		list = append(list, doubtful(
			fmt.Sprintf("several controls are the field %s: a form in which they differ is refused · 有多个控件对应“%s”", field, titleOf(j.cfg.Names()[field])),
			"keep one of them, or rename the others · 只保留一个，或改名"))
	}
	return list
}

func (j *formJudge) refused() []finding {
	var list []finding
	for _, c := range j.survey.Choices {
		list = append(list, doubtful(
			fmt.Sprintf("“%s” offers what is refused: %s · 这些选项会被拒绝", c.Control, strings.Join(c.Choices, ", ")),
			"offer 立即, 定时, 手动 as ways to execute, 是 and 否 elsewhere · 执行方式只能是 立即、定时、手动，其余只能是 是、否"))
	}
	return list
}
