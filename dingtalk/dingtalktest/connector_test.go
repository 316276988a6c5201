package dingtalktest_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/oabridge/oabridge/dingtalk/dingtalktest"
)

// bridge records what a connector sends, and answers with a body.
type bridge struct {
	request *http.Request
	body    string
}

func newBridge(t *testing.T, status int, answer string) (*bridge, dingtalktest.Connector) {
	t.Helper()
	b := &bridge{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		b.request, b.body = r, string(raw)
		w.WriteHeader(status)
		_, _ = fmt.Fprint(w, answer)
	}))
	transport := &http.Transport{}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		server.Close()
	})
	return b, dingtalktest.Connector{
		BaseURL: server.URL + "/connector/", Secret: "123456789", HTTPClient: &http.Client{Transport: transport},
		Now: func() time.Time { return time.UnixMilli(1670577222000) },
	}
}

func TestConnectorSignsTheVector(t *testing.T) {
	b, c := newBridge(t, 200, `{"success":true}`)
	status, answer, err := c.Call(context.Background(), "projects", map[string]any{"keyword": "交易"})
	if err != nil || status != 200 || answer["success"] != true {
		t.Fatalf("HTTP %d %v, %v", status, answer, err)
	}
	h := b.request.Header
	if h.Get("x-ddpaas-signature-timestamp") != "1670577222000" ||
		h.Get("x-ddpaas-signature") != "H0lBOD+axrsJQUVgkiskv1K77M3xoGFP8dtSHfxyW8w=" {
		t.Errorf("headers %v", h)
	}
	if b.request.URL.Path != "/connector/projects" || b.body != `{"keyword":"交易"}` || h.Get("Content-Type") != "application/json" {
		t.Errorf("%s %s %s", b.request.URL, h.Get("Content-Type"), b.body)
	}
}

func TestConnectorEncodings(t *testing.T) {
	fields := map[string]any{"应用名称": []string{"订单", "支付"}, "reason": "a&b", "n": 3}
	const encoded = "n=3&reason=a%26b&%E5%BA%94%E7%94%A8%E5%90%8D%E7%A7%B0=%5B%22%E8%AE%A2%E5%8D%95%22%2C%22%E6%94%AF%E4%BB%98%22%5D"
	tests := []struct {
		encoding                         dingtalktest.Encoding
		method, contentType, query, body string
	}{
		{dingtalktest.EncodingForm, "POST", "application/x-www-form-urlencoded", "", encoded},
		{dingtalktest.EncodingQuery, "GET", "", encoded, ""},
	}
	for _, tt := range tests {
		b, c := newBridge(t, 401, `{"success":false}`)
		c.Encoding = tt.encoding
		status, _, err := c.Call(context.Background(), "apps", fields)
		if err != nil || status != 401 {
			t.Fatalf("HTTP %d, %v", status, err)
		}
		r := b.request
		if r.Method != tt.method || r.Header.Get("Content-Type") != tt.contentType || r.URL.RawQuery != tt.query || b.body != tt.body {
			t.Errorf("%s %s %s %s", r.Method, r.URL, r.Header.Get("Content-Type"), b.body)
		}
		if r.Header.Get("x-ddpaas-signature") == "" {
			t.Error("not signed")
		}
	}
}

func TestConnectorWithoutSecretSendsNoSignature(t *testing.T) {
	b, c := newBridge(t, 200, `{}`)
	c.Secret = ""
	if _, _, err := c.Call(context.Background(), "ping", nil); err != nil || b.request.Header.Get("x-ddpaas-signature") != "" {
		t.Errorf("%v %v", err, b.request.Header)
	}
}

func TestConnectorDefaults(t *testing.T) {
	b, c := newBridge(t, 200, `{}`)
	c.Now = nil
	if _, _, err := c.Call(context.Background(), "ping", nil); err != nil {
		t.Fatal(err)
	}
	if ts := b.request.Header.Get("x-ddpaas-signature-timestamp"); len(ts) != 13 || ts == "1670577222000" {
		t.Errorf("timestamp %q", ts)
	}
	c.BaseURL, c.HTTPClient = "http://127.0.0.1:1", nil
	if _, _, err := c.Call(context.Background(), "ping", nil); err == nil {
		t.Error("no error for a closed port")
	}
}

func TestConnectorErrors(t *testing.T) {
	for _, body := range []string{"", "<html>", "[]", "null"} {
		_, c := newBridge(t, 502, body)
		status, _, err := c.Call(context.Background(), "ping", nil)
		if err == nil || status != 502 || !strings.Contains(err.Error(), "HTTP 502") {
			t.Errorf("%q: HTTP %d, %v", body, status, err)
		}
	}
	_, c := newBridge(t, 200, `{}`)
	for _, encoding := range []dingtalktest.Encoding{dingtalktest.EncodingJSON, dingtalktest.EncodingForm, dingtalktest.EncodingQuery} {
		c.Encoding = encoding
		if _, _, err := c.Call(context.Background(), "ping", map[string]any{"f": func() {}}); err == nil {
			t.Error("encoded a function")
		}
		bad := c
		bad.BaseURL = "http://bad host"
		if _, _, err := bad.Call(context.Background(), "ping", nil); err == nil {
			t.Error("called a bad address")
		}
	}
}
