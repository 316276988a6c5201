package api

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"github.com/oabridge/oabridge/model"
)

// maxStep is how long the id of an input step may be, in bytes.
const maxStep = 500

// answerRelease answers POST /api/releases/{number}/answer: what a pipeline asks is told yes or no.
func (s *Server) answerRelease(ctx context.Context, r request) (any, error) {
	if err := r.only("deployment", "app", "input", "answer", "parameters", "reason"); err != nil {
		return nil, err
	}
	q := model.AnswerRequest{By: r.by}
	var err error
	if q.Step, err = r.one("input"); err != nil {
		return nil, err
	}
	if len(q.Step) > maxStep || slices.ContainsFunc([]rune(q.Step), unicode.IsControl) {
		return nil, invalid("字段%s不是步骤的编号", quoted("input"))
	}
	if q.Abort, err = r.abort(); err != nil {
		return nil, err
	}
	if q.Parameters, err = r.stepValues(); err != nil {
		return nil, err
	}
	if q.Reason, err = r.reason(); err != nil {
		return nil, err
	}
	id, err := r.id()
	if err != nil {
		return nil, err
	}
	if q.Deployment, err = s.one(ctx, r, id); err != nil {
		return nil, err
	}
	release, err := s.service.Answer(ctx, id, q)
	if err != nil {
		return nil, err
	}
	return viewOf(release), nil
}

// What a step can be told.
const (
	answerProceed = "proceed"
	answerAbort   = "abort"
)

// abort reads whether the answer is no. Errors: invalid_request.
func (r request) abort() (bool, error) {
	answer, err := r.one("answer")
	if err == nil && answer != answerProceed && answer != answerAbort {
		err = invalid("请在字段%s里写明 proceed(确认)或 abort(拒绝)", quoted("answer"))
	}
	return answer == answerAbort, err
}

// stepValues reads a list of NAME=value. Errors: invalid_request.
func (r request) stepValues() (map[string]string, error) {
	values := map[string]string{}
	for _, text := range r.fields["parameters"] {
		name, value, ok := strings.Cut(text, "=")
		if !ok || name == "" {
			return nil, invalid(`字段%s要写成“参数名=值”的列表，例如 ["REGION=cn-north"]`, quoted("parameters"))
		}
		if _, twice := values[name]; twice {
			return nil, invalid("参数%s出现了两次", quoted(name))
		}
		values[name] = value
	}
	return values, nil
}
