package service

import (
	"context"
	"slices"
	"time"

	"github.com/oabridge/oabridge/model"
)

// findings are what a check of a form brought to light.
type findings struct {
	Problems          // keep the form from being accepted
	warnings Problems // people should know, and may go on
}

// moment is when a form is checked.
type moment int

// The moments of a form. An approved one is not refused for what only those who fill it in can mend by waiting.
const (
	fillingIn moment = iota // before it is submitted for approval: nobody has agreed to anything yet
	approved                // on its way to become a release
)

// check is one thing that a form which could be planned has to pass. Errors: those that pass; what is wrong with the
// form goes into found.
type check func(ctx context.Context, p plan, at moment, found *findings) error

// checks are all of them, in the order in which people read what they find.
func (s *Service) checks() []check {
	return []check{
		s.checkParameters, s.checkUnknownFields, s.checkTime, s.checkWindow, s.checkDBChange, s.checkReason,
		s.checkBusy, s.checkAge, s.checkAccess,
	}
}

// validateWithin is how long people wait for the answer while they fill in a form.
const validateWithin = 300 * time.Millisecond

// Validate checks a form before it is submitted. Errors: catalogue_unready.
func (s *Service) Validate(ctx context.Context, fields map[string][]string) (model.Verdict, error) {
	if s.access != nil { // nothing else asks anybody but the database, which has a bound of its own
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, validateWithin)
		defer cancel()
	}
	f, problems := s.form.Read(fields)
	s.access.readAhead(ctx, f.Originator)
	_, found, err := s.checkForm(ctx, f, problems, fillingIn)
	return model.Verdict{Problems: found.Message(), Warnings: found.warnings.Message()}, err
}

// checkForm checks a form that was read with these problems.
func (s *Service) checkForm(ctx context.Context, f Form, problems Problems, at moment) (plan, findings, error) {
	p, more, err := s.plan(f)
	if err != nil {
		return plan{}, findings{}, err
	}
	found := findings{Problems: append(problems, more...)}
	for _, check := range s.checks() {
		if err := check(ctx, p, at, &found); err != nil {
			return plan{}, findings{}, err
		}
	}
	return p, found, nil
}

// checkUnknownFields reports fields that mean nothing to what was chosen.
func (s *Service) checkUnknownFields(_ context.Context, p plan, _ moment, found *findings) error {
	if p.project == nil {
		return nil
	}
	f := p.form
	checkUnknown(p.steps(), f.StandsFor, &found.Problems)
	for i, planned := range p.apps {
		if row := f.row(i); row != nil && len(p.apps) == len(f.Apps) {
			checkUnknown([]plannedApp{planned}, row.StandsFor, &found.Problems)
		}
	}
	return nil
}

// checkUnknown reports fields, with what each stands for, that are neither a known field nor a parameter of any chosen app.
func checkUnknown(apps []plannedApp, standsFor map[string][]string, problems *Problems) {
	if len(apps) == 0 {
		return
	}
	declared := func(name string) bool {
		return slices.ContainsFunc(apps, func(p plannedApp) bool { return p.app.Takes(name) })
	}
	for _, field := range sortedKeys(standsFor) {
		if !slices.ContainsFunc(standsFor[field], declared) {
			problems.add(field, "所选应用没有参数“%s”", model.Cut(field, 40))
		}
	}
}

// checkTime refuses a time that has passed, for an approved form by more than is allowed, and one that contradicts 立即.
func (s *Service) checkTime(_ context.Context, p plan, at moment, found *findings) error {
	f, allowedLateness := p.form, time.Duration(0)
	if at == approved {
		allowedLateness = s.runIfLateBy
	}
	if f.ScheduledAt == nil {
		return nil
	}
	now, planned := s.now(), *f.ScheduledAt
	switch {
	case f.Mode == model.ExecuteScheduled && planned.Before(now.Add(-allowedLateness)):
		found.add(FieldScheduledAt, "执行时间 %s 已经过去，请重新选择", s.clock(planned))
	case f.Mode == model.ExecuteNow && planned.After(now.Add(time.Minute)):
		// Approvers would see both and could believe either.
		found.add(FieldScheduledAt, "执行方式为立即，但填写了将来的执行时间 %s，请改为定时或清空时间", s.clock(planned))
	}
	return nil
}
