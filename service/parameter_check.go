package service

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/oabridge/oabridge/model"
)

// parameterFindings are what a check of an app's parameters brought to light.
type parameterFindings struct {
	problems *Problems
	// doubts are values that no list has which was read some time ago. They keep a form from being submitted; one that was
	// approved may be newer than the list.
	doubts Problems
	// unchecked are values that nothing is known about.
	unchecked Problems
}

func (p parameter) problem(found *parameterFindings, format string, args ...any) {
	found.problems.add(p.def.Name, "%s", p.says(format, args...))
}

// says begins a sentence about the parameter.
func (p parameter) says(format string, args ...any) string {
	return "参数“" + p.title() + "”" + fmt.Sprintf(format, args...)
}

// choose checks what a form gives and returns it as Jenkins takes it.
func (p parameter) choose(values []string, found *parameterFindings) (model.ParameterValue, bool) {
	values, ok := p.separate(values, found)
	if !ok {
		return model.ParameterValue{}, false
	}
	if p.rule.Fixed != "" {
		return p.confirm(values, found)
	}
	l := p.listFor(values)
	for i, value := range values {
		if values[i], ok = p.check(value, l, found); !ok {
			return model.ParameterValue{}, false
		}
	}
	return p.value(distinct(values), true), true
}

// confirm takes from a form what is fixed anyway, and nothing else.
func (p parameter) confirm(values []string, found *parameterFindings) (model.ParameterValue, bool) {
	fixed, ok := p.configured(p.rule.Fixed, found)
	if !ok {
		return model.ParameterValue{}, false
	}
	if yes, isBool := readBool(values[0]); isBool && p.def.Kind == model.KindBoolean {
		values[0] = strconv.FormatBool(yes)
	}
	if given := strings.Join(values, ","); given != fixed.Value {
		p.problem(found, "固定为“%s”，不能改成“%s”", p.shown(fixed.Value), p.shown(given))
		return model.ParameterValue{}, false
	}
	fixed.Chosen = true
	return fixed, true
}

// listFor is the list to check values with. The values of a choice need none as long as they are choices.
func (p parameter) listFor(values []string) valueList {
	isChoice := func(v string) bool { return slices.Contains(p.def.Choices, v) }
	if p.def.Kind == model.KindChoice && len(p.rule.Values) == 0 && !slices.ContainsFunc(values, func(v string) bool { return !isChoice(v) }) {
		return valueList{}
	}
	return p.list()
}

// separate makes one value or several of what a form gives.
func (p parameter) separate(values []string, found *parameterFindings) ([]string, bool) {
	if p.def.Multiple { // no value of an Extended Choice has a comma
		values = clean(strings.Split(strings.Join(values, ","), ","))
	}
	comma := slices.ContainsFunc(values, func(v string) bool { return strings.Contains(v, ",") })
	switch {
	case len(values) > 1 && !p.several():
		p.problem(found, "只能填写一个值")
	case comma && p.def.Kind == model.KindExtendedChoice: // Jenkins would make nothing of several values in one field
		p.problem(found, "一次只能选一个值")
	case comma && p.commas():
		p.problem(found, "的值不能含有逗号，请分别选择")
	case len(values) == 0:
		p.problem(found, "的值只有逗号")
	default:
		return slices.Clone(values), true
	}
	return nil, false
}

// check returns one value as Jenkins takes it.
func (p parameter) check(given string, l valueList, found *parameterFindings) (string, bool) {
	value, ok := p.meant(given, l)
	if !ok {
		p.problem(found, "的值“%s”不能用，请重新选择", p.shown(given))
		return "", false
	}
	if p.def.Kind == model.KindBoolean {
		if value, ok = p.readBool(value, found); !ok {
			return "", false
		}
	}
	if l.current && !p.listed(value, l) {
		p.problem(found, "的值“%s”不在可选范围内(%s)", p.shown(value), model.Cut(strings.Join(l.all(), "、"), 120))
		return "", false
	}
	if wrong := p.fits(value); wrong != "" {
		p.problem(found, "%s", wrong)
		return "", false
	}
	if p.def.Kind == model.KindRun && !isBuildOf(p.def.BuildsOf, value) {
		p.problem(found, "的值“%s”不是“%s”的构建，请写成 %s#构建号", p.shown(value), p.def.BuildsOf, p.def.BuildsOf)
		return "", false
	}
	p.compare(value, l, found)
	return value, true
}

// isBuildOf tells whether a run parameter could mean a build by the value; job is "" when it is not known.
func isBuildOf(job, value string) bool {
	of, number, ok := strings.Cut(value, "#")
	return ok && of != "" && (of == job || job == "") && isDigits(number) && number[0] != '0' && len(number) < 19
}

// meant is the value that a form means by what it gives: a form may send what was shown. false: that was no value, or
// nobody can tell any more which.
func (p parameter) meant(given string, l valueList) (string, bool) {
	value := strings.TrimSuffix(given, lastMark)
	switch {
	case isMore(value), isNotice(value):
		return "", false
	case l.ids[value]:
		return value, true
	case l.names[value] != "":
		return l.names[value], true
	case p.def.Kind == model.KindChoice || p.def.Kind == model.KindBoolean:
		return value, true
	case wasCut(value):
		return "", false
	}
	if _, remote := p.remote(); remote {
		if inside, ok := inBrackets(value); ok {
			return inside, true
		}
	}
	return value, true
}

func (p parameter) readBool(value string, found *parameterFindings) (string, bool) {
	yes, ok := readBool(value)
	switch {
	case !ok:
		p.problem(found, "只能填 是 或 否(true/false)，不能是“%s”", p.shown(value))
		return "", false
	case yes:
		return "true", true
	default:
		return "false", true
	}
}

// compare looks for the value in what is known, and says when that is not enough.
func (p parameter) compare(value string, l valueList, found *parameterFindings) {
	_, remote := p.remote()
	sure := l.known && l.whole
	switch {
	case l.ids[value], value == p.usual():
	case sure && remote && !p.rule.Loose:
		found.doubts.add(p.def.Name, "%s",
			p.says("的值“%s”不在可选范围内(%s读取，刚刚新增的请几秒后重试)", p.shown(value), p.clock(l.at)))
	case l.known, remote:
		found.unchecked.add(p.def.Name, "%s", p.says("的值“%s”未能核对：%s", p.shown(value), l.why()))
	case p.def.Kind == model.KindExtendedChoice:
		found.unchecked.add(p.def.Name, "%s",
			p.says("的值“%s”未能核对：Jenkins 不提供它的可选值，会清空不在其中的值", p.shown(value)))
	}
}

// shown is a value for people.
func (p parameter) shown(value string) string {
	given := model.ParameterValue{Name: p.def.Name, Value: value, Secret: looksSecret(p.def.Name)}
	return model.Cut(given.Shown(), 40)
}
