package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/oabridge/oabridge/dingtalk/dingtalktest"
	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model/store/storetest/servers"
)

// Secrets of the end-to-end tests; none may appear in a log, an answer or a notice.
const (
	e2eConnector   = "e2e-connector-secret"
	e2eAPIToken    = "e2e-api-token-0123456789"
	e2eJenkins     = "e2e-jenkins-token"
	e2eAppSecret   = "e2e-app-secret"
	e2eRobotToken  = "e2e-robot-token"
	e2eRobotSecret = "SECe2e-robot-secret"
)

// outside is everything that the bridge talks to, as separate HTTP servers with ledgers.
type outside struct {
	t        testing.TB
	jenkins  *jenkinstest.Server
	dingtalk *dingtalktest.Server
	config   string // path of the configuration file
	address  string
	// dingtalkURL is where the pretended DingTalk is, for those who stand in between.
	dingtalkURL string
	caller      dingtalktest.Connector
	ahead       atomic.Int64 // of DingTalk's clock, a time.Duration
}

func newOutside(t testing.TB, database string) *outside {
	t.Helper()
	o := &outside{t: t}
	o.jenkins = jenkinstest.New(jenkinstest.Options{
		Executors: 4, Users: []jenkinstest.User{{Name: "bridge", Token: e2eJenkins, Admin: true}},
	})
	for _, job := range jenkinstest.Company() {
		o.jenkins.AddJob(job)
	}
	o.dingtalk = dingtalktest.New(dingtalktest.Options{
		AppKey: "dinge2e", AppSecret: e2eAppSecret, AgentID: 7,
		Robots: []dingtalktest.Robot{{Name: "ops", AccessToken: e2eRobotToken, Secret: e2eRobotSecret}},
		Users:  []dingtalktest.User{{ID: "zhang", Name: "张三"}, {ID: "wang", Name: "王五"}, {ID: "zhao", Name: "赵六"}},
		Now:    func() time.Time { return time.Now().Add(time.Duration(o.ahead.Load())) },
	})
	jenkins, dingtalk := httptest.NewServer(o.jenkins), httptest.NewServer(o.dingtalk)
	t.Cleanup(jenkins.Close)
	t.Cleanup(dingtalk.Close)
	o.address, o.dingtalkURL = freeAddress(t), dingtalk.URL
	o.caller = dingtalktest.Connector{BaseURL: "http://" + o.address + "/connector", Secret: e2eConnector}
	o.config = filepath.Join(t.TempDir(), "config.yaml")
	text := fmt.Sprintf(`
listen: %q
log: {format: json}
api: {tokens: [{name: ops, token: %s}]}
database: %s
jenkins:
  - {name: prod, url: %q, user: bridge, token: %s, folders: [deploy], poll: 100ms, refresh: 5s,
     inputs: [{job: "^deploy/pay/", id: "^Confirm$", answer: proceed}]}
dingtalk:
  api_url: %q
  oapi_url: %q
  verify_approval: "off"
  app_key: dinge2e
  app_secret: %s
  agent_id: 7
  connector: {secret: %s}
  robots: [{name: ops, webhook: "%s/robot/send?access_token=%s", secret: %s}]
`, o.address, e2eAPIToken, database, jenkins.URL, e2eJenkins, dingtalk.URL, dingtalk.URL, e2eAppSecret, e2eConnector,
		dingtalk.URL, e2eRobotToken, e2eRobotSecret)
	if err := os.WriteFile(o.config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return o
}

func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// bridge is one run of `oabridge serve`.
type bridge struct {
	stop func() (code int, log string)
	log  func() string // so far
}

// serve starts the program as a person would and waits until it says that it is ready.
func (o *outside) serve() bridge {
	o.t.Helper()
	ctx, cancel := context.WithCancel(o.t.Context())
	var log lockedBuffer
	code := make(chan int, 1)
	go func() { code <- run(ctx, []string{"serve", "-c", o.config}, nil, io.Discard, &log) }()
	o.eventually("the bridge is ready", func() bool {
		status, err := probe(ctx, "http://"+o.address+"/readyz")
		return err == nil && status == http.StatusOK
	}, log.String)
	return bridge{log: log.String, stop: func() (int, string) {
		cancel()
		return <-code, log.String()
	}}
}

type lockedBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func (o *outside) eventually(what string, holds func() bool, detail func() string) {
	o.t.Helper()
	deadline := time.After(40 * time.Second)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-deadline:
			o.t.Fatalf("not so within 40 s: %s\n%s", what, detail())
		case <-tick.C:
		}
	}
}

func (o *outside) call(action string, pairs ...any) map[string]any {
	o.t.Helper()
	fields := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		fields[pairs[i].(string)] = pairs[i+1]
	}
	status, answer, err := o.caller.Call(o.t.Context(), action, fields)
	if err != nil || status != http.StatusOK {
		o.t.Fatalf("%s answered %d %v: %v", action, status, answer, err)
	}
	return answer
}

// api asks the JSON API.
func (o *outside) api(path string) map[string]any {
	o.t.Helper()
	req, err := http.NewRequestWithContext(o.t.Context(), http.MethodGet, "http://"+o.address+path, nil)
	if err != nil {
		o.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+e2eAPIToken)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		o.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var answer map[string]any
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil || res.StatusCode != http.StatusOK {
		o.t.Fatalf("GET %s: %s %v %v", path, res.Status, answer, err)
	}
	return answer
}

func (o *outside) settled(number, state string) {
	o.t.Helper()
	var got map[string]any
	o.eventually(number+" is "+state, func() bool {
		got = o.api("/api/releases/" + number)
		return got["state"] == state
	}, func() string { return fmt.Sprint(got) })
}

