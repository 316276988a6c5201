package service

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oabridge/oabridge/model"
)

// Successes finds what was deployed before.
type Successes interface {
	// SucceededBefore returns the deployment of the job that succeeded last before the time, of another release. Errors: not_found,
	// database_unavailable.
	SucceededBefore(ctx context.Context, job model.JobRef, before time.Time, release int64) (*model.Deployment, error)
}

// planRollback makes the release that would be stored, in the reverse order of the old one.
func (s *Service) planRollback(ctx context.Context, of *model.Release, wish model.RollbackWish) (model.Rollback, error) {
	chosen, left, err := s.rollbackable(of, wish.Deployment)
	if err != nil {
		return model.Rollback{}, err
	}
	now := s.now()
	r := &model.Release{
		State: model.ReleaseActive, Accepted: model.ReleaseActive, Source: sourceRollback, RequestID: wish.Request, RollbackOf: of.ID,
		Project: of.Project, ProjectName: of.ProjectName, Mode: model.ExecuteNow, Order: of.Order, Initiator: s.known(wish.User),
		Approvers: slices.Clone(of.Approvers), Reason: wish.Reason, Form: map[string][]string{}, CreatedAt: now, UpdatedAt: now,
	}
	if r.Order == model.OrderFirst { // the migration stays as it is, and the others wait for nothing
		r.Order = model.OrderParallel
	}
	made := model.Rollback{Release: r, Warnings: left}
	print := []string{"rollback", of.Number()}
	var without []string
	for _, d := range slices.Backward(chosen) {
		from, err := s.store.SucceededBefore(ctx, d.JobRef, began(of, d), of.ID)
		if model.CodeOf(err) == model.CodeNotFound {
			without = append(without, "“"+d.Title()+"”")
			continue
		}
		if err != nil {
			return model.Rollback{}, err
		}
		r.Deployments = append(r.Deployments, s.backTo(r, from, d.AppName, len(r.Deployments)+1))
		made.Targets = append(made.Targets, model.RollbackTarget{App: d.Title(), Release: numberOf(from.ReleaseID), Build: from.Build})
		print = append(print, strconv.FormatInt(d.ID, 10), strconv.Itoa(d.Retries), strconv.FormatInt(from.ID, 10))
		if err := s.warnOfLater(ctx, &made, d, from); err != nil {
			return model.Rollback{}, err
		}
	}
	if len(without) > 0 {
		return model.Rollback{}, model.Errorf(model.CodeConflict, "%s 在上线单 %s 之前没有成功部署的记录(没有部署过，或已超过保留时间)，不知道回滚到什么，请发起新的审批",
			strings.Join(without, "、"), of.Number())
	}
	r.Fingerprint = model.Hash(print...)
	if err := s.checkRollback(ctx, &made); err != nil {
		return model.Rollback{}, err
	}
	return made, nil
}

func numberOf(release int64) string { return (&model.Release{ID: release}).Number() }

// lastSuccess is the last success of the job, of another release; nil when there is none.
func (s *Service) lastSuccess(ctx context.Context, job model.JobRef, release int64) (*model.Deployment, error) {
	last, err := s.store.SucceededBefore(ctx, job, s.now().Add(clockTolerance), release)
	if model.CodeOf(err) == model.CodeNotFound {
		return nil, nil
	}
	return last, err
}

// warnOfLater says what a roll back of d to from takes back beside d.
func (s *Service) warnOfLater(ctx context.Context, made *model.Rollback, d, from *model.Deployment) error {
	last, err := s.lastSuccess(ctx, d.JobRef, d.ReleaseID)
	if err == nil && last != nil && last.ID != from.ID {
		made.Warnings = append(made.Warnings, fmt.Sprintf("“%s”之后又由 %s 部署成功，回滚会越过它", d.Title(), numberOf(last.ReleaseID)))
	}
	return err
}

// backTo is a deployment as from was.
func (s *Service) backTo(r *model.Release, from *model.Deployment, name string, position int) *model.Deployment {
	d := &model.Deployment{
		Position: position, JobRef: from.JobRef, AppName: name, State: model.StateWaiting, Definition: from.Definition,
		Parameters: slices.Clone(from.Sent()),
	}
	if position > 1 && r.Order != model.OrderParallel {
		d.Wait = model.WaitPredecessor
	} else {
		makeReady(r, d, r.CreatedAt)
	}
	return d
}

