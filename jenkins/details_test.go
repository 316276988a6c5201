package jenkins_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
)

func TestWhatIsKnownOfOneBuild(t *testing.T) {
	for _, kind := range []jenkinstest.Kind{jenkinstest.Freestyle, jenkinstest.Pipeline} {
		s := fakeSite(t)
		s.fake.AddJob(jenkinstest.Job{
			FullName: "app", Kind: kind, Tests: [3]int{12, 2, 1},
			Commits: []jenkinstest.Commit{{ID: "0123abc", Author: "开发者", Message: "fix: 订单\x1b[31m"}},
		})
		id, err := s.Trigger(t.Context(), "app", false, nil)
		ok(t, err)
		build := ended(t, s, "app", started(t, s, id).Build)
		want := []model.Change{{ID: "0123abc", Author: "开发者", Message: "fix: 订单 [31m"}}
		if diff := cmp.Diff(want, build.Changes); diff != "" || build.Tests == nil || *build.Tests != (model.TestCounts{Total: 12, Failed: 2, Skipped: 1}) {
			t.Errorf("%v: %+v %s", kind, build.Tests, diff)
		}
	}
}
