package dingtalk

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/oabridge/oabridge/dingtalk/dingtalktest"
	"github.com/oabridge/oabridge/model"
)

var companyRoles = []dingtalktest.Role{{ID: 7, Name: "发布经理", Group: "职务"}, {ID: 8, Name: "研发", Group: "岗位"}}

func TestWhereAMemberBelongs(t *testing.T) {
	for _, asStrings := range []bool{false, true} {
		w := newWorld(t, func(o *dingtalktest.Options) {
			o.Departments, o.StringCodes = map[int64]int64{2: 1, 20: 2, 3: 1}, asStrings
		})
		c := w.client()
		if err := errors.Join(w.MoveUser("u1", 20, 3), w.SetRoles("u1", companyRoles...)); err != nil {
			t.Fatal(err)
		}
		if got, err := c.MemberDepartments(context.Background(), "u1"); err != nil || !slices.Equal(got, []int64{1, 2, 3, 20}) {
			t.Errorf("departments %v, %v", got, err)
		}
		got, err := c.MemberRoles(context.Background(), "u1")
		if err != nil || !slices.Equal(got, []model.Role{{ID: 7, Name: "发布经理", Group: "职务"}, {ID: 8, Name: "研发", Group: "岗位"}}) {
			t.Errorf("roles %v, %v", got, err)
		}
		if got, err := c.MemberRoles(context.Background(), "u2"); err != nil || len(got) != 0 {
			t.Errorf("roles of who has none %v, %v", got, err)
		}
		if got, err := c.DepartmentPath(context.Background(), 20); err != nil || !slices.Equal(got, []int64{20, 2, 1}) {
			t.Errorf("path %v, %v", got, err)
		}
		all, err := c.Roles(context.Background())
		slices.SortFunc(all, func(a, b model.Role) int { return int(a.ID - b.ID) })
		if err != nil || len(all) != 2 || all[0] != (model.Role{ID: 7, Name: "发布经理", Group: "职务"}) {
			t.Errorf("all roles %v, %v", all, err)
		}
		for what, err := range map[string]error{
			"departments of nobody": second(c.MemberDepartments(context.Background(), "nobody")),
			"roles of nobody":       second(c.MemberRoles(context.Background(), "nobody")),
			"no department":         second(c.DepartmentPath(context.Background(), 99)),
		} {
			if model.CodeOf(err) != model.CodeDingTalkNotFound {
				t.Errorf("%s: %v", what, err)
			}
		}
	}
}

func second[T any](_ T, err error) error { return err }

// TestHalfAnAnswerIsNone: who belongs nowhere because an answer was cut short would lose what they may do.
func TestHalfAnAnswerIsNone(t *testing.T) {
	for answer, code := range map[string]model.Code{
		`{"errcode":0,"result":{"parent_list":[{"parent_dept_id_list":["20",2,1]}],"name":"张三","role_list":[{"id":"7","name":"a"}]}}`: "",
		`{"errcode":0,"errmsg":"ok"}`: model.CodeDingTalkUnavailable,
		`{"errcode":0,"result":{"parent_list":[{"parent_dept_id_list":["x"]}],"name":"张三","role_list":[{"id":null,"name":"a"}]}}`: model.CodeDingTalkUnavailable,
		`{"errcode":88,"sub_code":"60011","sub_msg":"应用尚未开通所需的权限：[qyapi_get_department_list]"}`:                                   model.CodeDingTalkForbidden,
		`{"errcode":43007,"errmsg":"需要授权"}`: model.CodeDingTalkForbidden,
	} {
		c, _ := canned(t, 200, answer)
		_, err := c.MemberDepartments(context.Background(), "u1")
		if got := model.CodeOf(err); got != code {
			t.Errorf("departments of %s: %v", answer, err)
		}
		_, err = c.MemberRoles(context.Background(), "u1")
		if got := model.CodeOf(err); got != code {
			t.Errorf("roles of %s: %v", answer, err)
		}
	}
	empty, _ := canned(t, 200, `{"errcode":0}`)
	wantCode(t, second(empty.DepartmentPath(context.Background(), 2)), model.CodeDingTalkUnavailable)
	wantCode(t, second(empty.Roles(context.Background())), model.CodeDingTalkUnavailable)
	wantCode(t, second(empty.MemberDepartments(context.Background(), "u1,u2")), model.CodeDingTalkRejected)
}

func TestRolesOfManyGroups(t *testing.T) {
	var many []dingtalktest.Role
	for i := range 450 {
		many = append(many, dingtalktest.Role{ID: int64(i + 1), Name: "发布经理", Group: string(rune('一' + i))})
	}
	w := newWorld(t, func(o *dingtalktest.Options) { o.QPS = -1 })
	if err := w.SetRoles("u1", many...); err != nil {
		t.Fatal(err)
	}
	all, err := w.client().Roles(context.Background())
	if err != nil || len(all) != 450 || w.Ledger().Paths["/topapi/role/list"] != 3 {
		t.Errorf("%d roles in %d calls, %v", len(all), w.Ledger().Paths["/topapi/role/list"], err)
	}
}
