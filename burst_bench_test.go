package main

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/model/store"
	"github.com/oabridge/oabridge/model/store/storetest/servers"
)

// The burst: so many deployments become due in the same second, over so many jobs.
const (
	burstDeployments = 10_000
	burstJobs        = 200
	burstInFlight    = 8
)

// burst is a fake Jenkins, a database with due deployments, and the bridge as processes of its own.
type burst struct {
	b       *testing.B
	jenkins *jenkinstest.Server
	url     string
	dsn     string
	store   *store.Store
	binary  string
	running []*exec.Cmd
	logs    []*bytes.Buffer
}

func newBurst(b *testing.B, o jenkinstest.Options) *burst {
	b.Helper()
	o.QuietPeriod, o.Executors = -1, 1000
	o.Users = []jenkinstest.User{{Name: "bridge", Token: e2eJenkins, Admin: true}}
	u := &burst{b: b, jenkins: jenkinstest.New(o), dsn: servers.MariaDB(b), binary: buildBridge(b)}
	for i := range burstJobs {
		u.jenkins.AddJob(jenkinstest.Job{
			FullName: burstJob(i), Kind: jenkinstest.Freestyle, Concurrent: true, Duration: 50 * time.Millisecond,
			Parameters: jenkinstest.Company()[4].Parameters,
		})
	}
	server := httptest.NewServer(u.jenkins)
	b.Cleanup(server.Close)
	u.url = server.URL
	s, err := store.Open(b.Context(), store.Options{Driver: store.DriverMySQL, DSN: u.dsn})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	if _, _, err := s.Migrate(b.Context()); err != nil {
		b.Fatal(err)
	}
	u.store = s
	return u
}

