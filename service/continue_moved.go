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
	app, project := c.AppByKey(to.Key())
	if app == nil || app.JobRef != to {
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
	seen.drift, seen.to, seen.project = compare(&moved, job), app, project
	return nil
}
