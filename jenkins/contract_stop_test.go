package jenkins_test

import (
	"testing"

	"github.com/oabridge/oabridge/model"
)

// contractTerm ends a pipeline that waits for people, which freestyle builds know nothing of.
func contractTerm(t *testing.T, s *site) {
	job := s.job("confirming")
	number, _ := waiting(t, s, job)
	ok(t, s.Term(t.Context(), job, number))
	if build := ended(t, s, job, number); build.Result != "ABORTED" || !build.Pipeline {
		t.Errorf("%+v", build)
	}
	ok(t, s.Term(t.Context(), job, number)) // a second time changes nothing
	id, err := s.Trigger(t.Context(), s.job("plain"), false, nil)
	ok(t, err)
	plain := started(t, s, id).Build
	wantCode(t, s.Term(t.Context(), s.job("plain"), plain), model.CodeJenkinsNotFound)
	wantCode(t, s.Kill(t.Context(), s.job("plain"), plain), model.CodeJenkinsNotFound)
	if build := ended(t, s, s.job("plain"), plain); build.Result != "SUCCESS" || build.Pipeline {
		t.Errorf("%+v", build)
	}
	wantCode(t, s.Term(t.Context(), job, 4711), model.CodeJenkinsNotFound)
}

func contractKill(t *testing.T, s *site) {
	job := s.job("confirming")
	number, _ := waiting(t, s, job)
	ok(t, s.Kill(t.Context(), job, number))
	if build := ended(t, s, job, number); build.Result != "ABORTED" {
		t.Errorf("%+v", build)
	}
	ok(t, s.Kill(t.Context(), job, number))
	ok(t, s.Stop(t.Context(), job, number))
	wantCode(t, s.Kill(t.Context(), job, 4711), model.CodeJenkinsNotFound)
}
