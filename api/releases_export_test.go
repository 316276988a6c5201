package api_test

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/api"
	"github.com/oabridge/oabridge/model"
)

// recorded is a release of which everything is known.
func recorded() *model.Release {
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	return &model.Release{
		ID: 1042, State: model.ReleasePartial, Project: "prod:mall", ProjectName: "商城", CreatedAt: at, FinishedAt: new(at.Add(time.Hour)),
		Mode: model.ExecuteNow, Initiator: model.Person{ID: "zhang", Name: "张三"}, Approvers: []model.Person{{ID: "li", Name: "李四"}, {ID: "wang"}},
		Reason: "=cmd|' /C calc'!A0", BusinessID: "2026", ProcessInstanceID: "inst", DBChange: true, RollbackOf: 1040,
		Form: map[string][]string{"API_TOKEN": {"form-secret"}},
		Deployments: []*model.Deployment{{
			ID: 7, Position: 1, JobRef: model.JobRef{Controller: "prod", FullName: "deploy/web"}, AppName: "前端", State: model.StateFailed,
			Result: "FAILURE", Message: "构建结果 FAILURE", Build: 12, BuildURL: "https://j/12/", Attempts: 1, Retries: 1,
			SubmittedAt: &at, QueuedAt: &at, StartedAt: new(at.Add(90 * time.Second)), FinishedAt: new(at.Add(time.Hour)),
			Duration: 61500 * time.Millisecond, PausedFor: 3 * time.Second,
			Parameters: []model.ParameterValue{{Name: "ENV", Value: "prod"}, {Name: "API_TOKEN", Value: "parameter-secret", Secret: true}},
			Details: &model.BuildDetails{
				Tests: &model.TestCounts{Total: 120, Failed: 3, Skipped: 2}, Changes: []model.Change{{ID: "4f1c2d3e4a5b6c7d", Author: "li", Message: "fix, \"it\""}},
			},
			Answers: []model.Answer{{
				Step: "Deploy", By: "ops", Reason: "已核对", At: at, Outcome: model.AnswerGiven,
				Parameters: []model.ParameterValue{{Name: "PIN", Value: "answer-secret", Secret: true}, {Name: "REGION", Value: "cn"}},
			}},
			Stop: &model.StopRequest{By: "ops", Reason: "@停", At: at},
		}, {ID: 8, Position: 2, JobRef: model.JobRef{Controller: "prod", FullName: "deploy/api"}, AppName: "接口", State: model.StateWaiting}},
	}
}

// rows are the export as CSV by the names of its columns.
func rows(t *testing.T, raw string) []map[string]string {
	t.Helper()
	all, err := csv.NewReader(strings.NewReader(raw)).ReadAll()
	if err != nil || len(all) == 0 {
		t.Fatalf("%v in %q", err, raw)
	}
	list := make([]map[string]string, len(all)-1)
	for i, row := range all[1:] {
		list[i] = map[string]string{}
		for j, name := range all[0] {
			list[i][name] = row[j]
		}
	}
	return list
}

func TestExportAsCSV(t *testing.T) {
	rejected := &model.Release{ID: 1001, State: model.ReleaseRejected}
	f := &fake{releases: []*model.Release{recorded(), rejected}}
	a := newRig(t, f, inShanghai).ops("GET", "/api/releases/export?person=zhang", "")
	if a.status != http.StatusOK || a.header.Get("Content-Type") != "text/csv; charset=utf-8; header=present" || f.filter.Person != "zhang" ||
		!regexp.MustCompile(`^attachment; filename="releases-\d{8}-\d{6}\.csv"$`).MatchString(a.header.Get("Content-Disposition")) {
		t.Fatalf("%d %v\n%s", a.status, a.header, a.raw)
	}
	got := rows(t, a.raw)
	if len(got) != 3 || strings.Count(a.raw, "\r\n") != 4 || got[1]["job"] != "deploy/api" || got[1]["queue_seconds"] != "" ||
		got[2]["release"] != "R-1001" || got[2]["deployment"] != "" {
		t.Fatalf("%d rows\n%s", len(got), a.raw)
	}
	want := map[string]string{
		"release": "R-1042", "release_state": "partial", "project": "prod:mall", "project_name": "商城", "created_at": "2026-11-22T20:00:00+08:00",
		"scheduled_at": "", "release_finished_at": "2026-11-22T21:00:00+08:00", "mode": "now", "initiator_id": "zhang", "initiator_name": "张三",
		"approvers": "李四 (li); wang", "reason": "'=cmd|' /C calc'!A0", "business_id": "2026", "process_instance_id": "inst", "db_change": "true",
		"rollback_of": "R-1040", "deployment": "7", "position": "1", "app_name": "前端", "controller": "prod", "job": "deploy/web",
		"deployment_state": "failed", "result": "FAILURE", "code": "", "message": "构建结果 FAILURE", "build": "12", "build_url": "https://j/12/",
		"attempts": "1", "retries": "1", "submitted_at": "2026-11-22T20:00:00+08:00", "queued_at": "2026-11-22T20:00:00+08:00",
		"started_at": "2026-11-22T20:01:30+08:00", "finished_at": "2026-11-22T21:00:00+08:00", "queue_seconds": "90", "run_seconds": "61.5",
		"paused_seconds": "3", "parameters": "ENV=prod; API_TOKEN=******", "tests": "120", "tests_failed": "3", "tests_skipped": "2",
		"changes": `4f1c2d3e4a5… li: fix, "it"`, "answers": "2026-11-22T20:00:00+08:00 ops: Deploy proceed PIN=******, REGION=cn (已核对) [given]",
		"stopped_by": "ops", "stop_reason": "'@停",
	}
	if diff := cmp.Diff(want, got[0]); diff != "" {
		t.Error(diff)
	}
	if strings.Contains(a.raw, "-secret") {
		t.Error("a secret is exported")
	}
	f.filter = model.ReleaseFilter{}
	a = newRig(t, f, inShanghai).ops("GET", "/api/releases/export?bom=true&app=接口", "")
	if marked, found := strings.CutPrefix(a.raw, "\uFEFF"); !found || len(rows(t, marked)) != 1 || rows(t, marked)[0]["job"] != "deploy/api" {
		t.Errorf("only one app, with a byte order mark: %q", a.raw)
	}
}

