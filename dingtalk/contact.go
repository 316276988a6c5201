package dingtalk

import (
	"context"
	"slices"
	"strconv"

	"github.com/oabridge/oabridge/model"
)

// What interfaces about the organisation's contacts are called. They cost nothing of the month's quota.
const (
	contacts    = "钉钉通讯录接口"
	departments = "钉钉部门接口"
	roles       = "钉钉角色接口"
)

// userOf is a member as topapi/v2/user/get tells of them.
type userOf struct {
	Result struct {
		Name  loose
		Roles []struct {
			ID    loose
			Name  loose
			Group loose `json:"group_name"`
		} `json:"role_list"`
	}
}

// user reads a member of the organisation (DingTalk docs: query-user-details).
func (c *Client) user(ctx context.Context, userID string, urgent bool) (userOf, error) {
	var got userOf
	if err := checkRecipients([]string{userID}); err != nil {
		return got, err
	}
	err := c.oapi(ctx, endpoint{what: contacts, path: "/topapi/v2/user/get", urgent: urgent},
		map[string]string{"userid": userID, "language": "zh_CN"}, &got)
	if err == nil && got.Result.Name == "" {
		return got, lacking(contacts)
	}
	return got, err
}

// UserName is the name of a member of the organisation. Errors: dingtalk_not_found (nobody has the id),
// dingtalk_forbidden (the app may not see the user), and the package's other codes.
func (c *Client) UserName(ctx context.Context, userID string) (string, error) {
	got, err := c.user(ctx, userID, false)
	return string(got.Result.Name), err
}

// MemberRoles are the roles of a member of the organisation. Errors: as UserName.
func (c *Client) MemberRoles(ctx context.Context, userID string) ([]model.Role, error) {
	got, err := c.user(ctx, userID, true)
	if err != nil {
		return nil, err
	}
	var all []model.Role
	for _, r := range got.Result.Roles {
		id, err := strconv.ParseInt(string(r.ID), 10, 64)
		if err != nil {
			return nil, lacking(contacts)
		}
		all = append(all, model.Role{ID: id, Name: string(r.Name), Group: string(r.Group)})
	}
	return all, nil
}

// MemberDepartments are the departments of a member with all that are above them, up to the organisation itself, which
// is 1 (DingTalk docs: queries-the-list-of-all-parent-departments-of-a-user). Errors: as UserName.
func (c *Client) MemberDepartments(ctx context.Context, userID string) ([]int64, error) {
	if err := checkRecipients([]string{userID}); err != nil {
		return nil, err
	}
	var got struct {
		Result *struct {
			Paths []struct {
				IDs []loose `json:"parent_dept_id_list"`
			} `json:"parent_list"`
		}
	}
	list := endpoint{what: departments, path: "/topapi/v2/department/listparentbyuser", urgent: true, judge: departmentVerdict}
	err := c.oapi(ctx, list, map[string]string{"userid": userID}, &got)
	if err != nil {
		return nil, err
	}
	if got.Result == nil {
		return nil, lacking(departments)
	}
	var all []int64
	for _, path := range got.Result.Paths {
		for _, text := range path.IDs {
			id, err := strconv.ParseInt(string(text), 10, 64)
			if err != nil {
				return nil, lacking(departments)
			}
			all = append(all, id)
		}
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// DepartmentPath is a department with all that are above it (DingTalk docs:
// query-the-list-of-all-parent-departments-of-a-department). Errors: dingtalk_not_found (there is no such department), and
// the package's other codes.
func (c *Client) DepartmentPath(ctx context.Context, id int64) ([]int64, error) {
	var got struct {
		Result *struct {
			IDs []int64 `json:"parent_id_list"`
		}
	}
	err := c.oapi(ctx, endpoint{what: departments, path: "/topapi/v2/department/listparentbydept", judge: departmentVerdict},
		map[string]int64{"dept_id": id}, &got)
	if err == nil && got.Result == nil {
		return nil, lacking(departments)
	}
	if err != nil {
		return nil, err
	}
	return got.Result.IDs, nil
}

// A list of roles has at most so many groups on a page (DingTalk docs: obtains-a-list-of-enterprise-roles).
const (
	rolePage     = 200
	maxRolePages = 20 // ours: nobody has more groups of roles
)

// Roles are all roles of the organisation. Errors: the package's codes.
func (c *Client) Roles(ctx context.Context) ([]model.Role, error) {
	var all []model.Role
	for page := range maxRolePages {
		var got struct {
			Result *struct {
				HasMore loose
				List    []struct {
					Name  loose
					Roles []struct {
						ID   int64
						Name loose
					}
				}
			}
		}
		err := c.oapi(ctx, endpoint{what: roles, path: "/topapi/role/list"},
			map[string]int{"size": rolePage, "offset": page * rolePage}, &got)
		if err == nil && got.Result == nil {
			err = lacking(roles)
		}
		if err != nil {
			return nil, err
		}
		for _, group := range got.Result.List {
			for _, r := range group.Roles {
				all = append(all, model.Role{ID: r.ID, Name: string(r.Name), Group: string(group.Name)})
			}
		}
		if got.Result.HasMore != "true" {
			break
		}
	}
	return all, nil
}
