package service

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/oabridge/oabridge/model"
)

// The canonical names of a form's fields.
const (
	FieldProject      = "project"
	FieldApp          = "app"
	FieldMode         = "executeMode"
	FieldScheduledAt  = "scheduledAt"
	FieldDBChange     = "dbChange"
	FieldDBChangeDone = "dbChangeDone"
	FieldReason       = "reason"
	FieldInstance     = "processInstanceId"
	FieldBusiness     = "businessId"
	FieldRequest      = "requestId"
	FieldOriginator   = "originatorUserId"
	FieldApprovers    = "approverUserIds"
	FieldKeyword      = "keyword"   // helps to fill in the form, asks for nothing
	FieldParameter    = "parameter" // likewise
)

// Limits of a form.
const (
	maxValueBytes = 4 << 10
	maxIDBytes    = 128
	maxApps       = 50
	maxApprovers  = 100
	maxFields     = 200
)

// FormRules say how forms are read.
type FormRules struct {
	Fields     map[string][]string // the names a form may use for each canonical field
	Parameters map[string]string   // the form field of a Jenkins parameter that is named otherwise
	Ignore     []string            // fields that only inform people
	Order      model.Order
}

// Problem is one thing that is wrong with a form.
type Problem struct {
	Field   string
	Message string
}

// Problems are all things wrong with a form.
type Problems []Problem

// Message is one line per problem, for people.
func (ps Problems) Message() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Message
	}
	return strings.Join(lines, "\n")
}

func (ps *Problems) add(field, format string, args ...any) {
	*ps = append(*ps, Problem{Field: field, Message: oneLine(fmt.Sprintf(format, args...))})
}

// Form is a submission read into canonical fields, not yet checked against the catalogue.
type Form struct {
	Project      string
	Apps         []string
	Mode         model.ExecuteMode
	ScheduledAt  *time.Time // as written, in UTC
	DBChange     bool
	DBChangeDone bool
	Reason       string
	Instance     string
	Business     string
	Request      string
	Originator   string
	Approvers    []string
	Parameters   map[string][]string // the values, by Jenkins parameter or, where no mapping exists, by field name
	StandsFor    map[string][]string // the Jenkins parameters that each field without a meaning of its own gives
	Rows         []FormRow           // of its table; their apps are the last of Apps
	Source       string              // the way it came in
	Decided      *time.Time          // when its approval came to its end; nil: nobody knows
	Raw          map[string][]string
}

// formReader turns fields as they came in into a Form.
type formReader struct {
	canonical  map[string]string   // field name → canonical field
	titles     map[string]string   // canonical field → its name for people
	parameters map[string][]string // field name → Jenkins parameters
	ignored    map[string]bool
	location   *time.Location
}

func newFormReader(rules FormRules, location *time.Location) *formReader {
	r := &formReader{
		canonical: map[string]string{}, titles: map[string]string{}, parameters: map[string][]string{},
		ignored: map[string]bool{}, location: location,
	}
	for field, names := range rules.Fields {
		r.canonical[field], r.titles[field] = field, field
		for _, name := range names {
			r.canonical[name] = field
			if r.titles[field] == field {
				r.titles[field] = name
			}
		}
	}
	for _, parameter := range sortedKeys(rules.Parameters) {
		name := rules.Parameters[parameter]
		r.parameters[name] = append(r.parameters[name], parameter)
	}
	for _, name := range rules.Ignore {
		r.ignored[name] = true
	}
	return r
}

// parameterNames are the Jenkins parameters that a form field stands for.
func (r *formReader) parameterNames(field string) []string {
	if parameters, ok := r.parameters[field]; ok {
		return parameters
	}
	return []string{field}
}

// Read reads a form. Problems are those that need no catalogue.
func (r *formReader) Read(fields map[string][]string) (Form, Problems) {
	var problems Problems
	f := Form{Parameters: map[string][]string{}, StandsFor: map[string][]string{}, Raw: fields}
	if len(fields) > maxFields {
		problems.add("", "表单字段过多(%d 个，最多 %d 个)", len(fields), maxFields)
		return f, problems
	}
	known := r.sort(fields, &f, &problems)
	one := func(field string) string { return r.single(known, field, maxIDBytes, &problems) }
	f.Project = r.single(known, FieldProject, maxValueBytes, &problems)
	f.Apps = known[FieldApp]
	for _, row := range f.Rows {
		f.Apps = append(f.Apps[:len(f.Apps):len(f.Apps)], row.App)
	}
	f.Reason = r.single(known, FieldReason, maxValueBytes, &problems)
	f.Instance, f.Business, f.Request, f.Originator = one(FieldInstance), one(FieldBusiness), one(FieldRequest), one(FieldOriginator)
	f.Approvers = splitIDs(known[FieldApprovers], &problems)
	f.DBChange = r.yes(known, FieldDBChange, &problems)
	f.DBChangeDone = r.yes(known, FieldDBChangeDone, &problems)
	r.readTime(known, &f, &problems)
	return f, problems
}

// sort puts each field where it belongs: canonical fields into the result, the rest into f.Parameters.
func (r *formReader) sort(fields map[string][]string, f *Form, problems *Problems) map[string][]string {
	known := map[string][]string{}
	for _, name := range sortedKeys(fields) {
		values := clean(fields[name])
		if len(values) == 0 || r.ignored[name] {
			continue
		}
		if rows, isTable := r.table(values); isTable {
			r.readTable(name, rows, f, problems)
			continue
		}
		canonical, isField := r.canonical[name]
		if canonical == FieldKeyword || canonical == FieldParameter {
			continue
		}
		if isField {
			if before, twice := known[canonical]; twice && !slices.Equal(before, values) {
				problems.add(name, "字段“%s”与另一个同义字段的值不一致", model.Cut(name, 40))
			}
			known[canonical] = values
		}
		switch _, mapped := r.parameters[name]; {
		case !isField:
			f.StandsFor[name] = r.parameterNames(name)
			r.readParameter(name, values, f.Parameters, problems)
		case mapped: // a parameter may be given by a field that has a meaning of its own
			r.readParameter(name, values, f.Parameters, problems)
		}
	}
	return known
}

func (r *formReader) readParameter(name string, values []string, into map[string][]string, problems *Problems) {
	if !validTexts(name, values, problems) {
		return
	}
	for _, parameter := range r.parameterNames(name) {
		if before, twice := into[parameter]; twice && !slices.Equal(before, values) {
			problems.add(name, "参数“%s”由两个字段给出且值不一致", model.Cut(parameter, 40))
			return
		}
		into[parameter] = values
	}
}

func (r *formReader) single(known map[string][]string, field string, limit int, problems *Problems) string {
	values := known[field]
	if len(values) == 0 {
		return ""
	}
	if len(values) > 1 {
		problems.add(field, "字段“%s”只能有一个值", r.titles[field])
		return ""
	}
	switch v := values[0]; {
	case len(v) > limit:
		problems.add(field, "字段“%s”过长(最多 %d 字节)", r.titles[field], limit)
	case hasControl(v, field == FieldReason) || !utf8.ValidString(v):
		problems.add(field, "字段“%s”含有控制字符", r.titles[field])
	default:
		return v
	}
	return ""
}

// yes reads a yes-or-no field; empty is no.
func (r *formReader) yes(known map[string][]string, field string, problems *Problems) bool {
	v := r.single(known, field, maxIDBytes, problems)
	value, ok := readBool(v)
	if !ok && v != "" {
		problems.add(field, "“%s”只能填 是 或 否", r.titles[field])
	}
	return value
}
