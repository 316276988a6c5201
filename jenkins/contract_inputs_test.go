package jenkins_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/model"
)

// waiting triggers a pipeline and waits for its question.
func waiting(t *testing.T, s *site, job string) (int64, model.InputStep) {
	t.Helper()
	id, err := s.Trigger(t.Context(), job, false, nil)
	ok(t, err)
	number := started(t, s, id).Build
	var steps []model.InputStep
	s.until(t, "the pipeline asks", func() bool {
		steps, err = s.PendingInputs(t.Context(), job, number)
		ok(t, err)
		return len(steps) == 1
	})
	_, running, err := s.Overview(t.Context())
	if err != nil || !slices.Contains(running, model.RunningBuild{Job: job, Number: number, QueueID: id, HasInput: true}) {
		t.Errorf("%+v %v", running, err)
	}
	return number, steps[0]
}

func contractConfirm(t *testing.T, s *site) {
	job := s.job("confirming")
	number, step := waiting(t, s, job)
	if diff := cmp.Diff(model.InputStep{ID: "Confirm", Message: "确认发布?", Proceed: "发布"}, step); diff != "" {
		t.Error(diff)
	}
	wantCode(t, s.Proceed(t.Context(), job, number, model.InputStep{ID: "confirm", Message: step.Message}, nil), model.CodeConflict)
	ok(t, s.Proceed(t.Context(), job, number, step, nil))
	wantCode(t, s.Proceed(t.Context(), job, number, step, nil), model.CodeConflict)
	wantCode(t, s.Abort(t.Context(), job, number, "Confirm"), model.CodeConflict)
	if build := ended(t, s, job, number); build.Result != "SUCCESS" {
		t.Errorf("%+v", build)
	}
}

func contractAsk(t *testing.T, s *site) {
	job := s.job("asking")
	number, step := waiting(t, s, job)
	var kinds []model.ParameterKind
	for _, p := range step.Parameters {
		kinds = append(kinds, p.Kind)
	}
	if diff := cmp.Diff([]model.ParameterKind{model.KindChoice, model.KindBoolean, model.KindString}, kinds); diff != "" {
		t.Fatal(diff)
	}
	if *step.Parameters[1].Default != "false" || *step.Parameters[2].Default != "OPS-1" || step.Parameters[0].Choices[1] != "cn-east" {
		t.Errorf("%+v", step)
	}
	wantCode(t, s.Proceed(t.Context(), job, number, step, nil), model.CodeJenkinsRejected)
	wantCode(t, s.Proceed(t.Context(), job, number, step, values("REGION", "mars", "FORCE", "true", "TICKET", "T")), model.CodeJenkinsRejected)
	ok(t, s.Proceed(t.Context(), job, number, step, values("TICKET", "工单 7", "FORCE", "true", "REGION", "cn-east")))
	if build := ended(t, s, job, number); build.Result != "SUCCESS" {
		t.Errorf("%+v", build)
	}
}

func contractAbort(t *testing.T, s *site) {
	job := s.job("confirming")
	number, step := waiting(t, s, job)
	ok(t, s.Abort(t.Context(), job, number, step.ID))
	if build := ended(t, s, job, number); build.Result != "ABORTED" {
		t.Errorf("%+v", build)
	}
}
