package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/model"
)

func TestRollBack(t *testing.T) {
	f := &fake{release: aRelease(), rollback: model.Rollback{
		Release: aRelease(), Duplicate: true, Targets: []model.RollbackTarget{{App: "订单服务", Release: "R-1001", Build: 7}}, Warnings: []string{"注意"},
	}}
	f.rollback.Release.RollbackOf = 1001
	r := newRig(t, f)
	for body, want := range map[string]model.RollbackWish{
		`{"reason":"坏了"}`: {By: "ops", Reason: "坏了"},
		`{"reason":"坏了","user":" zhang ","request_id":"q-1","deployment":7,"dry_run":false}`: {By: "ops", Reason: "坏了", User: "zhang", Request: "q-1", Deployment: 7},
	} {
		a := r.ops("POST", "/api/releases/R-1042/rollback", body)
		if a.status != http.StatusOK || f.on != 1042 {
			t.Fatalf("%s: %d %s", body, a.status, a.raw)
		}
		if diff := cmp.Diff(want, f.wish); diff != "" {
			t.Errorf("%s: %s", body, diff)
		}
		for _, part := range []string{
			`"duplicate":true,"dry_run":false,"rollback_of":"R-1042"`, `"targets":[{"name":"订单服务","release":"R-1001","build":7}]`,
			`"warnings":["注意"]`, `"release":{"number":"R-1042"`, `"rollback_of":"R-1001"`, `"builds":[]`,
		} {
			if !strings.Contains(a.raw, part) {
				t.Errorf("%s lacks %s", a.raw, part)
			}
		}
	}
	f.rollback = model.Rollback{Release: aRelease(), Builds: []model.DraftBuild{{Position: 1, AppName: "订单服务"}}}
	a := r.ops("POST", "/api/releases/R-1042/rollback", `{"reason":"坏了","dry_run":true}`)
	if !f.wish.DryRun || !strings.Contains(a.raw, `"dry_run":true`) || !strings.Contains(a.raw, `"release":null`) || !strings.Contains(a.raw, `"name":"订单服务"`) {
		t.Errorf("%s", a.raw)
	}
}

func TestRollBackRefusesWhatItDoesNotKnow(t *testing.T) {
	f := &fake{release: aRelease()}
	r := newRig(t, f)
	for _, body := range []string{
		``, `{}`, `{"reason":" "}`, `{"reason":"x","dry_run":"maybe"}`, `{"reason":"x","user":"a\u0000b"}`, `{"reason":"x","yes":true}`,
		`{"reason":"x","request_id":"` + strings.Repeat("a", 101) + `"}`, `{"reason":"x","deployment":0}`, `{"reason":"x","user":["a","b"]}`,
	} {
		if a := r.ops("POST", "/api/releases/R-1/rollback", body); a.status != http.StatusBadRequest || a.code() != "invalid_request" {
			t.Errorf("%s: %d %s", body, a.status, a.raw)
		}
	}
	if a := r.do("POST", "/api/releases/R-1/rollback", "application/json", `{"reason":"x"}`); a.status != http.StatusUnauthorized {
		t.Errorf("without a token: %d", a.status)
	}
	if len(f.asked) > 0 {
		t.Errorf("asked: %v", f.asked)
	}
	for code, status := range map[model.Code]int{
		model.CodeConflict: http.StatusConflict, model.CodeAccessDenied: http.StatusForbidden, model.CodeJobChanged: http.StatusConflict,
		model.CodeJenkinsUnavailable: http.StatusServiceUnavailable, model.CodeSubmissionConflict: http.StatusConflict,
	} {
		f.err = model.Errorf(code, "不行")
		if a := r.ops("POST", "/api/releases/R-1/rollback", `{"reason":"x"}`); a.status != status || a.code() != string(code) {
			t.Errorf("%s: %d %s", code, a.status, a.raw)
		}
	}
}
