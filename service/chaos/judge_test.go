package main

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/oabridge/oabridge/dingtalk/dingtalktest"
	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func at(seconds int) time.Time { return noon.Add(time.Duration(seconds) * time.Second) }

func jobNamed(t *testing.T, name string) jenkinstest.Job {
	t.Helper()
	for _, p := range projects() {
		for _, j := range p.jobs {
			if j.FullName == "chaos/"+name {
				return j
			}
		}
	}
	t.Fatal("no job", name)
	return jenkinstest.Job{}
}

// told gives everybody concerned both notices of a release.
func (e *evidence) told(f *form, number string, end string) {
	for _, title := range []string{"上线单 " + number + " 已接收，开始部署", "上线单 " + number + " " + end} {
		e.show(f, title, title)
	}
}

func (e *evidence) show(f *form, title, text string) {
	e.dingtalk.Robots[robotName] = append(e.dingtalk.Robots[robotName], dingtalktest.Message{Title: title, Text: text})
	for _, user := range f.people() {
		e.dingtalk.WorkNotices = append(e.dingtalk.WorkNotices, dingtalktest.WorkNotice{UserIDs: []string{user}, Title: title, Markdown: text})
	}
}

// add records a form whose apps were all built, one after another from the given second.
func (e *evidence) add(t *testing.T, id int, number string, second int, names ...string) {
	t.Helper()
	f := &form{id: id, target: "prod", initiator: "user-00", approvers: []string{"user-01"}}
	r := &release{Number: number, State: model.ReleaseSucceeded, BusinessID: f.business()}
	r.Events = []event{{Kind: model.EventKindAccepted, To: "active"}}
	for i, name := range names {
		job := jobNamed(t, name)
		f.apps = append(f.apps, job)
		d := deployment{
			ID: int64(id*10 + i), Job: job.FullName, State: model.StateSucceeded, Build: id, Result: "SUCCESS",
		}
		r.Deployments = append(r.Deployments, d)
		r.Events = append(r.Events, steps(d.ID, model.EventDue, model.EventQueued, model.EventStarted, model.EventSucceeded)...)
		b := jenkinstest.Build{
			Job: job.FullName, Number: id, User: jenkinsUser, Result: "SUCCESS", Parameters: f.parameters(job, number),
			Queued: at(second + 10*i), Started: at(second + 10*i + 1), Finished: at(second + 10*i + 5),
		}
		for _, in := range job.Inputs {
			answer := jenkinstest.Answer{ID: in.ID, Parameters: map[string]any{}}
			for _, p := range in.Parameters {
				answer.Parameters[p.Name] = p.Default
			}
			switch in.ID {
			case "Approve":
				answer.Parameters["REGION"] = inputRegion
			case "Sign":
				answer.Parameters[signature] = number + "/1"
			}
			b.Answers = append(b.Answers, answer)
		}
		e.jenkins.Builds = append(e.jenkins.Builds, b)
		e.jenkins.Triggers = append(e.jenkins.Triggers, jenkinstest.Trigger{Job: job.FullName, Parameters: b.Parameters, At: b.Queued})
	}
	r.Events = append(r.Events, event{Kind: model.EventKindRelease, From: "active", To: "succeeded"})
	e.releases = append(e.releases, r)
	e.records = append(e.records, &record{form: f, due: at(second), answers: []answer{{accepted, number, ""}, {duplicate, number, ""}}})
	e.told(f, number, "部署成功")
}

// steps are the lines of a deployment that goes through these events.
func steps(id int64, events ...model.DeploymentEvent) []event {
	var list []event
	state := model.StateWaiting
	for _, e := range events {
		next, err := model.Next(state, e)
		if err != nil {
			panic(err)
		}
		list = append(list, event{Deployment: id, Kind: string(e), From: string(state), To: string(next)})
		state = next
	}
	return list
}

// blameless is a run in which nothing is wrong: R-1 one app, R-2 two apps in sequence, R-3 a job without parameters, R-4 a
// pipeline with an input step, R-6 one whose step a person answered, and a form that was refused.
func blameless(t *testing.T) evidence {
	e := evidence{dingtalk: dingtalktest.Ledger{Robots: map[string][]dingtalktest.Message{}}}
	e.add(t, 1, "R-1", 0, "shop/web")
	e.add(t, 2, "R-2", 5, "shop/hot", "shop/search")
	e.add(t, 3, "R-3", 9, "data/flush")
	e.add(t, 4, "R-4", 9, "pay/clearing")
	e.add(t, 6, "R-6", 20, "pay/vault")
	f := &form{id: 5, initiator: "user-02", refused: true, apps: []jenkinstest.Job{jobNamed(t, "shop/web")}}
	e.records = append(e.records, &record{form: f, answers: []answer{{refused, "", ""}}})
	e.show(f, "上线申请未被接受", "### 上线申请未被接受  \n  审批编号："+f.business()+"  \n  发起人：x")
	return e
}

