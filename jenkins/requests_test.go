package jenkins_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/jenkins"
	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
)

// counted is a fake whose requests are written down.
type counted struct {
	*site
	mu   sync.Mutex
	seen []string
}

func countedSite(t testing.TB) *counted {
	t.Helper()
	c := &counted{site: fakeSite(t)}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		c.seen = append(c.seen, r.Method+" "+r.URL.Path)
		c.mu.Unlock()
		c.fake.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	c.url = server.URL
	c.connect(t, jenkins.Options{})
	return c
}

func (c *counted) take() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	seen := c.seen
	c.seen = nil
	return seen
}

// TestWhatEachOperationCosts asserts the sequence of requests.
func TestWhatEachOperationCosts(t *testing.T) {
	s := countedSite(t)
	s.fake.AddJob(jenkinstest.Job{FullName: "支付/pay", Parameters: []jenkinstest.Parameter{{Name: "V"}}})
	s.fake.AddJob(jenkinstest.Job{FullName: "plain"})
	s.fake.AddJob(jenkinstest.Job{FullName: "pipe", Kind: jenkinstest.Pipeline, Inputs: []jenkinstest.Input{{ID: "Go", Message: "?"}}})
	ctx := context.Background()
	trigger := func(job string, parameterised bool) error {
		_, err := s.Trigger(ctx, job, parameterised, values("V", "1"))
		return err
	}
	for _, step := range []struct {
		name string
		call func() error
		want []string
	}{
		{"listing", func() error { _, err := s.List(ctx); return err }, []string{"GET /api/json"}},
		{"trigger with parameters", func() error { return trigger("支付/pay", true) }, []string{"POST /job/支付/job/pay/buildWithParameters"}},
		{"the same, folded", func() error { _ = trigger("支付/pay", true); return nil }, nil},
		{"trigger without", func() error { return trigger("plain", false) }, []string{"POST /job/plain/build"}},
		{"trigger a pipeline", func() error { return trigger("pipe", false) }, []string{"POST /job/pipe/build"}},
		{"overview", func() error { _, _, err := s.Overview(ctx); return err }, []string{"GET /queue/api/json", "GET /computer/api/json"}},
		{"queue item", func() error { _, err := s.QueueItem(ctx, 1); return err }, []string{"GET /queue/item/1/api/json"}},
		{"build", func() error { _, err := s.Build(ctx, "pipe", 1); return err }, []string{"GET /job/pipe/1/api/json"}},
		{"recent builds", func() error { _, err := s.RecentBuilds(ctx, "plain", 50); return err }, []string{"GET /job/plain/api/json"}},
		{"description", func() error { return s.Describe(ctx, "pipe", 1, "R-1") }, []string{"POST /job/pipe/1/submitDescription"}},
		{"pending inputs", func() error { _, err := s.PendingInputs(ctx, "pipe", 1); return err }, []string{"GET /job/pipe/1/wfapi/pendingInputActions"}},
		{"proceed", func() error { return s.Proceed(ctx, "pipe", 1, model.InputStep{ID: "Go", Message: "?"}, nil) },
			[]string{"GET /job/pipe/1/wfapi/pendingInputActions", "POST /job/pipe/1/input/Go/proceedEmpty"}},
		{"abort", func() error { _ = s.Abort(ctx, "pipe", 1, "Go"); return nil }, []string{"POST /job/pipe/1/input/Go/abort"}},
		{"stop", func() error { return s.Stop(ctx, "pipe", 1) }, []string{"POST /job/pipe/1/stop"}},
		{"term", func() error { return s.Term(ctx, "pipe", 1) }, []string{"POST /job/pipe/1/term"}},
		{"kill", func() error { return s.Kill(ctx, "pipe", 1) }, []string{"POST /job/pipe/1/kill"}},
		{"cancel", func() error { _ = s.CancelQueued(ctx, 1); return nil }, []string{"POST /queue/cancelItem"}},
		{"who am I", func() error { _, err := s.WhoAmI(ctx); return err }, []string{"GET /whoAmI/api/json"}},
		{"ping", func() error { _, err := s.Ping(ctx); return err }, []string{"GET /api/json"}},
		{"sight", func() error { _, err := s.JobVisible(ctx, "支付"); return err }, []string{"GET /job/支付/api/json"}},
	} {
		if step.want == nil {
			step.want = []string{"POST /job/支付/job/pay/buildWithParameters"}
		}
		if err := step.call(); err != nil {
			t.Errorf("%s: %v", step.name, err)
		}
		if diff := cmp.Diff(step.want, s.take()); diff != "" {
			t.Errorf("%s: %s", step.name, diff)
		}
	}
}

// TestOneDeployment is a build from the trigger to its end: one POST, and two requests a look.
func TestOneDeployment(t *testing.T) {
	s := countedSite(t)
	s.fake.AddJob(jenkinstest.Job{FullName: "plain", Duration: time.Minute})
	ctx := t.Context()
	_, err := s.Trigger(ctx, "plain", false, nil)
	ok(t, err)
	_, running, err := s.Overview(ctx)
	if err != nil || len(running) != 1 {
		t.Fatalf("%+v %v", running, err)
	}
	s.fake.FinishAll()
	build, err := s.Build(ctx, "plain", running[0].Number)
	if err != nil || build.Result != "SUCCESS" {
		t.Fatalf("%+v %v", build, err)
	}
	got := strings.Join(s.take(), ", ")
	if got != "POST /job/plain/build, GET /queue/api/json, GET /computer/api/json, GET /job/plain/1/api/json" {
		t.Error(got)
	}
}

// TestManyJobsInOneRequest lists folders in folders.
func TestManyJobsInOneRequest(t *testing.T) {
	s := countedSite(t)
	for i := range 300 {
		s.fake.AddJob(jenkinstest.Job{
			FullName: fmt.Sprintf("部门%d/team-%d/app-%d", i/100, i/10, i), DisplayName: fmt.Sprintf("应用 %d", i),
			Parameters: []jenkinstest.Parameter{{Name: "VERSION", Default: "v1"}, {Name: "DRY_RUN", Kind: jenkinstest.Boolean}},
		})
	}
	listing, err := s.List(t.Context())
	jobs := listing.Jobs
	if err != nil || len(jobs) != 300+30+3 {
		t.Fatal(len(jobs), err)
	}
	if seen := s.take(); len(seen) != 1 {
		t.Errorf("%d requests: %v", len(seen), seen)
	}
	if last := jobs[len(jobs)-1]; last.FullName != "部门2/team-29/app-299" || len(last.Parameters) != 2 {
		t.Errorf("%+v", last)
	}
}
