package service

import (
	"context"
	"time"

	"github.com/oabridge/oabridge/model"
)

// NewRequestID makes a fresh id for a form's hidden field.
func (s *Service) NewRequestID() string { return s.newID() }

// Submit records an approved form as a release. It is idempotent: a repeat gets the first answer. It asks neither Jenkins
// nor DingTalk. Errors: validation_failed (the message has every problem), submission_conflict (the same approval with a
// different content), catalogue_unready, database_unavailable.
func (s *Service) Submit(ctx context.Context, fields map[string][]string, source string) (model.Receipt, error) {
	f, problems := s.readApproved(fields)
	return s.submit(ctx, submission{form: f, problems: problems, source: source})
}

// readApproved reads a form that is said to be approved, which has to tell by what approval where that matters.
func (s *Service) readApproved(fields map[string][]string) (Form, Problems) {
	f, problems := s.form.Read(fields)
	switch {
	case len(problems) > 0 || f.Instance != "":
	case s.policy.Verify == VerifyAlways:
		problems.add(FieldInstance, "缺少审批实例 ID，无法核对审批(verify_approval: always)，请在连接器里映射实例 ID")
	case s.policy.ForbidSelf:
		problems.add(FieldInstance, "缺少审批实例 ID，无法核对由谁审批(forbid_self_approval)，请在连接器里映射实例 ID")
	case s.eventsSeen != nil && f.Request == "": // nobody could tell that the event is about the same
		problems.add(FieldInstance, "缺少审批实例 ID：同一张审批单还会由事件送达并登记，请不要重新发起；请管理员在连接器里映射实例 ID 或 requestId")
	}
	return f, problems
}

// submitApproval records the form of an approval that DingTalk told to be approved. A form that is wrong is told to
// everybody and done with. Errors: those that pass.
func (s *Service) submitApproval(ctx context.Context, a *model.Approval, via string) error {
	f, problems := s.readApprovalForm(a)
	code, err := s.templateOf(ctx, a)
	switch {
	case err != nil:
		return err
	case !s.allowedTemplate(code):
		return nil // any approval of the company may be named in an event
	case s.policy.ForbidSelf && onlySelf(a):
		problems.add("", "只有发起人自己审批，不允许上线")
	}
	a.ProcessCode = code
	_, err = s.submit(ctx, submission{form: f, problems: problems, source: via, approval: a})
	if code := model.CodeOf(err); code == model.CodeValidationFailed || code == model.CodeSubmissionConflict {
		return nil // told to everybody
	}
	return err
}

// submission is a form on its way to become a release.
type submission struct {
	form     Form
	problems Problems // found while reading it
	source   string
	approval *model.Approval // that proves it; nil when it has to be read
}

func (s *Service) submit(ctx context.Context, sub submission) (model.Receipt, error) {
	f := sub.form
	f.Source = sub.source
	print := fingerprint(f)
	keys := s.keys(f, print)
	all := keys
	if len(sub.problems) == 0 {
		if receipt := s.remembered(ctx, f, all, print); receipt != nil {
			return s.repeated(receipt, sub.source), nil
		}
		receipt, insert, err := s.repeat(ctx, f, keys, print)
		if model.CodeOf(err) == model.CodeSubmissionConflict {
			return model.Receipt{}, s.refuse(ctx, f, Problems{{Message: model.MessageOf(err)}}, sub.source, print, err)
		}
		if err != nil || receipt != nil {
			return s.repeated(receipt, sub.source), err
		}
		keys = insert
	}
	p, found, err := s.checkForm(ctx, f, sub.problems, approved)
	problems := found.Problems
	if err == nil {
		err = s.checkHolds(ctx, f, &problems)
	}
	if err != nil {
		return model.Receipt{}, err
	}
	if len(problems) > 0 {
		refusal := model.Errorf(model.CodeValidationFailed, "%s", problems.Message())
		return model.Receipt{}, s.refuse(ctx, f, problems, sub.source, print, refusal)
	}
	r := s.newRelease(p, sub.source, print)
	s.askForProof(r, sub.approval)
	receipt, err := s.record(ctx, r, f, keys)
	if model.CodeOf(err) == model.CodeSubmissionConflict {
		return model.Receipt{}, s.refuse(ctx, f, Problems{{Message: model.MessageOf(err)}}, sub.source, print, err)
	}
	if err != nil || receipt != nil {
		return s.repeated(receipt, sub.source), err
	}
	s.log.InfoContext(ctx, "release accepted", "release", r.Number(), "source", sub.source, "mode", string(r.Mode),
		"project", r.Project, "deployments", len(r.Deployments), "state", string(r.State))
	if len(found.warnings) > 0 {
		s.log.WarnContext(ctx, "release accepted in doubt", "release", r.Number(), "warnings", found.warnings.Message())
	}
	s.observer.Accepted(sub.source)
	s.nudge()
	for _, d := range r.Deployments {
		ring(s.bells.showing[d.Controller])
	}
	s.remember(ctx, all, print, r)
	return s.receiptOf(r, false), nil
}

// checkHolds refuses a form whose approval was taken back before it came.
func (s *Service) checkHolds(ctx context.Context, f Form, problems *Problems) error {
	if s.approvals == nil || f.Instance == "" {
		return nil
	}
	why, err := s.store.Withdrawal(ctx, f.Instance)
	if why != "" {
		problems.add(FieldInstance, "审批不再有效：%s", why)
	}
	return err
}

// askForProof says what a new release has to wait for: nothing when the approval itself is at hand, or nobody asks for it.
func (s *Service) askForProof(r *model.Release, a *model.Approval) {
	switch {
	case a != nil:
		s.keepFacts(r, a)
		r.ComesProven()
	case s.verifies(r.ProcessInstanceID):
		s.holdBack(r)
	}
}

