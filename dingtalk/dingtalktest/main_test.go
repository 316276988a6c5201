package dingtalktest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/oabridge/oabridge/dingtalk/dingtalktest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fake is a server whose clock the test moves.
type fake struct {
	*dingtalktest.Server
	t   *testing.T
	now time.Time
}

// newFake begins at 10:00 in Beijing.
func newFake(t *testing.T, change ...func(*dingtalktest.Options)) *fake {
	t.Helper()
	f := &fake{t: t, now: time.Date(2026, 11, 22, 2, 0, 0, 0, time.UTC)}
	opts := dingtalktest.Options{
		AppKey: "k", AppSecret: "s", AgentID: 42, Now: func() time.Time { return f.now },
		Robots: []dingtalktest.Robot{{Name: "open", AccessToken: "open"}, {Name: "signed", AccessToken: "signed", Secret: "this is secret"}},
		Users:  []dingtalktest.User{{ID: "u1", Name: "张三", Mobile: "13800000000"}, {ID: "u2", Name: "李四"}},
	}
	for _, c := range change {
		c(&opts)
	}
	f.Server = dingtalktest.New(opts)
	return f
}

type answer struct {
	status int
	text   string
	json   map[string]any
}

// code is the one that tells: sub_code, errcode or code, as text.
func (a answer) code() string {
	for _, key := range []string{"sub_code", "errcode", "code"} {
		switch v := a.json[key].(type) {
		case string:
			return v
		case float64:
			return json.Number(strings.TrimSuffix(jsonText(v), ".0")).String()
		}
	}
	return ""
}

func jsonText(v any) string {
	text, _ := json.Marshal(v)
	return string(text)
}

// do calls without a socket; headers are "Name: value".
func (f *fake) do(method, target, body string, headers ...string) answer {
	f.t.Helper()
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		r.Header.Set(name, value)
	}
	return record(f.t, f.Server, r)
}

func record(t *testing.T, h http.Handler, r *http.Request) answer {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	raw, err := io.ReadAll(w.Result().Body)
	if err != nil {
		t.Fatal(err)
	}
	a := answer{status: w.Code, text: string(raw)}
	_ = json.Unmarshal(raw, &a.json)
	return a
}

func (f *fake) post(target, body string) answer { f.t.Helper(); return f.do("POST", target, body) }

func (f *fake) want(a answer, status int, code string) {
	f.t.Helper()
	if a.status != status || a.code() != code {
		f.t.Fatalf("HTTP %d %q, want %d %q: %s", a.status, a.code(), status, code, a.text)
	}
}

func (f *fake) token() string {
	f.t.Helper()
	token, _ := f.post("/v1.0/oauth2/accessToken", `{"appKey":"k","appSecret":"s"}`).json["accessToken"].(string)
	if token == "" {
		f.t.Fatal("no token")
	}
	return token
}
