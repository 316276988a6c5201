package dingtalk

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/oabridge/oabridge/model"
)

// control is one control of a form with what was filled in: of an approval, or of a row of a table, which has other words
// for the same things.
type control struct {
	ID, Key       loose
	Name, Label   loose
	BizAlias      loose
	ComponentType loose
	Value         json.RawMessage
	ExtValue      json.RawMessage
	ExtendValue   json.RawMessage
}

// The kinds of controls that are not one plain text.
const (
	kindTable      = "TableField"
	kindNote       = "TextNote"
	kindAttachment = "DDAttachment"
	kindPhoto      = "DDPhotoField"
	kindSelect     = "DDSelectField"
	kindMulti      = "DDMultiSelectField"
	kindRange      = "DDDateRangeField"
	kindDepartment = "DepartmentField"
	kindContact    = "InnerContactField"
)

// fieldsOf reads a form. It fails when a table cannot be read: what is missing there must not look like nothing.
func fieldsOf(form []control) ([]model.ApprovalField, error) {
	var fields []model.ApprovalField
	for _, c := range form {
		f := c.field()
		if f.Type == kindTable {
			rows, err := c.rows()
			if err != nil {
				return nil, err
			}
			f.Values, f.Keys, f.Rows = nil, nil, rows
		}
		fields = append(fields, f)
	}
	return fields, nil
}

// field is the control as if it were no table.
func (c control) field() model.ApprovalField {
	f := model.ApprovalField{ID: first(c.ID, c.Key), Name: c.name(), Alias: string(c.BizAlias), Type: c.kind()}
	switch f.Type {
	case kindNote, kindAttachment, kindPhoto:
	case kindSelect, kindMulti, kindDepartment, kindContact:
		f.Values, f.Keys = selection(values(c.Value, true), optionsOf(c.ExtValue, c.ExtendValue))
	default:
		f.Values = values(c.Value, f.Type == kindRange)
	}
	return f
}

// name of a range is a list in a text: one name for each end.
func (c control) name() string {
	name := first(c.Name, c.Label)
	if c.kind() == kindRange {
		if ends, ok := texts([]byte(name)); ok {
			return strings.Join(ends, "/")
		}
	}
	return name
}

// kind is the component's type. A row does not tell it, but ids begin with it: DepartmentField_1ABC.
func (c control) kind() string {
	if c.ComponentType != "" {
		return string(c.ComponentType)
	}
	kind, _, _ := strings.Cut(first(c.ID, c.Key), "_")
	return kind
}

// rows of a table: JSON, or JSON in a text. Each is {"rowValue":[…]} or, as it was started by API, […].
func (c control) rows() ([][]model.ApprovalField, error) {
	raw := unquoted(c.Value)
	if blank(string(raw)) {
		return nil, nil
	}
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, c.unreadable()
	}
	var rows [][]model.ApprovalField
	for _, item := range list {
		var row struct{ RowValue json.RawMessage }
		cells := item
		if json.Unmarshal(item, &row) == nil {
			cells = unquoted(row.RowValue)
		}
		var controls []control
		if err := json.Unmarshal(cells, &controls); err != nil {
			return nil, c.unreadable()
		}
		fields := make([]model.ApprovalField, len(controls))
		for i, cell := range controls {
			fields[i] = cell.field()
		}
		rows = append(rows, fields)
	}
	return rows, nil
}

// unreadable does not pass by itself: asking again soon would only cost calls.
func (c control) unreadable() error {
	return model.Errorf(model.CodeDingTalkRejected, "审批单的明细「%s」无法识别", model.Cut(oneLine(c.name()), 50))
}

// values are the texts of a control, none when it is empty. Only where a list is expected is a text read as one.
func values(raw json.RawMessage, list bool) []string {
	many, ok := texts(raw)
	if !ok {
		var one loose
		_ = one.UnmarshalJSON(raw)
		if many = []string{string(one)}; list {
			if inner, ok := texts([]byte(one)); ok {
				many = inner
			}
		}
	}
	if many = slices.DeleteFunc(many, blank); len(many) == 0 {
		return nil
	}
	return many
}

// blank tells whether a value stands for none: DingTalk writes the word null, too.
func blank(text string) bool { return strings.TrimSpace(text) == "" || text == "null" }

// texts are the elements of a JSON list; false when raw is none.
func texts(raw []byte) ([]string, bool) {
	var list []loose
	if !bytes.HasPrefix(bytes.TrimSpace(raw), []byte("[")) || json.Unmarshal(raw, &list) != nil {
		return nil, false
	}
	all := make([]string, len(list))
	for i, text := range list {
		all[i] = string(text)
	}
	return all, true
}

// unquoted is JSON that may have been put into a text.
func unquoted(raw json.RawMessage) []byte {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return []byte(text)
	}
	return raw
}

// first is the first text that is there.
func first(texts ...loose) string {
	for _, text := range texts {
		if text != "" {
			return string(text)
		}
	}
	return ""
}
