package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/oabridge/oabridge/api"
	"github.com/oabridge/oabridge/config"
	"github.com/oabridge/oabridge/dingtalk"
	"github.com/oabridge/oabridge/jenkins"
	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/model/store"
	"github.com/oabridge/oabridge/service"
)

// What the rig is configured with; each is looked for in logs and answers by the leak tests.
const (
	secret   = "api-secret-of-the-connector"
	password = "password-of-basic"
	fixed    = "fixed-token-of-the-connector"
	hooked   = "secret-of-the-jenkins-hook"
	opsToken = "token-of-ops-0123456789"
	devToken = "token-of-dev-0123456789"
)

// jobs is a Jenkins that is asked for nothing but its jobs.
type jobs struct {
	service.Jenkins
	list []model.Job
}

func (j jobs) List(context.Context) (model.Listing, error) { return model.Listing{Jobs: j.list}, nil }

func company() []model.Job {
	branch := "main"
	return []model.Job{
		{FullName: "trade", Name: "trade", DisplayName: "交易平台", Container: true},
		{FullName: "trade/order", Name: "order", DisplayName: "订单服务", Buildable: true, Parameters: []model.ParameterDefinition{
			{Name: "BRANCH", Kind: model.KindString, Default: &branch},
			{Name: "ENV", Kind: model.KindChoice, Choices: []string{"uat", "prod"}},
			{Name: "DRY_RUN", Kind: model.KindBoolean},
			{Name: "API_TOKEN", Kind: model.KindString},
		}},
		{FullName: "trade/pay", Name: "pay", DisplayName: "支付服务", Buildable: true},
		{FullName: "trade/old", Name: "old", DisplayName: "旧服务"},
	}
}

// discard stands in for DingTalk; nothing is delivered, since the engine does not run.
type discard struct{}

func (discard) Deliver(context.Context, model.Message) (int64, error) { return 0, nil }

// newService is the real service on a database of its own, with one controller that has the jobs.
func newService(t testing.TB, list []model.Job, m *api.Metrics) (*service.Service, *store.Store) {
	t.Helper()
	return newServiceOf(t, m, controllerOf(t, "prod", list))
}

func controllerOf(t testing.TB, name string, list []model.Job) service.Controller {
	t.Helper()
	client, err := jenkins.New(jenkins.Options{Name: name, URL: "http://jenkins.test"})
	if err != nil {
		t.Fatal(err)
	}
	return service.Controller{Name: name, Client: jobs{client, list}, URL: "http://jenkins.test", Refresh: time.Minute}
}

func newServiceOf(t testing.TB, m *api.Metrics, controllers ...service.Controller) (*service.Service, *store.Store) {
	t.Helper()
	ctx := context.Background()
	db, err := store.Open(ctx, store.Options{Driver: store.DriverSQLite, DSN: filepath.Join(t.TempDir(), "test.db")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if _, _, err := db.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	var ids atomic.Int64
	s := service.New(service.Options{
		Store: db, Messenger: discard{}, Observer: m, Logger: slog.New(slog.DiscardHandler), Location: time.UTC,
		Form: service.FormRules{Fields: config.Form{}.Names()}, Now: time.Now, NewID: func() string { return fmt.Sprintf("id-%d", ids.Add(1)) }, RunIfLateBy: time.Hour,
		Controllers: controllers,
	})
	for _, c := range controllers {
		if err := s.RefreshOnce(ctx, c.Name); err != nil {
			t.Fatal(err)
		}
	}
	return s, db
}

// logbook keeps what was logged.
type logbook struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// rig is a server with everything configured.
type rig struct {
	t       testing.TB
	handler *api.Server
	log     *logbook
	metrics *api.Metrics
}

func newRig(t testing.TB, s api.Service, change ...func(*api.Options)) *rig {
	t.Helper()
	return newRigWith(t, s, api.NewMetrics(), change...)
}

func newRigWith(t testing.TB, s api.Service, m *api.Metrics, change ...func(*api.Options)) *rig {
	t.Helper()
	r := &rig{t: t, log: &logbook{}, metrics: m}
	var traces atomic.Int64
	o := api.Options{
		Service: s, Callback: newSubscription(t), Events: &inbox{}, Metrics: m, Fields: config.Form{}.Names(), Connector: api.ConnectorAuth{Signature: verify(secret)},
		HookSecret: hooked, Pushes: pushesOf(s),
		Tokens: []api.Token{{Name: "ops", Token: opsToken}, {Name: "dev", Token: devToken}},
		Logger: slog.New(slog.NewTextHandler(r.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		NewID:  func() string { return fmt.Sprintf("trace-%d", traces.Add(1)) },
	}
	for _, c := range change {
		c(&o)
	}
	r.handler = api.New(o)
	return r
}

// pushesOf is the service as far as Jenkins knows it.
func pushesOf(s api.Service) api.Pushes {
	pushes, _ := s.(api.Pushes)
	return pushes
}

// newReal is a rig around the real service on a database of its own.
func newReal(t testing.TB) (*rig, *store.Store) {
	t.Helper()
	m := api.NewMetrics()
	s, db := newService(t, company(), m)
	return newRigWith(t, s, m), db
}

func verify(secret string) func(http.Header) error {
	key := dingtalk.NewConnectorKey(secret)
	return func(h http.Header) error {
		return key.VerifyCall(h, time.Now(), time.Minute)
	}
}

func sign(h http.Header) {
	now := strconv.FormatInt(time.Now().UnixMilli(), 10)
	h.Set(dingtalk.HeaderTimestamp, now)
	h.Set(dingtalk.HeaderSignature, dingtalk.SignConnector(secret, now))
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	raw    string
	body   map[string]any
}

// do sends a request without any credentials.
func (r *rig) do(method, target, contentType, body string, change ...func(*http.Request)) answer {
	r.t.Helper()
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	req := httptest.NewRequest(method, target, reader)
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	for _, c := range change {
		c(req)
	}
	w := httptest.NewRecorder()
	r.handler.ServeHTTP(w, req)
	return r.read(w)
}

func (r *rig) read(w *httptest.ResponseRecorder) answer {
	r.t.Helper()
	a := answer{status: w.Code, header: w.Header(), raw: w.Body.String()}
	if strings.HasPrefix(w.Header().Get("Content-Type"), "application/json") {
		if err := json.Unmarshal(w.Body.Bytes(), &a.body); err != nil {
			r.t.Fatalf("answer %q: %v", a.raw, err)
		}
	}
	return a
}

// call calls a connector action with a signature: by GET without a body, else by POST with JSON.
func (r *rig) call(action, body string) answer {
	r.t.Helper()
	if body == "" {
		return r.do(http.MethodGet, "/connector/"+action, "", "", signed)
	}
	return r.do(http.MethodPost, "/connector/"+action, "application/json", body, signed)
}

// ops calls the JSON API as ops.
func (r *rig) ops(method, path, body string) answer {
	r.t.Helper()
	contentType := ""
	if body != "" {
		contentType = "application/json"
	}
	return r.do(method, path, contentType, body, bearer(opsToken))
}

func signed(r *http.Request) { sign(r.Header) }

func bearer(token string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) }
}

// code is the answer's code, whichever family it is of.
func (a answer) code() string {
	if detail, ok := a.body["error"].(map[string]any); ok {
		return fmt.Sprint(detail["code"])
	}
	return fmt.Sprint(a.body["errorCode"])
}

func (a answer) message() string {
	if detail, ok := a.body["error"].(map[string]any); ok {
		return fmt.Sprint(detail["message"])
	}
	return fmt.Sprint(a.body["errorMsg"])
}