func TestExportAsJSON(t *testing.T) {
	for _, n := range []int{0, 1, 3} {
		f := &fake{}
		for range n {
			f.releases = append(f.releases, recorded())
		}
		req := httptest.NewRequest(http.MethodGet, "/api/releases/export?format=json", nil)
		req.Header.Set("Authorization", "Bearer "+opsToken)
		w := httptest.NewRecorder()
		newRig(t, f).handler.ServeHTTP(w, req)
		raw := w.Body.String()
		var got []map[string]any
		if err := json.Unmarshal([]byte(raw), &got); err != nil || len(got) != n || strings.Count(raw, "\n") != n+2 {
			t.Errorf("%d: %v\n%s", n, err, raw)
		}
		if strings.Contains(raw, "-secret") || w.Header().Get("Content-Type") != "application/json; charset=utf-8" {
			t.Error(w.Header(), raw)
		}
	}
}

func TestExportRefusesWhatItDoesNotKnow(t *testing.T) {
	f := &fake{}
	r := newRig(t, f)
	for _, query := range []string{"format=xlsx", "bom=yes", "limit=5", "before=R-7", "state=done", "from=x", "page=2", "format=csv&format=json"} {
		if a := r.ops("GET", "/api/releases/export?"+query, ""); a.status != http.StatusBadRequest || a.code() != "invalid_request" {
			t.Errorf("%s: %d %s", query, a.status, a.raw)
		}
	}
	if a := r.do("GET", "/api/releases/export", "", ""); a.status != http.StatusUnauthorized || len(f.asked) > 0 {
		t.Errorf("without a token: %d, asked %q", a.status, f.asked)
	}
}

// TestExportNeverLooksWholeWhenItIsNot ends an export with an error before anything was written, and after.
func TestExportNeverLooksWholeWhenItIsNot(t *testing.T) {
	f := &fake{err: model.Errorf(model.CodeDatabaseUnavailable, "数据库暂时无法访问")}
	r := newRig(t, f)
	if a := r.ops("GET", "/api/releases/export", ""); a.status != http.StatusServiceUnavailable || a.code() != "database_unavailable" {
		t.Errorf("%d %s", a.status, a.raw)
	}
	for range 2000 {
		f.releases = append(f.releases, recorded())
	}
	for _, format := range []string{"csv", "json"} {
		server := httptest.NewServer(r.handler)
		defer server.Close()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/api/releases/export?format="+format, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+opsToken)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if res.StatusCode != http.StatusOK || !errors.Is(err, io.ErrUnexpectedEOF) || len(raw) == 0 {
			t.Errorf("%s: %s, %d bytes, then %v", format, res.Status, len(raw), err)
		}
	}
}

