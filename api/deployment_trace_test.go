package api_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/model"
)

func TestReleasesTellWhatBecameOfABuild(t *testing.T) {
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.FixedZone("", 8*3600))
	r := &model.Release{ID: 1042, RollbackOf: 1040, Deployments: []*model.Deployment{{
		ID: 7, State: model.StateFailed, QueuedAt: &at, StartedAt: new(at.Add(90 * time.Second)), Retries: 2,
		Details: &model.BuildDetails{Tests: &model.TestCounts{Total: 9, Failed: 1}, Changes: []model.Change{{ID: "4f", Author: "li", Message: "fix"}}},
		Answers: []model.Answer{{
			Build: 3, Step: "Deploy", By: "ops", At: at, Outcome: model.AnswerGiven,
			Parameters: []model.ParameterValue{{Name: "PIN", Value: "hunter2", Secret: true}},
		}},
	}, {ID: 8, State: model.StateQueued, QueuedAt: &at}}}
	var got struct {
		RollbackOf  string           `json:"rollback_of"`
		Deployments []map[string]any `json:"deployments"`
	}
	if err := json.Unmarshal([]byte(newRig(t, &fake{release: r}).ops("GET", "/api/releases/R-1042", "").raw), &got); err != nil {
		t.Fatal(err)
	}
	ended := map[string]any{
		"queued_at": "2026-11-22T04:00:00Z", "queue_ms": 90000.0, "retries": 2.0,
		"tests":   map[string]any{"total": 9.0, "failed": 1.0, "skipped": 0.0},
		"changes": []any{map[string]any{"id": "4f", "author": "li", "message": "fix"}},
		"answers": []any{map[string]any{
			"build": 3.0, "step": "Deploy", "message": "", "abort": false, "by": "ops", "reason": "", "at": "2026-11-22T04:00:00Z",
			"outcome": "given", "note": "",
			"parameters": []any{map[string]any{"name": "PIN", "value": "******", "chosen": false, "secret": true}},
		}},
	}
	queued := map[string]any{"queue_ms": nil, "tests": nil, "changes": []any{}, "answers": []any{}}
	for i, want := range []map[string]any{ended, queued} {
		for name, value := range want {
			if diff := cmp.Diff(value, got.Deployments[i][name]); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
	}
	if got.RollbackOf != "R-1040" {
		t.Errorf("rolls back %q", got.RollbackOf)
	}
}
