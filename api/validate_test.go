package api_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/model"
)

func TestADryRunIsShownAsItIs(t *testing.T) {
	at := time.Date(2026, 11, 22, 20, 0, 0, 0, time.FixedZone("", 8*3600))
	f := &fake{dryRun: model.DryRun{
		Warnings: []model.Finding{{Field: "app", Message: "忙"}}, Project: "prod:mall", ProjectName: "商城", Mode: model.ExecuteScheduled,
		ScheduledAt: &at, Order: model.OrderFirst,
		Builds: []model.DraftBuild{{
			Position: 2, JobRef: model.JobRef{Controller: "prod", FullName: "mall/web"}, AppName: "商城前端", Wait: model.WaitPredecessor, At: &at,
			After: []int{1}, Post: model.Post{Method: "POST", URL: "https://j/build", Type: "x", Body: "A=%2A"},
			Values: []model.DraftValue{{PostField: model.PostField{Name: "A", Value: "*"}, Origin: model.OriginDefault, Secret: true}},
		}},
	}}
	r := newRig(t, f)
	want := map[string]any{
		"valid": true, "problems": []any{}, "warnings": []any{map[string]any{"field": "app", "message": "忙"}},
		"project": map[string]any{"id": "prod:mall", "name": "商城"}, "mode": "scheduled", "scheduled_at": "2026-11-22T12:00:00Z", "order": "first",
		"builds": []any{map[string]any{
			"position": 2.0, "app": "prod:mall/web", "name": "商城前端", "controller": "prod", "job": "mall/web", "migration": false,
			"wait": "predecessor", "at": "2026-11-22T12:00:00Z", "after": []any{1.0}, "method": "POST", "url": "https://j/build",
			"content_type": "x", "body": "A=%2A",
			"parameters": []any{map[string]any{"name": "A", "value": "*", "from": "default", "secret": true}},
		}},
	}
	for path, asked := range map[string]string{"/api/validate": "dry run false", "/api/validate/approved": "dry run true"} {
		a := r.ops(http.MethodPost, path, `{"应用名称":["a",{"key":"b","label":"B"}],"approved":"x"}`)
		if diff := cmp.Diff(want, a.body); a.status != http.StatusOK || diff != "" {
			t.Errorf("%d (-want +got):\n%s", a.status, diff)
		}
		if !slices.Contains(f.asked, asked) || !cmp.Equal(f.fields, map[string][]string{"应用名称": {"a", "b"}, "approved": {"x"}}) {
			t.Errorf("asked %q with %q", f.asked, f.fields)
		}
	}
}

func TestADryRunOfAFormThatIsWrong(t *testing.T) {
	r, _ := newReal(t)
	a := r.ops(http.MethodPost, "/api/validate", `{"project":"交易平台","app":"订单服务","ENV":"moon"}`)
	if a.status != http.StatusOK || a.body["valid"] != false || a.body["project"] != nil || !strings.Contains(a.raw, `"field":"ENV"`) ||
		!strings.Contains(a.raw, `"builds":[]`) {
		t.Error(a.raw)
	}
	a = r.ops(http.MethodPost, "/api/validate", `{"project":"交易平台","app":"订单服务","ENV":"uat","API_TOKEN":"parameter-secret"}`)
	if a.body["valid"] != true || strings.Contains(a.raw, "parameter-secret") || !strings.Contains(a.raw, `"url":"http://jenkins.test/job/trade/job/order/buildWithParameters?delay=0sec"`) {
		t.Error(a.raw)
	}
	if a := r.do(http.MethodPost, "/api/validate", "application/json", `{}`); a.status != http.StatusUnauthorized {
		t.Errorf("without a token: %s", a.raw)
	}
	if a := r.ops(http.MethodPost, "/api/validate", `[]`); a.status != http.StatusBadRequest {
		t.Errorf("no object: %s", a.raw)
	}
}
