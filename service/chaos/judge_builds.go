package main

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
)

// asked is one app of a recorded form: the place where exactly one build, or a reason for none, belongs.
type asked struct {
	rec  *record
	r    *release
	d    *deployment
	job  jenkinstest.Job
	all  []jenkinstest.Build // that carry the form's ticket; for jobs without tickets those that the deployment names
	live []jenkinstest.Build // those of them that Jenkins still knows
}

func (j *judge) judgeBuilds() {
	tickets := map[string]*record{}
	for _, rec := range j.records {
		tickets[rec.form.ticket()] = rec
	}
	var places []*asked
	for _, rec := range j.records {
		if r := j.byForm[rec]; r != nil {
			places = append(places, j.places(rec, r)...)
		}
	}
	for _, p := range places {
		j.judgeExistence(p)
		j.judgeParameters(p)
	}
	for _, job := range slices.Sorted(maps.Keys(j.jobs)) {
		if declares(j.jobs[job], ticket) {
			j.judgeTickets(job, tickets)
		} else {
			j.judgeUnmarked(job, places)
		}
		j.judgeTurns(job)
	}
}

// judgeTurns counts as wrong order, too: a build that Jenkins was asked for before the bridge's build of the same job before it
// had ended, since one release of a job goes after another. A build that vanished ended nobody knows when.
func (j *judge) judgeTurns(job string) {
	var before *jenkinstest.Build
	for _, b := range slices.SortedFunc(slices.Values(j.builds[job]), func(a, b jenkinstest.Build) int { return a.Queued.Compare(b.Queued) }) {
		if before != nil && b.Queued.Before(before.Finished) {
			j.find(orderWrong, nil, "%s #%d was queued %s, while #%d ran until %s", job, b.Number, clock(b.Queued), before.Number,
				clock(before.Finished))
		}
		if alive(b) {
			before = &b
		}
	}
}

// places are the apps of one release, in the form's order, with their builds; their order is judged here.
func (j *judge) places(rec *record, r *release) []*asked {
	var list []*asked
	for _, job := range rec.form.apps {
		p := &asked{rec: rec, r: r, job: job, d: r.of(job.FullName)}
		if p.d == nil {
			j.find(buildsMissing, r, "%s: the release has no deployment of it", job.FullName)
			continue
		}
		for _, b := range j.builds[job.FullName] {
			if declares(job, ticket) && b.Parameters[ticket] == rec.form.ticket() ||
				!declares(job, ticket) && p.d.built() && b.Number == p.d.Build {
				p.all = append(p.all, b)
			}
		}
		p.live = slices.DeleteFunc(slices.Clone(p.all), func(b jenkinstest.Build) bool { return !alive(b) })
		if len(list) > 0 {
			j.judgeOrder(list[len(list)-1], p)
		}
		list = append(list, p)
	}
	return list
}

// judgeExistence counts as missing: a deployment that says that its build ended, when Jenkins has no such build with that
// end; one that is or was lost although Jenkins lost nothing of it; and one that ended without a build and without a reason.
//
// It counts as twice: each build that Jenkins has beside the one that the deployment names. Where a deployment says that
// there is none (lost, cancelled, refused), that is each: the person who believes it deploys a second time. A build that
// vanished when Jenkins was killed is no second one.
func (j *judge) judgeExistence(p *asked) {
	name := p.job.FullName
	if p.wasLost() && !j.jenkinsLost(p) {
		j.find(buildsMissing, p.r, "%s: it was lost, but Jenkins lost nothing of it: %s", name, shown(p.all))
	}
	extra := p.live
	switch {
	case p.d.built():
		extra = slices.DeleteFunc(slices.Clone(p.live), func(b jenkinstest.Build) bool {
			return b.Number == p.d.Build && b.Result == p.d.Result
		})
		if len(extra) == len(p.live) {
			j.find(buildsMissing, p.r, "%s: %s as build #%d with %s, but Jenkins has %s", name, p.d.State, p.d.Build, p.d.Result, shown(p.all))
		}
	case !p.d.State.Terminal() && p.d.State != model.StateLost:
		extra = extra[min(1, len(extra)):]
	default:
		j.judgeReason(p)
	}
	for _, b := range extra[min(j.judgeRetries(p, extra), len(extra)):] {
		j.find(buildsTwice, p.r, "%s: build #%d beside what the release says: %s as #%d", name, b.Number, p.d.State, p.d.Build)
	}
}

// judgeRetries returns how many of the builds beside the named one are those that people had deployed again after they ended, which
// come first. One that is missing vanished with Jenkins.
func (j *judge) judgeRetries(p *asked, extra []jenkinstest.Build) int {
	retries := 0
	for _, e := range p.r.Events {
		if e.Deployment == p.d.ID && e.Kind == string(model.EventRetried) && e.From != string(model.StateLost) {
			retries++
		}
	}
	failed := slices.IndexFunc(extra, func(b jenkinstest.Build) bool { return b.Building || b.Result == "SUCCESS" })
	if failed >= 0 {
		return min(retries, failed)
	}
	return retries
}

// judgeReason asks a deployment that ended without a build why.
func (j *judge) judgeReason(p *asked) {
	reason := p.d.Message != ""
	switch p.d.State {
	case model.StateLost:
		reason = true // judged by its history
	case model.StateCancelled:
		reason = p.d.Message == reasonStop
		for _, d := range p.r.Deployments {
			if d.ID < p.d.ID && d.State != model.StateSucceeded {
				reason = true // one before it did not succeed
			}
		}
	case model.StateExpired:
		reason = false // nothing in a run is late enough
	default:
	}
	if !reason {
		j.find(buildsMissing, p.r, "%s: %s without a reason (%s %s)", p.job.FullName, p.d.State, p.d.Code, p.d.Message)
	}
}

