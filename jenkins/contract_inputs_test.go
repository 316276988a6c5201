package jenkins_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/model"
)

// waiting triggers a pipeline and waits for its question.
func waiting(t *testing.T, s *site, job string) (int64, model.InputStep) {
	t.Helper()
	id, number, steps := asked(t, s, job, 1)
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

// contractParallel: several steps wait at once; each is answered by its own id, and the others wait on.
func contractParallel(t *testing.T, s *site) {
	job := s.job("asking in parallel")
	_, number, steps := asked(t, s, job, 3)
	by := func(message string) model.InputStep {
		t.Helper()
		at := slices.IndexFunc(steps, func(step model.InputStep) bool { return step.Message == message })
		if at < 0 {
			t.Fatalf("no %q among %+v", message, steps)
		}
		return steps[at]
	}
	grey, full, nameless := by("灰度?"), by("全量?"), by("没有编号?")
	if len(nameless.ID) != 32 || len(full.Parameters) != 3 || full.Parameters[2].Kind != model.KindPassword || full.Parameters[2].Default != nil {
		t.Errorf("%+v", steps)
	}
	pending := func(want int) {
		t.Helper()
		left, err := s.PendingInputs(t.Context(), job, number)
		if ok(t, err); len(left) != want {
			t.Errorf("%d wait, want %d", len(left), want)
		}
	}
	ok(t, s.Proceed(t.Context(), job, number, nameless, nil))
	wantCode(t, s.Proceed(t.Context(), job, number, nameless, nil), model.CodeConflict)
	pending(2)
	other := grey
	other.Message = "别的?"
	wantCode(t, s.Proceed(t.Context(), job, number, other, nil), model.CodeConflict)
	wantCode(t, s.Proceed(t.Context(), job, number, full, values("NOTES", "x", "FORCE", "false")), model.CodeJenkinsRejected)
	wantCode(t, s.Proceed(t.Context(), job, number, full, values("NOTES", "x", "FORCE", "false", "PIN", "1", "NOPE", "2")), model.CodeJenkinsRejected)
	pending(2)
	ok(t, s.Proceed(t.Context(), job, number, full, values("PIN", "1", "FORCE", "false", "NOTES", "第一行\n第二行")))
	pending(1)
	ok(t, s.Proceed(t.Context(), job, number, grey, nil))
	if build := ended(t, s, job, number); build.Result != "SUCCESS" {
		t.Errorf("%+v", build)
	}
}

// asked triggers a pipeline and waits until so many steps wait.
func asked(t *testing.T, s *site, job string, n int) (queueID, number int64, steps []model.InputStep) {
	t.Helper()
	id, err := s.Trigger(t.Context(), job, false, nil)
	ok(t, err)
	number = started(t, s, id).Build
	s.until(t, "the pipeline asks", func() bool {
		steps, err = s.PendingInputs(t.Context(), job, number)
		ok(t, err)
		return len(steps) == n
	})
	return id, number, steps
}

// contractAgain: the same question by the same id; only the count of answers tells that the first was answered. An id is
// case-sensitive, and what can be no part of a path is no id.
func contractAgain(t *testing.T, s *site) {
	job := s.job("asking the same")
	number, step := waiting(t, s, job)
	confirmed := func() int {
		_, running, err := s.Overview(t.Context())
		ok(t, err)
		at := slices.IndexFunc(running, func(b model.RunningBuild) bool { return b.Job == job && b.Number == number })
		if at < 0 {
			t.Fatalf("%+v", running)
		}
		return running[at].Answers
	}
	if n := confirmed(); n != 0 {
		t.Errorf("%d answers before any", n)
	}
	ok(t, s.Proceed(t.Context(), job, number, step, nil))
	s.until(t, "it asks again", func() bool {
		steps, err := s.PendingInputs(t.Context(), job, number)
		ok(t, err)
		return len(steps) == 1 && steps[0].Same(step)
	})
	if n := confirmed(); n != 1 {
		t.Errorf("%d answers after one", n)
	}
	for _, id := range []string{"go", "GO", "Go ", "../Go", "", strings.Repeat("x", 300)} {
		wantCode(t, s.Abort(t.Context(), job, number, id), model.CodeConflict)
	}
	ok(t, s.Abort(t.Context(), job, number, step.ID))
	if build := ended(t, s, job, number); build.Result != "ABORTED" {
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
