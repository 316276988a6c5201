package api_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/model"
)

func TestContinue(t *testing.T) {
	f := &fake{release: aRelease()}
	r := newRig(t, f)
	for body, want := range map[string]string{
		``:                  "0  by ops ",
		`{}`:                "0  by ops ",
		`{"reason":"不再需要"}`: "0  by ops 不再需要",
		`{"deployment":7}`:  "7  by ops ",
		`{"deployment":"7","job":" a/b 空格 ","reason":"已移动"}`: "7 a/b 空格 by ops 已移动",
	} {
		if a := r.ops("POST", "/api/releases/R-1042/continue", body); a.status != http.StatusOK || a.body["number"] != "R-1042" {
			t.Errorf("%s: %d %s", body, a.status, a.raw)
		}
		if got := strconv.FormatInt(f.on, 10) + " " + f.at + " by " + f.by + " " + f.reason; got != want {
			t.Errorf("%s asked for %q, want %q", body, got, want)
		}
	}
	asked := len(f.asked)
	for _, body := range []string{
		`{"deployment":0}`, `{"deployment":"x"}`, `{"job":["a","b"]}`, `{"job":"a\u0000b"}`, `{"job":"` + strings.Repeat("a", 1001) + `"}`,
		`{"force":true}`, `{"reason":"` + strings.Repeat("长", 501) + `"}`, `[]`, `{"job":{"name":"a"}}`,
	} {
		if a := r.ops("POST", "/api/releases/R-1/continue", body); a.status != http.StatusBadRequest || a.code() != "invalid_request" {
			t.Errorf("%s: %d %s", body, a.status, a.raw)
		}
	}
	if a := r.ops("POST", "/api/releases/R-x/continue", ""); a.status != http.StatusNotFound {
		t.Errorf("no number: %d", a.status)
	}
	if a := r.do("POST", "/api/releases/R-1/continue", "application/json", `{}`); a.status != http.StatusUnauthorized {
		t.Errorf("without a token: %d", a.status)
	}
	if len(f.asked) != asked {
		t.Errorf("asked: %v", f.asked[asked:])
	}
	for code, status := range map[model.Code]int{
		model.CodeConflict: http.StatusConflict, model.CodeUnknownApp: http.StatusUnprocessableEntity,
		model.CodeJenkinsUnavailable: http.StatusServiceUnavailable, model.CodeJenkinsForbidden: http.StatusBadGateway,
	} {
		f.err = model.Errorf(code, "不行")
		if a := r.ops("POST", "/api/releases/R-1/continue", ""); a.status != status || a.code() != string(code) {
			t.Errorf("%s: %d %s", code, a.status, a.raw)
		}
	}
}

func TestHowAHeldDeploymentIsShown(t *testing.T) {
	at := time.Date(2026, 11, 22, 20, 0, 0, 0, time.FixedZone("CST", 8*3600))
	f := &fake{release: aRelease()}
	d := f.release.Deployments[0]
	d.State, d.Wait, d.Parameters[0].Dropped = model.StateWaiting, model.WaitDrift, true
	d.Drift = &model.Drift{Since: at, Changes: []string{"不再声明参数 BRANCH"}, Seen: "x", Moved: []string{"a/b"}}
	r := newRig(t, f)
	got := first(r.ops("GET", "/api/releases/R-1042", ""))
	want := map[string]any{
		"since": "2026-11-22T12:00:00Z", "changes": []any{"不再声明参数 BRANCH"}, "continuable": true, "moved": []any{"a/b"},
	}
	if diff := cmp.Diff(any(want), got["drift"]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	d.Drift.Barred, d.Drift.Moved = true, nil
	drift, _ := first(r.ops("GET", "/api/releases/R-1042", ""))["drift"].(map[string]any)
	if moved, ok := drift["moved"].([]any); drift["continuable"] != false || !ok || len(moved) != 0 {
		t.Errorf("%v", drift)
	}
	d.Wait = ""
	if got := first(r.ops("GET", "/api/releases/R-1042", "")); got["drift"] != nil {
		t.Errorf("is not held: %v", got["drift"])
	}
}
