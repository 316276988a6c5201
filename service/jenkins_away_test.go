package service

import (
	"testing"
	"time"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
)

func TestEmptyListingDoesNotEmptyTheForms(t *testing.T) {
	w := newWorld(t)
	for _, j := range jenkinstest.Company() {
		w.jenkins.RemoveJob(j.FullName)
	}
	w.clock.Advance(time.Minute)
	codeIs(t, w.RefreshOnce(t.Context(), "prod"), model.CodeCatalogueHeld)
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
