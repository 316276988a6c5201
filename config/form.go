package config

import (
	"maps"
	"slices"
	"strings"
)

// How the apps of one release are deployed.
const (
	OrderSequence = "sequence"
	OrderParallel = "parallel"
)

// Form says how the fields of the approval form are read.
type Form struct {
	// Fields adds names under which a canonical field, such as project or scheduledAt, comes in.
	Fields map[string][]string `yaml:"fields"`
	// Parameters maps Jenkins parameters to form fields. A field named like a parameter needs no mapping.
	Parameters map[string]string `yaml:"parameters"`
	// Ignore lists fields that are only informational.
	Ignore []string `yaml:"ignore"`
	// ProcessCodes are the approval templates that may deploy, when the approval is read from DingTalk or comes by event.
	ProcessCodes []string `yaml:"process_codes"`
	// Order is sequence (one after another, stopping at the first failure) or parallel.
	Order string `yaml:"order" default:"sequence"`
}

// defaultNames are the canonical fields and the names accepted for them without any configuration.
func defaultNames() map[string][]string {
	return map[string][]string{
		"project":           {"项目名称"},
		"app":               {"应用名称"},
		"executeMode":       {"执行方式"},
		"scheduledAt":       {"执行时间", "定时时间", "上线时间"},
		"dbChange":          {"是否有数据库变更"},
		"dbChangeDone":      {"数据库变更是否完成"},
		"reason":            {"上线说明", "备注"},
		"processInstanceId": {"实例ID"},
		"businessId":        {"审批编号"},
		"requestId":         {},
		"originatorUserId":  {"发起人", "提交人"},
		"approverUserIds":   {"审批人"},
		"keyword":           {"关键字", "搜索"},  // of a search field; not part of what is asked for
		"parameter":         {"参数", "参数名称"}, // which choices to load; not part of what is asked for
	}
}

// Names returns every canonical field with all names it is accepted under: itself, the defaults and the configured ones.
func (f Form) Names() map[string][]string {
	names := defaultNames()
	for field, defaults := range names {
		all := append([]string{field}, defaults...)
		for _, name := range f.Fields[field] {
			if !slices.Contains(all, name) {
				all = append(all, name)
			}
		}
		names[field] = all
	}
	return names
}

func (f Form) check(r report) {
	r.at("order").oneOf(f.Order, OrderSequence, OrderParallel)
	f.checkTemplates(r.at("process_codes"))
	known := slices.Sorted(maps.Keys(defaultNames()))
	for _, field := range slices.Sorted(maps.Keys(f.Fields)) {
		if !slices.Contains(known, field) {
			r.at("fields").at(field).add("", "there is no such field", Suggest(field, known))
		}
	}
	f.checkClaims(r)
	f.checkParameters(r.at("parameters"))
}

func (f Form) checkTemplates(r report) {
	for i, code := range f.ProcessCodes {
		if code == "" || strings.TrimSpace(code) != code || slices.Contains(f.ProcessCodes[:i], code) {
			r.index(i).add(code, "empty, written twice, or with a space at its end",
				"copy the template's process code (PROC-…) from the address of its page in the OA administration")
		}
	}
}

// checkClaims finds form fields that two things claim, which would make the form ambiguous.
func (f Form) checkClaims(r report) {
	owners := map[string]string{}
	for field, names := range defaultNames() {
		owners[field] = "form.fields." + field
		for _, name := range names {
			owners[name] = "form.fields." + field
		}
	}
	claim := func(r report, name string) {
		if name == "" {
			r.add("", "the name of a form field is empty", "write the field's name as the form shows it")
			return
		}
		if owner, taken := owners[name]; taken && owner != r.key {
			r.add(name, "the form field already belongs to "+owner, "give each form field to one of the two")
			return
		}
		owners[name] = r.key
	}
	for _, field := range slices.Sorted(maps.Keys(f.Fields)) {
		if _, known := defaultNames()[field]; !known {
			continue
		}
		for _, name := range f.Fields[field] {
			claim(r.at("fields").at(field), name)
		}
	}
	for i, name := range f.Ignore {
		claim(r.at("ignore").index(i), name)
	}
}

// checkParameters wants a field for every parameter. Several may read the same field, and one that has a meaning too.
func (f Form) checkParameters(r report) {
	for _, parameter := range slices.Sorted(maps.Keys(f.Parameters)) {
		name := f.Parameters[parameter]
		if r.at(parameter).required(name, "write the name of the form field the parameter comes from") && slices.Contains(f.Ignore, name) {
			r.at(parameter).add(name, "the form field is also in form.ignore", "take it out of form.ignore, or remove this parameter")
		}
	}
}
