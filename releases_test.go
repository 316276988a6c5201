package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/model"
)

const cliToken = "cli-token-0123456789"

// pretended is a bridge that gives one answer and remembers what it was asked.
type pretended struct {
	status int
	header http.Header
	answer string
	asked  []string
}

func (p *pretended) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	p.asked = append(p.asked, strings.TrimSpace(r.Method+" "+r.URL.RequestURI()+" "+string(body)))
	if r.Header.Get("Authorization") != "Bearer "+cliToken {
		p.asked = append(p.asked, "a wrong token")
	}
	for name, values := range p.header {
		w.Header()[name] = values
	}
	w.WriteHeader(p.status)
	_, _ = io.WriteString(w, p.answer)
}

// run runs a releases command against the pretended bridge.
func (p *pretended) run(t *testing.T, args ...string) ending {
	t.Helper()
	server := httptest.NewServer(p)
	defer server.Close()
	var stdout, stderr bytes.Buffer
	code := run(t.Context(), append([]string{"releases", "--url", server.URL + "/"}, args...), []string{"OABRIDGE_TOKEN=" + cliToken + "\n"}, &stdout, &stderr)
	end := ending{code, stdout.String(), stderr.String()}
	keepsSecrets(t, end, cliToken)
	return end
}

func TestReleasesAskTheAPI(t *testing.T) {
	for line, want := range map[string]string{
		"list":                          "GET /api/releases?limit=20",
		"list --state active --limit 5": "GET /api/releases?limit=5&state=active",
		"list --before r-7":             "GET /api/releases?before=r-7&limit=20",
		"show 1042":                     "GET /api/releases/R-1042",
		"cancel r-1042 --reason why":    `POST /api/releases/R-1042/cancel {"reason":"why"}`,
		"cancel R-1 --reason why --app 订单服务":        `POST /api/releases/R-1/cancel {"app":"订单服务","reason":"why"}`,
		"cancel R-1 --reason w --deployment 7":      `POST /api/releases/R-1/cancel {"deployment":7,"reason":"w"}`,
		"retry R-1 --reason w --app prod:a/b --yes": `POST /api/releases/R-1/retry {"app":"prod:a/b","reason":"w"}`,
		"retry R-1 --reason w --deployment 7 --yes": `POST /api/releases/R-1/retry {"deployment":7,"reason":"w"}`,
		"start R-1042":                                `POST /api/releases/R-1042/start {"reason":""}`,
		"retry R-1042 --reason why --yes":             `POST /api/releases/R-1042/retry {"reason":"why"}`,
		"abandon R-1 --reason w --deployment 7 --yes": `POST /api/releases/R-1/abandon {"deployment":7,"reason":"w"}`,
		"rollback R-1042 --reason why":                `POST /api/releases/R-1042/rollback {"reason":"why"}`,
		"rollback R-1 --reason w --app 订单服务 --user zhang --request-id q --dry-run": `POST /api/releases/R-1/rollback {"app":"订单服务","dry_run":true,"reason":"w","request_id":"q","user":"zhang"}`,
		"continue R-1": `POST /api/releases/R-1/continue {"reason":""}`,
		"continue R-1 --reason w --deployment 7 --job deploy/shop/web": `POST /api/releases/R-1/continue {"deployment":7,"job":"deploy/shop/web","reason":"w"}`,
		"replan R-1 --at now --reason w":                               `POST /api/releases/R-1/replan {"at":"now","reason":"w"}`,
	} {
		p := &pretended{status: http.StatusOK, answer: `{"number":"R-1042","state":"active","x":"<&>"}`}
		o := p.run(t, append(strings.Fields(line), "--json")...)
		if o.code != 0 || o.stdout != "{\n  \"number\": \"R-1042\",\n  \"state\": \"active\",\n  \"x\": \"<&>\"\n}\n" {
			t.Errorf("%s: %s", line, o)
		}
		if diff := cmp.Diff([]string{want}, p.asked); diff != "" {
			t.Errorf("%s: %s", line, diff)
		}
	}
}