// titles are what the robot's group was told.
func (o *outside) titles() []string {
	var titles []string
	for _, m := range o.dingtalk.Ledger().Robots["ops"] {
		titles = append(titles, m.Title)
	}
	return titles
}

func TestServeFromTheSignedCallToTheLastNotice(t *testing.T) {
	for name, database := range map[string]func(*testing.T) string{
		"sqlite": func(t *testing.T) string {
			return fmt.Sprintf("{driver: sqlite, dsn: %q}", filepath.Join(t.TempDir(), "oabridge.db"))
		},
		"mariadb and redis": func(t *testing.T) string {
			return fmt.Sprintf("{driver: mysql, dsn: %q}\nredis: {addr: %q}", servers.MariaDB(t), servers.Redis(t))
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOutside(t, database(t))
			b := o.serve()
			wholeStory(t, o)
			code, log := b.stop()
			if code != 0 {
				t.Fatalf("serve ended with %d\n%s", code, log)
			}
			b = o.serve() // the same database again: nothing is done twice
			if got := o.call("releases", immediate()...); got["duplicate"] != true || got["releaseId"] != "R-1001" {
				t.Errorf("after a restart the repeat was answered %v", got)
			}
			_, again := b.stop()
			checkLedgers(t, o, log+again)
		})
	}
}

func immediate() []any {
	return []any{
		"项目名称", "商城", "应用名称", "商城前端", "VERSION", "v2.1.0", "ENV", "prod", "实例ID", "proc-1",
		"发起人", "zhang", "审批人", `["wang"]`,
	}
}

func wholeStory(t *testing.T, o *outside) {
	names := fmt.Sprint(o.call("projects")["names"])
	if !strings.Contains(names, "商城") || strings.Contains(fmt.Sprint(o.call("apps", "项目名称", "商城")["names"]), "已下线") {
		t.Errorf("offered %s", names)
	}
	if got := o.call("validate", immediate()...); got["valid"] != true {
		t.Errorf("validate answered %v", got)
	}
	if got := o.call("releases", immediate()...); got["releaseId"] != "R-1001" {
		t.Fatalf("releases answered %v", got)
	}
	at := time.Now().Add(2 * time.Second).In(time.FixedZone("CST", 8*3600)).Format("2006-01-02 15:04:05")
	o.call("releases", "项目名称", "商城", "应用名称", "订单服务", "VERSION", "v5", "执行方式", "定时", "执行时间", at,
		"实例ID", "proc-2", "发起人", "zhang")
	o.call("releases", "项目名称", "支付", "应用名称", `["支付网关","退款服务","风控服务"]`, "VERSION", "v8", "实例ID", "proc-3", "发起人", "zhang")
	refused := o.call("releases", "项目名称", "商城", "应用名称", "商城前端", "是否有数据库变更", "是", "数据库变更是否完成", "否",
		"实例ID", "proc-4", "发起人", "zhang")
	if refused["success"] != false || refused["errorCode"] != "validation_failed" || refused["errorMsg"] != "请先完成数据库变更" {
		t.Errorf("an unfinished database change was answered %v", refused)
	}
	o.settled("R-1001", "succeeded")
	o.settled("R-1002", "succeeded")
	o.settled("R-1003", "partial")
	o.eventually("everyone was told", func() bool { return len(o.titles()) == 7 }, func() string { return fmt.Sprint(o.titles()) })
}

// checkLedgers compares what Jenkins and DingTalk saw with what was approved.
func checkLedgers(t *testing.T, o *outside, log string) {
	var built []string
	for _, b := range o.jenkins.Ledger().Builds {
		built = append(built, b.Job+" "+b.Parameters["RELEASE_ID"]+" "+b.Parameters["VERSION"])
	}
	want := []string{
		"deploy/mall/mall-web R-1001 v2.1.0", "deploy/pay/pay-gateway R-1003 v8", "deploy/mall/mall-order R-1002 v5",
		"deploy/pay/pay-refund R-1003 v8",
	}
	if len(built) != len(want) {
		t.Errorf("built %q, want %q", built, want)
	}
	for _, b := range want {
		if !strings.Contains(strings.Join(built, "\n"), b) {
			t.Errorf("never built: %q", b)
		}
	}
	shown := log + fmt.Sprint(o.dingtalk.Ledger().Robots, o.dingtalk.Ledger().WorkNotices)
	for _, secret := range []string{e2eConnector, e2eAPIToken, e2eJenkins, e2eAppSecret, e2eRobotToken, e2eRobotSecret} {
		if strings.Contains(shown, secret) {
			t.Errorf("the secret %q shows in the log or a notice", secret)
		}
	}
}

func TestDemoEndsWellAndSaysSoInOneObject(t *testing.T) {
	var stdout, stderr strings.Builder
	if code := run(t.Context(), []string{"demo", "--once", "--json", "--listen", "127.0.0.1:0"}, nil, &stdout, &stderr); code != 0 {
		t.Fatalf("exit %d\n%s", code, stderr.String())
	}
	var f figures
	if err := json.Unmarshal([]byte(stdout.String()), &f); err != nil {
		t.Fatalf("%v in %q", err, stdout.String())
	}
	if f.Releases != 4 || f.Deployments != 5 || f.Succeeded != 4 || f.Failed != 1 || f.Refused != 1 || f.Duplicates != 1 {
		t.Errorf("figures %+v", f)
	}
	for _, part := range []string{"上线单 R-1001 部署成功", "请先完成数据库变更", "duplicate of R-1001"} {
		if !strings.Contains(stderr.String(), part) {
			t.Errorf("the story lacks %q", part)
		}
	}
}
