package api_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/api"
	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/service"
)

var _ service.Observer = (*api.Metrics)(nil)

// scraped is what /metrics says after everything that is counted has happened.
func scraped(t *testing.T) string {
	t.Helper()
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	m := api.NewMetrics()
	r := newRigWith(t, &fake{}, m, func(o *api.Options) {
		o.Now = func() time.Time { return now }
		o.Gauges = api.Gauges{
			Dead: func(context.Context) (int64, error) { return 4, nil },
			Open: func(context.Context) (map[string]int64, error) {
				return map[string]int64{"queued": 3, "messages": 2}, nil
			},
			Listed:  func() map[string]time.Time { return map[string]time.Time{"prod": now.Add(-time.Minute)} },
			Held:    func() map[string]time.Time { return map[string]time.Time{"prod": now} },
			RedisUp: func() bool { return true },
			Stream:  func() (bool, time.Time, int64) { return true, now, 4 },
			Used:    func() map[string]int64 { return map[string]int64{"api": 4012, "webhook": 7} },
			Quota:   map[string]int64{"api": 5000, "webhook": 0},
		}
	})
	m.Accepted("connector")
	m.Duplicate("connector")
	m.Refused("connector")
	m.Pushed(model.ViaHTTP, "bpms_instance_change", &model.ApprovalEvent{Kind: model.ApprovalFinishes}, model.CodeDatabaseUnavailable)
	m.Pushed(model.ViaHTTP, "check_url", nil, "")
	m.Pushed(model.ViaHTTP, "", nil, model.CodeSignatureInvalid)
	m.Pushed(model.ViaStream, "made_up_by_callers", nil, "")
	m.Moved("prod", model.StateRunning)
	m.Answered("prod", true, model.AnswerGiven)
	m.Answered("prod", false, model.AnswerLate)
	m.Delivered(model.ChannelRobot, "")
	m.Delivered(model.ChannelRobot, model.CodeDingTalkThrottled)
	m.GaveUp(model.ChannelRobot, model.CodeDingTalkForbidden)
	m.Refreshed("prod", "", 12)
	m.Reachable("prod", true)
	m.Pruned(model.Pruned{Releases: 3, Events: 20})
	m.Differing(1)
	m.Polled("prod", model.CodeJenkinsUnavailable)
	m.CacheLooked("answer", "shared")
	m.RedisFailed("budget")
	m.HookPushed("taken")
	m.JenkinsRequest("prod", "POST", "trigger", 201, 30*time.Millisecond)
	r.call("projects", "")
	r.do("BREW", "/made/up/path?secret=1", "", "")
	a := r.do("GET", "/metrics", "", "")
	if a.status != http.StatusOK {
		t.Fatalf("%d %s", a.status, a.raw)
	}
	return a.raw
}

