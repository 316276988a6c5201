package service

import (
	"context"
	"fmt"
	"time"

	"github.com/oabridge/oabridge/model"
)

// continuePatience is how long somebody waits for the looks at Jenkins, who lets something go on.
const continuePatience = 8 * time.Second

// Continue lets deployments go on that are held because their job changed. The approved values are sent as they are: what
// the job does not declare any more is left out, and what Jenkins would refuse or silently change nobody can continue. Right
// before the POST the job is compared once more with what it is now. Errors: not_found, conflict (nothing is held, it
// changed once more, or it cannot be continued), invalid_request, unknown_app (the job to go on with), the jenkins_… codes.
func (s *Service) Continue(ctx context.Context, id int64, c model.Continuation) (*model.Release, error) {
	r, err := s.store.Release(ctx, id)
	if err != nil {
		return nil, err
	}
	looking, cancel := context.WithTimeout(ctx, continuePatience)
	defer cancel()
	found, err := s.lookAtHeld(looking, r, c)
	if err != nil {
		return nil, err
	}
	var refused error
	changed, err := s.change(ctx, id, func(r *model.Release) (err error) {
		refused, err = s.continueAll(r, found, c)
		return err
	})
	if err != nil {
		return nil, err
	}
	return changed, refused
}

// resumption is what was found out for a person's decision about one deployment.
type resumption struct {
	drift
	version int64         // of the deployment when it was looked at
	to      *model.JobRef // the job to go on with; nil: the same
	project string        // that it belongs to; "": the release's
}

// lookAtHeld looks at the jobs of what is held, by the id of the deployment.
func (s *Service) lookAtHeld(ctx context.Context, r *model.Release, c model.Continuation) (map[int64]resumption, error) {
	held, err := heldOf(r, c.Deployment)
	if err != nil {
		return nil, err
	}
	if c.Job != "" && len(held) > 1 {
		return nil, model.Errorf(model.CodeInvalidRequest, "上线单 %s 有 %d 个停住的应用，请用 deployment 指明是哪一个换任务", r.Number(), len(held))
	}
	found := map[int64]resumption{}
	for _, d := range held {
		controller := s.controllers[d.Controller]
		if controller == nil {
			return nil, model.Errorf(model.CodeConflict, "Jenkins「%s」已不在配置里，“%s”不能继续", d.Controller, d.Title())
		}
		job, err := controller.looks.of(ctx, d.FullName, false)
		if err != nil {
			return nil, err
		}
		seen := resumption{drift: compare(d, job), version: d.Version}
		if c.Job != "" {
			err = s.lookAtSuccessor(ctx, r, d, c.Job, &seen)
		} else if job == nil {
			seen.moved = s.namesakes(d)
		}
		if err != nil {
			return nil, err
		}
		found[d.ID] = seen
	}
	return found, nil
}

// heldOf are the deployments that wait for a person because their job changed: the one with the id, or all when it is 0.
func heldOf(r *model.Release, deployment int64) ([]*model.Deployment, error) {
	if deployment != 0 {
		if _, err := r.Deployment(deployment); err != nil {
			return nil, err
		}
	}
	var held []*model.Deployment
	for _, d := range r.Deployments {
		if d.State == model.StateWaiting && d.Wait == model.WaitDrift && (deployment == 0 || d.ID == deployment) {
			held = append(held, d)
		}
	}
	switch {
	case len(held) == 0:
		return nil, model.Errorf(model.CodeConflict, "上线单 %s 没有因任务变化而停住、等待处理的应用", r.Number())
	case r.Proof.Barred():
		return nil, model.Errorf(model.CodeConflict, "上线单 %s 的审批无效，不能继续：%s", r.Number(), r.Proof.Message)
	}
	return held, nil
}

// continueAll lets all that is held go on, or none of it. refused says why not; err is for what must not be saved.
func (s *Service) continueAll(r *model.Release, found map[int64]resumption, c model.Continuation) (refused, err error) {
	held, err := heldOf(r, c.Deployment)
	if err != nil {
		return nil, err
	}
	for _, d := range held {
		seen, looked := found[d.ID]
		if !looked || seen.version != d.Version {
			return nil, model.Errorf(model.CodeConflict, "上线单 %s 刚刚被其他操作更改，请看过之后再决定", r.Number())
		}
		if why := s.refuseToContinue(r, d, seen); why != nil && refused == nil {
			refused = why
		}
	}
	if refused != nil {
		return refused, nil
	}
	for _, d := range held {
		s.resume(r, d, found[d.ID], c)
	}
	return nil, nil
}

