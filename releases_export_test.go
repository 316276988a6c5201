package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// exporting answers an export with two pieces, and breaks off in between when it is told to.
func exporting(t *testing.T, breaks bool) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/api/releases/export" || r.Header.Get("Authorization") != "Bearer "+cliToken {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("X-Time-Zone", "Asia/Shanghai")
		_, _ = fmt.Fprint(w, r.URL.RawQuery+"\r\n")
		_ = http.NewResponseController(w).Flush()
		if breaks {
			panic(http.ErrAbortHandler)
		}
		_, _ = fmt.Fprint(w, "end\r\n")
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func export(t *testing.T, url string, args ...string) ending {
	t.Helper()
	var stdout, stderr bytes.Buffer
	args = append([]string{"releases", "export", "--url", url}, args...)
	code := run(t.Context(), args, []string{"OABRIDGE_TOKEN=" + cliToken}, &stdout, &stderr)
	return ending{code, stdout.String(), stderr.String()}
}

func TestExportIsPrintedOrWritten(t *testing.T) {
	url, folder := exporting(t, false), t.TempDir()
	o := export(t, url, "--person", "张三", "--bom")
	if want := "bom=true&format=csv&person=%E5%BC%A0%E4%B8%89\r\nend\r\n"; o.code != 0 || o.stdout != want || o.stderr != "" {
		t.Errorf("%s", o)
	}
	if o := export(t, url, "--json"); o.code != 0 || !strings.HasPrefix(o.stdout, "bom=false&format=json\r\n") {
		t.Errorf("%s", o)
	}
	file := filepath.Join(folder, "november.csv")
	if err := os.WriteFile(file, []byte("an older one"), 0o600); err != nil {
		t.Fatal(err)
	}
	o = export(t, url, "-o", file)
	text, err := os.ReadFile(file)
	if err != nil || o.code != 0 || o.stdout != "" || !strings.Contains(o.stderr, "written") || string(text) != "bom=false&format=csv\r\nend\r\n" {
		t.Errorf("%q %v %s", text, err, o)
	}
	wantFiles(t, folder, "november.csv")
}

// TestExportThatBreaksOffIsNoFile keeps what was there before.
func TestExportThatBreaksOffIsNoFile(t *testing.T) {
	url, folder := exporting(t, true), t.TempDir()
	file := filepath.Join(folder, "november.csv")
	if err := os.WriteFile(file, []byte("an older one"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"-o", file}, {"-o", filepath.Join(folder, "new.csv")}, nil} {
		if o := export(t, url, args...); o.code != exitFailure || !strings.Contains(o.stderr, "内容不完整") {
			t.Errorf("%v: %s", args, o)
		}
	}
	wantFiles(t, folder, "november.csv")
	if text, err := os.ReadFile(file); err != nil || string(text) != "an older one" {
		t.Errorf("%q %v", text, err)
	}
	if o := export(t, url, "-o", filepath.Join(folder, "no", "folder.csv")); o.code != exitFailure {
		t.Errorf("no such folder: %s", o)
	}
}

func TestExportThatIsRefused(t *testing.T) {
	for name, p := range map[string]*pretended{
		"(invalid_request, trace": {status: http.StatusBadRequest, answer: `{"error":{"code":"invalid_request","message":"参数不正确","trace_id":"t"}}`},
		"not as a bridge does":    {status: http.StatusBadGateway, answer: "<html>"},
		"something else":          {status: http.StatusOK, answer: `{"x":1}`},
	} {
		file := filepath.Join(t.TempDir(), "a.csv")
		if o := p.run(t, "export", "-o", file); o.code != exitFailure || !strings.Contains(o.stderr, name) {
			t.Errorf("%s: %s", name, o)
		}
		wantFiles(t, filepath.Dir(file))
	}
}

func wantFiles(t *testing.T, folder string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("the folder has %q, want %q", got, want)
	}
}

func TestListPrintsAllPages(t *testing.T) {
	pages := map[string]string{
		"":    `{"releases":[{"number":"R-9","state":"active"}],"next_before":"R-9"}`,
		"R-9": `{"releases":[{"number":"R-8","state":"active"}],"next_before":"R-8"}`,
		"R-8": `{"releases":[],"next_before":null}`,
	}
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.RawQuery)
		_, _ = fmt.Fprint(w, pages[r.URL.Query().Get("before")])
	}))
	defer server.Close()
	var stdout, stderr bytes.Buffer
	code := run(t.Context(), []string{"releases", "list", "--all", "--person", "li", "--url", server.URL}, []string{"OABRIDGE_TOKEN=" + cliToken}, &stdout, &stderr)
	out := stdout.String()
	if code != 0 || !strings.Contains(out, "R-9") || !strings.Contains(out, "R-8") || strings.Contains(out, "--before") || strings.Count(out, "编号") != 1 {
		t.Errorf("%d %s %s", code, out, stderr.String())
	}
	if want := "limit=200&person=li|before=R-9&limit=200&person=li|before=R-8&limit=200&person=li"; strings.Join(asked, "|") != want {
		t.Errorf("asked %q", asked)
	}
}

