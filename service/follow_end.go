package service

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/oabridge/oabridge/model"
)

// ended saves how a build ended. failed: where it failed, as far as that is known.
func (f follower) ended(r *model.Release, d *model.Deployment, b model.Build, failed *model.Failure) error {
	d.Result, d.Duration, d.MissingSince = b.Result, b.Duration, nil
	d.Details = b.LeftBehind()
	d.Details.Failure = failed
	if f.logRules.Keep > 0 {
		d.LogDueAt = new(f.now())
	}
	if d.StartedAt == nil {
		d.StartedAt = &b.StartedAt
	}
	event, message := f.c.verdict(d.FullName, b.Result)
	cause := model.Cause{At: f.now(), Actor: actorJenkins, Message: message}
	switch {
	case event == model.EventAborted:
		cause = f.stopCause(d, interrupted(b.Interrupts))
	case d.Stop != nil:
		cause.Message = strings.Trim(message+"；虽然 "+d.Stop.By+" 要求停止，构建已自行结束", "；")
	}
	return f.fire(r, d, event, cause)
}

// verdict is what a finished build's result means for its job, and what people are told of it. A result that is not known is
// a failure.
func (c *Controller) verdict(job, result string) (model.DeploymentEvent, string) {
	var rule ResultRule
	if i := slices.IndexFunc(c.Results, func(r ResultRule) bool { return r.Job.MatchString(job) }); i >= 0 {
		rule = c.Results[i]
	}
	switch {
	case result == "SUCCESS":
		return model.EventSucceeded, ""
	case result == "UNSTABLE" && rule.Unstable, result == "NOT_BUILT" && rule.NotBuilt:
		return model.EventSucceeded, fmt.Sprintf("构建结果 %s，按配置视为成功", result)
	case result == "UNSTABLE":
		return model.EventUnstable, ""
	case result == "ABORTED":
		return model.EventAborted, ""
	case result == "FAILURE":
		return model.EventFailed, "构建结果 FAILURE"
	case result == "NOT_BUILT":
		return model.EventFailed, "构建结果 NOT_BUILT：没有真正执行"
	case result == "":
		return model.EventFailed, "构建已结束，但 Jenkins 没有给出结果，按失败处理"
	default:
		return model.EventFailed, fmt.Sprintf("构建结果 %s 不认识，按失败处理", model.Cut(result, 40))
	}
}

// interrupted says who ended a build early, as far as Jenkins tells. Its restart tells nothing.
func interrupted(interrupts []model.Interrupt) string {
	var reasons []string
	for _, i := range interrupts {
		reason := i.Text
		if who, ok := strings.CutPrefix(i.Text, "Aborted by "); ok {
			reason = "被 " + who + " 中止"
		} else if who, ok := strings.CutPrefix(i.Text, "Rejected by "); ok && i.Rejected {
			reason = "确认步骤被 " + who + " 拒绝"
		}
		if reason != "" && !slices.Contains(reasons, reason) {
			reasons = append(reasons, model.Cut(reason, 200))
		}
	}
	if len(reasons) == 0 {
		return "在 Jenkins 中被中止"
	}
	return "在 Jenkins 中" + strings.Join(reasons, "；")
}

// missing marks a deployment that Jenkins, though it answers, does not know; after a while it is lost. other: its number now
// is another build's.
func (f follower) missing(ctx context.Context, d *model.Deployment, other bool) error {
	now, watched := f.now(), f.c.watch.start()
	if watched.IsZero() {
		return nil // another replica follows it, and decides
	}
	if d.MissingSince == nil {
		return f.decide(ctx, d, func(_ *model.Release, d *model.Deployment) error { d.MissingSince = &now; return nil })
	}
	if now.Sub(*d.MissingSince) < f.pace.Forget || now.Sub(watched) < f.pace.Forget {
		return nil
	}
	why, err := f.whereabouts(ctx, d, other)
	if err != nil {
		return err
	}
	return f.decide(ctx, d, func(r *model.Release, d *model.Deployment) error {
		return f.fire(r, d, model.EventLost, model.Cause{
			At: now, Actor: actorSystem,
			Message: fmt.Sprintf("Jenkins 中已找不到这次构建(%s 起)：%s。不会自动重新部署，请人工确认", f.clock(*d.MissingSince), why),
		})
	})
}

// whereabouts says what may have become of a build that Jenkins does not know, by what it knows of the job.
func (f follower) whereabouts(ctx context.Context, d *model.Deployment, other bool) (string, error) {
	numbers, err := f.c.Client.Numbers(ctx, d.BuildJob())
	switch {
	case model.CodeOf(err) == model.CodeJenkinsNotFound:
		return fmt.Sprintf("任务 %s 已被删除或改名，或账号不再有查看它的权限", d.BuildJob()), nil
	case err != nil:
		return "", err
	case d.Build == 0:
		return fmt.Sprintf("队列项 %d 和它的构建都不在，可能在 Jenkins 异常退出时丢失，或构建已被删除", d.QueueID), nil
	case other || numbers.Next <= d.Build:
		return fmt.Sprintf("任务被删除后重新建立过，编号 #%d 已不是这次构建", d.Build), nil
	case numbers.Last > d.Build:
		return fmt.Sprintf("构建 #%d 已被删除，或被日志轮转清理(最新的构建是 #%d)，结果未知", d.Build, numbers.Last), nil
	default:
		return fmt.Sprintf("构建 #%d 已消失，可能是 Jenkins 异常退出，或被人删除，结果未知", d.Build), nil
	}
}

// tellQueued tells people, once, that Jenkins has had a deployment in its queue for long, and why.
func (f follower) tellQueued(ctx context.Context, d *model.Deployment, item model.QueueItem) error {
	since := item.Since.Add(-f.c.Client.Ahead())
	waited := f.now().Sub(since)
	if d.QueuedTold || f.patient.Queued <= 0 || waited < f.patient.Queued {
		return nil
	}
	return f.decide(ctx, d, func(r *model.Release, d *model.Deployment) error {
		d.QueuedTold = true
		why := f.write.templates.Why(item.Why)
		f.note(r, d, model.EventKindQueued, "在 Jenkins 排队已 "+people(waited)+"："+why)
		f.tell(r, f.write.queued(r, d, since, waited, why))
		return nil
	})
}

// slowAtLeast is how much longer than expected a build must run before people are told: a few seconds more are nothing.
const slowAtLeast = time.Minute

// tellSlow tells people, once, that a build runs longer than usual. The time that it waited for people does not count.
func (f follower) tellSlow(ctx context.Context, d *model.Deployment) error {
	now := f.now()
	end := f.c.expectedEnd(d, now)
	if d.SlowTold || f.patient.Slow <= 0 || end == nil || d.State != model.StateRunning {
		return nil
	}
	ran := now.Sub(*end) + d.Estimate
	if ran < max(time.Duration(f.patient.Slow*float64(d.Estimate)), d.Estimate+slowAtLeast) {
		return nil
	}
	return f.decide(ctx, d, func(r *model.Release, d *model.Deployment) error {
		d.SlowTold = true
		f.note(r, d, model.EventKindSlow, fmt.Sprintf("已运行 %s，平时约 %s", people(ran), people(d.Estimate)))
		f.tell(r, f.write.slow(r, d, ran))
		return nil
	})
}

// note writes a line that moves nothing into the history.
func (f follower) note(r *model.Release, d *model.Deployment, kind, message string) {
	r.Record(model.Event{
		DeploymentID: d.ID, At: f.now(), Actor: actorJenkins, Kind: kind,
		From: string(d.State), To: string(d.State), Message: message,
	})
}
