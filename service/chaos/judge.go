package main

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/oabridge/oabridge/dingtalk/dingtalktest"
	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
)

// count is one of the things that must not happen.
type count string

// The counts. What each of them takes for wrong stands in docs/chaos.md and at the function that counts it.
const (
	buildsMissing   count = "builds missing"
	buildsTwice     count = "builds twice"
	buildsUnasked   count = "builds unasked"
	parametersWrong count = "wrong parameters"
	orderWrong      count = "wrong order"
	notTerminal     count = "releases not terminal"
	noticesMissing  count = "notices missing"
	noticesTwice    count = "notices twice"
	eventsMissing   count = "events missing"
	answersUnequal  count = "answers unequal"
)

// countNames are all counts, in the table's order.
var countNames = []count{
	buildsMissing, buildsTwice, buildsUnasked, parametersWrong, orderWrong, notTerminal, noticesMissing, noticesTwice,
	eventsMissing, answersUnequal,
}

// finding is one thing that is wrong.
type finding struct {
	Count   count  `json:"count"`
	Release string `json:"release,omitempty"`
	What    string `json:"what"`
}

// evidence is everything that the judge knows: what was asked and answered, what the bridge tells, and what Jenkins and
// DingTalk really saw.
type evidence struct {
	records  []*record
	releases []*release
	jenkins  jenkinstest.Ledger
	dingtalk dingtalktest.Ledger
}

// judge compares. It takes the bridge's word for nothing but what the bridge says of itself: which release a form became,
// where it stands, and its history.
type judge struct {
	evidence
	jobs     map[string]jenkinstest.Job
	byNumber map[string]*release
	byForm   map[*record]*release
	builds   map[string][]jenkinstest.Build // by job
	findings []finding
}

// verdict returns everything that is wrong.
func verdict(e evidence) []finding {
	j := &judge{
		evidence: e, jobs: map[string]jenkinstest.Job{}, byNumber: map[string]*release{}, byForm: map[*record]*release{},
		builds: map[string][]jenkinstest.Build{},
	}
	for _, p := range projects() {
		for _, job := range p.jobs {
			j.jobs[job.FullName] = job
		}
	}
	for _, b := range e.jenkins.Builds {
		if _, ours := j.jobs[b.Job]; ours && b.User != colleagueUser {
			j.builds[b.Job] = append(j.builds[b.Job], b)
		}
	}
	j.match()
	j.judgeBuilds()
	j.judgeHistories()
	j.judgeNotices()
	return j.findings
}

func (j *judge) find(c count, r *release, format string, args ...any) {
	f := finding{Count: c, What: fmt.Sprintf(format, args...)}
	if r != nil {
		f.Release = r.Number
	}
	j.findings = append(j.findings, f)
}

// match finds the release of each form by the approval number. A form that was answered with success must have exactly one,
// with the number of every answer; one that was refused none; and one that got no answer may have been recorded all the
// same, and is then judged like the others. A release of no form would be unasked.
func (j *judge) match() {
	byBusiness := map[string][]*release{}
	for _, r := range j.releases {
		j.byNumber[r.Number] = r
		byBusiness[r.BusinessID] = append(byBusiness[r.BusinessID], r)
	}
	for _, rec := range j.records {
		found := byBusiness[rec.form.business()]
		delete(byBusiness, rec.form.business())
		if len(found) > 0 {
			j.byForm[rec] = found[0]
		}
		for _, extra := range found[min(1, len(found)):] {
			if extra != found[0] {
				j.find(buildsUnasked, extra, "a second release of %s beside %s", rec.form.business(), found[0].Number)
			}
		}
		j.matchAnswers(rec)
	}
	for _, business := range slices.Sorted(maps.Keys(byBusiness)) {
		for _, r := range byBusiness[business] {
			j.find(buildsUnasked, r, "a release that no form asked for (approval %q)", business)
		}
	}
}

func (j *judge) matchAnswers(rec *record) {
	r := j.byForm[rec]
	said := map[string]bool{}
	for _, a := range rec.answers {
		if a.number != "" {
			said[a.number] = true
		}
		if !rec.form.expects(a) {
			j.find(answersUnequal, r, "%s was answered: %s %s", rec.form.business(), a.outcome, a.detail)
		}
	}
	for _, a := range rec.others {
		if a.number != "" || a.outcome == unexpected {
			j.find(answersUnequal, r, "another content of %s was answered: %s %s", rec.form.business(), a.outcome, a.number)
		}
	}
	if len(said) > 1 || r != nil && len(said) == 1 && !said[r.Number] {
		j.find(answersUnequal, r, "%s was answered with %v", rec.form.business(), slices.Sorted(maps.Keys(said)))
	}
	if len(said) > 0 && r == nil {
		for _, job := range rec.form.apps {
			j.find(buildsMissing, nil, "%s of %s: answered with %v, but there is no such release", job.FullName,
				rec.form.business(), slices.Sorted(maps.Keys(said)))
		}
	}
}

// expects tells whether an answer fits the form: a good one may not be refused, nor a bad one taken.
func (f *form) expects(a answer) bool {
	switch a.outcome {
	case unexpected:
		return false
	case refused:
		return f.refused
	default:
		return a.number == "" || !f.refused
	}
}

// of is the release's deployment of a job.
func (r *release) of(job string) *deployment {
	for i := range r.Deployments {
		if r.Deployments[i].Job == job {
			return &r.Deployments[i]
		}
	}
	return nil
}

// built tells whether the deployment says that a build of it ended.
func (d *deployment) built() bool {
	switch d.State {
	case model.StateSucceeded, model.StateUnstable, model.StateAborted:
		return true
	case model.StateFailed:
		return d.Result != ""
	default:
		return false
	}
}

// alive tells whether Jenkins still knows the build.
func alive(b jenkinstest.Build) bool { return !b.Vanished }

// clock writes a time as the logs of the processes do.
func clock(t time.Time) string { return t.UTC().Format("15:04:05.000") }
