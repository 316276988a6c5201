package service

import (
	"context"
	"slices"

	"github.com/oabridge/oabridge/model"
)

// migrates tells whether the form's database change is made by a job of the release.
func (p plan) migrates() bool {
	return p.form.DBChange && p.rules.dbChange == DBChangeSecondApp
}

// planMigration plans the job that makes the database change: before the apps, once, whether the form names it or not.
func (s *Service) planMigration(c *Catalogue, p *plan, problems *Problems) {
	if !p.migrates() {
		return
	}
	ref := p.rules.dbApp
	for i := range p.apps {
		if p.apps[i].app.JobRef == ref {
			p.migration = &p.apps[i]
			return
		}
	}
	app := s.migrationOf(c, ref)
	if app == nil {
		problems.add(FieldDBChange, "数据库变更任务“%s”在 Jenkins 里不存在或已停用，请联系管理员", ref.Key())
		return
	}
	planned := s.planApp(app, p.form.Parameters, problems)
	p.migration = &planned
}

// migrationOf is a job that can be built, whether forms offer it or not; nil when it is not listed as one.
func (s *Service) migrationOf(c *Catalogue, ref model.JobRef) *App {
	job := c.JobByKey(ref.Key())
	if job == nil || job.Container || !job.Buildable {
		return nil
	}
	if app, _ := c.AppByKey(ref.Key()); app != nil {
		return app
	}
	label := s.controllers[ref.Controller].Rules.label(job)
	return &App{JobRef: ref, Label: label, Kind: job.Kind, Parameters: job.Parameters}
}

// steps are what is deployed, in its order: the migration, then the apps.
func (p plan) steps() []plannedApp {
	if p.migration == nil {
		return p.apps
	}
	steps := []plannedApp{*p.migration}
	for _, planned := range p.apps {
		if planned.app.JobRef != p.migration.app.JobRef {
			steps = append(steps, planned)
		}
	}
	return steps
}

// order is how the steps follow each other. What comes after a migration never comes beside it.
func (p plan) order() model.Order {
	if p.migration != nil && p.rules.order == model.OrderParallel {
		return model.OrderFirst
	}
	return p.rules.order
}

// checkDBChange wants a database change to be what the policy allows.
func (s *Service) checkDBChange(_ context.Context, p plan, _ moment, found *findings) error {
	found.Problems = append(found.Problems, dbProblems(p)...)
	return nil
}

func dbProblems(p plan) Problems {
	var problems Problems
	switch f := p.form; {
	case !f.DBChange || p.migrates():
	case p.rules.dbChange == DBChangeForbid:
		problems.add(FieldDBChange, "项目“%s”不允许带数据库变更上线，请先单独完成数据库变更", p.project.Name)
	case !f.DBChangeDone:
		problems.add(FieldDBChangeDone, "请先完成数据库变更")
	}
	return problems
}

// onlyMigrationDiffers tells whether the release has the apps that the form names, and the migration makes the difference:
// the policy, which adds it, is another since.
func onlyMigrationDiffers(r *model.Release, p plan) bool {
	had, chosen := keysOf(r), keysPlanned(p.apps)
	return slices.Equal(had, chosen) || (r.DBChange && len(had) > 0 && slices.Equal(had[1:], chosen))
}

func keysOf(r *model.Release) []string {
	keys := make([]string, len(r.Deployments))
	for i, d := range r.Deployments {
		keys[i] = d.Key()
	}
	return keys
}

func keysPlanned(apps []plannedApp) []string {
	keys := make([]string, len(apps))
	for i, planned := range apps {
		keys[i] = planned.app.Key()
	}
	return keys
}
