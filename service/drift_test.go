package service

import (
	"testing"
	"time"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
)

// What was approved must be what is deployed, also when the job changed between approval and time.
func TestJobThatChangedSinceTheApproval(t *testing.T) {
	parameter := func(name string, change func(*jenkinstest.Parameter)) func(*jenkinstest.Job) {
		return func(j *jenkinstest.Job) {
			kept := []jenkinstest.Parameter{}
			for _, p := range j.Parameters {
				if p.Name == name {
					change(&p)
				}
				kept = append(kept, p)
			}
			j.Parameters = kept
		}
	}
	for name, c := range map[string]struct {
		change func(*jenkinstest.Job)
		want   model.DeploymentState
	}{
		"a parameter was renamed":  {parameter("ENV", func(p *jenkinstest.Parameter) { p.Name = "TARGET_ENV" }), model.StateFailed},
		"a choice is gone":         {parameter("ENV", func(p *jenkinstest.Parameter) { p.Choices = []string{"staging"} }), model.StateFailed},
		"a choice came":            {parameter("ENV", func(p *jenkinstest.Parameter) { p.Choices = append(p.Choices, "moon") }), model.StateSucceeded},
		"a text became a boolean":  {parameter("VERSION", func(p *jenkinstest.Parameter) { p.Kind = jenkinstest.Boolean }), model.StateFailed},
		"a text became a password": {parameter("VERSION", func(p *jenkinstest.Parameter) { p.Kind = jenkinstest.Password }), model.StateFailed},
		"RELEASE_ID is gone":       {parameter("RELEASE_ID", func(p *jenkinstest.Parameter) { p.Name = "X" }), model.StateFailed},
		"only a text about it":     {func(j *jenkinstest.Job) { j.Description = "neu" }, model.StateSucceeded},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			got := w.submit("执行方式", "定时", "执行时间", "2026-11-22 20:30")
			w.jenkins.SetJob(webJob, c.change)
			w.clock.Advance(10 * time.Minute)
			if err := w.RefreshOnce(t.Context(), "prod"); err != nil {
				t.Fatal(err)
			}
			w.clock.Advance(20 * time.Minute)
			w.turns(4)
			r := w.release(got.Number)
			if d := r.Deployments[0]; d.State != c.want || (c.want == model.StateFailed) != (d.Code == model.CodeJobChanged) {
				t.Fatalf("%s (%s): %s", d.State, d.Code, d.Message)
			}
			if n := len(w.builds(webJob)); (n == 0) != (c.want == model.StateFailed) {
				t.Errorf("%d builds", n)
			}
		})
	}
}

func TestEmptyListingDoesNotEmptyTheForms(t *testing.T) {
	w := newWorld(t)
	for _, j := range jenkinstest.Company() {
		w.jenkins.RemoveJob(j.FullName)
	}
	w.clock.Advance(time.Minute)
	codeIs(t, w.RefreshOnce(t.Context(), "prod"), model.CodeJenkinsForbidden)
	if o, err := w.ProjectOptions(t.Context(), model.Question{}); err != nil || len(o.List) == 0 {
		t.Errorf("%+v %v", o, err)
	}
	w.reborn()
	if o, err := w.ProjectOptions(t.Context(), model.Question{}); err != nil || len(o.List) == 0 {
		t.Errorf("after a restart: %+v %v", o, err)
	}
}

func TestScheduleMissedWhileJenkinsWasAwayExpires(t *testing.T) {
	w := newWorld(t)
	w.jenkins.Fail(503, 1000, "POST /job")
	got := w.submit("执行方式", "定时", "执行时间", "2026-11-22 20:30")
	w.clock.Advance(30 * time.Minute)
	for range 40 {
		w.clock.Advance(time.Minute)
		w.submitDueNow()
	}
	w.want(got.Number, model.ReleaseExpired, model.StateExpired)
}

func TestScheduleExpiresInTimeThoughJenkinsStaysAway(t *testing.T) {
	w := newWorld(t)
	w.jenkins.Fail(503, 1, trigger)
	got := w.submit("执行方式", "定时", "执行时间", "2026-11-22 20:30")
	w.clock.Advance(30*time.Minute + time.Second)
	w.submitDueNow()
	w.jenkins.Fail(503, 1000, "GET /queue/")
	for range 35 {
		w.clock.Advance(time.Minute)
		w.submitDueNow()
	}
	w.want(got.Number, model.ReleaseExpired, model.StateExpired)
}

func TestPeopleAreToldWhenJenkinsRefusesUs(t *testing.T) {
	w := newWorld(t)
	w.jenkins.Fail(401, 3, trigger)
	w.submit()
	for range 4 {
		w.clock.Advance(time.Minute)
		w.turn()
	}
	told := 0
	for _, title := range w.inbox.titles("zhang") {
		if title == "上线单 R-1001：商城前端 暂时无法提交到 Jenkins" {
			told++
		}
	}
	if told != 1 {
		t.Errorf("told %d times: %q", told, w.inbox.titles("zhang"))
	}
}
