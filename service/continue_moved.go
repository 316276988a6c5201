package service

import (
	"context"
	"slices"
	"strings"

	"github.com/oabridge/oabridge/model"
)

// lookAtSuccessor looks at the job that a person says d's job has become: only of one that is gone, and only one that forms
// may ask for and that takes everything that was approved.
func (s *Service) lookAtSuccessor(ctx context.Context, r *model.Release, d *model.Deployment, name string, seen *resumption) error {
	if seen.job != nil {
		return model.Errorf(model.CodeConflict, "任务 %s 还在 Jenkins 里，不能换成别的任务：请在 Jenkins 里改回来，或取消后重新发起审批", d.FullName)
	}
	c, err := s.catalogue()
	if err != nil {
		return err
	}
	to := model.JobRef{Controller: d.Controller, FullName: strings.Trim(strings.TrimPrefix(name, d.Controller+":"), "/ ")}
	projects := c.projectsOf(to.Key())
	app, _ := c.AppByKey(to.Key())
	if app == nil || app.JobRef != to || len(projects) == 0 || len(app.Branches) > 0 { // a multibranch project is no job
		return model.Errorf(model.CodeUnknownApp, "应用清单里没有 %s：请写任务的完整名称，如 deploy/mall/web；刚移动的任务要等清单刷新", model.Cut(to.FullName, 100))
	}
	if slices.ContainsFunc(r.Deployments, func(o *model.Deployment) bool { return o.JobRef == to }) {
		return model.Errorf(model.CodeConflict, "任务 %s 已是上线单 %s 里的另一个应用", to.FullName, r.Number())
	}
	job, err := s.controllers[d.Controller].looks.of(ctx, to.FullName, false)
	if err != nil {
		return err
	}
	moved := *d
	moved.JobRef = to
	if err := s.mayMove(ctx, r, &moved, projects); err != nil {
		return err
	}
	seen.drift, seen.to = compare(&moved, job), &to
	if !slices.ContainsFunc(projects, func(p *Project) bool { return p.Key == r.Project }) {
		seen.project = projects[0].Name
	}
	return nil
}

// mayMove refuses to take a deployment into a project where its release could not have been asked for: of which its
// initiator may not use, that takes no database change, or where nothing may start now.
func (s *Service) mayMove(ctx context.Context, r *model.Release, moved *model.Deployment, projects []*Project) error {
	if s.access != nil {
		is := s.admitsRelease(ctx, r.Initiator.ID, r, moved)
		if is.err != nil {
			return is.err
		}
		if !is.ok {
			return model.Errorf(model.CodeConflict, "%s，不能换成任务 %s", notAdmitted(r.Initiator, projects[0].Name), moved.FullName)
		}
	}
	var refused error
	for _, p := range projects {
		rules, now := s.rulesOfProject(p), s.now()
		switch {
		case p.Key == r.Project:
			return nil
		case r.DBChange && rules.dbChange == DBChangeForbid:
			refused = model.Errorf(model.CodeConflict, "项目“%s”不允许有数据库变更的上线，不能换成任务 %s", p.Name, moved.FullName)
		case !rules.hours.open(now):
			refused = model.Errorf(model.CodeConflict, "项目“%s”现在%s，%s 之后才能换成任务 %s",
				p.Name, rules.hours.why(now), s.minute(rules.hours.opening(now)), moved.FullName)
		default:
			return nil
		}
	}
	return refused
}
