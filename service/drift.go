package service

import (
	"slices"

	"github.com/oabridge/oabridge/model"
)

// drift names what changed in a job since it was planned, "" when what was approved still fits. It is read from the
// catalogue in memory. A job that is not offered any more is left to Jenkins' own answer; parameters that came with a
// default do no harm to those that were approved.
func (w worker) drift(r *model.Release, d *model.Deployment) string {
	c := w.offered.Load()
	if c == nil || !c.ListedAt[d.Controller].After(r.CreatedAt) {
		return "" // nothing newer is known than what was approved
	}
	app, _ := c.AppByKey(d.Key())
	if app == nil {
		return ""
	}
	if d.ReleaseParameter != "" && app.Parameter(d.ReleaseParameter) == nil {
		return "不再声明参数 " + d.ReleaseParameter
	}
	for _, p := range d.Parameters {
		if change := driftOf(app.Parameter(p.Name), p); change != "" {
			return change
		}
	}
	return ""
}

// driftOf compares one planned value with the parameter as it is declared now: Jenkins drops what it does not know, and
// makes false of what is no boolean.
func driftOf(def *model.ParameterDefinition, p model.ParameterValue) string {
	switch {
	case def == nil:
		return "不再声明参数 " + p.Name
	case def.Kind.Forbidden():
		return "参数 " + p.Name + " 改成了密码、文件或凭据"
	case def.Kind == model.KindChoice && !slices.Contains(def.Choices, p.Value):
		return "参数 " + p.Name + " 不再有选项 " + model.Cut(p.Shown(), 40)
	case def.Kind == model.KindBoolean && p.Value != "true" && p.Value != "false":
		return "参数 " + p.Name + " 改成了布尔值"
	}
	return ""
}
