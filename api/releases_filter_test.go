package api_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/api"
	"github.com/oabridge/oabridge/model"
)

func TestListReadsEveryFilter(t *testing.T) {
	at := func(text string) time.Time {
		moment, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return moment
	}
	for query, want := range map[string]model.ReleaseFilter{
		"state=failed&limit=7&before=r-12":                     {States: []model.ReleaseState{model.ReleaseFailed}, Limit: 7, Before: 12},
		"state=&before=&person=&from=":                         {},
		"state=failed&state=partial":                           {States: []model.ReleaseState{model.ReleaseFailed, model.ReleasePartial}},
		"from=2026-11-01&to=2026-11-30":                        {From: at("2026-11-01T00:00:00+08:00"), To: at("2026-12-01T00:00:00+08:00")},
		"from=2026-11-01+20:30":                                {From: at("2026-11-01T20:30:00+08:00")},
		"to=2026-11-01T20:30:15":                               {To: at("2026-11-01T20:30:15+08:00")},
		"from=2026-11-01T00:00:00Z":                            {From: at("2026-11-01T08:00:00+08:00")},
		"from=2026-11-01T00:00:00%2B09:00&to=2026-11-01":       {From: at("2026-10-31T23:00:00+08:00"), To: at("2026-11-02T00:00:00+08:00")},
		"project=商城&person=zhang&rollback_of=7":                {Project: "商城", Person: "zhang", RollbackOf: 7},
		"app=prod:deploy/web&deployment=failed&result=FAILURE": {DeploymentFilter: model.DeploymentFilter{App: "prod:deploy/web", Deployment: model.StateFailed, Result: "FAILURE"}},
	} {
		f := &fake{}
		want.Limit = max(want.Limit, 0)
		if want.Limit == 0 {
			want.Limit = 50
		}
		parsed, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		if a := newRig(t, f, inShanghai).ops("GET", "/api/releases?"+parsed.Encode(), ""); a.status != http.StatusOK {
			t.Fatalf("%s: %s", query, a.raw)
		}
		if diff := cmp.Diff(want, f.filter); diff != "" {
			t.Errorf("%s: %s", query, diff)
		}
	}
}

func inShanghai(o *api.Options) { o.Zone = time.FixedZone("CST", 8*3600) }
