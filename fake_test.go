package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
)

// fakeProcess is a fake that runs as `oabridge fake …` does.
type fakeProcess struct {
	t      *testing.T
	stdout *bufio.Reader
	cancel context.CancelFunc
	code   chan int
}

// startFake starts a fake on a free port.
func startFake(t *testing.T, args ...string) *fakeProcess {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	reader, writer := io.Pipe()
	f := &fakeProcess{t: t, stdout: bufio.NewReader(reader), cancel: cancel, code: make(chan int, 1)}
	go func() {
		f.code <- run(ctx, append([]string{"fake"}, args...), nil, writer, writer)
		_ = writer.Close()
	}()
	t.Cleanup(cancel)
	return f
}

// stop ends it as a signal would, and returns what it had still to print.
func (f *fakeProcess) stop() string {
	f.t.Helper()
	f.cancel()
	rest, err := io.ReadAll(f.stdout)
	if code := <-f.code; code != 0 || err != nil {
		f.t.Errorf("exit %d, %v: %s", code, err, rest)
	}
	return string(rest)
}

// guide reads up to the line that ends what it prints at the start.
func (f *fakeProcess) guide(last string) string {
	f.t.Helper()
	var text strings.Builder
	for {
		line, err := f.stdout.ReadString('\n')
		text.WriteString(line)
		if err != nil || strings.Contains(line, last) {
			return text.String()
		}
	}
}

// section is the part of a guide that belongs into a configuration file.
func section(t *testing.T, guide, from string) string {
	t.Helper()
	_, text, found := strings.Cut(guide, "\n"+from+":\n")
	text, _, ended := strings.Cut(text, "\n\n")
	if !found || !ended {
		t.Fatalf("no %s in:\n%s", from, guide)
	}
	return from + ":\n" + text + "\n"
}

func TestWhatTheFakesPrintIsAConfigurationThatWorks(t *testing.T) {
	jenkins := startFake(t, "jenkins", "--listen", "127.0.0.1:0", "--user", "某人 #1", "--token", `a"b`, "--delay", "1ms")
	dingtalk := startFake(t, "dingtalk", "--listen", "127.0.0.1:0", "--agent-id", "42", "--app-secret", "x: y")
	jenkinsGuide, dingtalkGuide := jenkins.guide("restart?"), dingtalk.guide("stream/disconnect")
	path := written(t, section(t, jenkinsGuide, "jenkins")+section(t, dingtalkGuide, "dingtalk")+
		"database: {dsn: '"+t.TempDir()+"/a.db'}\n")
	if o := oabridge(t, "config", "check", "-c", path); o.code != 0 {
		t.Fatal(o)
	}
	o := oabridge(t, "doctor", "-c", path)
	if o.code != 0 || !strings.Contains(o.stdout, "as 某人 #1") || !strings.Contains(o.stdout, "an access token was given") {
		t.Errorf("%s", o)
	}
	for _, guide := range []string{jenkinsGuide, dingtalkGuide} {
		tryControls(t, guide)
	}
	if rest := jenkins.stop() + dingtalk.stop(); rest != "" {
		t.Errorf("printed more: %s", rest)
	}
}

var controlLine = regexp.MustCompile(`(?m)^curl -s (-X POST )?'?(http://[^' \n]+)'?`)

// tryControls calls every address that a guide has curl call.
func tryControls(t *testing.T, guide string) {
	t.Helper()
	lines := controlLine.FindAllStringSubmatch(guide, -1)
	if len(lines) < 5 {
		t.Errorf("%d curl lines in:\n%s", len(lines), guide)
	}
	for _, line := range lines {
		method := http.MethodGet
		if line[1] != "" {
			method = http.MethodPost
		}
		req, err := http.NewRequestWithContext(t.Context(), method, line[2], nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		if _ = res.Body.Close(); res.StatusCode/100 != 2 {
			t.Errorf("%s: %s", line[0], res.Status)
		}
	}
}

func TestFakesPrintTheirAddressAsJSON(t *testing.T) {
	for _, name := range []string{"jenkins", "dingtalk"} {
		f := startFake(t, name, "--json", "--listen", "127.0.0.1:0")
		line, err := f.stdout.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		var printed struct{ URL string }
		if err := json.Unmarshal([]byte(line), &printed); err != nil || !strings.HasPrefix(printed.URL, "http://127.0.0.1:") {
			t.Fatalf("%s: %q, %v", name, line, err)
		}
		if status, err := probe(t.Context(), printed.URL+controlPath+"ledger"); err != nil || status != http.StatusOK {
			t.Errorf("%s: ledger %d, %v", name, status, err)
		}
		f.stop()
		if _, err := probe(t.Context(), printed.URL+controlPath+"ledger"); err == nil {
			t.Errorf("%s still answers after its end", name)
		}
	}
}

func TestFakesWithoutTheirAddress(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	for _, name := range []string{"jenkins", "dingtalk"} {
		o := oabridge(t, "fake", name, "--listen", taken.Addr().String())
		if o.code != exitFailure || !strings.Contains(o.stderr, "change --listen") {
			t.Errorf("%s: %s", name, o)
		}
	}
}

func TestOnlyThePathOfTheSwitchesIsTheirs(t *testing.T) {
	handler := fakeJenkinsHandler(jenkinstest.New(jenkinstest.Options{}))
	for path, want := range map[string]int{
		"/_control/ledger": 200, "/_control/nothing": 404, "/_controls": 404, "/login": 200, "//login": 200,
	} {
		r := httptest.NewRequest(http.MethodGet, "http://fake.example.com"+path, nil)
		r.SetBasicAuth("admin", "admin-token")
		w := httptest.NewRecorder()
		if handler.ServeHTTP(w, r); w.Code != want {
			t.Errorf("%s: %d, want %d", path, w.Code, want)
		}
	}
}
