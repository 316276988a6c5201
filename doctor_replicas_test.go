package main

import (
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/oabridge/oabridge/config"
	"github.com/oabridge/oabridge/model"
)

// TestDoctorComparesReplicas starts replicas that were given the patient's configuration, another one, and another version.
func TestDoctorComparesReplicas(t *testing.T) {
	p := newPatient(t, 0)
	cfg, err := config.Load(p.config(), nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := openStore(t.Context(), cfg.Database, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	installation, err := s.Installation(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	start := func(id, version string, change func(*config.Config)) {
		t.Helper()
		given := *cfg
		change(&given)
		r := model.Replica{ID: id, Host: "host-" + id, Version: version, Fingerprints: fingerprints(&given, installation)}
		if err := s.SeeReplica(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	want := func(status, detail string) {
		t.Helper()
		_, list := p.ask()
		i := slices.IndexFunc(list, func(c checked) bool { return c.Check == "replicas" })
		if i < 0 || list[i].Status != status || !strings.Contains(list[i].Detail, detail) {
			t.Errorf("want %s %q: %+v", status, detail, list)
		}
	}
	want(statusOK, "none runs now")
	start("a", version, func(*config.Config) {})
	start("b", "v0", func(c *config.Config) { c.Timezone = "UTC" })
	want(statusOK, "2 running · 运行中：host-a/a ("+version+"), host-b/b (v0)")
	start("c", version, func(c *config.Config) { c.Timezone, c.Form.Order = "UTC", config.OrderParallel })
	want(statusWarn, "host-a/a and host-c/c in form, timezone")
	if err := s.ForgetReplicas(t.Context()); err != nil {
		t.Fatal(err)
	}
	start("d", version, func(c *config.Config) { c.DingTalk.Connector.Secret = "hush-other" })
	want(statusWarn, "this configuration differs from theirs in · 与本配置不一致：dingtalk.connector")
}
