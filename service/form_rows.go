package service

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/oabridge/oabridge/model"
)

// FormRow is one row of a form's table (明细): an app with parameters of its own.
type FormRow struct {
	App        string
	Parameters map[string][]string // as in Form
	StandsFor  map[string][]string // as in Form
}

// tableRow is a row as DingTalk's own form values have it; connectors send plain objects.
type tableRow struct {
	Cells []struct {
		Label string `json:"label"`
		Value any    `json:"value"`
	} `json:"rowValue"`
}

// table decodes the rows of a table that names apps; false when the values are anything else, such as a parameter that
// wants JSON.
func (r *formReader) table(values []string) ([]map[string][]string, bool) {
	var rows []map[string][]string
	names := false
	for _, value := range values {
		row, ok := cells(value)
		if !ok {
			return nil, false
		}
		for name := range row {
			names = names || r.canonical[name] == FieldApp
		}
		rows = append(rows, row)
	}
	return rows, names
}

func cells(value string) (map[string][]string, bool) {
	if !strings.HasPrefix(value, "{") { // most values are no rows, and need no decoder to say so
		return nil, false
	}
	var native tableRow
	if json.Unmarshal([]byte(value), &native) == nil && len(native.Cells) > 0 {
		row := make(map[string][]string, len(native.Cells))
		for _, cell := range native.Cells {
			row[cell.Label] = append(row[cell.Label], scalars(cell.Value)...)
		}
		return row, true
	}
	var plain map[string]any
	if json.Unmarshal([]byte(value), &plain) != nil || plain == nil {
		return nil, false
	}
	row := make(map[string][]string, len(plain))
	for name, v := range plain {
		row[name] = scalars(v)
	}
	return row, true
}

// scalars are a cell's values as texts.
func scalars(v any) []string {
	if list, ok := v.([]any); ok {
		return texts(list)
	}
	return texts([]any{v})
}

// readTable reads rows that name an app each. Other fields that have a meaning belong above the table.
func (r *formReader) readTable(name string, rows []map[string][]string, f *Form, problems *Problems) {
	if len(f.Rows) > 0 {
		problems.add(name, "表单里有多个应用明细表，只能有一个")
		return
	}
	if len(rows) > maxApps {
		problems.add(name, "一次最多上线 %d 个应用", maxApps)
		return
	}
	for _, cells := range rows {
		if row := r.readRow(cells, problems); row.App != "" {
			f.Rows = append(f.Rows, row)
		}
	}
}

func (r *formReader) readRow(cells map[string][]string, problems *Problems) FormRow {
	row := FormRow{Parameters: map[string][]string{}, StandsFor: map[string][]string{}}
	for _, name := range sortedKeys(cells) {
		values := clean(cells[name])
		if len(values) == 0 || r.ignored[name] {
			continue
		}
		canonical, isField := r.canonical[name]
		switch {
		case canonical == FieldApp && row.App != "" && !slices.Equal(values, []string{row.App}):
			problems.add(name, "明细的一行只能有一个应用")
		case canonical == FieldApp:
			row.App = r.single(map[string][]string{FieldApp: values}, FieldApp, maxValueBytes, problems)
		case canonical == FieldKeyword || canonical == FieldParameter:
		case isField:
			problems.add(name, "字段“%s”不能放在明细里", model.Cut(name, 40))
		default:
			row.StandsFor[name] = r.parameterNames(name)
			r.readParameter(name, values, row.Parameters, problems)
		}
	}
	if row.App == "" {
		problems.add(FieldApp, "明细里有一行没有选择应用")
	}
	return row
}

// row is the row that the form's i-th app stands in; nil when it stands above the table.
func (f *Form) row(i int) *FormRow {
	if i -= len(f.Apps) - len(f.Rows); i >= 0 {
		return &f.Rows[i]
	}
	return nil
}

// parametersOf are the parameters that the form gives its i-th app: the row's and those above the table.
func (f *Form) parametersOf(i int, problems *Problems) map[string][]string {
	row := f.row(i)
	if row == nil || len(row.Parameters) == 0 {
		return f.Parameters
	}
	all := make(map[string][]string, len(f.Parameters)+len(row.Parameters))
	maps.Copy(all, f.Parameters)
	for name, values := range row.Parameters {
		if above, twice := all[name]; twice && !slices.Equal(above, values) {
			problems.add(name, "参数“%s”在明细和表单里的值不一致", model.Cut(name, 40))
		}
		all[name] = values
	}
	return all
}

// validTexts tells whether a parameter's values can be passed on at all.
func validTexts(name string, values []string, problems *Problems) bool {
	size := 0
	for _, value := range values {
		size += len(value)
		if !utf8.ValidString(value) {
			problems.add(name, "参数“%s”不是有效的 UTF-8 文本", model.Cut(name, 40))
			return false
		}
	}
	if size > maxValueBytes {
		problems.add(name, "参数“%s”超过 4 kB", model.Cut(name, 40))
		return false
	}
	return true
}
