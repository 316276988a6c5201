package service

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/model"
)

func choice(name string, options ...string) model.FormControl {
	c := model.FormControl{ID: "DDSelectField_" + name, Name: name, Type: "DDSelectField"}
	for _, o := range options {
		c.Options = append(c.Options, model.Option{Name: o})
	}
	return c
}

func field(name string) model.FormControl {
	return model.FormControl{ID: "TextField_" + name, Name: name, Type: "TextField"}
}

func nested(kind, name string, children ...model.FormControl) model.FormControl {
	return model.FormControl{ID: kind + "_" + name, Name: name, Type: kind, Children: children}
}

func TestSurveyForm(t *testing.T) {
	rules := FormRules{
		Fields: map[string][]string{
			FieldProject: {"项目名称", "TextField_P"}, FieldApp: {"应用名称", "app"}, FieldMode: {"执行方式"}, FieldScheduledAt: {"执行时间", "定时时间"},
			FieldDBChange: {"是否有数据库变更"}, FieldKeyword: {"关键字"}, FieldOriginator: {"发起人", "提交人"},
		},
		Parameters: map[string]string{"BRANCH": "分支", "REASON": "执行方式"}, Ignore: []string{"预算", "旧明细"},
	}
	project, app, branch := field("项目名称"), field("应用名称"), field("分支")
	tests := []struct {
		name     string
		controls []model.FormControl
		want     SurveyedForm
	}{
		{"nothing is there", nil, SurveyedForm{Missing: []string{FieldProject, FieldApp}, Unmapped: []string{"BRANCH", "REASON"}}},
		{"all is there", []model.FormControl{
			project, app, branch, choice("执行方式", "立即", "定时", " 手动 "), field("定时时间"), choice("是否有数据库变更", "是", "否"),
			field("预算"), field("关键字"), field("发起人"), field("提交人"), nested("TextNote", ""), nested("DDAttachment", "附件"),
		}, SurveyedForm{}},
		{"known by id and alias", []model.FormControl{
			{ID: "TextField_P", Name: "项目", Type: "TextField"}, {ID: "x", Alias: "app", Name: "哪些应用", Type: "DDMultiSelectField"},
			branch, choice("执行方式", "立即"),
		}, SurveyedForm{}},
		{"renamed", []model.FormControl{field("项目"), app, field("代码分支"), choice("执行方式")},
			SurveyedForm{Missing: []string{FieldProject}, Unmapped: []string{"BRANCH"}, Unknown: []string{"项目", "代码分支"}}},
		{"no time to choose", []model.FormControl{project, app, branch, choice("执行方式", "立即", "定时执行")},
			SurveyedForm{Missing: []string{FieldScheduledAt}}},
		{"choices that are refused", []model.FormControl{project, app, branch, choice("执行方式", "立即", "下班后"), choice("是否有数据库变更", "有", "否")},
			SurveyedForm{Choices: []SurveyedField{{"执行方式", []string{"下班后"}}, {"是否有数据库变更", []string{"有"}}}}},
		{"two for one", []model.FormControl{project, app, branch, choice("执行方式"), field("执行时间"), field("定时时间")},
			SurveyedForm{Twice: []string{FieldScheduledAt}}},
		{"apps in a table", []model.FormControl{
			project, choice("执行方式"), nested(tableType, "应用明细", app, branch, field("VERSION"), field("关键字"), field("预算")),
		}, SurveyedForm{Unknown: []string{"VERSION"}}},
		{"a table with what belongs above it", []model.FormControl{choice("执行方式"), nested(tableType, "应用明细", project, app, branch)},
			SurveyedForm{Misplaced: []string{"项目名称"}}},
		{"two tables", []model.FormControl{project, branch, choice("执行方式"), nested(tableType, "甲", app), nested(tableType, "乙", app)},
			SurveyedForm{Tables: []string{"甲", "乙"}}},
		{"tables that list no apps", []model.FormControl{
			project, app, branch, choice("执行方式"), nested(tableType, "费用", field("金额")), nested(tableType, "旧明细", app),
		}, SurveyedForm{Unknown: []string{"费用"}}},
		{"a group", []model.FormControl{nested("RowField", "", project, app), branch, choice("执行方式")}, SurveyedForm{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, SurveyForm(rules, test.controls)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestDeclared(t *testing.T) {
	declares := func(names ...string) []model.ParameterDefinition {
		list := []model.ParameterDefinition{{Name: "PASSWORD", Kind: model.KindPassword}}
		for _, name := range names {
			list = append(list, model.ParameterDefinition{Name: name, Kind: model.KindString})
		}
		return list
	}
	listing := model.Listing{Jobs: []model.Job{
		{FullName: "deploy/web", Buildable: true, Parameters: declares("VERSION", "ENV")},
		{FullName: "deploy/api", Buildable: true, Parameters: declares("ENV")},
		{FullName: "deploy/old", Parameters: declares("OLD")},
		{FullName: "test/web", Buildable: true, Parameters: declares("CASE")},
	}}
	if diff := cmp.Diff([]string{"ENV", "VERSION"}, Declared(CatalogueRules{Folders: []string{"deploy"}}, listing)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
