package jenkins_test

import (
	"slices"
	"testing"

	"github.com/oabridge/oabridge/model"
)

// contractComputer: a freestyle build and a pipeline that sleeps are listed while they run, with the ids they were queued
// under, and no longer once they ended.
func contractComputer(t *testing.T, s *site) {
	var want []model.RunningBuild
	for _, name := range []string{"slow", "staged"} {
		id, err := s.Trigger(t.Context(), s.job(name), false, nil)
		ok(t, err)
		want = append(want, model.RunningBuild{Job: s.job(name), Number: started(t, s, id).Build, QueueID: id})
	}
	_, running, err := s.Overview(t.Context())
	ok(t, err)
	for _, b := range want {
		if !slices.Contains(running, b) {
			t.Errorf("%+v is not in %+v", b, running)
		}
	}
	ok(t, s.Stop(t.Context(), want[0].Job, want[0].Number))
	for _, b := range want {
		ended(t, s, b.Job, b.Number)
	}
	s.until(t, "what ended is listed no more", func() bool {
		_, running, err = s.Overview(t.Context())
		ok(t, err)
		return !slices.ContainsFunc(want, func(b model.RunningBuild) bool { return slices.Contains(running, b) })
	})
}

func contractStages(t *testing.T, s *site) {
	job := s.job("staged")
	id, err := s.Trigger(t.Context(), job, false, nil)
	ok(t, err)
	number := started(t, s, id).Build
	s.until(t, "the second stage runs", func() bool {
		stages, err := s.Stages(t.Context(), job, number)
		ok(t, err)
		return len(stages) == 2
	})
	ended(t, s, job, number)
	stages, err := s.Stages(t.Context(), job, number)
	if err != nil || len(stages) != 2 || stages[0].Name != "构建" || stages[1].Name != "发布" {
		t.Fatalf("%+v %v", stages, err)
	}
	for _, stage := range stages {
		if stage.Status != "SUCCESS" || stage.Duration <= 0 || stage.StartedAt.IsZero() {
			t.Errorf("%+v", stage)
		}
	}
	if stages, err := s.Stages(t.Context(), s.job("plain"), 1); err != nil || stages != nil {
		t.Errorf("no pipeline: %+v %v", stages, err)
	}
}

func contractNumbers(t *testing.T, s *site) {
	job := s.job("plain")
	id, err := s.Trigger(t.Context(), job, false, nil)
	ok(t, err)
	number := started(t, s, id).Build
	ended(t, s, job, number)
	if got, err := s.Numbers(t.Context(), job); err != nil || got != (model.BuildNumbers{Last: number, Next: number + 1}) {
		t.Errorf("after #%d: %+v %v", number, got, err)
	}
	_, err = s.Numbers(t.Context(), s.job("nope"))
	wantCode(t, err, model.CodeJenkinsNotFound)
}

// contractAnswers: that a step was answered is seen among what runs, without asking for the build.
func contractAnswers(t *testing.T, s *site) {
	job := s.job("asking twice")
	number, step := waiting(t, s, job)
	ok(t, s.Proceed(t.Context(), job, number, step, nil))
	s.until(t, "the second question", func() bool {
		steps, err := s.PendingInputs(t.Context(), job, number)
		ok(t, err)
		return len(steps) == 1 && steps[0].ID == "Second"
	})
	_, running, err := s.Overview(t.Context())
	ok(t, err)
	at := slices.IndexFunc(running, func(b model.RunningBuild) bool { return b.Job == job && b.Number == number })
	if at < 0 || running[at].Answers != 1 || !running[at].HasInput {
		t.Errorf("%+v", running)
	}
	ok(t, s.Proceed(t.Context(), job, number, model.InputStep{ID: "Second", Message: "二?"}, nil))
	ended(t, s, job, number)
}
