package jenkins

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/model"
)

// One job is read with the same named fields as the listing, and is the same as in the listing.
func TestRecordedJob(t *testing.T) {
	all := listed(t)
	for number, name := range map[string]string{
		"009": "payments", "011": "payments/refund-job", "012": "disabled-job", "013": "disabled-pipe", "019": "odd-params",
	} {
		c, seen := replay(t, number)
		job, err := c.Job(t.Context(), name)
		for i := range job.Parameters { // the listing was recorded without these fields
			job.Parameters[i].BuildsOf, job.Parameters[i].Filter = "", ""
		}
		if diff := cmp.Diff(all[name], job); diff != "" || err != nil {
			t.Errorf("%s: %v (-listed +read)\n%s", name, err, diff)
		}
		wantPath := "/job/" + strings.ReplaceAll(name, "/", "/job/") + "/api/json"
		query, err := url.ParseQuery((*seen)[0].query)
		if err != nil || len(*seen) != 1 || (*seen)[0].path != wantPath || query.Get("tree") != jobTree {
			t.Errorf("%s: asked %+v", name, *seen)
		}
	}
}

func TestRecordedJobThatIsGone(t *testing.T) {
	c, _ := replay(t, "015")
	if _, err := c.Job(t.Context(), "no-such-job"); model.CodeOf(err) != model.CodeJenkinsNotFound {
		t.Error(err)
	}
	c, seen := replay(t, "015")
	if _, err := c.Job(t.Context(), "a/../b"); model.CodeOf(err) != model.CodeJenkinsNotFound || len(*seen) != 0 {
		t.Error(err, *seen)
	}
}

func TestAnItemThatIsNoJobCannotBeBuilt(t *testing.T) {
	r := recording{status: 200, body: `{"_class":"x.Strange","name":"a","fullName":"a"}`}
	if job, err := clientOf(t, &r, nil).Job(t.Context(), "a"); err != nil || job.Buildable || job.Container {
		t.Errorf("%+v %v", job, err)
	}
	r.body = `[]`
	if _, err := clientOf(t, &r, nil).Job(t.Context(), "a"); model.CodeOf(err) != model.CodeJenkinsProtocol {
		t.Error(err)
	}
}
