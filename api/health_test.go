package api_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/oabridge/oabridge/api"
	"github.com/oabridge/oabridge/model"
)

func TestHealthz(t *testing.T) {
	r := newRig(t, &fake{})
	if a := r.do("GET", "/healthz", "", ""); a.status != http.StatusOK || a.raw != `{"status":"ok"}` {
		t.Errorf("%d %s", a.status, a.raw)
	}
}

func TestReadyzNamesEverythingThatFails(t *testing.T) {
	failing := map[string]error{}
	check := func(name string) api.Check {
		return api.Check{Name: name, Probe: func(ctx context.Context) error {
			if _, bounded := ctx.Deadline(); !bounded {
				t.Error("a check has no deadline")
			}
			return failing[name]
		}}
	}
	r := newRig(t, &fake{}, func(o *api.Options) { o.Checks = []api.Check{check("database"), check("catalogue")} })
	if a := r.do("GET", "/readyz", "", ""); a.status != http.StatusOK || a.body["status"] != "ready" {
		t.Errorf("%d %s", a.status, a.raw)
	}
	failing["database"] = model.Wrap(model.CodeDatabaseUnavailable, errors.New("dial user:dsn-secret@tcp"), "数据库暂时不可用")
	failing["catalogue"] = errors.New("raw-cause")
	a := r.do("GET", "/readyz", "", "")
	if a.status != http.StatusServiceUnavailable || a.body["status"] != "not_ready" ||
		!strings.Contains(a.raw, `{"name":"database","ok":false,"code":"database_unavailable","message":"数据库暂时不可用"}`) ||
		!strings.Contains(a.raw, `{"name":"catalogue","ok":false,"code":"internal"`) {
		t.Errorf("%d %s", a.status, a.raw)
	}
	if strings.Contains(a.raw, "dsn-secret") || strings.Contains(a.raw, "raw-cause") {
		t.Errorf("a cause is in %s", a.raw)
	}
}

func TestDrainingIsNotReadyButAnswers(t *testing.T) {
	r := newRig(t, &fake{})
	r.handler.Drain()
	if a := r.do("GET", "/readyz", "", ""); a.status != http.StatusServiceUnavailable || !strings.Contains(a.raw, `"shutting_down"`) {
		t.Errorf("%d %s", a.status, a.raw)
	}
	if a := r.call("projects", ""); a.status != http.StatusOK {
		t.Errorf("%d %s", a.status, a.raw)
	}
	if a := r.do("GET", "/healthz", "", ""); a.status != http.StatusOK {
		t.Errorf("%d %s", a.status, a.raw)
	}
}
