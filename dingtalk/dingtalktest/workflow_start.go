package dingtalktest

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// Start begins an approval as a person who fills in the form does, and returns its instance id. A value is a text, or
// something that DingTalk writes as JSON: the choices of a multiple selection, the rows of a table.
func (s *Server) Start(processCode, originator string, form map[string]any) (string, error) {
	var values []formValue
	for _, name := range slices.Sorted(maps.Keys(form)) {
		text, isText := form[name].(string)
		if !isText {
			b, err := json.Marshal(form[name])
			if err != nil {
				return "", err
			}
			text = string(b)
		}
		values = append(values, formValue{Name: name, Value: text, ComponentType: "TextField"})
	}
	defer s.tell()
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.knows(processCode) || !s.userExists(originator) || !validForm(values) {
		return "", fmt.Errorf("no approval of %q by %q with this form", processCode, originator)
	}
	i := &instance{ProcessCode: processCode, Originator: originator, Action: "NONE", Values: filled(values, s.forms[processCode])}
	s.begin(i)
	return i.ID, nil
}
