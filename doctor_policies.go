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

// idlePolicies compares the policies with what is on offer: what a slip keeps from naming a project does not hold for it.
func (d *examination) idlePolicies(ctx context.Context, cfg *config.Config, listings map[*model.Listing]service.CatalogueRules) {
	if len(cfg.Policies) == 0 || len(listings) < len(cfg.Jenkins) {
		return // a Jenkins that was not listed is told already
	}
	d.check(ctx, "policies: projects", func(context.Context) finding {
		idle := service.IdlePolicies(projectPolicies(cfg), explicitProjects(cfg.Projects), listings)
		if len(idle) == 0 {
			return fine(fmt.Sprintf("each of the %d policies names a project · 每条策略都有对应的项目", len(cfg.Policies)))
		}
		var named []string
		for _, i := range idle {
			named = append(named, fmt.Sprintf("policies[%d] (%s)", i, strings.Join(cfg.Policies[i].Projects, ", ")))
		}
		return doubtful("no project is named by "+strings.Join(named, ", ")+": it holds for none · 策略没有匹配任何项目，不起作用",
			"write keys as the options have them for ids, such as ^prod:deploy/trade$, or exactly the label · 按选项的 ID 书写正则，或填写完全一致的名字")
	})
}

// migrations looks for the jobs of second_app that a controller should have: forms with a database change need them.
func (d *examination) migrations(ctx context.Context, cfg *config.Config, j config.Jenkins, listing *model.Listing) {
	wanted := map[string]bool{}
	var missing, undeclared []string
	for _, p := range cfg.Policies {
		controller, fullName, _ := strings.Cut(p.DBApp, ":")
		if p.DBChange != config.DBChangeSecondApp || controller != j.Name || wanted[fullName] {
			continue
		}
		wanted[fullName] = true
		i := slices.IndexFunc(listing.Jobs, func(job model.Job) bool { return job.FullName == fullName && job.Buildable && !job.Container })
		if i < 0 {
			missing = append(missing, fullName)
			continue
		}
		declares := func(p model.ParameterDefinition) bool { return p.Name == j.ReleaseParameter }
		if !slices.ContainsFunc(listing.Jobs[i].Parameters, declares) {
			undeclared = append(undeclared, fullName)
		}
	}
	if len(wanted) == 0 {
		return
	}
	d.check(ctx, "jenkins "+j.Name+": migrations", func(context.Context) finding {
		switch {
		case len(missing) > 0:
			return broken(fmt.Sprintf("policies[].db_app names what is no job, or disabled: %s. Forms with a database change are refused · "+
				"数据库变更任务不存在、已停用或无权查看", few(missing)),
				"correct policies[].db_app, enable the job, or give the user Job/Read on it · 修改 policies 的 db_app、启用任务，或授予 Job/Read")
		case len(undeclared) > 0:
			return doubtful(fmt.Sprintf("no %s is declared by %s: after a broken connection the build is found by parameters and time · 未声明上线单号参数",
				j.ReleaseParameter, few(undeclared)), "add a string parameter "+j.ReleaseParameter+" to the job · 为任务添加同名的字符串参数")
		}
		return fine(fmt.Sprintf("%d jobs that make database changes are there · 数据库变更任务都在", len(wanted)))
	})
}
