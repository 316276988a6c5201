package api_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/model"
)

// What Jenkins says now stands in one release alone, and nobody asks for it for a list.
func TestOneReleaseShowsItsProgress(t *testing.T) {
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.FixedZone("CST", 8*3600))
	r := aRelease()
	r.Deployments[0].Estimate, r.Deployments[0].PausedFor = 90*time.Second, 2*time.Second
	r.Deployments[0].Details = &model.BuildDetails{Failure: &model.Failure{Stage: "发布", Error: "exit 1", Lines: []string{"ERROR: x"}}}
	f := &fake{release: r, releases: []*model.Release{r}, progress: []model.Progress{{
		Deployment: 7, ExpectedAt: &at,
		Queue:  &model.QueuePlace{Position: 3, Length: 7, Since: at, Why: "Waiting for next available executor", Text: "等待空闲的执行器"},
		Stages: []model.Stage{{Name: "构建", Status: "SUCCESS", StartedAt: at, Duration: time.Second}, {Name: "发布", Status: "NOT_EXECUTED", Error: "x"}},
	}}}
	rig := newRig(t, f)
	var got struct {
		Deployments []map[string]any `json:"deployments"`
	}
	if err := json.Unmarshal([]byte(rig.ops("GET", "/api/releases/R-1042", "").raw), &got); err != nil {
		t.Fatal(err)
	}
	d := got.Deployments[0]
	want := map[string]any{
		"queue": map[string]any{
			"position": 3.0, "length": 7.0, "since": "2026-11-22T04:00:00Z", "why": "Waiting for next available executor", "text": "等待空闲的执行器",
		},
		"expected_at": "2026-11-22T04:00:00Z", "estimate_ms": 90000.0, "paused_ms": 2000.0, "paused_at": nil, "moved_to": "",
		"failure": map[string]any{"stage": "发布", "error": "exit 1", "lines": []any{"ERROR: x"}},
		"stages": []any{
			map[string]any{"name": "构建", "status": "SUCCESS", "started_at": "2026-11-22T04:00:00Z", "duration_ms": 1000.0, "paused_ms": 0.0, "error": ""},
			map[string]any{"name": "发布", "status": "NOT_EXECUTED", "started_at": nil, "duration_ms": 0.0, "paused_ms": 0.0, "error": "x"},
		},
	}
	for name, value := range want {
		if diff := cmp.Diff(value, d[name]); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	f.asked = nil
	if err := json.Unmarshal([]byte(rig.ops("GET", "/api/releases", "").raw), &struct{}{}); err != nil || len(f.asked) != 1 {
		t.Errorf("a list asks %q (%v)", f.asked, err)
	}
}
