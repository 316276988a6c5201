package service

import (
	"context"

	"github.com/oabridge/oabridge/model"
)

// DryRun tells what would become of a form that is being filled in or, when asApproved, of one that comes approved: all
// that is wrong with it, or what would be POSTed and when. Nothing is stored, and Jenkins is not asked. Errors:
// catalogue_unready, database_unavailable (of an approved one).
func (s *Service) DryRun(ctx context.Context, fields map[string][]string, asApproved bool) (model.DryRun, error) {
	ctx, cancel := context.WithTimeout(ctx, validateWithin)
	defer cancel()
	read, at := s.form.Read, fillingIn
	if asApproved {
		read, at = s.readApproved, approved
	}
	f, problems := read(fields)
	s.access.readAhead(ctx, f.Originator)
	p, found, err := s.checkForm(ctx, f, problems, at)
	if err == nil && asApproved {
		err = s.checkHolds(ctx, f, &found.Problems)
	}
	if err != nil {
		return model.DryRun{}, err
	}
	run := model.DryRun{Problems: found.findings(), Warnings: found.warnings.findings()}
	if len(run.Problems) > 0 {
		return run, nil
	}
	r := s.newRelease(p, "", "")
	if asApproved {
		s.askForProof(r, nil)
	}
	run.Project, run.ProjectName, run.Mode, run.ScheduledAt, run.Order = r.Project, r.ProjectName, r.Mode, r.ScheduledAt, r.Order
	for i, d := range r.Deployments {
		draft, err := s.draft(r, d)
		if err != nil {
			return model.DryRun{}, err
		}
		draft.Migration = i == 0 && p.migration != nil
		run.Builds = append(run.Builds, draft)
	}
	return run, nil
}

func (ps Problems) findings() []model.Finding {
	findings := make([]model.Finding, len(ps))
	for i, p := range ps {
		findings[i] = model.Finding(p)
	}
	return findings
}

// draft is the build that a planned deployment would be.
func (s *Service) draft(r *model.Release, d *model.Deployment) (model.DraftBuild, error) {
	draft := model.DraftBuild{Position: d.Position, JobRef: d.JobRef, AppName: d.AppName, Wait: d.Wait}
	for _, before := range r.Deployments {
		if r.Precedes(before, d) {
			draft.After = append(draft.After, before.Position)
		}
	}
	h, now := s.rulesOfRelease(r).hours, s.now()
	switch {
	case d.Wait == model.WaitSchedule:
		draft.At = d.NextAt
	case d.Wait == "" && !h.open(now):
		draft.Wait, draft.At = model.WaitWindow, new(h.opening(now))
	}
	values := carried(d, model.NumberToCome)
	shown := make([]model.ParameterValue, len(values))
	for i, v := range values {
		shown[i] = v.Veiled()
	}
	var err error
	draft.Post, err = s.controllers[d.Controller].Client.Draft(d.FullName, d.Parameterised, shown)
	for _, field := range draft.Post.Fields {
		draft.Values = append(draft.Values, draftValue(d, values, field))
	}
	return draft, err
}

// draftValue tells where a field of d's POST comes from.
func draftValue(d *model.Deployment, values []model.ParameterValue, field model.PostField) model.DraftValue {
	value := model.DraftValue{PostField: field, Origin: model.OriginDefault}
	for _, v := range values {
		switch {
		case v.Name != field.Name:
		case v.Name == d.ReleaseParameter:
			value.Origin = model.OriginRelease
		case v.Chosen:
			value.Origin, value.Secret = model.OriginForm, v.Secret
		default:
			value.Secret = v.Secret
		}
	}
	return value
}
