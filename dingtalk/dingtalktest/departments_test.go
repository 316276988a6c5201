package dingtalktest_test

import (
	"strings"
	"testing"

	"github.com/oabridge/oabridge/dingtalk/dingtalktest"
)

const (
	parentsOfUser = "/topapi/v2/department/listparentbyuser?access_token="
	parentsOfDept = "/topapi/v2/department/listparentbydept?access_token="
	roleList      = "/topapi/role/list?access_token="
)

func (f *fake) wantText(a answer, want string) {
	f.t.Helper()
	if !strings.Contains(a.text, want) {
		f.t.Errorf("answered %s, want %s", a.text, want)
	}
}

func TestDepartmentsAndRoles(t *testing.T) {
	f := newFake(t, func(o *dingtalktest.Options) { o.Departments = map[int64]int64{2: 1, 20: 2, 3: 1} })
	f.wantText(f.post(parentsOfUser+f.token(), `{"userid":"u1"}`), `"parent_list":[{"parent_dept_id_list":[1]}]`)
	if err := f.MoveUser("u1", 20, 3); err != nil {
		t.Fatal(err)
	}
	f.wantText(f.post(parentsOfUser+f.token(), `{"userid":"u1"}`), `[{"parent_dept_id_list":[20,2,1]},{"parent_dept_id_list":[3,1]}]`)
	f.wantText(f.post(userGet+f.token(), `{"userid":"u1"}`), `"dept_id_list":[20,3]`)
	f.wantText(f.post(parentsOfDept+f.token(), `{"dept_id":20}`), `"parent_id_list":[20,2,1]`)
	f.want(f.post(parentsOfDept+f.token(), `{"dept_id":99}`), 200, "60003")
	if err := f.SetRoles("u1", dingtalktest.Role{ID: 7, Name: "发布经理", Group: "职务"}); err != nil {
		t.Fatal(err)
	}
	f.wantText(f.post(userGet+f.token(), `{"userid":"u1"}`), `"role_list":[{"group_name":"职务","id":7,"name":"发布经理"}]`)
	f.wantText(f.post(roleList+f.token(), `{"size":200,"offset":0}`), `{"hasMore":false,"list":[{"groupId":900,"name":"职务","roles":[{"id":7,"name":"发布经理"}]}]}`)
	f.want(f.post(roleList+f.token(), `{"size":201,"offset":0}`), 200, "400002")
	f.RemoveUser("u1")
	f.want(f.post(parentsOfUser+f.token(), `{"userid":"u1"}`), 200, "33012")
	if f.MoveUser("u1", 20) == nil || f.SetRoles("u1") == nil {
		t.Error("somebody who left was changed")
	}
	if used := f.Ledger().Used; used["api"] != 0 {
		t.Errorf("contacts used %v", used)
	}
}

func TestControlContacts(t *testing.T) {
	f := newFake(t)
	for _, order := range []string{"department?id=2&parent=1", "department?id=20&parent=2", "move?user=u1&department=20&department=1", "roles?user=u1&role=7:职务/发布经理", "leave?user=u2"} {
		if a := f.control("POST", "/_control/"+order); a.status != 204 {
			t.Fatalf("%s: HTTP %d: %s", order, a.status, a.text)
		}
	}
	f.wantText(f.post(parentsOfUser+f.token(), `{"userid":"u1"}`), `[{"parent_dept_id_list":[20,2,1]},{"parent_dept_id_list":[1]}]`)
	f.wantText(f.post(userGet+f.token(), `{"userid":"u1"}`), `"name":"发布经理"`)
	f.want(f.post(userGet+f.token(), `{"userid":"u2"}`), 200, "60121")
	for _, order := range []string{"department?id=x&parent=1", "move?user=nobody&department=1", "move?user=u1&department=x", "roles?user=u1&role=7", "roles?user=nobody"} {
		if a := f.control("POST", "/_control/"+order); a.status != 400 {
			t.Errorf("%s: HTTP %d", order, a.status)
		}
	}
}