// wasLost tells whether people were ever told that Jenkins had forgotten it.
func (p *asked) wasLost() bool {
	return slices.ContainsFunc(p.r.Events, func(e event) bool {
		return e.Deployment == p.d.ID && e.Kind == string(model.EventLost)
	})
}

// jenkinsLost tells whether Jenkins forgot something of this deployment: a queued request, or a build that ran.
func (j *judge) jenkinsLost(p *asked) bool {
	same := func(parameters map[string]string) bool {
		return !declares(p.job, ticket) || parameters[ticket] == p.rec.form.ticket()
	}
	return slices.ContainsFunc(j.builds[p.job.FullName], func(b jenkinstest.Build) bool { return b.Vanished && same(b.Parameters) }) ||
		slices.ContainsFunc(j.jenkins.Triggers, func(t jenkinstest.Trigger) bool {
			return t.Lost && t.Job == p.job.FullName && same(t.Parameters)
		})
}

// judgeTickets counts as unasked: a build that carries the ticket of no recorded form, or of one that did not ask for this
// job; one that somebody else than the bridge started; and one that was asked of Jenkins before the form's time.
func (j *judge) judgeTickets(job string, tickets map[string]*record) {
	for _, b := range j.builds[job] {
		rec := tickets[b.Parameters[ticket]]
		if rec == nil || j.byForm[rec] == nil ||
			!slices.ContainsFunc(rec.form.apps, func(a jenkinstest.Job) bool { return a.FullName == job }) {
			j.find(buildsUnasked, nil, "%s #%d with %v: no recorded form asked for it", job, b.Number, b.Parameters)
			continue
		}
		r := j.byForm[rec]
		if b.User != jenkinsUser {
			j.find(buildsUnasked, r, "%s #%d was started by %q", job, b.Number, b.User)
		}
		if early := rec.due.Sub(b.Queued); rec.form.schedule > 0 && early > 0 {
			j.find(buildsUnasked, r, "%s #%d was queued %s before its time", job, b.Number, early.Round(time.Millisecond))
		}
	}
}

// judgeUnmarked judges the builds of a job where nothing tells two forms apart. There the deployments' own word has to do: each
// names a build of its own (else one is missing), and every build that Jenkins has is named (else it is one too many).
func (j *judge) judgeUnmarked(job string, places []*asked) {
	named := map[int]*release{}
	for _, p := range places {
		if p.job.FullName != job || !p.d.built() {
			continue
		}
		if other := named[p.d.Build]; other != nil {
			j.find(buildsMissing, p.r, "%s: build #%d is that of %s", job, p.d.Build, other.Number)
		}
		named[p.d.Build] = p.r
	}
	for _, b := range j.builds[job] {
		if alive(b) && named[b.Number] == nil {
			j.find(buildsTwice, nil, "%s #%d, queued %s: no release names it", job, b.Number, clock(b.Queued))
		}
	}
}

// judgeParameters compares what each build got with the form and the job's defaults, all of it; and what a pipeline's step
// was answered with the configured rule.
func (j *judge) judgeParameters(p *asked) {
	want := p.rec.form.parameters(p.job, p.r.Number)
	for _, b := range p.all {
		if !maps.Equal(want, b.Parameters) {
			j.find(parametersWrong, p.r, "%s #%d got %v, want %v", p.job.FullName, b.Number, b.Parameters, want)
		}
		if b.Result == "SUCCESS" {
			j.judgeAnswers(p, b)
		}
	}
}

func (j *judge) judgeAnswers(p *asked, b jenkinstest.Build) {
	if len(b.Answers) != len(p.job.Inputs) {
		j.find(parametersWrong, p.r, "%s #%d: %d input steps were answered, want %d", b.Job, b.Number, len(b.Answers), len(p.job.Inputs))
	}
	for i, a := range b.Answers {
		for _, in := range p.job.Inputs[min(i, len(p.job.Inputs)-1)].Parameters {
			if want := answersTo(in, p.r.Number); !slices.Contains(want, fmt.Sprint(a.Parameters[in.Name])) {
				j.find(parametersWrong, p.r, "%s #%d: step %s got %v, want %s to be one of %v", b.Job, b.Number, a.ID, a.Parameters, in.Name, want)
			}
		}
	}
}

// answersTo are the values that a step's parameter may have got.
func answersTo(in jenkinstest.Parameter, number string) []string {
	switch in.Name {
	case "REGION":
		return []string{inputRegion}
	case signature:
		return []string{number + "/0", number + "/1"}
	default:
		return []string{in.Default}
	}
}

// judgeOrder counts each build of a later app that Jenkins was asked for before the app in front of it had succeeded.
func (j *judge) judgeOrder(before, after *asked) {
	succeeded := func(by time.Time) bool {
		return slices.ContainsFunc(before.all, func(b jenkinstest.Build) bool {
			return b.Result == "SUCCESS" && !b.Finished.After(by)
		})
	}
	for _, b := range after.all {
		if !succeeded(b.Queued) {
			j.find(orderWrong, after.r, "%s #%d was queued %s, before %s had succeeded: %s", b.Job, b.Number, clock(b.Queued),
				before.job.FullName, shown(before.all))
		}
	}
}
