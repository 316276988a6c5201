package api_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/model"
)

func TestTheCatalogueIsReported(t *testing.T) {
	job := model.JobRef{Controller: "prod", FullName: "trade/mobile"}
	f := &fake{report: &model.CatalogueReport{
		Controllers: []model.OfferingController{
			{Name: "prod", Apps: 1, ListedAt: time.Date(2026, 11, 22, 20, 0, 0, 0, time.FixedZone("CST", 8*3600))}, {Name: "north"},
		},
		Projects: []model.OfferedProject{{Key: "trade", Name: "交易", Kind: model.ProjectExplicit, Disabled: 2, Apps: []model.OfferedApp{
			{JobRef: job, Name: "移动端", Kind: model.JobMultibranch, Branches: []string{"main", "feature/x"}, Parameters: 3},
		}}},
		Left: []model.LeftOut{{JobRef: job, Kind: model.JobPipeline, Reason: model.LeftExcluded, Detail: "-test$", Project: "trade"}},
	}}
	r := newRig(t, f)
	a := r.ops("GET", "/api/catalogue", "")
	want := map[string]any{
		"controllers": []any{
			map[string]any{"name": "prod", "apps": 1.0, "listed_at": "2026-11-22T12:00:00Z", "held_since": nil},
			map[string]any{"name": "north", "apps": 0.0, "listed_at": nil, "held_since": nil},
		},
		"projects": []any{map[string]any{"id": "trade", "name": "交易", "kind": "explicit", "disabled": 2.0, "apps": []any{map[string]any{
			"id": "prod:trade/mobile", "name": "移动端", "controller": "prod", "job": "trade/mobile", "kind": "multibranch",
			"branches": []any{"main", "feature/x"}, "parameters": 3.0,
		}}}},
		"left_out": []any{map[string]any{
			"controller": "prod", "job": "trade/mobile", "kind": "pipeline", "reason": "excluded", "detail": "-test$", "project": "trade",
		}},
	}
	if diff := cmp.Diff(want, a.body); diff != "" || a.status != http.StatusOK || f.catalogue != (model.CatalogueFilter{}) {
		t.Errorf("%d, asked %+v (-want +got):\n%s", a.status, f.catalogue, diff)
	}
	f.report = &model.CatalogueReport{}
	a = r.ops("GET", "/api/catalogue?project=%E4%BA%A4%E6%98%93&controller=prod&left_out=only&reason=disabled", "")
	asked := model.CatalogueFilter{Project: "交易", Controller: "prod", LeftOnly: true, Left: model.LeftDisabled}
	if a.status != http.StatusOK || f.catalogue != asked || a.raw != `{"controllers":[],"projects":[],"left_out":[]}` {
		t.Errorf("%d %s, asked %+v", a.status, a.raw, f.catalogue)
	}
}

func TestTheCatalogueIsAskedForProperly(t *testing.T) {
	r := newRig(t, &fake{report: &model.CatalogueReport{}})
	for _, query := range []string{"left_out=yes", "reason=mars", "x=1", "project=a&project=b"} {
		if a := r.ops("GET", "/api/catalogue?"+query, ""); a.status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", query, a.status, a.raw)
		}
	}
	for code, status := range map[model.Code]int{
		model.CodeUnknownProject: http.StatusUnprocessableEntity, model.CodeNotFound: http.StatusNotFound,
		model.CodeCatalogueUnready: http.StatusServiceUnavailable,
	} {
		r := newRig(t, &fake{err: model.Errorf(code, "不行")})
		if a := r.ops("GET", "/api/catalogue", ""); a.status != status {
			t.Errorf("%s: %d %s", code, a.status, a.raw)
		}
	}
}
