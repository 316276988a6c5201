package dingtalktest

import (
	"encoding/json"
	"slices"
)

func (s *Server) userIndex(id string) int {
	return slices.IndexFunc(s.opts.Users, func(u User) bool { return u.ID == id })
}

// AddUser makes somebody a member of the organisation.
func (s *Server) AddUser(u User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opts.Users = append(slices.Clip(s.opts.Users), u)
}

func (s *Server) userExists(id string) bool { return s.userIndex(id) >= 0 }

// getUser answers topapi/v2/user/get with the fields that need no further permission, the mobile and the roles.
func (s *Server) getUser(c call) reply {
	var in noticeRequest
	_ = json.Unmarshal(c.body, &in)
	i := s.userIndex(in.UserID)
	if i < 0 {
		return s.old(60121, "找不到该用户", nil)
	}
	u := s.opts.Users[i]
	return s.old(0, "ok", map[string]any{"result": map[string]any{
		"userid": u.ID, "name": u.Name, "mobile": u.Mobile, "active": true, "dept_id_list": u.departments(), "role_list": rolesOf(u),
	}})
}
