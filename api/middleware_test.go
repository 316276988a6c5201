package api_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oabridge/oabridge/api"
	"github.com/oabridge/oabridge/model"
)

func TestAPanicIsAnsweredWithoutItsText(t *testing.T) {
	f := &fake{during: func(context.Context) { panic("panic-text") }}
	r := newRig(t, f)
	for _, a := range []answer{r.call("validate", ""), r.ops("GET", "/api/releases", "")} {
		if a.status != http.StatusInternalServerError || a.code() != "internal" || strings.Contains(a.raw, "panic-text") {
			t.Errorf("%d %s", a.status, a.raw)
		}
		if trace := a.header.Get("X-Trace-Id"); trace == "" || !strings.Contains(a.raw, trace) || !strings.Contains(r.log.String(), trace) {
			t.Errorf("trace %q; answer %s", trace, a.raw)
		}
	}
	if !strings.Contains(r.log.String(), "panic-text") {
		t.Error("the log does not say what happened")
	}
	if a := r.call("validate", ""); a.body["valid"] != false {
		t.Errorf("the form could be submitted: %s", a.raw)
	}
}

func TestAnAbortedHandlerStaysAborted(t *testing.T) {
	r := newRig(t, &fake{during: func(context.Context) { panic(http.ErrAbortHandler) }})
	defer func() {
		if caught := recover(); caught != http.ErrAbortHandler {
			t.Errorf("got %v", caught)
		}
	}()
	r.call("validate", "")
}

func TestOurOwnTroubleNeverShowsItsCause(t *testing.T) {
	f := &fake{}
	r := newRig(t, f)
	for _, c := range []struct {
		err    error
		status int
	}{
		{errors.New("raw-cause"), 500},
		{model.Wrap(model.CodeInternal, errors.New("raw-cause"), "raw-cause"), 500},
		{model.Wrap("made_up", errors.New("raw-cause"), "raw-cause"), 500},
		{model.Wrap(model.CodeDatabaseUnavailable, errors.New("raw-cause"), "数据库暂时不可用"), 503},
		{model.Wrap(model.CodeNotFound, errors.New("raw-cause"), "没有"), 404},
	} {
		f.err = c.err
		for _, a := range []answer{r.ops("GET", "/api/releases/R-1", ""), r.call("validate", "")} {
			if a.status != c.status || strings.Contains(a.raw, "raw-cause") || a.message() == "" {
				t.Errorf("%v: %d %s", c.err, a.status, a.raw)
			}
		}
	}
	if !strings.Contains(r.log.String(), "raw-cause") {
		t.Error("the log does not have the cause")
	}
}

func TestRetryAfterIsPassedOn(t *testing.T) {
	r := newRig(t, &fake{err: &model.Error{Code: model.CodeDatabaseUnavailable, Message: "忙", RetryAfter: 1500 * time.Millisecond}})
	if a := r.call("validate", ""); a.header.Get("Retry-After") != "2" {
		t.Errorf("Retry-After %q", a.header.Get("Retry-After"))
	}
}

func TestHeadersOfEveryAnswer(t *testing.T) {
	r := newRig(t, &fake{})
	traces := map[string]bool{}
	for _, target := range []string{"/connector/ping", "/api/releases", "/nothing", "/healthz", "/metrics", "/openapi.yaml"} {
		a := r.do("GET", target, "", "", header("X-Trace-Id", "forged"))
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store",
			"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
		} {
			if got := a.header.Get(name); got != want {
				t.Errorf("%s: %s is %q", target, name, got)
			}
		}
		traces[a.header.Get("X-Trace-Id")] = true
	}
	if len(traces) != 6 || traces["forged"] || traces[""] {
		t.Errorf("trace ids: %v", traces)
	}
}

func TestTheServiceKnowsTheTrace(t *testing.T) {
	var inside string
	r := newRig(t, &fake{during: func(ctx context.Context) { inside = api.TraceID(ctx) }})
	for _, action := range []string{"validate", "releases"} {
		if a := r.call(action, ""); inside == "" || inside != a.body["traceId"] {
			t.Errorf("%s: %q inside, %v outside", action, inside, a.body["traceId"])
		}
	}
	if got := api.TraceID(context.Background()); got != "" {
		t.Errorf("outside of a request: %q", got)
	}
}

func TestTheLogHasOneLineARequestAndNoSecrets(t *testing.T) {
	f := &fake{release: aRelease()}
	r := newRig(t, f, func(o *api.Options) {
		o.Connector = api.ConnectorAuth{Signature: verify(secret), BasicUser: "ding", BasicPassword: password, Token: fixed}
	})
	answers := []answer{
		r.do("POST", "/connector/validate?API_TOKEN=query-secret", asJSON, `{"PASSWORD":"body-secret"}`, signed),
		r.do("GET", "/connector/ping?token=query-secret", "", "", basic("ding", password)),
		r.do("GET", "/connector/ping", "", "", basic("ding", "guessed-secret")),
		r.do("GET", "/connector/ping", "", "", header("X-Api-Key", fixed)),
		r.do("GET", "/connector/apps?wrong-name=query-secret", "", "", bearer(fixed)),
		r.do("GET", "/nothing?x=query-secret", "", "", bearer("guessed-secret")),
		r.do("POST", "/connector/validate", asJSON, `{"a":"body-secret","a":"body-secret"}`, signed),
		r.ops("POST", "/api/releases/R-1/cancel", `{"reason":"body-secret"}`),
		r.do("GET", "/api/releases", "", "", bearer("guessed-secret")),
	}
	everything := r.log.String()
	if lines := strings.Count(everything, "\n"); lines != len(answers) {
		t.Errorf("%d lines for %d requests:\n%s", lines, len(answers), everything)
	}
	for _, a := range answers {
		everything += a.raw
	}
	for _, s := range []string{secret, password, fixed, hooked, opsToken, "query-secret", "body-secret", "guessed-secret", "parameter-secret", "Basic ", "Bearer t"} {
		if strings.Contains(everything, s) {
			t.Errorf("%q leaked:\n%s", s, everything)
		}
	}
	for _, part := range []string{"path=/connector/validate", "status=401", "code=unauthorized", "actor=ops", "method=POST", "took=", "trace_id=trace-1"} {
		if !strings.Contains(r.log.String(), part) {
			t.Errorf("%s is not in the log:\n%s", part, r.log.String())
		}
	}
}

func TestManyCallersAtOnce(t *testing.T) {
	r, _ := newReal(t)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 20 {
				if a := r.call("apps", `{"project":"交易平台"}`); a.body["total"] != 2.0 || a.body["traceId"] != a.header.Get("X-Trace-Id") {
					t.Errorf("%s", a.raw)
				}
				r.call("releases", `{"project":"交易平台","app":"支付服务","requestId":"same"}`)
				r.do("GET", "/metrics", "", "")
			}
		})
	}
	all.Wait()
	if a := r.ops("GET", "/api/releases", ""); len(listed(a)) != 1 {
		t.Errorf("the same form became several releases: %s", a.raw)
	}
}
