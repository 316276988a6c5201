package dingtalktest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
)

// Application is an approval that somebody asks for. What is left out of Instance and Business is thought up.
type Application struct {
	Instance    string `json:"instance"`
	Business    string `json:"business"` // 审批编号
	ProcessCode string `json:"processCode"`
	Originator  string `json:"originator"`
	// Form has a text for each control, or something that DingTalk writes as JSON: the choices of a multiple selection, the
	// rows of a table.
	Form map[string]any `json:"form"`
}

// Start begins an approval as a person who fills in the form does, and returns its instance id.
func (s *Server) Start(processCode, originator string, form map[string]any) (string, error) {
	return s.Apply(Application{ProcessCode: processCode, Originator: originator, Form: form})
}

// Apply begins an approval and returns its instance id. One that was begun already stays as it is.
func (s *Server) Apply(a Application) (string, error) {
	values, err := valuesOf(a.Form)
	if err != nil {
		return "", err
	}
	defer s.tell()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.instances[a.Instance] != nil {
		return a.Instance, nil
	}
	if !s.knows(a.ProcessCode) || !s.userExists(a.Originator) || !validForm(values) {
		return "", fmt.Errorf("no approval of %q by %q with this form", a.ProcessCode, a.Originator)
	}
	i := &instance{
		ID: a.Instance, ProcessCode: a.ProcessCode, Originator: a.Originator, Action: "NONE",
		Values: filled(values, s.forms[a.ProcessCode]),
	}
	s.begin(i)
	if a.Business != "" {
		i.BusinessID = a.Business
	}
	return i.ID, nil
}

func valuesOf(form map[string]any) ([]formValue, error) {
	var values []formValue
	for _, name := range slices.Sorted(maps.Keys(form)) {
		text, isText := form[name].(string)
		if !isText {
			b, err := json.Marshal(form[name])
			if err != nil {
				return nil, err
			}
			text = string(b)
		}
		values = append(values, formValue{Name: name, Value: text, ComponentType: "TextField"})
	}
	return values, nil
}

func (s *Server) controlApply(w http.ResponseWriter, r *http.Request) {
	var a Application
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&a); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	id, err := s.Apply(a)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	_, _ = fmt.Fprintln(w, id)
}
