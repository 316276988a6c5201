package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/model/store"
)

const benchHook = "the-hook-of-the-benchmarks"

// following is a bridge as a process of its own that follows builds which run already.
type following struct {
	b       *testing.B
	jenkins *jenkinstest.Server
	store   *store.Store
	address string
	process *exec.Cmd
	log     bytes.Buffer
}

// newFollowing lets n builds have been running for age, and starts a bridge that knows them.
func newFollowing(b *testing.B, binary string, n int, age time.Duration, poll, pollMax string) *following {
	b.Helper()
	var ago atomic.Int64
	ago.Store(int64(age))
	f := &following{b: b, address: freeAddress(b), jenkins: jenkinstest.New(jenkinstest.Options{
		QuietPeriod: -1, Users: []jenkinstest.User{{Name: "bridge", Token: e2eJenkins, Admin: true}},
		Now: func() time.Time { return time.Now().Add(-time.Duration(ago.Load())) },
	})}
	server := httptest.NewServer(f.jenkins)
	b.Cleanup(server.Close)
	dir := b.TempDir()
	var err error
	if f.store, err = store.Open(b.Context(), store.Options{Driver: store.DriverSQLite, DSN: filepath.Join(dir, "oabridge.db")}); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = f.store.Close() })
	if _, _, err := f.store.Migrate(b.Context()); err != nil {
		b.Fatal(err)
	}
	for i := range n {
		f.begin(server.URL, i, age)
	}
	ago.Store(0)
	config := filepath.Join(dir, "config.yaml")
	text := fmt.Sprintf(`
listen: %q
log: {level: error}
api: {tokens: [{name: ops, token: %s}]}
database: {driver: sqlite, dsn: %q}
jenkins: [{name: prod, url: %q, user: bridge, token: %s, refresh: 24h, poll: %s, poll_max: %s}]
jenkins_hook: {secret: %s}
dingtalk: {connector: {secret: %s}, robots: [{name: ops, webhook: "http://127.0.0.1:9/robot/send?access_token=x"}]}
`, f.address, e2eAPIToken, filepath.Join(dir, "oabridge.db"), server.URL, e2eJenkins, poll, pollMax, benchHook, e2eConnector)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	f.serve(binary, config)
	return f
}

func followedJob(i int) string { return fmt.Sprintf("deploy/app-%04d", i) }

// begin starts one build and stores the release that it is of.
func (f *following) begin(jenkins string, i int, age time.Duration) {
	f.b.Helper()
	f.jenkins.AddJob(jenkinstest.Job{
		FullName: followedJob(i), Kind: jenkinstest.Pipeline, Duration: 1000 * time.Hour, Parameters: jenkinstest.Company()[4].Parameters,
	})
	started := time.Now().Add(-age).UTC()
	posted := started.Add(-time.Second)
	d := &model.Deployment{
		Position: 1, JobRef: model.JobRef{Controller: "prod", FullName: followedJob(i)}, State: model.StateRunning, Parameterised: true,
		ReleaseParameter: "RELEASE_ID", SubmittedAt: &posted, PostedAt: &posted, Attempts: 1, QueueID: int64(i + 1), Build: 1, Described: true,
		StartedAt: &started,
	}
	r := &model.Release{
		State: model.ReleaseActive, Accepted: model.ReleaseActive, Mode: model.ExecuteNow, Order: model.OrderSequence,
		Deployments: []*model.Deployment{d},
	}
	if err := f.store.CreateRelease(f.b.Context(), r, []string{fmt.Sprint("bench:", i)}, func(*model.Release) error { return nil }); err != nil {
		f.b.Fatal(err)
	}
	path := "/job/deploy/job/" + fmt.Sprintf("app-%04d", i) + "/buildWithParameters?delay=0sec"
	f.post(jenkins+path, "bridge", e2eJenkins, url.Values{"RELEASE_ID": {r.Number()}}, http.StatusCreated)
}

func (f *following) post(address, user, password string, form url.Values, want int) {
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		f.b.Error(err)
		return
	}
	req.SetBasicAuth(user, password)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		f.b.Error(err)
		return
	}
	_, _ = io.Copy(io.Discard, res.Body)
	if _ = res.Body.Close(); res.StatusCode != want {
		f.b.Errorf("POST %s: %s", address, res.Status)
	}
}