// TestRecordsFromEndToEnd deploys, and finds and exports what was deployed.
func TestRecordsFromEndToEnd(t *testing.T) {
	o := newOutside(t, fmt.Sprintf("{driver: sqlite, dsn: %q}", filepath.Join(t.TempDir(), "oabridge.db")))
	b := o.serve()
	for i, reason := range []string{"=HYPERLINK(\"http://evil\")", "修复, \"结算\""} {
		o.call("releases", "项目名称", "数据平台", "应用名称", "离线任务", "VERSION", fmt.Sprint("v", i), "实例ID", fmt.Sprint("proc-", i), "发起人", fmt.Sprint("u", i),
			"上线说明", reason)
		o.settled(fmt.Sprint("R-100", i+1), "succeeded")
	}
	wantEnd(t, "by person", o.operate(t, "list --person u1 --project 数据平台 --result SUCCESS --from 2020-01-01"), 0, "R-1002", "部署成功")
	if end := o.operate(t, "list --person u1"); strings.Contains(end.stdout, "R-1001") {
		t.Errorf("somebody else's: %s", end)
	}
	wantEnd(t, "nothing", o.operate(t, "list --person u1 --result FAILURE"), 0, "没有上线单")
	wantEnd(t, "times", o.operate(t, "list --from 2026-13-01"), exitFailure, "invalid_request", "不是时间")
	file := filepath.Join(t.TempDir(), "all.csv")
	wantEnd(t, "export", o.operate(t, "export -o "+file), 0, "written")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil || len(rows) != 3 {
		t.Fatalf("%v in %s", err, text)
	}
	newest := map[string]string{}
	for i, name := range rows[0] {
		newest[name] = rows[1][i]
	}
	if newest["release"] != "R-1002" || newest["reason"] != "修复, \"结算\"" || newest["result"] != "SUCCESS" || newest["queue_seconds"] == "" ||
		newest["run_seconds"] == "" || newest["queued_at"] == "" || !strings.Contains(string(text), "'=HYPERLINK") {
		t.Errorf("%v\n%s", newest, text)
	}
	var releases []shownRelease
	if err := json.Unmarshal([]byte(o.operate(t, "export --json --person u0").stdout), &releases); err != nil || len(releases) != 1 || releases[0].Number != "R-1001" {
		t.Errorf("%v %+v", err, releases)
	}
	wantEnd(t, "show", o.operate(t, "show R-1001"), 0, "排队 queued", "运行 ran")
	if code, log := b.stop(); code != 0 {
		t.Errorf("serve ended with %d\n%s", code, log)
	}
}

func TestFiltersAskTheAPI(t *testing.T) {
	for line, want := range map[string]string{
		"list --state failed,partial --from 2026-11-01 --to 2026-11-30T20:00:00+08:00 --project a --app b": "app=b&from=2026-11-01&limit=20" +
			"&project=a&state=failed&state=partial&to=2026-11-30T20%3A00%3A00%2B08%3A00",
		"list --person zhang --deployment failed --result FAILURE --rollback-of R-7": "deployment=failed&limit=20&person=zhang" +
			"&result=FAILURE&rollback_of=R-7",
	} {
		p := &pretended{status: http.StatusOK, answer: `{"releases":[],"next_before":null}`}
		if o := p.run(t, strings.Fields(line)...); o.code != 0 || len(p.asked) != 1 || p.asked[0] != "GET /api/releases?"+want {
			t.Errorf("%s: asked %q: %s", line, p.asked, o)
		}
	}
}

func TestFiltersThatAreMisused(t *testing.T) {
	for line, want := range map[string]string{
		"list --deployment done":     "--deployment \"done\" is none of",
		"list --rollback-of x":       "is no number of a release",
		"list --all --json":          "releases export",
		"list --all --limit 5":       "contradict",
		"export --format xlsx":       "neither csv nor json",
		"export --bom --format json": "--bom is for CSV",
		"export --bom --json":        "--bom is for CSV",
		"export --state done":        "is none of",
	} {
		args := append([]string{"releases"}, strings.Fields(line+" --url http://a")...)
		if o := oabridge(t, args...); o.code != exitConfiguration || o.stdout != "" || !strings.Contains(o.stderr, want) {
			t.Errorf("%s: %s", line, o)
		}
	}
}
