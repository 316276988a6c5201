package service

import (
	"strings"
	"testing"

	"github.com/oabridge/oabridge/model"
)

// What Jenkins does with a value depends on what it was meant for and on what the job declares by now.
func TestValuesAndWhatTheyMeet(t *testing.T) {
	def := func(kind model.ParameterKind, choices ...string) model.ParameterDefinition {
		return model.ParameterDefinition{Name: "P", Kind: kind, Choices: choices}
	}
	multiple := func(d model.ParameterDefinition) model.ParameterDefinition { d.Multiple = true; return d }
	hosts := []string{"h1", "h2"}
	for name, c := range map[string]struct {
		was   model.ParameterDefinition
		value model.ParameterValue
		is    model.ParameterDefinition
		says  string // "": it fits
	}{
		"the same text":               {def(model.KindString), model.ParameterValue{Value: "v1"}, def(model.KindString), ""},
		"a text for a git parameter":  {def(model.KindString), model.ParameterValue{Value: "v1"}, def(model.KindGit), ""},
		"a branch for a text":         {def(model.KindGit), model.ParameterValue{Value: "main"}, def(model.KindText), ""},
		"a choice that is left":       {def(model.KindChoice, "a", "b"), model.ParameterValue{Value: "a"}, def(model.KindChoice, "a"), ""},
		"a choice that is gone":       {def(model.KindChoice, "a", "b"), model.ParameterValue{Value: "b"}, def(model.KindChoice, "a"), "不再有选项 b"},
		"a text that is a choice":     {def(model.KindString), model.ParameterValue{Value: "a"}, def(model.KindChoice, "a"), ""},
		"a text that is none":         {def(model.KindString), model.ParameterValue{Value: "c"}, def(model.KindChoice, "a"), "不再有选项 c"},
		"a text that is a boolean":    {def(model.KindString), model.ParameterValue{Value: "true"}, def(model.KindBoolean), ""},
		"a text that is no boolean":   {def(model.KindString), model.ParameterValue{Value: "是"}, def(model.KindBoolean), "当成 false"},
		"a boolean for a text":        {def(model.KindBoolean), model.ParameterValue{Value: "false"}, def(model.KindString), ""},
		"an empty text for a boolean": {def(model.KindString), model.ParameterValue{}, def(model.KindBoolean), "当成 false"},
		"a text for a password":       {def(model.KindString), model.ParameterValue{Value: "x"}, def(model.KindPassword), "密码、文件或凭据"},
		"a text for a file":           {def(model.KindString), model.ParameterValue{Value: "x"}, def(model.KindFile), "密码、文件或凭据"},
		"a text for a run":            {def(model.KindString), model.ParameterValue{Value: "x"}, def(model.KindRun), "换了类型(string → run)"},
		"a text for a plugin's own":   {def(model.KindString), model.ParameterValue{Value: "x"}, def(model.KindOther), "换了类型"},
		"a plugin's own as it was":    {def(model.KindOther), model.ParameterValue{Value: "x"}, def(model.KindOther), ""},
		"a run as it was":             {def(model.KindRun), model.ParameterValue{Value: "a#1"}, def(model.KindRun), ""},
		"several as they were":        {multiple(def(model.KindExtendedChoice)), model.ParameterValue{Value: "h1,h2", Each: hosts}, multiple(def(model.KindExtendedChoice)), ""},
		"several for a single choice": {multiple(def(model.KindExtendedChoice)), model.ParameterValue{Value: "h1,h2", Each: hosts}, def(model.KindExtendedChoice), "由多选改成了单选"},
		"one for a single choice":     {multiple(def(model.KindExtendedChoice)), model.ParameterValue{Value: "h1", Each: hosts[:1]}, def(model.KindExtendedChoice), ""},
		"several for a text":          {multiple(def(model.KindExtendedChoice)), model.ParameterValue{Value: "h1,h2", Each: hosts}, def(model.KindString), "换了类型"},
		"a list for several":          {def(model.KindExtendedChoice), model.ParameterValue{Value: "a,b"}, multiple(def(model.KindExtendedChoice)), "由单选改成了多选"},
		"one for several":             {def(model.KindExtendedChoice), model.ParameterValue{Value: "a"}, multiple(def(model.KindExtendedChoice)), ""},
		"a list of an Active Choice":  {def(model.KindActiveChoice), model.ParameterValue{Value: "h1,h2", Each: hosts}, def(model.KindActiveChoice), ""},
		"a secret":                    {def(model.KindChoice, "hunter2"), model.ParameterValue{Value: "hunter2", Secret: true}, def(model.KindChoice, "x"), "不再有选项 " + model.Masked},
	} {
		t.Run(name, func(t *testing.T) {
			c.value.Name = "P"
			job := &model.Job{FullName: "a/b", Buildable: true, Parameters: []model.ParameterDefinition{c.is}}
			for known, before := range map[string]model.Definition{"known": model.Define([]model.ParameterDefinition{c.was}), "not known": nil} {
				d := &model.Deployment{JobRef: model.JobRef{FullName: "a/b"}, Parameters: []model.ParameterValue{c.value}, Definition: before}
				found := compare(d, job)
				if before == nil && strings.ContainsAny(c.says, "换由") {
					continue // what it was decides, and a release of an older version does not tell
				}
				if found.fits() != (c.says == "") || !strings.Contains(found.summary(), c.says) || found.barred == found.fits() {
					t.Errorf("%s: %q, barred %v; want %q", known, found.summary(), found.barred, c.says)
				}
				if strings.Contains(found.summary(), "hunter2") {
					t.Errorf("a secret is told: %s", found.summary())
				}
			}
		})
	}
}
