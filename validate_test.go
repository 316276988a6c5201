package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// validates runs the command against the pretended bridge, with a form on standard input.
func (p *pretended) validates(t *testing.T, form string, args ...string) ending {
	t.Helper()
	server := httptest.NewServer(p)
	defer server.Close()
	file := filepath.Join(t.TempDir(), "form.json")
	if err := os.WriteFile(file, []byte(form), 0o600); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	code := run(t.Context(), append([]string{"validate", "--url", server.URL, "-f", file}, args...), []string{"OABRIDGE_TOKEN=" + cliToken}, &stdout, &stderr)
	end := ending{code, stdout.String(), stderr.String()}
	keepsSecrets(t, end, cliToken)
	return end
}

const (
	goodRun = `{"valid":true,"problems":[],"warnings":[{"field":"app","message":"忙\u001b[2J"}],"project":{"id":"prod:mall","name":"商城"},"mode":"scheduled",
	  "scheduled_at":"2026-11-22T12:00:00Z","order":"sequence","builds":[{"position":1,"app":"prod:mall/web","name":"商城前端","controller":"prod","job":"mall/web",
	  "migration":false,"wait":"schedule","at":"2026-11-22T12:00:00Z","after":[],"method":"POST","url":"https://j/job/mall/job/web/build","content_type":"","body":"","parameters":[]}]}`
	badRun = `{"valid":false,"problems":[{"field":"app","message":"请选择应用"}],"warnings":[],"project":null,"mode":"","scheduled_at":null,"order":"","builds":[]}`
)

func TestValidateAsksTheAPI(t *testing.T) {
	for name, c := range map[string]struct {
		answer string
		args   []string
		asked  string
		code   int
		parts  []string
	}{
		"valid":        {goodRun, nil, `POST /api/validate {"a":"<b>"}`, 0, []string{"校验通过", "忙 [2J", "等待执行时间 · for its time：2026-11-22 20:00:00", "POST https://j/job/mall/job/web/build\n"}},
		"approved":     {goodRun, []string{"--approved"}, `POST /api/validate/approved {"a":"<b>"}`, 0, []string{"商城前端"}},
		"problems":     {badRun, nil, `POST /api/validate {"a":"<b>"}`, exitFailure, []string{"校验不通过", "  - 请选择应用\n", "problems: 1"}},
		"json":         {goodRun, []string{"--json"}, `POST /api/validate {"a":"<b>"}`, 0, []string{`"valid": true`}},
		"json, not ok": {badRun, []string{"--json"}, `POST /api/validate {"a":"<b>"}`, exitFailure, []string{`"valid": false`, "problems: 1"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := &pretended{status: http.StatusOK, answer: c.answer, header: http.Header{"X-Time-Zone": {"Asia/Shanghai"}}}
			end := p.validates(t, ` {"a": "<b>"} `, c.args...)
			wantEnd(t, name, end, c.code, c.parts...)
			unescaped := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">").Replace(strings.Join(p.asked, "\n"))
			if unescaped != c.asked {
				t.Errorf("asked %s, want %s", unescaped, c.asked)
			}
		})
	}
}

func TestValidateThatIsMisused(t *testing.T) {
	for form, part := range map[string]string{
		"": "no JSON object", "[]": "no JSON object", `{"a":`: "no JSON object", `{"a":"` + strings.Repeat("x", maxForm) + `"}`: "at most 1 MB",
	} {
		p := &pretended{status: http.StatusOK, answer: goodRun}
		wantEnd(t, part, p.validates(t, form), exitConfiguration, part)
		if len(p.asked) != 0 {
			t.Errorf("asked %q", p.asked)
		}
	}
	for _, args := range [][]string{{"validate"}, {"validate", "-f", "nowhere.json", "--url", "http://127.0.0.1:1"}, {"validate", "x", "-f", "-"}} {
		if end := oabridge(t, args...); end.code != exitConfiguration {
			t.Errorf("%q: %s", args, end)
		}
	}
}

// Nothing can have been done, so nothing is said of it.
func TestValidateWithoutAnAnswer(t *testing.T) {
	p := &pretended{status: http.StatusServiceUnavailable, answer: `{"error":{"code":"catalogue_unready","message":"还没有从 Jenkins 取得应用清单","trace_id":"t"}}`}
	end := p.validates(t, "{}")
	wantEnd(t, "not ready", end, exitFailure, "catalogue_unready")
	p = &pretended{status: http.StatusOK, answer: "x"}
	if end := p.validates(t, "{}"); end.code != exitFailure || slices.ContainsFunc([]string{end.stdout, end.stderr}, func(s string) bool { return strings.Contains(s, "releases show") }) {
		t.Errorf("%s", end)
	}
}