func TestReleasesThatAreMisused(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, []byte(" \n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for line, want := range map[string]string{
		"releases show":                                                        "takes the number of one release",
		"releases show R-1 R-2":                                                "takes the number of one release",
		"releases show x --url http://a":                                       "is no number of a release",
		"releases show R-0 --url http://a":                                     "is no number of a release",
		"releases list R-1":                                                    "takes no arguments",
		"releases delete":                                                      "unknown command \"delete\"",
		"releases list":                                                        "which bridge?",
		"releases list --url http://a":                                         "as whom?",
		"releases list --url a --token-file " + empty:                          "write it as http://127.0.0.1:8080",
		"releases list --url http://a --token-file " + empty:                   "holds no token",
		"releases list --url http://a --token-file /no/file":                   "--token-file cannot be read",
		"releases list --url http://a --token-file x --as y":                   "give one of them",
		"releases list --state done --url http://a":                            "--state \"done\" is none of",
		"releases list --limit 0 --url http://a":                               "from 1 to 200",
		"releases list --before x --url http://a":                              "is no number of a release",
		"releases show R-1 --all --json --url http://a":                        "/api/releases/R-1/events",
		"releases cancel R-1 --reason x --deployment 0 --url http://a":         "give the number that releases show has in brackets",
		"releases cancel R-1 --reason x --deployment 1 --app y --url http://a": "none of the others can be",
		"releases rollback R-1 --url http://a":                                 "\"reason\" not set",
		"releases cancel R-1 --url http://a":                                   "\"reason\" not set",
		"releases retry R-1 --url http://a":                                    "\"reason\" not set",
		"releases replan R-1 --reason x --url http://a":                        "\"at\" not set",
		"releases cancel R-1 --reason= --url http://a":                         "\"--reason\" flag: it is empty",
		"releases retry R-1 --yes --reason= --url http://a":                    "\"--reason\" flag: it is empty",
		"releases abandon R-1 --reason= --url http://a":                        "\"--reason\" flag: it is empty",
		"releases replan R-1 --at now --reason=\u3000":                         "\"--reason\" flag: it is empty",
		"releases replan R-1 --at= --reason x --url http://a":                  "\"--at\" flag: it is empty",
		"releases retry R-1 --reason x --deployment 0 --yes":                   "in brackets",
		"releases retry R-1 --reason x --deployment x":                         "invalid argument",
		"releases list -c testdata/config/good.yaml --as who":                  "--as \"who\" is not in api.tokens; there is: ops",
	} {
		if o := oabridge(t, strings.Fields(line)...); o.code != exitConfiguration || o.stdout != "" || !strings.Contains(o.stderr, want) {
			t.Errorf("%s: %s", line, o)
		}
	}
}

func TestReleasesShowWhyTheBridgeRefused(t *testing.T) {
	refused := `{"error":{"code":"conflict","message":"已经结束\u001b[31m，不能取消","trace_id":"abc"}}`
	p := &pretended{status: http.StatusConflict, answer: refused}
	o := p.run(t, "cancel", "R-1", "--reason", "x")
	if o.code != exitFailure || o.stdout != "" || o.stderr != "已经结束 [31m，不能取消 (conflict, trace abc)\n" {
		t.Errorf("%s", o)
	}
	o = p.run(t, "cancel", "R-1", "--reason", "x", "--json")
	var body map[string]map[string]string
	if err := json.Unmarshal([]byte(o.stdout), &body); err != nil || o.code != exitFailure || body["error"]["code"] != "conflict" {
		t.Errorf("as JSON: %v %s", err, o)
	}
	for name, c := range map[string]struct {
		pretended
		want string
	}{
		"a proxy":        {pretended{status: 502, answer: "<html>Bad Gateway</html>"}, "502 Bad Gateway, and not as a bridge does"},
		"another server": {pretended{status: 200, answer: "hello"}, "and not as a bridge does"},
		"JSON, not ours": {pretended{status: 500, answer: `{"error":"x"}`}, "500 Internal Server Error, and not"},
		"a list":         {pretended{status: 200, answer: `[1]`}, "does not know"},
		"a redirect":     {pretended{status: 302, header: http.Header{"Location": {"https://other/"}}}, "leads elsewhere"},
		"no answer":      {pretended{status: 500}, "and not as a bridge does"},
	} {
		o := c.run(t, "show", "R-1")
		if o.code != exitFailure || !strings.Contains(o.stderr, c.want) || len(c.asked) != 1 {
			t.Errorf("%s: %d requests, %s", name, len(c.asked), o)
		}
	}
}