// record stores the release, unless the same submission was stored in the meantime: then it returns that one's answer.
// A release whose form was copied may take only one of the keys; r is then stored under those that are left.
func (s *Service) record(ctx context.Context, r *model.Release, f Form, keys []string) (*model.Receipt, error) {
	for {
		err := s.store.CreateRelease(ctx, r, keys, func(r *model.Release) error { s.composeAccepted(r); return nil })
		if model.CodeOf(err) != model.CodeConflict {
			s.census.moved()
			return nil, err
		}
		receipt, left, repeatErr := s.repeat(ctx, f, keys, r.Fingerprint)
		if repeatErr != nil || receipt != nil {
			return receipt, repeatErr
		}
		if len(left) >= len(keys) {
			return nil, err // nobody holds a key and yet one is known: no use in trying for ever
		}
		keys = left
	}
}

// repeated counts a submission that was accepted before.
func (s *Service) repeated(r *model.Receipt, source string) model.Receipt {
	if r == nil {
		return model.Receipt{}
	}
	s.observer.Duplicate(source)
	return *r
}

// receiptOf is the answer to a submission; people read its time, so it is in their zone.
func (s *Service) receiptOf(r *model.Release, duplicate bool) model.Receipt {
	receipt := model.Receipt{Number: r.Number(), State: r.Accepted, Duplicate: duplicate}
	if r.ScheduledAt != nil {
		at := r.ScheduledAt.In(s.location)
		receipt.ScheduledAt = &at
	}
	return receipt
}

func (s *Service) newRelease(p plan, source, print string) *model.Release {
	now := s.now()
	f := p.form
	r := &model.Release{
		State: model.ReleaseActive, Accepted: model.ReleaseActive, Fingerprint: print, Source: source,
		ProcessInstanceID: f.Instance, BusinessID: f.Business, RequestID: f.Request,
		Project: p.project.Key, ProjectName: p.project.Name, Mode: f.Mode, Order: p.order(),
		Initiator: s.known(f.Originator), Reason: f.Reason, DBChange: f.DBChange, Form: f.Raw,
		CreatedAt: now, UpdatedAt: now,
	}
	for _, id := range f.Approvers {
		r.Approvers = append(r.Approvers, s.known(id))
	}
	if f.Mode == model.ExecuteScheduled {
		r.ScheduledAt = f.ScheduledAt
	}
	for i, planned := range p.steps() {
		d := &model.Deployment{
			Position: i + 1, JobRef: planned.app.JobRef, AppName: planned.app.Label, State: model.StateWaiting,
			Parameters: planned.parameters, ReleaseParameter: planned.releaseParameter,
			Parameterised: len(planned.app.Parameters) > 0, Definition: s.definitionOf(planned.app),
		}
		if i > 0 && r.Order != model.OrderParallel {
			d.Wait = model.WaitPredecessor
		} else {
			makeReady(r, d, now)
		}
		r.Deployments = append(r.Deployments, d)
	}
	return r
}

// makeReady lets a deployment whose turn has come wait only for what its release asks for: its time, a person, or
// nothing.
func makeReady(r *model.Release, d *model.Deployment, now time.Time) {
	d.Wait, d.NextAt = "", &now
	switch {
	case r.Mode == model.ExecuteManual:
		d.Wait, d.NextAt = model.WaitManual, nil
	case r.ScheduledAt != nil && r.ScheduledAt.After(now):
		d.Wait, d.NextAt = model.WaitSchedule, r.ScheduledAt
	}
}

// composeAccepted writes the first line of the history and tells everyone concerned, once there is no doubt.
func (s *Service) composeAccepted(r *model.Release) {
	actor := r.Initiator.Label()
	if actor == "" {
		actor = r.Source
	}
	r.Record(model.Event{At: r.CreatedAt, Actor: actor, Kind: model.EventKindAccepted, To: string(r.State)})
	if r.Proof.State == model.ProofPending {
		r.Check(model.Check{
			Key: "verify:" + r.Number(), Event: model.ApprovalEvent{Instance: r.ProcessInstanceID, BusinessID: r.BusinessID},
			CreatedAt: r.CreatedAt, NextAt: r.CreatedAt,
		})
		return
	}
	s.askForNames(r)
	s.tell(r, s.write.received(r))
}

// refuse tells everyone concerned that an approved form was not accepted, once however often it is sent, and returns
// refusal. When that cannot be stored the form counts as not answered yet: the sender shall come again.
func (s *Service) refuse(ctx context.Context, f Form, problems Problems, source, print string, refusal error) error {
	s.observer.Refused(source)
	s.log.WarnContext(ctx, "approved form refused", "source", source, "code", string(model.CodeOf(refusal)),
		"instance", f.Instance, "business", f.Business, "originator", f.Originator, "project", f.Project, "apps", f.Apps,
		"problems", problems.Message())
	approvers := make([]model.Person, len(f.Approvers))
	for i, id := range f.Approvers {
		approvers[i] = s.known(id)
	}
	n := s.write.refused(f, problems)
	about, initiator := model.Hash(print, f.Instance, f.Request, n.scope), model.Person{ID: f.Originator}
	to := s.address(n, s.people(initiator, approvers), about)
	for _, m := range append(to, s.comment(n, f.Instance, initiator, about)...) {
		m.CreatedAt, m.NextAt = s.now(), s.now()
		if err := s.store.Post(ctx, m); err != nil {
			return err
		}
	}
	s.nudge()
	return refusal
}
