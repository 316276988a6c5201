package model

import "strconv"

// Role is a role (角色) of the organisation, such as 发布经理.
type Role struct {
	ID    int64
	Name  string
	Group string // the group (角色组) that it is in
}

// Called tells whether somebody may mean the role by this: by its name, its id, or group/name.
func (r Role) Called(name string) bool {
	return name == r.Name || name == r.Group+"/"+r.Name || name == strconv.FormatInt(r.ID, 10)
}
