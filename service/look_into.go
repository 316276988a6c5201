package service

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/oabridge/oabridge/model"
)

// lookInto does what the check asks for. It returns true when nothing is left to do; an error beside it says what will
// never go well.
func (s *Service) lookInto(ctx context.Context, c *model.Check) (bool, error) {
	if c.Event.Kind == lookForNames {
		return s.nameRelease(ctx, c)
	}
	if c.ReleaseID != 0 {
		return s.lookForProof(ctx, c)
	}
	why := ""
	switch e := c.Event; {
	case e.Kind == model.ApprovalDeleted:
		why = "审批单已被删除"
	case e.Kind == model.ApprovalTerminates:
		why = "审批已被撤销"
	case e.Kind == model.ApprovalFinishes && e.Result == model.ResultRefuse:
		why = "审批被拒绝"
	}
	if why != "" {
		err := s.withdraw(ctx, c.Event.Instance, why)
		return err == nil, err
	}
	a, err := s.readApproval(ctx, c)
	done, waited := false, s.now().Sub(c.CreatedAt)
	gone := model.CodeOf(err) == model.CodeDingTalkNotFound && waited >= notThereYet
	if err == nil {
		done, err = s.settleApproval(ctx, c, a)
	}
	if done || (waited < s.policy.Timeout && !gone) {
		return done, s.unread(ctx, c, waited, err)
	}
	if err == nil {
		err = model.Errorf(model.CodeDingTalkRejected, "钉钉的事件说审批已结束，审批单在 %s后仍显示进行中", people(waited))
	}
	return s.giveUpReading(ctx, c, err)
}