func TestReleasesSayWhetherItMayHaveBeenDone(t *testing.T) {
	args := []string{"releases", "cancel", "R-1", "--reason", "x", "--url"}
	environ := []string{"OABRIDGE_TOKEN=" + cliToken}
	nobody := func(ctx context.Context, url string) ending {
		var stdout, stderr bytes.Buffer
		code := run(ctx, append(args, url), environ, &stdout, &stderr)
		return ending{code, stdout.String(), stderr.String()}
	}
	if o := nobody(t.Context(), "http://"+closedAddress(t)); o.code != exitFailure || !strings.Contains(o.stderr, "is the bridge running") ||
		strings.Contains(o.stderr, "may have been done") {
		t.Errorf("nobody there: %s", o)
	}
	ctx, interrupt := context.WithCancel(t.Context())
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		interrupt()
		<-r.Context().Done()
	}))
	defer server.Close()
	if o := nobody(ctx, server.URL); o.code != exitFailure || !strings.Contains(o.stderr, "interrupted") || !strings.Contains(o.stderr, "may have been done") {
		t.Errorf("interrupted: %s", o)
	}
	cut := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	defer cut.Close()
	if o := nobody(t.Context(), cut.URL); o.code != exitFailure || !strings.Contains(o.stderr, "may have been done") {
		t.Errorf("cut: %s", o)
	}
}

func TestNothingIsDecidedWithoutYes(t *testing.T) {
	release := `{"number":"R-1042","state":"active","deployments":[
		{"id":7,"name":"商城前端","app":"prod:deploy/web","state":"lost","build":12,"missing_since":"2026-11-22T12:00:00Z","message":"找不到"},
		{"id":8,"name":"订单服务","state":"waiting","wait":"predecessor"}]}`
	for _, action := range []string{"retry", "abandon"} {
		p := &pretended{status: http.StatusOK, answer: release}
		o := p.run(t, action, "R-1042", "--reason", "x")
		if o.code != exitConfiguration || !strings.Contains(o.stdout, "[7] 商城前端  已失联 lost  #12") || strings.Contains(o.stdout, "订单服务") ||
			!strings.Contains(o.stderr, "--yes") {
			t.Errorf("%s: %s", action, o)
		}
		if o := p.run(t, action, "R-1042", "--reason", "x", "--json"); o.code != exitConfiguration || o.stdout != "" {
			t.Errorf("%s as JSON: %s", action, o)
		}
		if o := p.run(t, action, "R-1042", "--reason", "x", "--deployment", "8"); o.code != exitFailure || !strings.Contains(o.stderr, "没有符合条件的应用") {
			t.Errorf("%s of what waits: %s", action, o)
		}
		if got := strings.Join(p.asked, "\n"); strings.Contains(got, "POST") {
			t.Errorf("%s asked for %s", action, got)
		}
	}
}

