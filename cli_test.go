package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/dingtalk"
)

var update = flag.Bool("update", false, "write the golden files anew")

// ending is how a run of the program ended and what it printed.
type ending struct {
	code           int
	stdout, stderr string
}

func (o ending) String() string {
	return fmt.Sprintf("exit %d\n--- stdout\n%s--- stderr\n%s", o.code, o.stdout, o.stderr)
}

// oabridge runs the program to its end.
func oabridge(t *testing.T, args ...string) ending {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code := run(t.Context(), args, nil, &stdout, &stderr)
	return ending{code, stdout.String(), stderr.String()}
}

// golden compares with a file below testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", filepath.FromSlash(name))
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got, go test -update writes it anew):\n%s", path, diff)
	}
}

// keepsSecrets fails when any of the secrets stands in the output.
func keepsSecrets(t *testing.T, o ending, secrets ...string) {
	t.Helper()
	for _, secret := range secrets {
		if strings.Contains(o.stdout+o.stderr, secret) {
			t.Errorf("the secret %q was shown:\n%s", secret, o)
		}
	}
}

func TestWrongCommandLines(t *testing.T) {
	for line, want := range map[string]string{
		"deploy":                           "see oabridge --help",
		"--loud":                           "see oabridge --help",
		"serve now":                        "takes no arguments, but was given \"now\"\nsee oabridge serve --help",
		"sign":                             "see oabridge sign --help",
		"config chek":                      "unknown command \"chek\" for \"oabridge config\"\nsee oabridge config --help",
		"doctor --yaml":                    "see oabridge doctor --help",
		"fake gitlab":                      "see oabridge fake --help",
		"fake jenkins --delay soon":        "see oabridge fake jenkins --help",
		"version please":                   "takes no arguments, but was given \"please\"\nsee oabridge version --help",
		"sign --secret s --timestamp abc":  "10 or 13 digits",
		"sign --secret s --timestamp 1234": "10 or 13 digits",
		"demo --listen 8080":               "write host:port, such as 127.0.0.1:8080",
		"demo --listen 127.0.0.1:http":     "write host:port, such as 127.0.0.1:8080",
		"fake dingtalk --listen 18090":     "write host:port, such as 127.0.0.1:8080",
		"health --url 127.0.0.1:8080":      "write it as http://127.0.0.1:8080",
		"health --url ftp://127.0.0.1":     "write it as http://127.0.0.1:8080",
	} {
		o := oabridge(t, strings.Fields(line)...)
		if o.code != exitConfiguration || o.stdout != "" || !strings.HasSuffix(o.stderr, want+"\n") {
			t.Errorf("%s: %s", line, o)
		}
	}
}

func TestGroupsOfCommandsExplainThemselves(t *testing.T) {
	for _, group := range []string{"config", "fake"} {
		if o := oabridge(t, group); o.code != 0 || !strings.Contains(o.stdout, "oabridge "+group+" [command]") {
			t.Errorf("%s: %s", group, o)
		}
	}
}

func TestSignPrintsDingTalksOwnExample(t *testing.T) {
	const signature = "ZxG82mXCf3Z41wNXtWP159kGkeAH/GZDftu+hDbYqac="
	o := oabridge(t, "sign", "--secret", "123456789", "--timestamp", "1670577222")
	want := dingtalk.HeaderTimestamp + ": 1670577222\n" + dingtalk.HeaderSignature + ": " + signature + "\n"
	if o.code != 0 || o.stdout != want || o.stderr != "" {
		t.Errorf("%s, want\n%s", o, want)
	}
	var headers map[string]string
	decode(t, oabridge(t, "sign", "--secret", "123456789", "--timestamp", "1670577222", "--json"), &headers)
	if headers[dingtalk.HeaderSignature] != signature || headers[dingtalk.HeaderTimestamp] != "1670577222" {
		t.Errorf("as JSON: %v", headers)
	}
}

func TestVersion(t *testing.T) {
	if o := oabridge(t, "version"); o.code != 0 || !strings.HasPrefix(o.stdout, "oabridge "+version+" (") {
		t.Errorf("%s", o)
	}
	var parts map[string]string
	decode(t, oabridge(t, "version", "--json"), &parts)
	if parts["version"] != version || parts["go"] != runtime.Version() || parts["revision"] == "" {
		t.Errorf("as JSON: %v", parts)
	}
}

func TestHealth(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/healthz" {
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = io.WriteString(w, `{"status":"not_ready","checks":[{"name":"shutdown","ok":true},{"name":"database","ok":false,"message":"满了\u001b"}]}`)
		}
	}))
	defer server.Close()
	if o := oabridge(t, "health", "--url", server.URL); o.code != 0 || o.stdout != server.URL+"/healthz: 200\n" {
		t.Errorf("well: %s", o)
	}
	if o := oabridge(t, "health", "--url", server.URL, "--ready"); o.code != exitFailure || !strings.Contains(o.stderr, "503") ||
		o.stdout != server.URL+"/readyz: 503\n  database: 满了 \n" {
		t.Errorf("not ready: %s", o)
	}
	if o := oabridge(t, "health", "--url", "http://"+closedAddress(t)); o.code != exitFailure || o.stderr == "" {
		t.Errorf("nobody there: %s", o)
	}
	path := written(t, "listen: "+strings.TrimPrefix(server.URL, "http://")+"\n"+
		"jenkins: [{name: a, url: 'http://127.0.0.1:1', user: a, token: a}]\ndingtalk: {connector: {insecure: true}}\n")
	if o := oabridge(t, "health", "-c", path); o.code != 0 || !strings.Contains(o.stdout, "/healthz: 200") {
		t.Errorf("by configuration: %s", o)
	}
}

// closedAddress is an address that nobody listens on.
func closedAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// written is the path of a configuration file with this text.
func written(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