func buildBridge(b *testing.B) string {
	b.Helper()
	binary := filepath.Join(b.TempDir(), "oabridge")
	build := exec.CommandContext(b.Context(), "go", "build", "-tags", "nomsgpack", "-trimpath", "-ldflags", "-s -w", "-o", binary, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	return binary
}

func burstJob(i int) string { return fmt.Sprintf("deploy/team-%02d/app-%03d", i%20, i%burstJobs) }

// fill stores n releases of one deployment each that are due now.
func (u *burst) fill(n int) {
	u.b.Helper()
	var all sync.WaitGroup
	var next atomic.Int64
	at := u.store.Now()
	for range 8 {
		all.Go(func() {
			for i := next.Add(1); i <= int64(n); i = next.Add(1) {
				r := &model.Release{
					State: model.ReleaseActive, Accepted: model.ReleaseActive, Mode: model.ExecuteNow, Order: model.OrderSequence,
					Deployments: []*model.Deployment{{
						Position: 1, JobRef: model.JobRef{Controller: "prod", FullName: burstJob(int(i))}, State: model.StateWaiting,
						NextAt: &at, Parameterised: true, ReleaseParameter: "RELEASE_ID",
						Parameters: []model.ParameterValue{{Name: "VERSION", Value: fmt.Sprint("v", i), Chosen: true}},
					}},
				}
				err := u.store.CreateRelease(u.b.Context(), r, []string{fmt.Sprint("burst:", i)}, func(*model.Release) error { return nil })
				if err != nil {
					u.b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
}

// postpone makes every deployment due at one moment, so late that the replicas are up by then.
func (u *burst) postpone(by time.Duration) (due time.Time) {
	u.b.Helper()
	db, err := sql.Open("mysql", u.dsn)
	if err != nil {
		u.b.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if _, err := db.ExecContext(u.b.Context(), "UPDATE deployments SET next_at = ?", u.store.Now().Add(by).UnixMicro()); err != nil {
		u.b.Fatal(err)
	}
	return time.Now().Add(by)
}

// start runs one replica.
func (u *burst) start() {
	u.b.Helper()
	address := freeAddress(u.b)
	file := filepath.Join(u.b.TempDir(), "config.yaml")
	text := fmt.Sprintf(`
listen: %q
log: {level: error}
api: {tokens: [{name: ops, token: %s}]}
database: {driver: mysql, dsn: %q}
jenkins:
  - {name: prod, url: %q, user: bridge, token: %s, folders: [deploy], refresh: 1h, max_in_flight: %d, max_parallel_per_job: 100}
dingtalk: {connector: {secret: %s}}
`, address, e2eAPIToken, u.dsn, u.url, e2eJenkins, burstInFlight, e2eConnector)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		u.b.Fatal(err)
	}
	process, log := exec.CommandContext(u.b.Context(), u.binary, "serve", "-c", file), &bytes.Buffer{}
	process.Stderr = log
	if err := process.Start(); err != nil {
		u.b.Fatal(err)
	}
	u.running, u.logs = append(u.running, process), append(u.logs, log)
}

// stop ends every replica and returns the largest memory that one of them had, in MB.
func (u *burst) stop() (peak float64) {
	u.b.Helper()
	for i, p := range u.running {
		_, high := memory(u.b, p.Process.Pid)
		peak = max(peak, high)
		if err := p.Process.Signal(os.Interrupt); err != nil {
			u.b.Fatal(err)
		}
		if err := p.Wait(); err != nil {
			u.b.Fatalf("%v\n%s", err, u.logs[i].String())
		}
	}
	u.running, u.logs = nil, nil
	return peak
}

// wait blocks until done says so, looking ten times a second.
func (u *burst) wait(what string, done func() bool) {
	u.b.Helper()
	deadline := time.Now().Add(20 * time.Minute)
	for !done() {
		if time.Now().After(deadline) {
			u.b.Fatalf("not so in time: %s\n%s", what, u.logs[0].String())
		}
		time.Sleep(100 * time.Millisecond)
	}
}

func (u *burst) triggered() int { return u.jenkins.Triggered() }

// open counts the deployments that are not at their end.
func (u *burst) open() (n int64) {
	u.b.Helper()
	counts, err := u.store.CountDeployments(u.b.Context())
	if err != nil {
		u.b.Fatal(err)
	}
	for _, count := range counts {
		n += count
	}
	return n
}

// bare triggers n builds with as many connections as the bridge may use, and nothing else. It returns how busy Jenkins was.
func (u *burst) bare(n int) (busy float64, perSecond float64) {
	u.b.Helper()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: burstInFlight}}
	defer client.CloseIdleConnections()
	var next atomic.Int64
	var all sync.WaitGroup
	before, begin := u.jenkins.Ledger().Busy, time.Now()
	for range burstInFlight {
		all.Go(func() {
			for i := next.Add(1); i <= int64(n); i = next.Add(1) {
				u.post(client, i)
			}
		})
	}
	all.Wait()
	took := time.Since(begin)
	return float64(u.jenkins.Ledger().Busy-before) / float64(took), float64(n) / took.Seconds()
}

func (u *burst) post(client *http.Client, i int64) {
	form := url.Values{"VERSION": {fmt.Sprint("bare-", i)}, "RELEASE_ID": {fmt.Sprint("B-", i)}}
	path := "/job/" + strings.ReplaceAll(burstJob(int(i)), "/", "/job/") + "/buildWithParameters"
	req, err := http.NewRequestWithContext(u.b.Context(), http.MethodPost, u.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		u.b.Error(err)
		return
	}
	req.SetBasicAuth("bridge", e2eJenkins)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := client.Do(req)
	if err != nil {
		u.b.Error(err)
		return
	}
	_, _ = io.Copy(io.Discard, res.Body)
	_ = res.Body.Close()
	if res.StatusCode != http.StatusCreated {
		u.b.Errorf("bare POST: %s", res.Status)
	}
}

// BenchmarkBurst lets 10,000 deployments over 200 jobs become due in the same second, with a Jenkins as fast as the measured
// one. It compares how busy the bridge keeps that Jenkins with a client that does nothing but POST, and how late the last one
// is with the time in which that client would make as many requests.
func BenchmarkBurst(b *testing.B) {
	u := newBurst(b, jenkinstest.Options{Delay: 7 * time.Millisecond, Exclusive: 6 * time.Millisecond})
	u.fill(burstDeployments)
	for b.Loop() {
		bareBusy, bareRate := u.bare(1000)
		before := u.jenkins.Ledger()
		u.start()
		u.wait("the first trigger", func() bool { return u.triggered() > len(before.Triggers) })
		first, begin := u.jenkins.Ledger(), time.Now()
		u.wait("every trigger", func() bool { return u.triggered() >= len(before.Triggers)+burstDeployments })
		last, posting := u.jenkins.Ledger(), time.Since(begin)
		u.wait("every end", func() bool { return u.open() == 0 })
		all, took := u.jenkins.Ledger(), time.Since(begin)
		if n := len(all.Triggers) - len(before.Triggers); n != burstDeployments {
			b.Fatalf("%d triggers for %d deployments", n, burstDeployments)
		}
		busy := float64(last.Busy-first.Busy) / float64(posting)
		b.ReportMetric(busy/bareBusy, "busy-bridge/bare")
		b.ReportMetric(float64(all.Busy-first.Busy)/float64(took)/bareBusy, "busy-to-the-end/bare")
		needed := float64(last.Requests-first.Requests) / bareRate
		b.ReportMetric(posting.Seconds()/needed, "lateness/needed")
		b.ReportMetric(float64(all.Requests-before.Requests)/burstDeployments, "requests/deployment")
		b.ReportMetric(posting.Seconds(), "s-to-last-trigger")
		b.ReportMetric(took.Seconds(), "s-to-last-end")
		b.ReportMetric(u.stop(), "peak-MB")
	}
	b.ReportMetric(0, "ns/op")
}

// BenchmarkReplicas compares one replica with three on one MariaDB, with a Jenkins that answers at once, and prints what one
// release costs the database.
func BenchmarkReplicas(b *testing.B) {
	const releases = 3000
	throughput := func(replicas int) (perSecond float64, cost map[string]float64) {
		u := newBurst(b, jenkinstest.Options{})
		u.fill(releases)
		begin := u.postpone(5 * time.Second)
		for range replicas {
			u.start()
		}
		time.Sleep(time.Until(begin))
		before := status(b, u.dsn)
		u.wait("every end", func() bool { return u.open() == 0 })
		took := time.Since(begin)
		after := status(b, u.dsn)
		u.stop()
		cost = map[string]float64{}
		for name, value := range after {
			cost[name] = (value - before[name]) / releases
		}
		return releases / took.Seconds(), cost
	}
	for b.Loop() {
		one, cost := throughput(1)
		three, _ := throughput(3)
		b.ReportMetric(three/one, "throughput-3/1")
		b.ReportMetric(one, "releases/s-of-one")
		b.ReportMetric(cost["Questions"], "statements/release")
		b.ReportMetric(cost["Com_commit"], "commits/release")
		b.ReportMetric(cost["Innodb_os_log_written"], "log-bytes/release")
		b.ReportMetric(cost["Bytes_received"]+cost["Bytes_sent"], "wire-bytes/release")
	}
	b.ReportMetric(0, "ns/op")
}

// status reads the server's counters.
func status(b *testing.B, dsn string) map[string]float64 {
	b.Helper()
	db, err := sql.Open("mysql", dsn)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	rows, err := db.QueryContext(context.Background(), "SHOW GLOBAL STATUS WHERE Variable_name IN"+
		" ('Questions', 'Com_commit', 'Innodb_os_log_written', 'Bytes_received', 'Bytes_sent')")
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	values := map[string]float64{}
	for rows.Next() {
		var name string
		var value float64
		if err := rows.Scan(&name, &value); err != nil {
			b.Fatal(err)
		}
		values[name] = value
	}
	if err := rows.Err(); err != nil {
		b.Fatal(err)
	}
	return values
}
