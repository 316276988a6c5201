package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/oabridge/oabridge/config"
	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/service"
)

// accessRules compares the rules about who may use what with what is on offer: a project that a slip in a rule does not
// name is for everybody.
func (d *examination) accessRules(ctx context.Context, cfg *config.Config, listings map[*model.Listing]service.CatalogueRules) {
	if len(cfg.Access) == 0 {
		return
	}
	d.check(ctx, "access: projects", func(context.Context) finding {
		if len(listings) < len(cfg.Jenkins) {
			return doubtful("not compared: a Jenkins was not listed · 有 Jenkins 未能列出，无法核对", "correct what is wrong with it first · 先解决该 Jenkins 的问题")
		}
		idle := service.IdleRules(accessRules(cfg.Access), explicitProjects(cfg.Projects), listings)
		if len(idle) == 0 {
			return fine(fmt.Sprintf("each of the %d rules names a project · 每条规则都有对应的项目", len(cfg.Access)))
		}
		var named []string
		for _, i := range idle {
			named = append(named, fmt.Sprintf("access[%d] (%s)", i, strings.Join(cfg.Access[i].Projects, ", ")))
		}
		return doubtful("no project is named by "+strings.Join(named, ", ")+": what was meant is for everybody · 规则没有匹配任何项目，本想限制的项目对所有人开放",
			"write keys as the options have them for ids, such as ^prod:deploy/trade$, or exactly the label · 按选项的 ID 书写正则，或填写完全一致的名字")
	})
}

// access looks whether DingTalk tells where people belong, and knows whom the rules name.
func (e *dingtalkExamination) access(ctx context.Context) {
	var departments []int64
	var roles, users []string
	for _, rule := range e.cfg.Access {
		departments, roles, users = append(departments, rule.Departments...), append(roles, rule.Roles...), append(users, rule.Users...)
	}
	slices.Sort(departments)
	if len(departments) > 0 {
		readable := e.check(ctx, "access: right to read departments", func(ctx context.Context) finding {
			_, err := e.client.MemberDepartments(ctx, probeID)
			return rightFinding(err, rightReadDepts)
		})
		if readable.status == statusOK {
			e.check(ctx, "access: departments", func(ctx context.Context) finding { return e.departments(ctx, slices.Compact(departments)) })
		}
	}
	if len(roles) > 0 {
		e.check(ctx, "access: right to read roles", func(ctx context.Context) finding {
			_, err := e.client.MemberRoles(ctx, probeID)
			return rightFinding(err, rightReadMembers)
		})
		e.check(ctx, "access: roles", func(ctx context.Context) finding { return e.roles(ctx, unique(roles)) })
	}
	if len(users) > 0 {
		e.check(ctx, "access: users", func(ctx context.Context) finding { return e.users(ctx, unique(users)) })
	}
}

func unique(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}

// lookedUp bounds how many members and departments are looked up: each is a call.
const lookedUp = 20

const strangersRemedy = "copy the ids again from the admin console, or remove them · 从管理后台重新复制，或删除"

func (e *dingtalkExamination) departments(ctx context.Context, ids []int64) finding {
	return e.lookUp(ctx, "departments", len(ids), func(ctx context.Context, i int) (string, error) {
		_, err := e.client.DepartmentPath(ctx, ids[i])
		return fmt.Sprint(ids[i]), err
	}, rightReadDepts)
}

func (e *dingtalkExamination) users(ctx context.Context, ids []string) finding {
	f := e.lookUp(ctx, "users", len(ids), func(ctx context.Context, i int) (string, error) {
		_, err := e.client.UserName(ctx, ids[i])
		return ids[i], err
	}, rightReadMembers)
	return withoutIt(f, "not looked up · 未能核对")
}

// lookUp asks for the first of a list, one by one.
func (e *dingtalkExamination) lookUp(
	ctx context.Context, what string, n int, ask func(ctx context.Context, i int) (name string, err error), right string,
) finding {
	var unknown []string
	for i := range min(n, lookedUp) {
		name, err := ask(ctx, i)
		switch model.CodeOf(err) {
		case "":
		case model.CodeDingTalkNotFound, model.CodeDingTalkRejected:
			unknown = append(unknown, name)
		default:
			return declined(err, grant(right)+"; its contact scope (通讯录权限范围) must hold everybody concerned")
		}
	}
	if len(unknown) > 0 {
		return doubtful("DingTalk does not know the "+what+" "+strings.Join(unknown, ", ")+": they let nobody in · 钉钉里不存在", strangersRemedy)
	}
	if n > lookedUp {
		return fine(fmt.Sprintf("DingTalk knows the first %d of %d %s · 已核对前 %[1]d 个", lookedUp, n, what))
	}
	return fine(fmt.Sprintf("DingTalk knows all %d %s · 全部存在", n, what))
}

func (e *dingtalkExamination) roles(ctx context.Context, names []string) finding {
	all, err := e.client.Roles(ctx)
	if err != nil {
		return withoutIt(declined(err, grant(rightReadDepts)), "not looked up · 未能核对")
	}
	var unknown, shared []string
	for _, name := range names {
		meant := 0
		for _, r := range all {
			if r.Called(name) {
				meant++
			}
		}
		switch {
		case meant == 0:
			unknown = append(unknown, name)
		case meant > 1:
			shared = append(shared, name)
		}
	}
	switch {
	case len(unknown) > 0:
		return doubtful("DingTalk does not know the roles "+strings.Join(unknown, ", ")+": they let nobody in · 钉钉里不存在", strangersRemedy)
	case len(shared) > 0:
		return doubtful("several roles are called "+strings.Join(shared, ", ")+": each of them lets in · 有多个同名角色，都会放行",
			"write group/name, or the role's id · 写成 组/名称，或角色 ID")
	}
	return fine(fmt.Sprintf("DingTalk knows all %d roles · 全部存在", len(names)))
}
