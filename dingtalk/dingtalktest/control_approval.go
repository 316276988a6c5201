package dingtalktest

import (
	"fmt"
	"net/http"
	"time"
)

// controlApprovals serves what people do to approvals: POST /_control/apply with an Application as JSON, which answers with
// the instance id; POST /_control/agree, refuse, endorse, remark, redirect (with to),
// terminate and revoke, each with instance, user and remark, and delete with instance; revoke answers with the id of the
// approval that takes the other one back. lag?for=5s lets a finished one be read as running for a while.
func (s *Server) controlApprovals(mux *http.ServeMux) {
	for name, act := range map[string]func(instance, user, remark string, r *http.Request) error{
		"agree": func(instance, user, remark string, _ *http.Request) error {
			return s.Decide(instance, user, true, remark)
		},
		"refuse": func(instance, user, remark string, _ *http.Request) error {
			return s.Decide(instance, user, false, remark)
		},
		"endorse":   func(instance, user, remark string, _ *http.Request) error { return s.Endorse(instance, user, remark) },
		"remark":    func(instance, user, remark string, _ *http.Request) error { return s.Remark(instance, user, remark) },
		"terminate": func(instance, user, remark string, _ *http.Request) error { return s.Terminate(instance, user, remark) },
		"delete":    func(instance, _, _ string, _ *http.Request) error { return s.Delete(instance) },
		"redirect": func(instance, user, remark string, r *http.Request) error {
			return s.Redirect(instance, user, r.FormValue("to"), remark)
		},
	} {
		mux.HandleFunc("POST /_control/"+name, func(w http.ResponseWriter, r *http.Request) {
			if err := act(r.FormValue("instance"), r.FormValue("user"), r.FormValue("remark"), r); err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
			w.WriteHeader(http.StatusNoContent)
		})
	}
	mux.HandleFunc("POST /_control/apply", s.controlApply)
	mux.HandleFunc("POST /_control/revoke", s.controlRevoke)
	mux.HandleFunc("POST /_control/lag", s.controlLag)
}

func (s *Server) controlRevoke(w http.ResponseWriter, r *http.Request) {
	id, err := s.Revoke(r.FormValue("instance"), r.FormValue("user"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	_, _ = fmt.Fprintln(w, id)
}

func (s *Server) controlLag(w http.ResponseWriter, r *http.Request) {
	d, err := time.ParseDuration(r.FormValue("for"))
	if err != nil || d < 0 {
		http.Error(w, "for must be a duration such as 5s", http.StatusBadRequest)
		return
	}
	s.SetLag(d)
	w.WriteHeader(http.StatusNoContent)
}
