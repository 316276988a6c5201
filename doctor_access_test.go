package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/oabridge/oabridge/dingtalk/dingtalktest"
)

// staffed gives the patient's organisation departments and roles, and the configuration a rule.
func staffed(rule string) func(*patient) {
	return func(p *patient) {
		p.dingtalk.AddDepartment(2, 1)
		p.dingtalk.AddDepartment(20, 2)
		if err := p.dingtalk.SetRoles("zhangsan",
			dingtalktest.Role{ID: 7, Name: "发布经理", Group: "职务"}, dingtalktest.Role{ID: 8, Name: "发布经理", Group: "岗位"}); err != nil {
			p.t.Fatal(err)
		}
		p.dingtalkMore = "access: [" + rule + "]\n"
	}
}

const noRight = `{"errcode":88,"sub_code":"60011","sub_msg":"应用尚未开通所需的权限：[qyapi_get_department_list]"}`

func accessAilments() []ailment {
	const known = `{projects: ["^prod:deploy/pay$", 商城], departments: [20, 2], roles: [职务/发布经理, "8"], users: [zhangsan]}`
	return []ailment{
		{name: "rules that are right", infect: staffed(known)},
		{name: "a rule for nothing", infect: staffed(`{projects: ["^test:"], users: [zhangsan]}, {projects: [商城], users: [zhangsan]}, {projects: [支], users: [zhangsan]}`),
			want: []string{"WARN access: projects | named by access[0] (^test:), access[2] (支) → ids"}},
		{name: "a rule, and Jenkins is away", infect: func(p *patient) { staffed(known)(p); p.jenkins.Down(true) }, code: exitFailure,
			want: []string{"FAIL jenkins prod: reachable | ", "WARN access: projects | not compared → first"}},
		{name: "departments, roles and users that are not there", infect: staffed(`{projects: [商城], departments: [20, 99], roles: [经理], users: [nobody, zhangsan]}`),
			want: []string{
				"WARN access: departments | does not know the departments 99 → copy", "WARN access: roles | does not know the roles 经理 → copy",
				"WARN access: users | does not know the users nobody → copy",
			}},
		{name: "a role that several have the name of", infect: staffed(`{projects: [商城], roles: [发布经理]}`),
			want: []string{"WARN access: roles | several roles are called 发布经理 → group/name"}},
		{name: "may not read departments", infect: func(p *patient) {
			staffed(known)(p)
			p.instead = map[string]string{"/topapi/v2/department": noRight, "/topapi/role": noRight}
		}, code: exitFailure, want: []string{
			"FAIL access: right to read departments | qyapi_get_department_list → apply for qyapi_get_department_list",
			"WARN access: roles | not looked up → apply for qyapi_get_department_list",
		}},
		{name: "may not read members, whose roles count", infect: func(p *patient) {
			staffed(known)(p)
			p.instead = map[string]string{"/topapi/v2/user": `{"errcode":60011,"errmsg":"没有调用该接口的权限：qyapi_get_member"}`}
		}, code: exitFailure, want: []string{
			"WARN dingtalk: right to read names | qyapi_get_member", "FAIL access: right to read roles | qyapi_get_member → apply for qyapi_get_member",
			"WARN access: users | not looked up → contact scope",
		}},
	}
}

func TestDoctorLooksOnlyAtWhatRulesNeed(t *testing.T) {
	p := newPatient(t, 0)
	staffed(`{projects: [商城], users: [zhangsan]}`)(p)
	_, list := p.ask()
	var names []string
	for _, c := range list {
		if strings.HasPrefix(c.Check, "access: ") {
			names = append(names, c.Check)
		}
	}
	if !slices.Equal(names, []string{"access: projects", "access: users"}) {
		t.Errorf("checked %q", names)
	}
}
