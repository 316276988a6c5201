package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// rewrite changes a line of the configuration file.
func (o *outside) rewrite(from, to string) {
	o.t.Helper()
	text, err := os.ReadFile(o.config)
	if err == nil {
		err = os.WriteFile(o.config, []byte(strings.Replace(string(text), from, to, 1)), 0o600)
	}
	if err != nil {
		o.t.Fatal(err)
	}
}

// throughGateway calls the connector over the Stream, as DingTalk's connector platform does without a public address. It
// signs with what the ordinary caller would send.
func (o *outside) throughGateway(action string, fields map[string]any) (status int, answer map[string]any) {
	o.t.Helper()
	caller := o.caller
	caller.HTTPClient = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		body, _ := io.ReadAll(r.Body)
		headers := map[string]string{}
		for name := range r.Header {
			headers[name] = r.Header.Get(name)
		}
		call, _ := json.Marshal(map[string]any{"specVersion": "2.0", "pluginName": "http_plugin", "data": map[string]any{
			"method": r.Method, "url": "http://bridge.internal" + r.URL.Path, "headers": headers, "body": string(body), "timeout": 5000,
		}})
		ack, err := o.dingtalk.StreamCallback(r.Context(), "/v1.0/ipaas/proxy/callback", string(call))
		if err != nil {
			return nil, err
		}
		var got struct {
			Response struct {
				StatusCode int
				Content    json.RawMessage
			}
		}
		if err := json.Unmarshal([]byte(ack.Data), &got); err != nil {
			return nil, err
		}
		return &http.Response{
			StatusCode: got.Response.StatusCode, Body: io.NopCloser(strings.NewReader(string(got.Response.Content))), Request: r,
		}, nil
	})}
	ctx, cancel := context.WithTimeout(o.t.Context(), 10*time.Second)
	defer cancel()
	status, answer, err := caller.Call(ctx, action, fields)
	if err != nil {
		o.t.Fatal(err)
	}
	return status, answer
}

type roundTrip func(*http.Request) (*http.Response, error)

// RoundTrip implements http.RoundTripper.
func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestConnectorGateway deploys through a connector that reaches the bridge over the Stream only.
func TestConnectorGateway(t *testing.T) {
	o := newOutside(t, fmt.Sprintf("{driver: sqlite, dsn: %q}", filepath.Join(t.TempDir(), "oabridge.db")))
	o.rewrite("connector: {secret:", "connector: {gateway: true, secret:")
	b := o.serve()
	o.eventually("the Stream is connected", func() bool { return o.dingtalk.Ledger().Stream.Live() == 1 }, func() string { return "" })
	if status, _ := o.throughGateway("../api/releases", nil); status != http.StatusForbidden {
		t.Errorf("another path is answered with %d", status)
	}
	good := o.caller.Secret
	o.caller.Secret = "wrong"
	if status, answer := o.throughGateway("ping", nil); status != http.StatusUnauthorized {
		t.Errorf("a wrong signature is answered with %d %v", status, answer)
	}
	o.caller.Secret = good
	fields, pairs := map[string]any{}, immediate()
	for i := 0; i < len(pairs); i += 2 {
		fields[pairs[i].(string)] = pairs[i+1]
	}
	for _, duplicate := range []bool{false, true} {
		if status, answer := o.throughGateway("releases", fields); status != http.StatusOK || answer["duplicate"] != duplicate {
			t.Fatalf("%d %v", status, answer)
		}
	}
	o.settled("R-1001", "succeeded")
	if builds := o.jenkins.Ledger().Builds; len(builds) != 1 {
		t.Errorf("built %v", builds)
	}
	if text := o.text("/metrics"); !strings.Contains(text, "oabridge_dingtalk_stream_connected 1\n") {
		t.Errorf("metrics: %s", text)
	}
	code, log := b.stop()
	if code != 0 || strings.Contains(log, e2eAppSecret) {
		t.Errorf("exit %d: %s", code, log)
	}
	if live := o.dingtalk.Ledger().Stream.Live(); live != 0 {
		t.Errorf("%d connections after the end", live)
	}
}

// TestServeFromAnEventByStream deploys what is approved without a connector: an event that comes twice deploys once, and one
// that DingTalk lost while there was no connection is made up for.
func TestServeFromAnEventByStream(t *testing.T) {
	o := newOutside(t, fmt.Sprintf("{driver: sqlite, dsn: %q}", filepath.Join(t.TempDir(), "oabridge.db")))
	o.rewrite("connector: {secret: "+e2eConnector+"}", "events: {mode: stream}")
	o.rewrite(`verify_approval: "off"`, "verify_approval: auto")
	o.rewrite("\ndingtalk:", "\nform: {process_codes: [PROC-deploy]}\ndingtalk:")
	o.dingtalk.StreamChanges()
	b := o.serve()
	connected := func() bool { return o.dingtalk.Ledger().Stream.Live() == 1 }
	detail := func() string { return fmt.Sprintf("%+v", o.dingtalk.Ledger().Stream) }
	o.eventually("the Stream is connected", connected, detail)
	form := []string{"项目名称", "商城", "应用名称", "商城前端", "VERSION", "v2.1.0", "ENV", "prod"}
	told, lost := o.approval(form...), o.approval(form...)
	o.dingtalk.DuplicateStream(1)
	o.decide(told, true)
	o.deployed()
	o.dingtalk.DropStream(-1)
	o.decide(lost, true)
	o.dingtalk.CutStream()
	o.eventually("the lost one has a release", func() bool {
		list, _ := o.api("/api/releases")["releases"].([]any)
		return len(list) == 2
	}, detail)
	o.settled("R-1002", "succeeded")
	// We count the one that came twice twice, DingTalk the one that was lost.
	o.eventually("as many pushes are counted as DingTalk counts", func() bool {
		line := fmt.Sprintf("oabridge_dingtalk_calls{kind=\"webhook\"} %d\n", o.dingtalk.Ledger().Used["webhook"])
		return strings.Contains(o.text("/metrics"), line)
	}, detail)
	code, log := b.stop()
	if builds := o.jenkins.Ledger().Builds; code != 0 || len(builds) != 2 {
		t.Errorf("serve ended with %d, %d builds: %+v", code, len(builds), builds)
	}
	if strings.Contains(log, e2eAppSecret) || strings.Contains(log, "ticket") {
		t.Error("the log tells the secret or a ticket")
	}
}