// lookForProof reads the approval that a release waits for.
func (s *Service) lookForProof(ctx context.Context, c *model.Check) (bool, error) {
	r, err := s.store.Release(ctx, c.ReleaseID)
	if model.CodeOf(err) == model.CodeNotFound {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	if r.Proof.State != model.ProofPending || r.State.Terminal() {
		return true, nil
	}
	a, err := s.readApproval(ctx, c)
	waited := s.now().Sub(r.Proof.Since)
	if model.CodeOf(err) == model.CodeDingTalkNotFound && waited >= notThereYet {
		err = s.refute(ctx, r.ID, "钉钉里没有这个审批实例(可能是伪造的提交)")
		return err == nil, err
	}
	done := false
	if err == nil {
		done, err = s.settleApproval(ctx, c, a)
	}
	if done || waited < s.policy.Timeout {
		return done, s.unproven(ctx, r, waited, err)
	}
	err = s.proofTooLate(ctx, r.ID, err)
	return err == nil, err
}

// readApproval reads the approval with the names of its people.
func (s *Service) readApproval(ctx context.Context, c *model.Check) (*model.Approval, error) {
	if s.approvals == nil {
		return nil, model.Errorf(model.CodeDingTalkAuth, "没有配置钉钉应用(app_key、app_secret)，无法读取审批")
	}
	a, err := s.approvals.Approval(ctx, c.Event.Instance)
	if err != nil {
		return nil, err
	}
	if a.ProcessCode == "" {
		a.ProcessCode = c.Event.ProcessCode
	}
	if a.Status == model.ApprovalCompleted {
		s.namePeople(ctx, &a)
	}
	return &a, nil
}

// settleApproval does what follows from the approval as it is now. false: it is not at its end yet.
func (s *Service) settleApproval(ctx context.Context, c *model.Check, a *model.Approval) (bool, error) {
	switch {
	case a.Status == model.ApprovalRunning && c.Event.Via == ViaReconciliation:
		c.LeaveOpen()
		return true, nil
	case a.Status == model.ApprovalRunning:
		return false, nil
	case a.Action == model.ActionRevoke:
		return s.settleRevoke(ctx, a)
	case a.Status == model.ApprovalTerminated:
		err := s.withdraw(ctx, a.Instance, "审批已被撤销")
		return err == nil, err
	case !a.Agreed():
		err := s.withdraw(ctx, a.Instance, "审批被拒绝")
		return err == nil, err
	case s.endedBefore(a, c):
		return true, nil
	}
	err := s.settleAgreed(ctx, c, a)
	return err == nil, err
}

// settleAgreed does what follows from an approval that was given.
func (s *Service) settleAgreed(ctx context.Context, c *model.Check, a *model.Approval) error {
	if a.Action == model.ActionModify && a.Main != "" { // what was approved before is not what is wanted any more
		if err := s.withdrawMain(ctx, a.Main, "审批内容已被修改，以新的审批为准"); err != nil {
			return err
		}
	}
	r, err := s.releaseOf(ctx, a)
	switch {
	case c.ReleaseID == 0 && (model.CodeOf(err) == model.CodeNotFound || (err == nil && r.State == model.ReleaseRejected)):
		return s.submitApproval(ctx, a, c.Event.Via)
	case err != nil:
		return err
	}
	return s.judge(ctx, r, a)
}

// settleRevoke takes back what an approved revocation is about.
func (s *Service) settleRevoke(ctx context.Context, a *model.Approval) (bool, error) {
	if a.Status != model.ApprovalCompleted || a.Result != model.ResultAgree || a.Main == "" {
		return true, nil
	}
	err := s.withdrawMain(ctx, a.Main, "撤销申请已通过")
	return err == nil, err
}

// clockSkew is how much our clock and DingTalk's may differ.
const clockSkew = 5 * time.Minute

// endedBefore tells whether an approval that we found ourselves was at its end before the gap that we looked for: events
// came then, and what is older than this bridge is none of its business.
func (s *Service) endedBefore(a *model.Approval, c *model.Check) bool {
	ended := a.FinishedAt
	if ended == nil {
		ended = a.CreatedAt
	}
	return c.Event.Via == ViaReconciliation && (ended == nil || ended.Before(c.Event.BornAt.Add(-clockSkew)))
}

// releaseOf finds the release of an approval, also one that came in with nothing but the form's request id. Errors:
// not_found.
func (s *Service) releaseOf(ctx context.Context, a *model.Approval) (*model.Release, error) {
	r, _, err := s.holder(ctx, keyInstance+a.Instance)
	if model.CodeOf(err) != model.CodeNotFound {
		return r, err
	}
	f, problems := s.readApprovalForm(a)
	if f.Request == "" {
		return nil, err
	}
	r, err = s.store.ReleaseByKeys(ctx, []string{keyRequest + f.Request})
	if err != nil {
		return nil, err
	}
	// A form that was copied keeps the request id: a difference then says that it is another approval, no forgery.
	differences, err := s.differences(r, f, problems)
	if err != nil {
		return nil, err
	}
	joined := false
	if len(differences) == 0 && !s.anotherApproval(f, keyRequest, r) {
		joined, err = s.join(ctx, r, f, []string{keyInstance + a.Instance}) // whatever comes next may name nothing else
	}
	if err == nil && !joined {
		err = model.Errorf(model.CodeNotFound, "requestId 属于另一张审批单")
	}
	return r, err
}

// anyZone is how far the time of an approval may be off, because nobody knows for sure in which zone it is told.
const anyZone = 9 * time.Hour

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// allowedTemplate tells whether approvals of this template may deploy.
func (s *Service) allowedTemplate(processCode string) bool {
	return len(s.policy.ProcessCodes) == 0 || slices.Contains(s.policy.ProcessCodes, processCode)
}

// templateOf finds out by which of the allowed templates the approval was made: DingTalk does not tell it with the
// instance, but lists the instances of a template. "" when by none. Errors: dingtalk_….
func (s *Service) templateOf(ctx context.Context, a *model.Approval) (string, error) {
	if a.ProcessCode != "" || len(s.policy.ProcessCodes) == 0 {
		return a.ProcessCode, nil
	}
	now := s.now()
	from, to := now.Add(-longestApproval), now.Add(clockSkew)
	if a.CreatedAt != nil { // in a zone that DingTalk's documentation tells otherwise than its answers
		from, to = a.CreatedAt.Add(-anyZone), earlier(a.CreatedAt.Add(anyZone), to)
	}
	var failed error
	for _, code := range s.policy.ProcessCodes {
		ids, err := s.approvals.InstanceIDs(ctx, code, from, to, []string{a.Originator.ID})
		if slices.Contains(ids, a.Instance) {
			return code, nil
		}
		failed = cmp.Or(failed, err) // one template may be deleted, and the approval of another
	}
	if failed != nil {
		return "", failed
	}
	if a.CreatedAt != nil && now.Sub(*a.CreatedAt) < notThereYet {
		return "", model.Errorf(model.CodeDingTalkNotFound, "钉钉还没有把这张审批单列入模板的实例")
	}
	return "", nil
}

// urgentInquiry tells whether people have to know that an approval cannot be read: it takes long, or needs a person.
func urgentInquiry(code model.Code, waited time.Duration) bool {
	if code == model.CodeDingTalkAuth || code == model.CodeDingTalkForbidden || code == model.CodeDingTalkQuota {
		return true
	}
	return code != "" && !code.OfDatabase() && waited >= quietInquiry
}

// unproven keeps why a release has no proof yet where people look, and tells them when it takes long or needs a person.
// It returns err.
func (s *Service) unproven(ctx context.Context, r *model.Release, waited time.Duration, err error) error {
	code := model.CodeOf(err)
	if code == r.Proof.Code || !urgentInquiry(code, waited) {
		return err
	}
	_, saveErr := s.change(ctx, r.ID, func(r *model.Release) error {
		if r.Proof.State != model.ProofPending {
			return nil
		}
		r.Proof.Code, r.Proof.Message = code, model.MessageOf(err)
		s.tell(r, s.write.unverified(r))
		return nil
	})
	if saveErr != nil {
		s.log.WarnContext(ctx, "why there is no proof yet not saved", "release", r.Number(), slog.Any("error", saveErr))
	}
	return err
}

// proofTooLate ends a release whose approval was not confirmed in time.
func (s *Service) proofTooLate(ctx context.Context, id int64, cause error) error {
	_, err := s.change(ctx, id, func(r *model.Release) error {
		if r.Proof.State != model.ProofPending {
			return nil
		}
		why := "没有在 " + people(s.policy.Timeout) + "内等到审批通过"
		if cause != nil {
			why = "没有在 " + people(s.policy.Timeout) + "内读到审批结果：" + model.MessageOf(cause)
		}
		for _, d := range r.Deployments {
			if d.State != model.StateWaiting {
				continue
			}
			if err := s.fire(r, d, model.EventExpired, model.Cause{At: s.now(), Actor: actorSystem, Message: why}); err != nil {
				return err
			}
		}
		return nil
	})
	return err
}
