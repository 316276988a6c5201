package dingtalktest

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// controlContacts serves where people belong: POST /_control/department?id=20&parent=2 adds or moves a department,
// move?user=…&department=20 (any number of them) puts a member into these departments, roles?user=…&role=7:组/名 (likewise)
// gives a member these roles, leave?user=… lets one leave the organisation.
func (s *Server) controlContacts(mux *http.ServeMux) {
	for name, change := range map[string]func(r *http.Request) error{
		"department": s.controlDepartment, "move": s.controlMove, "roles": s.controlRoles,
		"leave": func(r *http.Request) error { s.RemoveUser(r.FormValue("user")); return nil },
	} {
		mux.HandleFunc("POST /_control/"+name, func(w http.ResponseWriter, r *http.Request) {
			_ = r.ParseForm() // what is not there is missing below
			if err := change(r); err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
			w.WriteHeader(http.StatusNoContent)
		})
	}
}

func (s *Server) controlDepartment(r *http.Request) error {
	ids, err := numbers([]string{r.FormValue("id"), r.FormValue("parent")})
	if err == nil {
		s.AddDepartment(ids[0], ids[1])
	}
	return err
}

func (s *Server) controlMove(r *http.Request) error {
	ids, err := numbers(r.Form["department"])
	if err != nil {
		return err
	}
	return s.MoveUser(r.FormValue("user"), ids...)
}

func (s *Server) controlRoles(r *http.Request) error {
	var roles []Role
	for _, text := range r.Form["role"] {
		number, name, _ := strings.Cut(text, ":")
		ids, err := numbers([]string{number})
		group, name, found := strings.Cut(name, "/")
		if err != nil || !found {
			return fmt.Errorf("role %q is not id:group/name", text)
		}
		roles = append(roles, Role{ID: ids[0], Name: name, Group: group})
	}
	return s.SetRoles(r.FormValue("user"), roles...)
}

func numbers(texts []string) ([]int64, error) {
	ids := make([]int64, len(texts))
	for i, text := range texts {
		var err error
		if ids[i], err = strconv.ParseInt(text, 10, 64); err != nil {
			return nil, fmt.Errorf("%q is no number of a department or role", text)
		}
	}
	return ids, nil
}
