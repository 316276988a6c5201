package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/oabridge/oabridge/config"
	"github.com/oabridge/oabridge/model"
)

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
