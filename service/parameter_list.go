package service

import (
	"slices"
	"strings"

	"github.com/oabridge/oabridge/model"
)

// yesNo are the values of a boolean.
func yesNo() valueList {
	return valueList{
		options: []model.Option{{ID: "true", Name: "是"}, {ID: "false", Name: "否"}}, known: true, whole: true, current: true,
		ids: map[string]bool{"true": true, "false": true}, names: map[string]string{"是": "true", "否": "false"},
	}
}

// list is what is known of the parameter's values now. What is not in the catalogue is read for the next time.
func (p parameter) list() valueList {
	switch r, remote := p.remote(); {
	case remote:
		return p.remoteList(r)
	case p.def.Kind == model.KindBoolean:
		return p.ruled(p.yesNo)
	case p.def.Kind == model.KindChoice:
		l := plainList(p.def.Choices)
		l.current = true
		return p.ruled(l)
	case len(p.rule.Values) > 0:
		l := plainList(p.rule.Values)
		l.current = true
		return l
	}
	return valueList{}
}

// ruled takes out of Jenkins' own list what the rule's list has not.
func (p parameter) ruled(l valueList) valueList {
	if len(p.rule.Values) == 0 {
		return l
	}
	l = l.kept(func(id string) bool { return slices.Contains(p.rule.Values, id) })
	l.ids = map[string]bool{}
	for _, o := range l.options {
		l.ids[o.ID] = true
	}
	return l
}

// remote is what has to be read for the parameter's values; false when there is nothing to read. A list of the
// configuration stands in for what Jenkins would say.
func (p parameter) remote() (reading, bool) {
	kind := p.def.Kind
	switch {
	case kind == model.KindChoice, kind == model.KindBoolean, len(p.rule.Values) > 0:
	case p.rule.Source != nil:
		return reading{kind: readSource, JobRef: p.app.JobRef, rule: p.rule, project: p.app.project}, true
	case kind == model.KindGit:
		return reading{kind: readGit, JobRef: p.app.JobRef}, true
	case kind == model.KindRun && p.def.BuildsOf != "":
		return reading{kind: readBuilds, JobRef: model.JobRef{Controller: p.app.Controller, FullName: p.def.BuildsOf}}, true
	}
	return reading{}, false
}

func (p parameter) remoteList(r reading) valueList {
	got := p.values.look(r)
	var l valueList
	switch {
	case got.at.IsZero():
	case r.kind == readGit:
		if l = got.lists[p.def.Name]; !l.known {
			l.trouble = true
		}
	case r.kind == readSource:
		l = got.lists[""]
	default:
		l = p.builds(got)
	}
	l.at, l.reading, l.trouble = got.at, got.state != notRead, l.trouble || got.failed
	return l
}

// builds are the builds that a run parameter offers.
func (p parameter) builds(got page) valueList {
	var ids []string
	for _, b := range got.builds {
		if b.passes(p.def.Filter) {
			ids = append(ids, b.id(p.def.BuildsOf))
		}
	}
	l := plainList(ids)
	l.whole = len(got.builds) < mostBuilds
	return l
}

// successes are the values that the parameter had in successful builds, the newest first, and whether they were looked for.
func (p parameter) successes() ([]string, bool) {
	if p.rule.LastSuccessful == 0 {
		return nil, true
	}
	got := p.values.look(reading{kind: readBuilds, JobRef: p.app.JobRef})
	var found []string
	for _, parameters := range got.good {
		values := []string{parameters[p.def.Name]}
		if p.several() {
			values = strings.Split(values[0], ",")
		}
		found = append(found, values...)
	}
	found = distinct(found)
	return found[:min(len(found), p.rule.LastSuccessful)], !got.at.IsZero() || got.failed
}

// aheadPerProject bounds what is read of a project because somebody looks at its apps.
const aheadPerProject = 20

// readAhead has values read of a project's apps, which somebody is about to choose from.
func (s *Service) readAhead(project *Project) {
	if !s.values.soon(project.Key) {
		return
	}
	left := aheadPerProject
	for _, app := range project.Apps {
		for i := range app.Parameters {
			p := s.parameter(app, &app.Parameters[i])
			if p.rule.Hidden || p.rule.Fixed != "" {
				continue
			}
			if r, remote := p.remote(); remote {
				s.values.expect(r)
				left--
			}
			if p.rule.LastSuccessful > 0 {
				s.values.expect(reading{kind: readBuilds, JobRef: p.app.JobRef})
				left--
			}
			if left <= 0 {
				return
			}
		}
	}
}
