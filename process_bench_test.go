package main

import (
	"bytes"
	"database/sql"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3/driver"

	"github.com/oabridge/oabridge/config"
	"github.com/oabridge/oabridge/jenkins/jenkinstest"
)

// BenchmarkProcess measures the static binary as a process of its own: its size, how soon it is ready with 100,000
// releases in the database and 10,000 apps in Jenkins, and how much memory it then holds.
func BenchmarkProcess(b *testing.B) {
	binary := buildBridge(b)
	info, err := os.Stat(binary)
	if err != nil {
		b.Fatal(err)
	}
	database := filepath.Join(b.TempDir(), "oabridge.db")
	o := newOutside(b, fmt.Sprintf("{driver: sqlite, dsn: %q}", database))
	for i := range 10_000 {
		o.jenkins.AddJob(jenkinstest.Job{
			FullName:    fmt.Sprintf("deploy/team-%02d/app-%04d", i%40, i),
			DisplayName: fmt.Sprintf("应用 %04d", i), Kind: jenkinstest.Freestyle,
			Parameters: jenkinstest.Company()[4].Parameters,
		})
	}
	seed(b, database, 100_000)
	o.measure(b, binary) // the first start of all has no saved catalogue
	var ready, resident, peak float64
	for b.Loop() {
		ready, resident, peak = o.measure(b, binary)
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(info.Size())/1e6, "binary-MB")
	b.ReportMetric(ready, "ready-ms")
	b.ReportMetric(resident, "resident-MB")
	b.ReportMetric(peak, "peak-MB")
	b.ReportMetric(float64(o.jenkins.Ledger().ByPath["GET api"])/float64(b.N+1), "listings/start")
}

// seed fills the database as a long life would have.
func seed(b *testing.B, path string, releases int) {
	b.Helper()
	cfg := config.Default()
	cfg.Database.DSN = config.Secret(path)
	s, err := openStore(b.Context(), cfg.Database, newLogger(config.Log{Level: "error"}, os.Stderr))
	if err != nil {
		b.Fatal(err)
	}
	if _, _, err := s.Migrate(b.Context()); err != nil {
		b.Fatal(err)
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	db, err := driver.Open("file:" + path)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	numbers := fmt.Sprintf("WITH RECURSIVE n(i) AS (SELECT 1001 UNION ALL SELECT i+1 FROM n WHERE i < %d) ", 1000+releases)
	exec := func(statement string) {
		if _, err := db.ExecContext(b.Context(), statement); err != nil {
			b.Fatal(err)
		}
	}
	exec(numbers + `INSERT INTO releases (id, version, state, accepted_state, fingerprint, source, process_instance_id, business_id,
		request_id, project, project_name, execute_mode, scheduled_at, deploy_order, initiator_id, initiator_name, approvers, reason,
		db_change, form, created_at, updated_at, finished_at) SELECT i, 5, 'succeeded', 'active', 'f' || i, 'connector', 'proc-' || i, 'b' || i, '',
		'prod:deploy/mall', '商城', 'now', NULL, 'sequence', 'zhang', '', '[]', '', 0, '{}', i*1000000, i*1000000, i*1000000 FROM n`)
	exec(`INSERT INTO deployments (id, release_id, position, controller, job, app_name, state, version, wait_reason, next_at,
		lease_owner, lease_until, attempts, parameters, release_parameter, parameterised, submitted_at, posted_at, posted_ahead_ns,
		unanswered, queue_id, build, build_url, described, missing_since, started_at, finished_at, duration_ns, result, asked, code,
		message, stop_request) SELECT id, id, 1, 'prod', 'deploy/mall/mall-web', '商城前端', 'succeeded', 5, '', NULL, '', NULL, 1,
		'[]', 'RELEASE_ID', 1, created_at, created_at, 0, 0, id, id, '', 1, NULL, created_at, created_at, 1000, 'SUCCESS', '[]', '', '', 'null' FROM releases`)
	exec("ANALYZE")
	checkSeed(b, db, releases)
}

func checkSeed(b *testing.B, db *sql.DB, want int) {
	b.Helper()
	var got int
	if err := db.QueryRowContext(b.Context(), "SELECT COUNT(*) FROM deployments").Scan(&got); err != nil || got != want {
		b.Fatalf("%d deployments: %v", got, err)
	}
}

// measure starts the process once and returns how many milliseconds it took to be ready and its memory in MB.
func (o *outside) measure(b *testing.B, binary string) (ready, resident, peak float64) {
	b.Helper()
	ctx := b.Context() // kills the process should the benchmark fail
	var log bytes.Buffer
	process := exec.CommandContext(ctx, binary, "serve", "-c", o.config)
	process.Stderr = &log
	started := time.Now()
	if err := process.Start(); err != nil {
		b.Fatal(err)
	}
	for {
		status, err := probe(ctx, "http://"+o.address+"/readyz")
		if err == nil && status == http.StatusOK {
			break
		}
		if time.Since(started) > time.Minute {
			b.Fatalf("not ready: %v\n%s", err, log.String())
		}
		time.Sleep(2 * time.Millisecond)
	}
	ready = float64(time.Since(started).Milliseconds())
	for i := range 200 {
		o.call("apps", "项目名称", fmt.Sprintf("team-%02d", i%40))
	}
	time.Sleep(3 * time.Second)
	resident, peak = memory(b, process.Process.Pid)
	if err := process.Process.Signal(os.Interrupt); err != nil {
		b.Fatal(err)
	}
	if err := process.Wait(); err != nil {
		b.Fatalf("%v\n%s", err, log.String())
	}
	return ready, resident, peak
}

// memory reads what the kernel says of a process, in MB.
func memory(b *testing.B, pid int) (resident, peak float64) {
	b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Skip("no /proc here:", err)
	}
	value := func(name string) float64 {
		_, rest, _ := strings.Cut(string(text), name+":")
		kb, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
		if err != nil {
			b.Fatal(err)
		}
		return kb / 1000
	}
	return value("VmRSS"), value("VmHWM")
}

// BenchmarkJenkinsRequests counts what one deployment costs Jenkins from the submission to its end.
func BenchmarkJenkinsRequests(b *testing.B) {
	o := newOutside(b, fmt.Sprintf("{driver: sqlite, dsn: %q}", filepath.Join(b.TempDir(), "oabridge.db")))
	server := o.serve()
	before := o.jenkins.Ledger()
	n := 0
	for b.Loop() {
		n++
		fields := append(immediate(), "实例ID", fmt.Sprintf("bench-%d", n))
		number := fmt.Sprint(o.call("releases", fields...)["releaseId"])
		o.settled(number, "succeeded")
	}
	after := o.jenkins.Ledger()
	per := func(path string) float64 { return float64(after.ByPath[path]-before.ByPath[path]) / float64(n) }
	b.ReportMetric(per("POST buildWithParameters"), "trigger-POSTs/deployment")
	b.ReportMetric(per("POST submitDescription"), "description-POSTs/deployment")
	b.ReportMetric(per("GET queue")+per("GET computer"), "look-GETs/deployment")
	b.ReportMetric(per("GET run"), "build-GETs/deployment")
	b.ReportMetric(float64(after.Requests-before.Requests)/float64(n), "requests/deployment")
	if code, log := server.stop(); code != 0 {
		b.Fatalf("serve ended with %d\n%s", code, log)
	}
}
