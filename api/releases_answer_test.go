package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/model"
)

func TestAnswer(t *testing.T) {
	f := &fake{release: aRelease()}
	r := newRig(t, f)
	for body, want := range map[string]model.AnswerRequest{
		`{"answer":"proceed"}`:                {By: "ops", Parameters: map[string]string{}},
		`{"answer":"abort","reason":"有问题"}`:   {By: "ops", Abort: true, Reason: "有问题", Parameters: map[string]string{}},
		`{"answer":"proceed","deployment":7}`: {By: "ops", Deployment: 7, Parameters: map[string]string{}},
		`{"answer":"proceed","input":"Confirm","parameters":["REGION=cn-east","N=","B=a=b"]}`: {
			By: "ops", Step: "Confirm", Parameters: map[string]string{"REGION": "cn-east", "N": "", "B": "a=b"},
		},
	} {
		if a := r.ops("POST", "/api/releases/R-1042/answer", body); a.status != http.StatusOK || a.body["number"] != "R-1042" {
			t.Errorf("%s: %d %s", body, a.status, a.raw)
		}
		if diff := cmp.Diff(want, f.answer); diff != "" {
			t.Errorf("%s (-want +got):\n%s", body, diff)
		}
	}
	asked := len(f.asked)
	for _, body := range []string{
		``, `{}`, `{"answer":"yes"}`, `{"answer":["proceed","abort"]}`, `{"answer":"proceed","deployment":0}`, `{"answer":"proceed","by":"li"}`,
		`{"answer":"proceed","input":"a\u0000b"}`, `{"answer":"proceed","input":"` + strings.Repeat("a", 501) + `"}`,
		`{"answer":"proceed","parameters":{"REGION":"cn-east"}}`, `{"answer":"proceed","parameters":["REGION"]}`, `{"answer":"proceed","parameters":["=x"]}`,
		`{"answer":"proceed","parameters":[{"name":"A","value":"x"}]}`, `{"answer":"proceed","parameters":["A=x","A=y"]}`, `{"answer":"proceed","reason":"` + strings.Repeat("长", 501) + `"}`,
	} {
		if a := r.ops("POST", "/api/releases/R-1/answer", body); a.status != http.StatusBadRequest || a.code() != "invalid_request" {
			t.Errorf("%s: %d %s", body, a.status, a.raw)
		}
	}
	if a := r.ops("POST", "/api/releases/R-x/answer", `{"answer":"proceed"}`); a.status != http.StatusNotFound {
		t.Errorf("no number: %d", a.status)
	}
	if a := r.do("POST", "/api/releases/R-1/answer", "application/json", `{"answer":"proceed"}`); a.status != http.StatusUnauthorized {
		t.Errorf("without a token: %d", a.status)
	}
	if len(f.asked) != asked {
		t.Errorf("asked: %v", f.asked[asked:])
	}
	f.err = model.Errorf(model.CodeConflict, "已由 dev 回答")
	if a := r.ops("POST", "/api/releases/R-1/answer", `{"answer":"abort"}`); a.status != http.StatusConflict || !strings.Contains(a.raw, "已由 dev 回答") {
		t.Errorf("%d %s", a.status, a.raw)
	}
}

func TestHowQuestionsAreShown(t *testing.T) {
	at := time.Date(2026, 11, 22, 20, 0, 0, 0, time.FixedZone("CST", 8*3600))
	f := &fake{release: aRelease()}
	d := f.release.Deployments[0]
	d.State = model.StatePaused
	d.Inputs = []model.PendingInput{{Since: at, Why: "没有规则", TimedOut: true, RemindedAt: &at, Step: model.InputStep{
		ID: "Ask", Message: "发布?", Parameters: []model.ParameterDefinition{
			{Name: "REGION", Kind: model.KindChoice, Description: "地域", Choices: []string{"a", "b"}, Default: new("a")},
			{Name: "PIN", Kind: model.KindPassword, Default: new("hunter2")},
		}}}}
	r := newRig(t, f)
	a := r.ops("GET", "/api/releases/R-1042", "")
	if strings.Contains(a.raw, "hunter2") {
		t.Errorf("a secret is shown: %s", a.raw)
	}
	got := first(a)
	since := "2026-11-22T12:00:00Z"
	if diff := cmp.Diff(any([]any{map[string]any{
		"id": "Ask", "message": "发布?", "since": since, "why": "没有规则", "reminded_at": since, "timed_out": true,
		"parameters": []any{
			map[string]any{"name": "REGION", "kind": "choice", "description": "地域", "choices": []any{"a", "b"}, "default": "a", "hidden": false},
			map[string]any{"name": "PIN", "kind": "password", "description": "", "choices": []any{}, "default": nil, "hidden": true},
		},
	}}), got["inputs"]); diff != "" {
		t.Errorf("inputs (-want +got):\n%s", diff)
	}
}
