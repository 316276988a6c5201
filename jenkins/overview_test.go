package jenkins

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/model"
)

func decoded(t testing.TB, target string) string {
	t.Helper()
	text, err := url.QueryUnescape(target)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// controller answers the two requests of an overview.
func controller(queue, computer string, asked *[]string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked != nil {
			*asked = append(*asked, r.Method+" "+r.URL.Path+"?tree="+r.URL.Query().Get("tree"))
		}
		if strings.HasPrefix(r.URL.Path, "/queue/") {
			_, _ = io.WriteString(w, queue)
			return
		}
		_, _ = io.WriteString(w, computer)
	})
}

func TestRecordedOverview(t *testing.T) {
	var asked []string
	c := clientOf(t, controller(record(t, "088").body, record(t, "295").body, &asked), nil)
	queued, running, err := c.Overview(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	wantQueued := []model.QueueItem{
		{ID: 19, Job: "serial-job", Why: "Build #1 is already in progress (ETA: N/A)", Since: time.UnixMilli(1795309700628).UTC(),
			Parameters: map[string]string{"WHO": "2"}, Users: []string{"admin"}},
		{ID: 20, Job: "serial-job", Why: "Build #1 is already in progress (ETA: N/A)", Since: time.UnixMilli(1795309701158).UTC(),
			Parameters: map[string]string{"WHO": "3"}, Users: []string{"admin"}},
	}
	wantRunning := []model.RunningBuild{
		{Job: "slow-10s", Number: 6, QueueID: 1880}, {Job: "pipe-input", Number: 11, QueueID: 1881, HasInput: true},
	}
	if diff := cmp.Diff(wantQueued, queued) + cmp.Diff(wantRunning, running); diff != "" {
		t.Error(diff)
	}
	wantAsked := []string{
		"GET /queue/api/json?tree=items[id,why,blocked,buildable,stuck,inQueueSince,task[url],actions[causes[userId],parameters[name,value,jobName,number]]]",
		"GET /computer/api/json?tree=computer[offline,executors[currentExecutable[_class,url,number,queueId,actions[_class]]]," +
			"oneOffExecutors[currentExecutable[_class,url,number,queueId,actions[_class]]]]",
	}
	if diff := cmp.Diff(wantAsked, asked); diff != "" {
		t.Error(diff)
	}
}

// TestOverviewWithoutRights: builds of jobs that we may not read are null.
func TestOverviewWithoutRights(t *testing.T) {
	c := clientOf(t, controller(`{"items":[]}`, record(t, "296").body, nil), nil)
	queued, running, err := c.Overview(t.Context())
	if err != nil || len(queued)+len(running) != 0 {
		t.Error(queued, running, err)
	}
}

// TestOverviewCountsAPipelineOnce: its steps stand in the queue and on normal executors, and are no builds of their own.
func TestOverviewCountsAPipelineOnce(t *testing.T) {
	c := clientOf(t, controller(
		`{"items":[{"id":5,"task":{"url":"http://j/job/pipe/7/"}},{"id":6,"task":{}},{"id":7,"task":{"url":"http://j/job/pipe/"}}]}`,
		`{"computer":[{"executors":[{"currentExecutable":{"url":"http://j/job/pipe/7/","number":7}},
			{"currentExecutable":{"url":"http://j/job/matrix/axis=a/3/","number":3}}],
		  "oneOffExecutors":[{"currentExecutable":{"url":"http://j/job/pipe/7/","number":7,"queueId":4,
			"actions":[{},{"_class":"org.jenkinsci.plugins.workflow.support.steps.input.InputAction"},
			{"_class":"org.jenkinsci.plugins.workflow.support.steps.input.ApproverAction"},
			{"_class":"org.jenkinsci.plugins.workflow.support.steps.input.ApproverAction"}]}}]}]}`, nil), nil)
	queued, running, err := c.Overview(t.Context())
	if err != nil || len(queued) != 1 || queued[0].ID != 7 {
		t.Error(queued, err)
	}
	if diff := cmp.Diff([]model.RunningBuild{{Job: "pipe", Number: 7, QueueID: 4, HasInput: true, Answers: 2}}, running); diff != "" {
		t.Error(diff)
	}
}

func TestOverviewFailsWhole(t *testing.T) {
	for _, path := range []string{"/queue/", "/computer/"} {
		c := clientOf(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, path) {
				w.WriteHeader(http.StatusBadGateway)
			}
			_, _ = io.WriteString(w, `{}`)
		}), nil)
		if queued, running, err := c.Overview(t.Context()); model.CodeOf(err) != model.CodeJenkinsUnavailable || queued != nil || running != nil {
			t.Errorf("%s: %v %v %v", path, queued, running, err)
		}
	}
}

func BenchmarkOverview1000(b *testing.B) {
	var computer strings.Builder
	computer.WriteString(`{"computer":[{"executors":[],"oneOffExecutors":[`)
	for i := range 1000 {
		if i > 0 {
			computer.WriteByte(',')
		}
		_, _ = fmt.Fprintf(&computer, `{"currentExecutable":{"_class":"org.jenkinsci.plugins.workflow.job.WorkflowRun","actions":[{"_class":"hudson.model.ParametersAction"},{"_class":"hudson.model.CauseAction"},{},{"_class":%q},{},{}],"number":%d,"queueId":%d,"url":"http://jenkins/job/team/job/app-%d/%d/"}}`,
			inputAction, i+1, i+1000, i, i+1)
	}
	computer.WriteString(`]}]}`)
	c := clientOf(b, controller(`{"items":[]}`, computer.String(), nil), nil)
	b.ReportAllocs()
	for b.Loop() {
		if _, running, err := c.Overview(b.Context()); err != nil || len(running) != 1000 {
			b.Fatal(len(running), err)
		}
	}
}
