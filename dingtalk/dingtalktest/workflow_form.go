package dingtalktest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
)

// Component is one control of an approval template.
type Component struct {
	Type     string // DDSelectField, TableField …
	ID       string
	Label    string
	Alias    string
	Required bool
	Options  []string    // of a selection
	Children []Component // of a TableField
}

// SetForm gives a process code another form, as somebody who edits the template does. Approvals that were started keep
// theirs.
func (s *Server) SetForm(processCode string, form []Component) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.forms == nil {
		s.forms = map[string][]Component{}
	}
	s.forms[processCode] = form
}

// knows tells whether there is a template of this code.
func (s *Server) knows(processCode string) bool {
	_, ok := s.forms[processCode]
	return ok || (processCode != "" && len(s.forms) == 0)
}

func (s *Server) readSchema(c call) reply {
	form, ok := s.forms[c.URL.Query().Get("processCode")]
	switch {
	case c.Method != http.MethodGet:
		return s.refuse(http.StatusMethodNotAllowed, "UnsupportedHTTPMethod", "method not allowed")
	case !ok:
		return s.refuse(http.StatusBadRequest, "processCodeError", "processCode错误")
	}
	return jsonReply(http.StatusOK, map[string]any{"success": s.success(), "result": map[string]any{
		"name": c.URL.Query().Get("processCode"), "status": "PUBLISHED", "ownerIdType": "orgId",
		"schemaContent": map[string]any{"title": "审批", "items": schemaOf(form)},
	}})
}

func schemaOf(form []Component) []map[string]any {
	items := []map[string]any{}
	for _, c := range form {
		props := map[string]any{"id": c.ID, "label": c.Label, "required": c.Required}
		if c.Alias != "" {
			props["bizAlias"] = c.Alias
		}
		var options []string // each is JSON in a text
		for n, label := range c.Options {
			options = append(options, jsonString(map[string]string{"value": label, "key": optionKey(n)}))
		}
		if options != nil {
			props["options"] = options
		}
		item := map[string]any{"componentName": c.Type, "props": props}
		if len(c.Children) > 0 {
			item["children"] = schemaOf(c.Children)
		}
		items = append(items, item)
	}
	return items
}

func optionKey(n int) string { return fmt.Sprintf("option_%d", n) }

func jsonString(v any) string {
	text, _ := json.Marshal(v)
	return string(text)
}

// filled adds to the values that an app sent what the template knows of their controls.
func filled(values []formValue, form []Component) []formValue {
	values = slices.Clone(values)
	for n := range values {
		v := &values[n]
		at := slices.IndexFunc(form, func(c Component) bool { return c.Label == v.Name })
		if at < 0 {
			continue
		}
		c := form[at]
		v.ID, v.ComponentType, v.BizAlias = c.ID, c.Type, c.Alias
		switch c.Type {
		case "DDSelectField":
			if option := slices.Index(c.Options, v.Value); option >= 0 && v.ExtValue == "" {
				v.ExtValue = jsonString(map[string]string{"label": v.Value, "key": optionKey(option)})
			}
		case "TableField":
			v.Value = tableOf(v.Value, c)
		}
	}
	return values
}

// tableOf turns the rows that an app starts an approval with, [[{"name","value"}]], into those that it reads.
func tableOf(value string, table Component) string {
	var rows [][]formValue
	if json.Unmarshal([]byte(value), &rows) != nil {
		return value
	}
	shown := []map[string]any{}
	for n, row := range rows {
		cells := []map[string]any{}
		for _, cell := range filled(row, table.Children) {
			c := map[string]any{"label": cell.Name, "value": cell.Value, "key": cell.ID}
			if cell.ExtValue != "" {
				c["extendValue"] = json.RawMessage(cell.ExtValue)
			}
			cells = append(cells, c)
		}
		shown = append(shown, map[string]any{"rowValue": cells, "rowNumber": fmt.Sprintf("%s_R%d", table.ID, n)})
	}
	return jsonString(shown)
}

// shownForm is the form as it is read: without its values when it is too large.
func (i *instance) shownForm() []formValue {
	size := 0
	for _, v := range i.Values {
		size += len(v.Value)
	}
	if size <= maxFormBytes {
		return i.Values
	}
	shown := slices.Clone(i.Values)
	for n := range shown {
		shown[n].Value = ""
	}
	return shown
}