// began is when the deployment's first build may have begun to change something. That is by our clock, as the ends of others
// are; Jenkins' may be another.
func began(of *model.Release, d *model.Deployment) time.Time {
	at := later(of.CreatedAt, of.UpdatedAt)
	known := []*time.Time{cmp.Or(d.PostedAt, d.StartedAt)}
	for _, f := range d.Former {
		known = append(known, cmp.Or(f.PostedAt, f.StartedAt))
	}
	for _, t := range known {
		if t != nil && t.Before(at) {
			at = *t
		}
	}
	return at
}

// rollbackable are the deployments that are meant and ran, and what is left out, for people.
func (s *Service) rollbackable(of *model.Release, deployment int64) (chosen []*model.Deployment, left []string, err error) {
	if deployment != 0 {
		if _, err := of.Deployment(deployment); err != nil {
			return nil, nil, err
		}
	}
	for _, d := range of.Deployments {
		migration := of.DBChange && d.JobRef == s.rulesOfRelease(of).dbApp
		switch {
		case deployment != 0 && d.ID != deployment:
		case !d.State.Terminal():
			return nil, nil, model.Errorf(model.CodeConflict, "上线单 %s 的“%s”还没有结束，请先取消(cancel)，结束后再回滚", of.Number(), d.Title())
		case !d.MayHaveRun():
			left = append(left, "“"+d.Title()+"”没有执行过，不用回滚")
		case migration && deployment == 0:
			left = append(left, "数据库变更“"+d.Title()+"”不回滚")
		default:
			chosen = append(chosen, d)
		}
	}
	if len(chosen) == 0 {
		return nil, nil, model.Errorf(model.CodeConflict, "上线单 %s 没有可以回滚的应用：%s", of.Number(), strings.Join(left, "；"))
	}
	return chosen, left, nil
}

// checkRollback looks whether the jobs still take what they were given, and whether who asks may use the project.
func (s *Service) checkRollback(ctx context.Context, made *model.Rollback) error {
	for _, d := range made.Release.Deployments {
		if err := s.checkJob(ctx, made, d); err != nil {
			return err
		}
		if err := s.mayRollBack(ctx, made.Release, d); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) checkJob(ctx context.Context, made *model.Rollback, d *model.Deployment) error {
	c := s.controllers[d.Controller]
	if c == nil {
		return model.Errorf(model.CodeConflict, "Jenkins「%s」已不在配置里，“%s”不能回滚", d.Controller, d.Title())
	}
	offered, err := s.catalogue()
	if err != nil {
		return err
	}
	if len(offered.projectsOf(d.Key())) == 0 {
		return model.Errorf(model.CodeUnknownApp, "“%s”(%s)已不在应用清单里，不能回滚", d.Title(), d.FullName)
	}
	job, err := c.looks.of(ctx, d.FullName, false)
	if err != nil {
		return err
	}
	if job != nil {
		d.Parameterised = len(job.Parameters) > 0
		if declared(job, c.ReleaseParameter) != nil {
			d.ReleaseParameter = c.ReleaseParameter
			d.Parameters = slices.DeleteFunc(d.Parameters, func(p model.ParameterValue) bool { return p.Name == c.ReleaseParameter })
		}
	}
	found := compare(d, job)
	switch {
	case found.barred:
		return model.Errorf(model.CodeJobChanged, "“%s”不能回滚，任务已经变了：%s", d.Title(), found.summary())
	case !found.fits():
		made.Warnings = append(made.Warnings, fmt.Sprintf("“%s”的任务变了：%s；提交前会按 on_drift 处理", d.Title(), found.summary()))
	}
	return nil
}

// mayRollBack refuses who may not use the project. Right before the POST they are asked about once more.
func (s *Service) mayRollBack(ctx context.Context, r *model.Release, d *model.Deployment) error {
	if s.access == nil {
		return nil
	}
	switch is := s.admitsRelease(ctx, r.Initiator.ID, r, d); {
	case is.err != nil:
		return is.err
	case is.ok:
		return nil
	case r.Initiator.ID == "":
		return model.Errorf(model.CodeAccessDenied, "项目“%s”只对部分人开放，请指明由谁回滚(user，钉钉用户 ID)", model.Cut(r.ProjectName, 100))
	default:
		return model.Errorf(model.CodeAccessDenied, "%s，不能回滚", notAdmitted(r.Initiator, r.ProjectName))
	}
}
