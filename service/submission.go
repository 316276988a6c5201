package service

import (
	"context"
	"time"

	"github.com/oabridge/oabridge/model"
)

// NewRequestID makes a fresh id for a form's hidden field.
func (s *Service) NewRequestID() string { return s.newID() }

// Submit records an approved form as a release. It is idempotent: a repeat gets the first answer. It never asks
// Jenkins. Errors: validation_failed (the message has every problem), submission_conflict (the same approval with a
// different content), catalogue_unready, database_unavailable.
func (s *Service) Submit(ctx context.Context, fields map[string][]string, source string) (model.Receipt, error) {
	form, readProblems := s.form.Read(fields)
	print := fingerprint(form)
	keys := s.keys(form, print)
	all := keys
	if len(readProblems) == 0 {
		if receipt := s.remembered(ctx, form, all, print); receipt != nil {
			return s.repeated(receipt, source), nil
		}
		receipt, insert, err := s.repeat(ctx, form, keys, print)
		if model.CodeOf(err) == model.CodeSubmissionConflict {
			return model.Receipt{}, s.refuse(ctx, form, Problems{{Message: model.MessageOf(err)}}, source, print, err)
		}
		if err != nil || receipt != nil {
			return s.repeated(receipt, source), err
		}
		keys = insert
	}
	p, problems, err := s.check(fields, s.runIfLateBy)
	if err != nil {
		return model.Receipt{}, err
	}
	if len(problems) > 0 {
		refusal := model.Errorf(model.CodeValidationFailed, "%s", problems.Message())
		return model.Receipt{}, s.refuse(ctx, form, problems, source, print, refusal)
	}
	r := s.newRelease(p, source, print)
	receipt, err := s.record(ctx, r, form, keys)
	if model.CodeOf(err) == model.CodeSubmissionConflict {
		return model.Receipt{}, s.refuse(ctx, form, Problems{{Message: model.MessageOf(err)}}, source, print, err)
	}
	if err != nil || receipt != nil {
		return s.repeated(receipt, source), err
	}
	s.log.InfoContext(ctx, "release accepted", "release", r.Number(), "source", source, "mode", string(r.Mode),
		"project", r.Project, "deployments", len(r.Deployments))
	s.observer.Accepted(source)
	s.nudge()
	s.remember(ctx, all, print, r)
	return s.receiptOf(r, false), nil
}

// record stores the release, unless the same submission was stored in the meantime: then it returns that one's answer.
// A release whose form was copied may take only one of the keys; r is then stored under those that are left.
func (s *Service) record(ctx context.Context, r *model.Release, f Form, keys []string) (*model.Receipt, error) {
	for {
		err := s.store.CreateRelease(ctx, r, keys, func(r *model.Release) error { s.composeAccepted(r); return nil })
		if model.CodeOf(err) != model.CodeConflict {
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
		Project: p.project.Key, ProjectName: p.project.Name, Mode: f.Mode, Order: s.order,
		Initiator: model.Person{ID: f.Originator}, Reason: f.Reason, DBChange: f.DBChange, Form: f.Raw,
		CreatedAt: now, UpdatedAt: now,
	}
	for _, id := range f.Approvers {
		r.Approvers = append(r.Approvers, model.Person{ID: id})
	}
	if f.Mode == model.ExecuteScheduled {
		r.ScheduledAt = f.ScheduledAt
	}
	for i, planned := range p.apps {
		d := &model.Deployment{
			Position: i + 1, JobRef: planned.app.JobRef, AppName: planned.app.Label, State: model.StateWaiting,
			Parameters: planned.parameters, ReleaseParameter: planned.releaseParameter,
			Parameterised: len(planned.app.Parameters) > 0,
		}
		if i > 0 && r.Order == model.OrderSequence {
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

// composeAccepted writes the first line of the history and tells everyone concerned.
func (s *Service) composeAccepted(r *model.Release) {
	actor := r.Initiator.Label()
	if actor == "" {
		actor = r.Source
	}
	r.Record(model.Event{At: r.CreatedAt, Actor: actor, Kind: model.EventKindAccepted, To: string(r.State)})
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
		approvers[i].ID = id
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