// TestHarmlessCells is what spreadsheets must not calculate.
func TestHarmlessCells(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "修复结算": "修复结算", "a=b": "a=b", "1-2": "1-2", "li@example.com": "li@example.com", "'quoted": "'quoted", "a;b": "a;b", "a; b=c": "a; b=c",
		"=1+1": "'=1+1", "+1": "'+1", "-1": "'-1", "@SUM(A1)": "'@SUM(A1)", "\t=1": "' =1", "\r=1": "' =1", "\tx": "' x", "\nx": "' x",
		"  =1": "'  =1", "\u200b=1": "'\u200b=1", "\u3000=1": "'\u3000=1", "\uFEFF=1": "'\uFEFF=1", "＝1+1": "'＝1+1", "＋1": "'＋1", "－1": "'－1", "＠a": "'＠a",
		"x;=1": "x;'=1", "x; -1": "x;' -1", "x;\t@a": "x;' @a", "a\r\nb\x00c\x1b": "a  b c ", "a\n=1": "a =1", "\xff=1": "\uFFFD=1", "\u2028=1": "' =1",
	} {
		if got := api.HarmlessCell(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	if got := []rune(api.HarmlessCell(strings.Repeat("改", 50_000))); len(got) > 32_767 {
		t.Errorf("%d characters", len(got))
	}
}

// TestExportParsesBack writes texts of everything that can go wrong in CSV.
func TestExportParsesBack(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	dice := rand.New(rand.NewPCG(seed, 2))
	parts := []string{",", ";", "\"", "\"\"", "'", "\n", "\r", "\r\n", "=", "+", "-", "@", "\t", " ", "改", "\\.", "a", "\x00", "\xff", "\u202e", "＝", "\uFEFF"}
	text := func() string {
		var b strings.Builder
		for range dice.IntN(8) {
			b.WriteString(parts[dice.IntN(len(parts))])
		}
		return b.String()
	}
	danger := regexp.MustCompile(`(^|;)[\s\p{Z}\p{Cf}]*[=+\-@＝＋－＠]`)
	f := &fake{}
	for i := range 500 {
		r := recorded()
		r.ID, r.Reason, r.ProjectName, r.Deployments = int64(i+1), text(), text(), r.Deployments[:1]
		r.Deployments[0].Message, r.Deployments[0].Parameters[0].Value = text(), text()
		f.releases = append(f.releases, r)
	}
	a := newRig(t, f, inShanghai).ops("GET", "/api/releases/export", "")
	got := rows(t, a.raw)
	if len(got) != len(f.releases) || strings.Count(a.raw, "\n") != len(got)+1 {
		t.Fatalf("%d rows", len(got))
	}
	for i, row := range got {
		r := f.releases[i]
		for name, in := range map[string]string{"reason": r.Reason, "project_name": r.ProjectName, "message": r.Deployments[0].Message} {
			if row[name] != api.HarmlessCell(in) || danger.MatchString(row[name]) {
				t.Errorf("%s: %q became %q", name, in, row[name])
			}
		}
		for name, cell := range row {
			if danger.MatchString(cell) {
				t.Errorf("%s: %q", name, cell)
			}
		}
	}
}

// TestExportColumnsAreDocumented compares the columns with the table of the documentation, in its order.
func TestExportColumnsAreDocumented(t *testing.T) {
	a := newRig(t, &fake{}).ops("GET", "/api/releases/export", "")
	want := strings.Split(strings.TrimSpace(a.raw), ",")
	for _, name := range []string{"records.md", "records.zh-CN.md"} {
		text, err := os.ReadFile("../docs/" + name)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, found := range regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\|").FindAllStringSubmatch(string(text), -1) {
			got = append(got, found[1])
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// BenchmarkExport writes 10,000 deployments and reports how much memory that holds at most.
func BenchmarkExport(b *testing.B) {
	for _, format := range []string{"csv", "json"} {
		b.Run(format, func(b *testing.B) {
			f := &fake{}
			for range 5000 {
				f.releases = append(f.releases, recorded())
			}
			handler := newRig(b, f).handler
			var peak uint64
			for b.Loop() {
				req := httptest.NewRequest(http.MethodGet, "/api/releases/export?format="+format, nil)
				req.Header.Set("Authorization", "Bearer "+opsToken)
				w := &drain{header: http.Header{}}
				handler.ServeHTTP(w, req)
				if w.most > 1<<20 || w.written == 0 {
					b.Fatalf("%d bytes, %d at once", w.written, w.most)
				}
				peak = max(peak, w.heap)
			}
			b.ReportMetric(float64(peak)/(1<<20), "MB-heap")
		})
	}
}

// drain takes an answer and keeps nothing of it.
type drain struct {
	header  http.Header
	written int
	most    int
	heap    uint64
}

func (d *drain) Header() http.Header { return d.header }
func (d *drain) WriteHeader(int)     {}
func (d *drain) Write(p []byte) (int, error) {
	if d.written>>20 != (d.written+len(p))>>20 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		d.heap = max(d.heap, m.HeapAlloc)
	}
	d.written += len(p)
	d.most = max(d.most, len(p))
	return len(p), nil
}