// refuseToContinue says why a person cannot let d go on. What people were not told of yet they are told now, to decide anew.
func (s *Service) refuseToContinue(r *model.Release, d *model.Deployment, seen resumption) error {
	anew := d.Drift == nil || d.Drift.Seen != seen.seen() || model.Hash(d.Drift.Changes...) != model.Hash(seen.changes...)
	switch {
	case seen.fits():
		return nil
	case seen.to != nil:
		return model.Errorf(model.CodeConflict, "任务 %s 与批准的内容不符：%s", seen.to.FullName, seen.summary())
	case s.controllers[d.Controller].OnDrift == model.DriftIgnore:
		return nil
	case anew:
		s.hold(r, d, seen.drift)
	}
	switch {
	case seen.job == nil:
		return model.Errorf(model.CodeConflict, "上线单 %s 的“%s”不能继续：%s。任务回来之前不能继续；如果改了名或换了位置，请指明新的任务(job)；"+
			"否则只能取消后重新发起审批", r.Number(), d.Title(), seen.summary())
	case seen.barred:
		return model.Errorf(model.CodeConflict, "上线单 %s 的“%s”不能继续：%s。任务改回来之前不能继续，只能取消后重新发起审批",
			r.Number(), d.Title(), seen.summary())
	case anew:
		return model.Errorf(model.CodeConflict, "上线单 %s 的“%s”没有继续，任务又变了：%s。请看过之后再决定", r.Number(), d.Title(), seen.summary())
	}
	return nil
}

// resume makes d due with what the person saw. A set time that has passed counts as now, since the person says so.
func (s *Service) resume(r *model.Release, d *model.Deployment, seen resumption, c model.Continuation) {
	cause := model.Cause{At: s.now(), Actor: c.By, Message: c.Reason}
	consequences := seen.consequences(d)
	if seen.to != nil {
		d.JobRef, d.Definition = *seen.to, model.Define(seen.job.Parameters)
	}
	d.Drift.Accepted = seen.seen()
	d.Wait, d.NextAt, d.Code, d.Message = "", &cause.At, "", ""
	if r.ScheduledAt != nil && r.ScheduledAt.Before(cause.At) {
		r.ScheduledAt = &cause.At
	}
	message := c.Reason
	for _, text := range consequences {
		if message != "" {
			message += "；"
		}
		message += text
	}
	r.Record(model.Event{
		DeploymentID: d.ID, At: cause.At, Actor: cause.Actor, Kind: model.EventKindContinued,
		From: string(d.State), To: string(d.State), Message: message,
	})
	s.tell(r, s.write.continued(r, d, cause, consequences))
}

// consequences are what becomes of d by going on, for people.
func (seen *resumption) consequences(d *model.Deployment) []string {
	if seen.to != nil {
		moved := fmt.Sprintf("任务由 %s 改为 %s", d.FullName, seen.to.FullName)
		if seen.project != "" {
			moved += "(项目“" + seen.project + "”)"
		}
		return []string{moved}
	}
	if seen.fits() {
		return []string{"任务已与批准的内容相符"}
	}
	var texts []string
	if seen.job == nil || seen.barred {
		return append(texts, "按配置(on_drift: ignore)不比较、照常提交")
	}
	for _, i := range seen.missing(d) {
		texts = append(texts, "不再传参数 "+d.Parameters[i].Name+"="+d.Parameters[i].Shown())
	}
	if d.ReleaseParameter != "" && declared(seen.job, d.ReleaseParameter) == nil {
		texts = append(texts, "不再传上线单号("+d.ReleaseParameter+")，构建只能按参数、用户和时间辨认")
	}
	for _, name := range additions(d, seen.job) {
		texts = append(texts, "新增的参数 "+name+" 由 Jenkins 决定")
	}
	return texts
}