func TestTokensComeFromFilesAndConfigurations(t *testing.T) {
	p := &pretended{status: http.StatusOK, answer: `{"releases":[],"next_before":null}`}
	server := httptest.NewServer(p)
	defer server.Close()
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(cliToken+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg := written(t, fmt.Sprintf("listen: %s\napi: {tokens: [{name: ops, token_file: %q}]}\n"+
		"jenkins: [{name: a, url: 'http://127.0.0.1:1', user: a, token: a}]\ndingtalk: {connector: {insecure: true}}\n",
		strings.TrimPrefix(server.URL, "http://"), file))
	for _, args := range [][]string{
		{"--url", server.URL, "--token-file", file}, {"-c", cfg, "--token-file", file}, {"-c", cfg, "--as", "ops"},
	} {
		o := oabridge(t, append([]string{"releases", "list"}, args...)...)
		keepsSecrets(t, o, cliToken)
		if o.code != 0 || !strings.Contains(o.stdout, "没有上线单") {
			t.Errorf("%v: %s", args, o)
		}
	}
	if want := []string{"GET /api/releases?limit=20", "GET /api/releases?limit=20", "GET /api/releases?limit=20"}; !cmp.Equal(want, p.asked) {
		t.Errorf("asked %q", p.asked)
	}
}

func TestEveryStateHasAWord(t *testing.T) {
	for _, s := range model.ReleaseStates() {
		if releaseWords[s] == "" {
			t.Errorf("no word for a release that is %s", s)
		}
	}
	for _, s := range model.DeploymentStates() {
		if deploymentWords[s] == "" {
			t.Errorf("no word for a deployment that is %s", s)
		}
	}
	for _, w := range model.Waits() {
		if waitWords[w] == "" {
			t.Errorf("no word for waiting for %s", w)
		}
	}
}

func TestARelease(t *testing.T) {
	c := &bridgeClient{zone: time.FixedZone("CST", 8*3600), told: true}
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	r := shownRelease{
		Number: "R-1042", State: model.ReleaseActive, Project: shownPerson{ID: "prod:mall", Name: "商城"}, CreatedAt: at, ScheduledAt: &at,
		Initiator: shownPerson{ID: "zhang", Name: "张三"}, Approvers: []shownPerson{{ID: "wang"}, {ID: "li", Name: "李四"}},
		Reason: "修复\n\x1b[31m结算\u202e", BusinessID: "2026-1", EventsBefore: new(int64(3)),
		Deployments: []shownDeployment{
			{
				ID: 7, App: "prod:deploy/web", Name: "商城前端", State: model.StateLost, Build: 12, QueueID: 34, BuildURL: "https://jenkins/12/",
				MissingSince: &at, LateMS: 720000, DurationMS: 1500, Message: "Jenkins 中已找不到这次构建", Stop: &shownStop{By: "ops", Reason: "停"},
			},
			{ID: 8, App: "prod:deploy/order", Name: "订单服务", State: model.StateWaiting, Wait: model.WaitPredecessor},
			{ID: 9, App: "prod:deploy/api", Name: "api", State: model.StateWaiting, Wait: model.WaitJob, NextAt: &at},
			{ID: 10, App: "prod:deploy/new", Name: "new", State: "pondering", Wait: "mood"},
			{
				ID: 11, App: "prod:deploy/old", Name: "old", State: model.StateWaiting, Wait: model.WaitDrift, Message: "任务在审批之后变了",
				Drift: &shownDrift{Since: at, Moved: []string{"deploy/shop/old"}},
			},
			{
				ID: 12, App: "prod:deploy/less", Name: "less", State: model.StateWaiting, Wait: model.WaitDrift, Message: "任务在审批之后变了",
				Drift: &shownDrift{Since: at, Continuable: true},
			},
		},
		Events: []shownEvent{
			{At: at, Actor: "connector", Kind: "accepted", To: "active"},
			{At: at, Actor: "system", Kind: "lost", DeploymentID: 7, From: "running", To: "lost", Message: "找不到"},
			{At: at, Actor: "jenkins", Kind: "differs", DeploymentID: 7, From: "lost", To: "lost", Message: "参数不同"},
		},
		Messages: []shownMessage{
			{CreatedAt: at, State: model.MessageSent, Channel: model.ChannelRobot, Recipient: "ops", Title: "上线单 R-1042 已接收"},
			{CreatedAt: at, State: model.MessageDead, Channel: model.ChannelWorkNotice, Recipient: "zhang", Title: "已失联", LastError: "用户不存在"},
		},
	}
	golden(t, "releases/show.golden", c.describe(r)+c.history(r)+c.outbox(r))
	done := shownRelease{Number: "R-7", State: model.ReleaseSucceeded, CreatedAt: at, Deployments: []shownDeployment{{Name: "web", State: model.StateSucceeded}}}
	raw, err := json.Marshal(map[string]any{"releases": []shownRelease{r, done}, "next_before": "R-7"})
	if err != nil {
		t.Fatal(err)
	}
	var list strings.Builder
	if err := c.printList(&list, raw); err != nil {
		t.Fatal(err)
	}
	golden(t, "releases/list.golden", list.String())
}

// TestARollBackIsShown to people: what it goes back to, the release, or what would be triggered.
func TestARollBackIsShown(t *testing.T) {
	const release = `{"number":"R-1043","state":"active","rollback_of":"R-1042","deployments":[]}`
	for answer, want := range map[string][]string{
		`{"targets":[{"name":"订单服务","release":"R-1001","build":7}],"warnings":["数据库变更不回滚"],"rollback_of":"R-1042","release":` + release + `}`: {
			"订单服务 → R-1001 #7", "注意 note: 数据库变更不回滚", "开始回滚 · rolling back R-1042", "R-1043", "回滚 rolls back"},
		`{"duplicate":true,"release":` + release + `}`: {"已经回滚过 · was rolled back already", "R-1043"},
		`{"dry_run":true,"release":null,"builds":[{"position":1,"name":"订单服务","method":"POST","url":"http://j/x"}]}`: {"nothing was changed", "1. 订单服务", "http://j/x"},
	} {
		p := &pretended{status: http.StatusOK, answer: answer}
		wantEnd(t, answer, p.run(t, "rollback", "R-1042", "--reason", "x"), 0, want...)
	}
}
