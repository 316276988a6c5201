package service

import (
	"encoding/json"
	"strings"

	"github.com/oabridge/oabridge/model"
)

// readApprovalForm reads the form of an approval as if a connector had sent it. Who asked, who agreed and which approval it
// is are DingTalk's own word, not the form's.
func (s *Service) readApprovalForm(a *model.Approval) (Form, Problems) {
	fields := s.approvalFields(a)
	f, problems := s.form.Read(fields)
	if len(fields) == 0 {
		problems.add("", "钉钉没有给出这张审批单的表单内容(表单过大时不给)，请精简后重新发起")
	}
	f.Instance, f.Business, f.Originator, f.Approvers, f.Decided = a.Instance, a.BusinessID, a.Originator.ID, nil, a.FinishedAt
	for _, p := range approversOf(a) {
		f.Approvers = append(f.Approvers, p.ID)
	}
	return f, problems
}

// toldOtherwise are the fields of a form that an approval does not take from its controls.
var toldOtherwise = map[string]bool{FieldInstance: true, FieldBusiness: true, FieldOriginator: true, FieldApprovers: true}

// approvalFields are the controls that were filled in, under the names by which form.fields knows them.
func (s *Service) approvalFields(a *model.Approval) map[string][]string {
	fields := map[string][]string{}
	for i := range a.Fields {
		control := &a.Fields[i]
		name := s.form.nameOf(control)
		if name == "" || toldOtherwise[s.form.canonical[name]] {
			continue
		}
		values := s.choices(control)
		for _, row := range control.Rows {
			values = append(values, s.rowText(row))
		}
		if len(values) > 0 {
			fields[name] = append(fields[name], values...)
		}
	}
	return fields
}

// rowText is a row as form.table reads it.
func (s *Service) rowText(row []model.ApprovalField) string {
	cells := map[string][]string{}
	for i := range row {
		if name := s.form.nameOf(&row[i]); name != "" {
			cells[name] = append(cells[name], s.choices(&row[i])...)
		}
	}
	text, err := json.Marshal(cells)
	if err != nil {
		panic(err) // texts always marshal
	}
	return string(text)
}

// choices are a control's values: where the key of a choice is one that we offered, the key, which no renaming changes.
func (s *Service) choices(control *model.ApprovalField) []string {
	values := append([]string{}, control.Values...)
	for i, key := range control.Keys {
		controller, _, isKey := strings.Cut(key, ":")
		if _, ours := s.controllers[controller]; isKey && ours && i < len(values) {
			values[i] = key
		}
	}
	return values
}

// nameOf is the name by which the rules know a control: its id and its alias survive a renaming.
func (r *formReader) nameOf(control *model.ApprovalField) string {
	for _, name := range []string{control.ID, control.Alias} {
		_, isField := r.canonical[name]
		_, isParameter := r.parameters[name]
		if name != "" && (isField || isParameter || r.ignored[name]) {
			return name
		}
	}
	return control.Name
}
