package service

import (
	"strings"
	"testing"

	"github.com/oabridge/oabridge/model"
)

// TestRollBackOfWhatWasDeployedSince: a roll back that succeeded is over once something else was deployed, so that asking again is
// no repeat.
func TestRollBackOfWhatWasDeployedSince(t *testing.T) {
	w := newWorld(t, rollbacks)
	w.failing("deploy/mall/mall-web", "SUCCESS", "FAILURE")
	w.deployed("商城前端", "v1", "v2")
	w.rollBack("R-1002", undo)
	w.turns(20)
	w.want("R-1003", model.ReleaseSucceeded, model.StateSucceeded)
	if d := w.rollBack("R-1002", undo); !d.Duplicate || d.Release.Number() != "R-1003" {
		t.Errorf("%+v", d)
	}
	if _, err := w.Retry(t.Context(), 1002, 0, "ops", "再试"); err != nil {
		t.Fatal(err)
	}
	w.turns(20)
	w.want("R-1002", model.ReleaseSucceeded, model.StateSucceeded)
	if d := w.rollBack("R-1002", undo); d.Duplicate || d.Release.Number() != "R-1004" {
		t.Errorf("after the retry: %+v", d)
	}
	w.turns(20)
	if d := w.rollBack("R-1004", undo); d.Duplicate || d.Release.Number() != "R-1005" {
		t.Errorf("the roll back rolled back: %+v", d)
	}
	w.turns(20)
	if d := w.rollBack("R-1002", undo); d.Duplicate || d.Release.Number() != "R-1006" {
		t.Errorf("and once more: %+v", d)
	}
	w.turns(20)
	if d := w.rollBack("R-1002", undo); !d.Duplicate || d.Release.Number() != "R-1006" {
		t.Errorf("twice: %+v", d)
	}
	if got := versions(w.builds("deploy/mall/mall-web")); got != "v1=R-1001 v2=R-1002 v1=R-1003 v2=R-1002 v1=R-1004 v2=R-1005 v1=R-1006" {
		t.Error(got)
	}
}

// TestRollBackPastALaterRelease says what it takes back with it.
func TestRollBackPastALaterRelease(t *testing.T) {
	w := newWorld(t, rollbacks)
	w.deployed("商城前端", "v1", "v2", "v3")
	draft := undo
	draft.DryRun = true
	for number, says := range map[string]string{"R-1002": "“商城前端”之后又由 R-1003 部署成功，回滚会越过它", "R-1003": ""} {
		if got := strings.Join(w.rollBack(number, draft).Warnings, "|"); got != says {
			t.Errorf("%s: %q", number, got)
		}
	}
}

// TestRollBackToBeforeTheReleaseParameter: what was given to the parameter before it was the bridge's does not go out beside the number.
func TestRollBackToBeforeTheReleaseParameter(t *testing.T) {
	w := newWorld(t, rollbacks, func(o *Options) { o.Controllers[0].ReleaseParameter = "" })
	w.deployed("商城前端", "v1")
	w.options.Controllers[0].ReleaseParameter = "RELEASE_ID"
	w.reborn()
	w.deployed("商城前端", "v2")
	w.rollBack("R-1002", undo)
	w.turns(20)
	for _, p := range w.want("R-1003", model.ReleaseSucceeded, model.StateSucceeded).Deployments[0].Parameters {
		if p.Name == "RELEASE_ID" {
			t.Errorf("%+v", p)
		}
	}
	if got := versions(w.builds("deploy/mall/mall-web")); got != "v1= v2=R-1002 v1=R-1003" {
		t.Error(got)
	}
}
