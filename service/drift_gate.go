package service

import (
	"context"
	"strings"

	"github.com/oabridge/oabridge/model"
)

// fitsTheJob looks at the job once more, since a form may have been approved long ago: what was approved must be what is
// deployed.
func (s submitter) fitsTheJob(ctx context.Context, d *model.Deployment) (decide, error) {
	// After it was held, or POSTed, the look has to be newer than what was seen then.
	job, err := s.c.looks.of(ctx, d.FullName, d.Drift == nil && d.Attempts == 0)
	if err != nil {
		return nil, err
	}
	var moved []string
	if job == nil {
		moved = s.namesakes(d)
	}
	return func(r *model.Release, d *model.Deployment) *objection {
		found := compare(d, job)
		found.moved = moved
		return s.meet(r, d, found)
	}, nil
}

// meet decides what becomes of a deployment whose job is as found.
func (s submitter) meet(r *model.Release, d *model.Deployment, found drift) *objection {
	switch {
	case found.fits():
		found.fit(d)
		return nil
	case !found.barred && d.Drift != nil && d.Drift.Accepted == found.seen():
		found.goWithout(d)
		return nil
	}
	s.mistaken(d)
	if s.c.OnDrift == model.DriftIgnore {
		s.ignore(r, d, found)
		return nil
	}
	if s.c.OnDrift == model.DriftFail {
		then := "。没有部署，请重新发起审批"
		if found.job == nil && doubtful(d) {
			then = "。不会再提交"
		}
		return &objection{final: true, code: found.code, message: "任务在审批之后变了：" + found.summary() + then}
	}
	return &objection{
		wait: model.WaitDrift, code: found.code, message: "任务在审批之后变了：" + found.summary(),
		told: func(r *model.Release, d *model.Deployment) { s.hold(r, d, found) },
	}
}

// ignore notes, once for each difference, that the configuration lets a deployment go on all the same.
func (s submitter) ignore(r *model.Release, d *model.Deployment, found drift) {
	if found.job != nil {
		found.forgetNumber(d) // or its build would not be known again
	}
	now, difference := s.now(), model.Hash(string(found.code), found.seen())
	if d.Drift == nil {
		d.Drift = &model.Drift{Since: now, Changes: found.changes, Seen: found.seen(), Barred: found.barred}
	}
	if d.Drift.Ignored == difference {
		return
	}
	d.Drift.Ignored = difference
	r.Record(model.Event{
		DeploymentID: d.ID, At: now, Actor: actorSystem, Kind: model.EventKindIgnored, From: string(d.State), To: string(d.State),
		Code: found.code, Message: "任务在审批之后变了，按配置(on_drift: ignore)不比较、照常提交：" + found.summary(),
	})
}

// hold keeps a deployment until a person decides, and tells everyone concerned.
func (s *Service) hold(r *model.Release, d *model.Deployment, found drift) {
	now := s.now()
	d.Drift = &model.Drift{Since: now, Changes: found.changes, Seen: found.seen(), Barred: found.barred, Moved: found.moved}
	d.Wait, d.NextAt, d.Slot, d.DelayedSince = model.WaitDrift, nil, nil, nil
	d.Code, d.Message = found.code, "任务在审批之后变了："+found.summary()
	r.Record(model.Event{
		DeploymentID: d.ID, At: now, Actor: actorSystem, Kind: model.EventKindHeld, From: string(d.State), To: string(d.State),
		Code: d.Code, Message: found.summary(),
	})
	s.tell(r, s.write.drifted(r, d))
}

// mostNamesakes is how many jobs may have the name of one that is gone before it says nothing.
const mostNamesakes = 3

// namesakes are the offered jobs of the same controller that d's job may have become: of the same name, and with the same
// parameters as it had.
func (s *Service) namesakes(d *model.Deployment) []string {
	c := s.offered.Load()
	if c == nil || d.Definition == nil {
		return nil
	}
	var found []string
	name, wanted := lastPart(d.FullName), d.Definition.Fingerprint()
	for _, p := range c.Projects {
		for _, app := range p.Apps {
			alike := app.Controller == d.Controller && app.FullName != d.FullName && lastPart(app.FullName) == name
			if alike && s.definitionOf(app).Fingerprint() == wanted {
				found = append(found, app.FullName)
			}
		}
	}
	if len(found) > mostNamesakes {
		return nil
	}
	return found
}

// definitionOf is what the app's job declares, as it was listed.
func (s *Service) definitionOf(app *App) model.Definition {
	if c := s.offered.Load(); c != nil {
		if job := c.JobByKey(app.Key()); job != nil {
			return model.Define(job.Parameters)
		}
	}
	return model.Define(app.Parameters)
}

func lastPart(fullName string) string { return fullName[strings.LastIndexByte(fullName, '/')+1:] }
