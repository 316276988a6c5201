package service

import (
	"context"
	"encoding/json"
	"strings"
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
	if len(readProblems) == 0 {
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

// fingerprint tells whether two forms ask for the same. Who approved and the ids are left out: retries of one approval
// may carry more of them.
func fingerprint(f Form) string {
	asked := map[string]any{
		"project": f.Project, "apps": f.Apps, "mode": f.Mode, "at": f.ScheduledAt, "by": f.Originator,
		"db": f.DBChange, "done": f.DBChangeDone, "reason": f.Reason, "parameters": f.Parameters,
	}
	b, err := json.Marshal(asked) // maps are written in the order of their keys
	if err != nil {
		panic(err) // strings, numbers and times always marshal
	}
	return model.Hash(string(b))
}

// Kinds of idempotency keys.
const (
	keyInstance = "instance:"
	keyRequest  = "request:"
	keyForm     = "form:"
)

// requestLife is how long the hidden request id of a form counts as a repeat by itself: retries come within hours, a copied
// form keeps it for ever.
const requestLife = 24 * time.Hour

// repeatAcrossMidnight is how long a form without any id still counts as a repeat after the day changed.
const repeatAcrossMidnight = 2 * time.Hour

// keys are the submission's idempotency keys, the strongest first.
func (s *Service) keys(f Form, print string) []string {
	var keys []string
	if f.Instance != "" {
		keys = append(keys, keyInstance+f.Instance)
	}
	if f.Request != "" {
		keys = append(keys, keyRequest+f.Request)
	}
	if len(keys) == 0 {
		keys = append(keys, keyForm+print+":"+s.day(s.now()))
	}
	return keys
}

func (s *Service) day(t time.Time) string { return t.In(s.location).Format("2006-01-02") }

// repeat returns the first answer when the submission was accepted before, else the keys to store it under. Errors:
// submission_conflict, database_unavailable.
func (s *Service) repeat(ctx context.Context, f Form, keys []string, print string) (*model.Receipt, []string, error) {
	var insert []string
	for i, key := range keys {
		r, err := s.store.ReleaseByKeys(ctx, []string{key})
		if model.CodeOf(err) == model.CodeNotFound {
			insert = append(insert, key)
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		if s.anotherApproval(f, key, r) {
			continue
		}
		if err := s.conflict(f, key, print, r); err != nil {
			return nil, nil, err
		}
		if err := s.join(ctx, r, f, append(insert, keys[i+1:]...)); err != nil {
			return nil, nil, err
		}
		receipt := s.receiptOf(r, true)
		return &receipt, nil, nil
	}
	if f.Instance == "" && f.Request == "" {
		if receipt, err := s.repeatOfYesterday(ctx, print); receipt != nil || err != nil {
			return receipt, nil, err
		}
	}
	return nil, insert, nil
}

// anotherApproval tells a form that was copied, and so keeps the hidden request id of its original, from a repeat.
func (s *Service) anotherApproval(f Form, key string, r *model.Release) bool {
	if f.Instance == "" || !strings.HasPrefix(key, keyRequest) {
		return false
	}
	return r.ProcessInstanceID != "" && r.ProcessInstanceID != f.Instance || s.now().Sub(r.CreatedAt) > requestLife
}

// join lets whatever comes next, with only the other key, find the release too.
func (s *Service) join(ctx context.Context, r *model.Release, f Form, keys []string) error {
	if f.Instance != "" && r.ProcessInstanceID == "" {
		_, err := s.change(ctx, r.ID, func(r *model.Release) error {
			if r.ProcessInstanceID == "" {
				r.ProcessInstanceID = f.Instance
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return s.store.AddKeys(ctx, r.ID, keys)
}

// conflict tells whether the form only seems to be a repeat of r: it asks for something else, or has nothing but the
// request id of a form that was filled in long ago.
func (s *Service) conflict(f Form, key, print string, r *model.Release) error {
	if r.Fingerprint != print {
		return model.Errorf(model.CodeSubmissionConflict,
			"这份申请已登记为上线单 %s，但这次提交的内容不同；为避免误发布，未做任何处理。请重新发起审批", r.Number())
	}
	if strings.HasPrefix(key, keyRequest) && f.Instance == "" && s.now().Sub(r.CreatedAt) > requestLife {
		return model.Errorf(model.CodeSubmissionConflict,
			"表单里的 requestId 在 %s 已用于上线单 %s；复制的表单请重新打开后提交，未做任何处理", s.clock(r.CreatedAt), r.Number())
	}
	return nil
}

// repeatOfYesterday finds a form without any id that was sent again just after midnight.
func (s *Service) repeatOfYesterday(ctx context.Context, print string) (*model.Receipt, error) {
	now := s.now()
	before := now.Add(-repeatAcrossMidnight)
	if s.day(before) == s.day(now) {
		return nil, nil
	}
	r, err := s.store.ReleaseByKeys(ctx, []string{keyForm + print + ":" + s.day(before)})
	if model.CodeOf(err) == model.CodeNotFound || (err == nil && r.CreatedAt.Before(before)) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	receipt := s.receiptOf(r, true)
	return &receipt, nil
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
	about := model.Hash(print, f.Instance, f.Request, n.markdown)
	for _, m := range s.address(n, s.people(model.Person{ID: f.Originator}, approvers), about) {
		m.CreatedAt, m.NextAt = s.now(), s.now()
		if err := s.store.Post(ctx, m); err != nil {
			return err
		}
	}
	s.nudge()
	return refusal
}
