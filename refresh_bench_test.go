package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/oabridge/oabridge/dingtalk"
	"github.com/oabridge/oabridge/jenkins/jenkinstest"
)

// fleet is five Jenkins with 4,000 apps each. Their listings are rendered beforehand, since it is not their speed that is
// measured; each differs from the one before, so that the bridge has to take it.
type fleet struct {
	b        *testing.B
	binary   string
	urls     []string
	address  string
	asked    atomic.Int64 // requests
	listings atomic.Int64 // of them
}

func newFleet(b *testing.B) *fleet {
	f := &fleet{b: b, binary: buildBridge(b), address: freeAddress(b)}
	for i := range 5 {
		jenkins := jenkinstest.New(jenkinstest.Options{Users: []jenkinstest.User{{Name: "bridge", Token: e2eJenkins, Admin: true}}})
		for j := range 4_000 {
			jenkins.AddJob(jenkinstest.Job{
				FullName: fmt.Sprintf("deploy/team-%02d/app-%04d", j/200, j), DisplayName: fmt.Sprintf("应用 %d-%04d", i, j),
				Kind: jenkinstest.Freestyle, Parameters: jenkinstest.Company()[4].Parameters,
			})
		}
		server := httptest.NewServer(f.front(jenkins))
		b.Cleanup(server.Close)
		f.urls = append(f.urls, server.URL)
	}
	return f
}

// front answers listings from two that were rendered, in turns, and passes on the rest.
func (f *fleet) front(jenkins *jenkinstest.Server) http.Handler {
	var rendering sync.Mutex
	var rendered []*httptest.ResponseRecorder
	turn := 0
	render := func(r *http.Request) *httptest.ResponseRecorder {
		rendering.Lock()
		defer rendering.Unlock()
		for len(rendered) < 2 {
			recorder := httptest.NewRecorder()
			jenkins.ServeHTTP(recorder, r)
			rendered = append(rendered, recorder)
			jenkins.SetJob("deploy/team-00/app-0000", func(j *jenkinstest.Job) { j.DisplayName += "'" })
		}
		turn++
		return rendered[turn%2]
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.asked.Add(1)
		if r.URL.Path != "/api/json" {
			jenkins.ServeHTTP(w, r)
			return
		}
		f.listings.Add(1)
		answer := render(r)
		maps.Copy(w.Header(), answer.Header())
		_, _ = w.Write(answer.Body.Bytes()) // the bridge checks what it gets
	})
}

// measured is one run of the bridge.
type measured struct {
	took           []time.Duration // of each answer, sorted
	peak           float64         // MB
	asked, listing int64
}

func (m measured) at(share float64) time.Duration { return m.took[int(share*float64(len(m.took)-1))] }

// run lets the bridge list as often as told and asks it for apps meanwhile: two callers, 200 times a second each, for as many
// seconds.
func (f *fleet) run(refresh string, seconds int) measured {
	f.b.Helper()
	process := f.start(refresh)
	defer func() { _ = process.Process.Kill() }() // nothing when it ended
	asked, listings := f.asked.Load(), f.listings.Load()
	var all sync.WaitGroup
	took := make([][]time.Duration, 2)
	for i := range took {
		all.Go(func() { took[i] = f.ask(200*seconds, fmt.Sprintf("c%d:deploy/team-%02d", i+1, i)) })
	}
	all.Wait()
	m := measured{took: slices.Concat(took...), asked: f.asked.Load() - asked, listing: f.listings.Load() - listings}
	slices.Sort(m.took)
	_, m.peak = memory(f.b, process.Process.Pid)
	if err := process.Process.Signal(os.Interrupt); err != nil {
		f.b.Fatal(err)
	}
	if err := process.Wait(); err != nil {
		f.b.Fatal(err)
	}
	return m
}

// start starts the bridge and waits until it offers everything.
func (f *fleet) start(refresh string) *exec.Cmd {
	f.b.Helper()
	dir := f.b.TempDir()
	config := filepath.Join(dir, "config.yaml")
	text := fmt.Sprintf("listen: %q\ndatabase: {dsn: %q}\ndingtalk: {connector: {secret: %s}}\njenkins:\n", f.address, filepath.Join(dir, "oabridge.db"), e2eConnector)
	for i, url := range f.urls {
		text += fmt.Sprintf("  - {name: c%d, url: %q, user: bridge, token: %s, folders: [deploy], refresh: %s}\n", i+1, url, e2eJenkins, refresh)
	}
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		f.b.Fatal(err)
	}
	process := exec.CommandContext(f.b.Context(), f.binary, "serve", "-c", config)
	var log lockedBuffer
	process.Stderr = &log
	if err := process.Start(); err != nil {
		f.b.Fatal(err)
	}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		answer, err := f.get("projects")
		if err == nil && strings.Contains(answer, `"total":100,`) {
			return process
		}
		if time.Now().After(deadline) {
			f.b.Fatalf("100 projects were never offered: %.300s %v\n%s", answer, err, log.String())
		}
	}
}

// ask asks for a project's apps again and again, 5 ms after it began the time before, and says how long each answer took.
func (f *fleet) ask(times int, project string) []time.Duration {
	took := make([]time.Duration, 0, times)
	pace := time.NewTicker(5 * time.Millisecond)
	defer pace.Stop()
	for range times {
		<-pace.C
		start := time.Now()
		answer, err := f.get("apps?project=" + project)
		if err != nil || !strings.Contains(answer, `"total":200,`) {
			f.b.Errorf("%.300s %v", answer, err)
			return append(took, time.Hour)
		}
		took = append(took, time.Since(start))
	}
	return took
}

func (f *fleet) get(target string) (string, error) {
	r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "http://"+f.address+"/connector/"+target, nil)
	if err != nil {
		return "", err
	}
	stamp := strconv.FormatInt(time.Now().UnixMilli(), 10)
	r.Header.Set(dingtalk.HeaderTimestamp, stamp)
	r.Header.Set(dingtalk.HeaderSignature, dingtalk.SignConnector(e2eConnector, stamp))
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", err
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	return string(b), err
}

// BenchmarkRefresh measures the static binary with 20,000 apps on five controllers: how many requests a listing of all of
// them costs, how much memory the process ever had, and how fast forms are answered while it lists and takes everything
// again once a second, beside how fast when it does not. Both runs follow one another in each round.
func BenchmarkRefresh(b *testing.B) {
	f := newFleet(b)
	f.run("1h", 1) // the listings are rendered
	var medians, tails, peaks []float64
	var asked, listed int64
	for b.Loop() {
		quiet, busy := f.run("1h", 5), f.run("1s", 5)
		medians = append(medians, quiet.at(0.5).Seconds()/busy.at(0.5).Seconds())
		tails = append(tails, busy.at(0.99).Seconds()*1000)
		peaks = append(peaks, quiet.peak, busy.peak)
		asked, listed = asked+busy.asked, listed+busy.listing
	}
	b.ReportMetric(0, "ns/op")
	slices.Sort(medians)
	b.ReportMetric(medians[len(medians)/2], "refreshing/quiet")
	b.ReportMetric(slices.Max(tails), "p99-ms")
	b.ReportMetric(slices.Max(peaks), "peak-MB")
	b.ReportMetric(5*float64(asked)/float64(listed), "requests/refresh")
	b.ReportMetric(float64(listed)/5/float64(len(medians)), "refreshes")
}