func TestMetrics(t *testing.T) {
	raw := scraped(t)
	for _, line := range []string{
		`oabridge_submissions_total{outcome="accepted",source="connector"} 1`,
		`oabridge_input_answers_total{by="rule",controller="prod",outcome="given"} 1`,
		`oabridge_input_answers_total{by="person",controller="prod",outcome="late"} 1`,
		`oabridge_submissions_total{outcome="duplicate",source="connector"} 1`,
		`oabridge_submissions_total{outcome="refused",source="connector"} 1`,
		`oabridge_events_total{code="database_unavailable",kind="finish",via="http"} 1`,
		`oabridge_events_total{code="ok",kind="check",via="http"} 1`,
		`oabridge_events_total{code="signature_invalid",kind="unreadable",via="http"} 1`,
		`oabridge_events_total{code="ok",kind="other",via="stream"} 1`,
		`oabridge_deployments_total{controller="prod",state="running"} 1`,
		`oabridge_messages_total{channel="robot",code="ok"} 1`,
		`oabridge_messages_total{channel="robot",code="dingtalk_throttled"} 1`,
		`oabridge_catalogue_apps{controller="prod"} 12`,
		`oabridge_catalogue_refreshes_total{code="ok",controller="prod"} 1`,
		`oabridge_polls_total{code="jenkins_unavailable",controller="prod"} 1`,
		`oabridge_jenkins_requests_total{controller="prod",kind="trigger",method="POST",status="201"} 1`,
		`oabridge_jenkins_request_duration_seconds_bucket{controller="prod",kind="trigger",le="0.05"} 1`,
		`oabridge_http_requests_total{code="200",method="GET",route="/connector/projects"} 1`,
		`oabridge_http_requests_total{code="404",method="OTHER",route="unmatched"} 1`,
		`oabridge_http_request_duration_seconds_count{method="GET",route="/connector/projects"} 1`,
		`oabridge_open_deployments{state="queued"} 3`, `oabridge_open_deployments{state="running"} 0`,
		`oabridge_pruned_rows_total{table="releases"} 3`, `oabridge_pruned_rows_total{table="events"} 20`,
		`oabridge_pruned_rows_total{table="messages"} 0`, `oabridge_differing_replicas 1`,
		`oabridge_pending_messages 2`, `oabridge_database_up 1`, `oabridge_catalogue_age_seconds{controller="prod"} 60`,
		`oabridge_catalogue_held{controller="prod"} 1`,
		`oabridge_cache_lookups_total{found="shared",kind="answer"} 1`, `oabridge_redis_errors_total{kind="budget"} 1`,
		`oabridge_jenkins_pushes_total{outcome="taken"} 1`, `oabridge_redis_up 1`, `oabridge_dingtalk_calls{kind="api"} 4012`, `oabridge_dingtalk_calls{kind="webhook"} 7`,
		`oabridge_dingtalk_quota{kind="api"} 5000`, `oabridge_dingtalk_quota{kind="webhook"} 0`,
		"go_goroutines ", "process_cpu_seconds_total ",
	} {
		if !strings.Contains(raw, "\n"+line) {
			t.Errorf("missing: %s", line)
		}
	}
	if strings.Contains(raw, "/made/up") || strings.Contains(raw, "BREW") {
		t.Error("callers can make up labels")
	}
}

var (
	exposed   = regexp.MustCompile(`(?m)^(oabridge_[a-z_]+?)(?:_bucket|_sum|_count)?(?:\{(.*)\})? [0-9.e+-]+$`)
	labelName = regexp.MustCompile(`([a-z_]+)="`)
	metricRow = regexp.MustCompile("(?m)^\\| `(oabridge_[a-z_]+)` \\| ([^|]*) \\|")
	quotedOne = regexp.MustCompile("`([a-z_]+)`")
)

// labelsIn are the names that pattern finds, sorted and without the boundaries of histograms.
func labelsIn(pattern *regexp.Regexp, text string) string {
	var names []string
	for _, found := range pattern.FindAllStringSubmatch(text, -1) {
		if found[1] != "le" {
			names = append(names, found[1])
		}
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

func TestTheReadmesListWhatIsExposed(t *testing.T) {
	want := map[string]string{}
	for _, found := range exposed.FindAllStringSubmatch(scraped(t), -1) {
		want[found[1]] = labelsIn(labelName, found[2])
	}
	if len(want) < 10 {
		t.Fatalf("only %d metrics found: %v", len(want), want)
	}
	for _, name := range []string{"../README.md", "../README.zh-CN.md"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, row := range metricRow.FindAllStringSubmatch(string(text), -1) {
			got[row[1]] = labelsIn(quotedOne, row[2])
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-exposed +listed):\n%s", name, diff)
		}
	}
}

func TestAScrapeSurvivesADatabaseThatIsAway(t *testing.T) {
	r := newRig(t, &fake{}, func(o *api.Options) {
		o.Limits.Probe = 10 * time.Millisecond
		o.Gauges.Open = func(ctx context.Context) (map[string]int64, error) {
			<-ctx.Done()
			return nil, errors.Join(ctx.Err(), errors.New("dsn-secret"))
		}
	})
	a := r.do("GET", "/metrics", "", "")
	if a.status != http.StatusOK || !strings.Contains(a.raw, "oabridge_database_up 0") || strings.Contains(a.raw, "oabridge_pending_messages") {
		t.Errorf("%d %s", a.status, a.raw)
	}
	if strings.Contains(a.raw, "dsn-secret") {
		t.Error("a cause is in the metrics")
	}
}

func TestMetricsMayBeSharedAndLeftOut(t *testing.T) {
	m := api.NewMetrics()
	newRigWith(t, &fake{}, m)
	newRigWith(t, &fake{}, m)
	s := api.New(api.Options{Service: &fake{}, NewID: func() string { return "id" }})
	if s == nil {
		t.Error("no server")
	}
}