func (f *following) serve(binary, config string) {
	f.b.Helper()
	f.process = exec.CommandContext(f.b.Context(), binary, "serve", "-c", config)
	f.process.Stderr = &f.log
	if err := f.process.Start(); err != nil {
		f.b.Fatal(err)
	}
	deadline := time.Now().Add(time.Minute)
	for f.jenkins.Ledger().ByPath["GET computer"] < 2 { // one for the clocks, one at what runs
		if time.Now().After(deadline) {
			f.b.Fatalf("it does not look\n%s", f.log.String())
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func (f *following) stop() {
	f.b.Helper()
	if err := f.process.Process.Signal(os.Interrupt); err != nil {
		f.b.Fatal(err)
	}
	if err := f.process.Wait(); err != nil {
		f.b.Fatalf("%v\n%s", err, f.log.String())
	}
}

// cpu is how long the process has computed.
func (f *following) cpu() time.Duration {
	f.b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", f.process.Process.Pid))
	if err != nil {
		f.b.Skip("no /proc here:", err)
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	fields, ticks := strings.Fields(rest), 0
	for _, at := range []int{11, 12} { // utime and stime, in hundredths of a second
		n, err := strconv.Atoi(fields[at])
		if err != nil {
			f.b.Fatal(err)
		}
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}

// BenchmarkFollowing measures what builds that run quietly cost, in a minute: requests to Jenkins, and the bridge's own work.
func BenchmarkFollowing(b *testing.B) {
	binary := buildBridge(b)
	const minute = time.Minute
	for _, n := range []int{1, 10, 100, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			f := newFollowing(b, binary, n, time.Hour, "1s", "15s")
			for b.Loop() {
				before, busy := f.jenkins.Ledger(), f.cpu()
				time.Sleep(minute)
				after := f.jenkins.Ledger()
				b.ReportMetric(float64(after.Requests-before.Requests), "requests/min")
				b.ReportMetric(float64(after.ByPath["GET computer"]-before.ByPath["GET computer"]), "looks/min")
				b.ReportMetric(float64((f.cpu()-busy)/time.Millisecond), "cpu-ms/min")
				resident, _ := memory(b, f.process.Process.Pid)
				b.ReportMetric(resident, "resident-MB")
			}
			b.ReportMetric(0, "ns/op")
			f.stop()
		})
	}
}

// BenchmarkEndToNotice measures how long it takes from the end of a build in Jenkins to the notice in the outbox: by looks at the
// fastest setting, and with a push that the build's end sends.
func BenchmarkEndToNotice(b *testing.B) {
	binary := buildBridge(b)
	const builds = 20
	for name, c := range map[string]struct {
		poll string
		push bool
	}{"by looks each second": {"1s", false}, "with a push": {"5m", true}} {
		b.Run(name, func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				f := newFollowing(b, binary, builds, 0, c.poll, c.poll)
				for i := range builds {
					time.Sleep(time.Duration(i*137%1000) * time.Millisecond) // at any moment between two looks
					took = append(took, f.finish(i, c.push))
				}
				f.stop()
			}
			slices.Sort(took)
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(took[len(took)/2])/1e6, "median-ms")
			b.ReportMetric(float64(took[len(took)-1])/1e6, "worst-ms")
		})
	}
}

// finish ends a build and waits for the notice of it.
func (f *following) finish(i int, push bool) time.Duration {
	f.b.Helper()
	begin := time.Now()
	f.jenkins.Finish(followedJob(i), 1, "SUCCESS")
	if push {
		go f.post("http://"+f.address+"/hooks/jenkins", "jenkins", benchHook, url.Values{"job": {followedJob(i)}, "number": {"1"}}, http.StatusAccepted)
	}
	for time.Since(begin) < time.Minute {
		messages, err := f.store.Messages(f.b.Context(), int64(1001+i), 10)
		if err != nil {
			f.b.Fatal(err)
		}
		if slices.ContainsFunc(messages, func(m model.Message) bool { return m.Kind == model.NoticeFinished }) {
			return time.Since(begin)
		}
		time.Sleep(2 * time.Millisecond)
	}
	f.b.Fatalf("no notice of %s\n%s", followedJob(i), f.log.String())
	return 0
}
