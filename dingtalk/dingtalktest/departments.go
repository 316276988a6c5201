package dingtalktest

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// Role is a role of the organisation; the members that have it make it known.
type Role struct {
	ID    int64
	Name  string
	Group string
}

// organisation is the department that holds all others.
const organisation = 1

// AddDepartment adds a department below another one, or moves it there with all below it.
func (s *Server) AddDepartment(id, parent int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.opts.Departments == nil {
		s.opts.Departments = map[int64]int64{}
	}
	s.opts.Departments[id] = parent
}

// MoveUser puts a member into these departments, and into no other.
func (s *Server) MoveUser(id string, departments ...int64) error {
	return s.changeUser(id, func(u *User) { u.Departments = slices.Clone(departments) })
}

// SetRoles gives a member these roles, and no other.
func (s *Server) SetRoles(id string, roles ...Role) error {
	return s.changeUser(id, func(u *User) { u.Roles = slices.Clone(roles) })
}

// RemoveUser lets a member leave the organisation.
func (s *Server) RemoveUser(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opts.Users = slices.DeleteFunc(s.opts.Users, func(u User) bool { return u.ID == id })
}

func (s *Server) changeUser(id string, change func(*User)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.userIndex(id)
	if i < 0 {
		return fmt.Errorf("no user %q", id)
	}
	change(&s.opts.Users[i])
	return nil
}

func (u User) departments() []int64 {
	if len(u.Departments) == 0 {
		return []int64{organisation}
	}
	return u.Departments
}

// path is a department with all that are above it, the organisation last; nil when there is no such department.
func (s *Server) path(id int64) []int64 {
	var path []int64
	for ; id != organisation; id = s.opts.Departments[id] {
		if _, known := s.opts.Departments[id]; !known || slices.Contains(path, id) {
			return nil
		}
		path = append(path, id)
	}
	return append(path, organisation)
}

// departmentsOfUser answers topapi/v2/department/listparentbyuser: a path for each of the member's departments.
func (s *Server) departmentsOfUser(c call) reply {
	var in noticeRequest
	_ = json.Unmarshal(c.body, &in)
	i := s.userIndex(in.UserID)
	if i < 0 {
		return s.old(33012, "无效的userid", nil)
	}
	var paths []map[string]any
	for _, id := range s.opts.Users[i].departments() {
		paths = append(paths, map[string]any{"parent_dept_id_list": s.path(id)})
	}
	return s.old(0, "ok", map[string]any{"result": map[string]any{"parent_list": paths}})
}

// departmentsAbove answers topapi/v2/department/listparentbydept.
func (s *Server) departmentsAbove(c call) reply {
	var in struct {
		ID int64 `json:"dept_id"`
	}
	_ = json.Unmarshal(c.body, &in)
	path := s.path(in.ID)
	if path == nil {
		return s.old(60003, "部门不存在", nil)
	}
	return s.old(0, "ok", map[string]any{"result": map[string]any{"parent_id_list": path}})
}

// maxRoleGroups is how many groups of roles a page has at most.
const maxRoleGroups = 200

// listRoles answers topapi/role/list, group by group.
func (s *Server) listRoles(c call) reply {
	in := struct{ Size, Offset int }{Size: 20}
	_ = json.Unmarshal(c.body, &in)
	if in.Size < 1 || in.Size > maxRoleGroups || in.Offset < 0 {
		return s.old(400002, "无效的参数", nil)
	}
	groups := map[string][]map[string]any{}
	seen := map[int64]bool{}
	for _, u := range s.opts.Users {
		for _, r := range u.Roles {
			if !seen[r.ID] {
				groups[r.Group] = append(groups[r.Group], map[string]any{"id": r.ID, "name": r.Name})
			}
			seen[r.ID] = true
		}
	}
	list := []map[string]any{}
	for i, name := range slices.Sorted(maps.Keys(groups)) {
		if i >= in.Offset && i < in.Offset+in.Size {
			list = append(list, map[string]any{"name": name, "groupId": 900 + i, "roles": groups[name]})
		}
	}
	return s.old(0, "ok", map[string]any{"result": map[string]any{"list": list, "hasMore": len(groups) > in.Offset+in.Size}})
}

func rolesOf(u User) []map[string]any {
	list := []map[string]any{}
	for _, r := range u.Roles {
		list = append(list, map[string]any{"id": r.ID, "name": r.Name, "group_name": r.Group})
	}
	return list
}