// end changes how the release's first deployment ended, in its history and in what people were told, too.
func (e *evidence) end(r *release, word string, events ...model.DeploymentEvent) {
	d := &r.Deployments[0]
	d.Build, d.Result, d.Message = 0, "", "because"
	changed := []event{r.Events[0]}
	changed = append(changed, steps(d.ID, events...)...)
	d.State = model.DeploymentState(changed[len(changed)-1].To)
	if d.State.Terminal() {
		r.State = model.Summarise(model.ProofNone, []model.DeploymentState{d.State})
		changed = append(changed, event{Kind: model.EventKindRelease, From: "active", To: string(r.State)})
	} else {
		r.State = model.ReleaseActive
	}
	r.Events = changed
	for i := range e.dingtalk.WorkNotices {
		if n := &e.dingtalk.WorkNotices[i]; n.Title == "上线单 "+r.Number+" 部署成功" {
			n.Title = "上线单 " + r.Number + " " + word
		}
	}
	for i := range e.dingtalk.Robots[robotName] {
		if n := &e.dingtalk.Robots[robotName][i]; n.Title == "上线单 "+r.Number+" 部署成功" {
			n.Title = "上线单 " + r.Number + " " + word
		}
	}
}

func (e *evidence) build(job string) *jenkinstest.Build {
	i := slices.IndexFunc(e.jenkins.Builds, func(b jenkinstest.Build) bool { return b.Job == job })
	return &e.jenkins.Builds[i]
}

// again adds a copy of a build, a minute later.
func (e *evidence) again(b jenkinstest.Build, number int) *jenkinstest.Build {
	b.Queued, b.Started, b.Finished = b.Queued.Add(time.Minute), b.Started.Add(time.Minute), b.Finished.Add(time.Minute)
	b.Number, b.Parameters = number, maps.Clone(b.Parameters)
	e.jenkins.Builds = append(e.jenkins.Builds, b)
	return &e.jenkins.Builds[len(e.jenkins.Builds)-1]
}

// lose makes the first release's deployment lost.
func (e *evidence) lose() {
	e.end(e.releases[0], "部署失败", model.EventDue, model.EventQueued, model.EventLost)
}

// abandon lets the operator end what is lost.
func (e *evidence) abandon() {
	e.end(e.releases[0], "部署失败", model.EventDue, model.EventQueued, model.EventLost, model.EventAbandoned)
}

// deployAgain lets the first release's app have failed and be deployed again, and Jenkins have so many builds beside the last.
func (e *evidence) deployAgain(beside int) {
	r := e.releases[0]
	d := r.Deployments[0]
	lines := steps(d.ID, model.EventDue, model.EventQueued, model.EventStarted, model.EventFailed, model.EventRetried,
		model.EventDue, model.EventQueued, model.EventStarted, model.EventSucceeded)
	between := []event{{Kind: model.EventKindRelease, From: "active", To: "failed"}, {Kind: model.EventKindRelease, From: "failed", To: "active"}}
	r.Events = slices.Concat(r.Events[:1], lines[:4], between[:1], lines[4:5], between[1:], lines[5:], r.Events[len(r.Events)-1:])
	for i := range beside {
		b := e.again(e.jenkins.Builds[0], 100+i)
		before := time.Duration(i+2) * time.Minute
		b.Queued, b.Started, b.Finished, b.Result = b.Queued.Add(-before), b.Started.Add(-before), b.Finished.Add(-before), "FAILURE"
	}
	e.show(e.records[0].form, "上线单 R-1 部署失败", "first")
}

func TestJudge(t *testing.T) {
	for name, c := range defects {
		t.Run(name, func(t *testing.T) {
			e := blameless(t)
			c.spoil(&e)
			got := map[count]int{}
			findings := verdict(e)
			for _, f := range findings {
				got[f.Count]++
			}
			if !maps.Equal(got, c.want) && len(got)+len(c.want) > 0 {
				t.Errorf("counted %v, want %v: %+v", got, c.want, findings)
			}
		})
	}
}

func TestEveryCountIsTried(t *testing.T) {
	tried := map[count]bool{}
	for _, c := range defects {
		for name := range c.want {
			tried[name] = true
		}
	}
	for _, name := range countNames {
		if !tried[name] {
			t.Errorf("no defect is counted as %q", name)
		}
	}
}
