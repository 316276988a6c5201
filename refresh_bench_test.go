package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
)

// BenchmarkRefresh20000 measures the memory of the static binary while the jobs of 5 controllers with 4,000 apps each change
// and are listed anew every second.
func BenchmarkRefresh20000(b *testing.B) {
	binary := buildBridge(b)
	o := newOutside(b, fmt.Sprintf("{driver: sqlite, dsn: %q}", filepath.Join(b.TempDir(), "oabridge.db")))
	text, err := os.ReadFile(o.config)
	if err != nil {
		b.Fatal(err)
	}
	var more strings.Builder
	var all []*jenkinstest.Server
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		fake := jenkinstest.New(jenkinstest.Options{Users: []jenkinstest.User{{Name: "bridge", Token: e2eJenkins, Admin: true}}})
		for i := range 4000 {
			fake.AddJob(teamApp(i, "应用"))
		}
		server := httptest.NewServer(fake)
		b.Cleanup(server.Close)
		all = append(all, fake)
		fmt.Fprintf(&more, "  - {name: %s, url: %q, user: bridge, token: %s, refresh: 1s}\n", name, server.URL, e2eJenkins)
	}
	config := strings.Replace(string(text), "\ndingtalk:", "\n"+more.String()+"dingtalk:", 1)
	if err := os.WriteFile(o.config, []byte(config), 0o600); err != nil {
		b.Fatal(err)
	}
	first := o.life(b, binary, func() { // the first start of all has no saved listings
		round := 0
		for b.Loop() {
			round++
			for _, fake := range all {
				fake.AddJob(teamApp(4000, fmt.Sprintf("第 %d 次", round)))
			}
			time.Sleep(3 * time.Second)
		}
	})
	second := o.life(b, binary, func() { time.Sleep(5 * time.Second) })
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(first, "peak-MB")
	b.ReportMetric(second, "restarted-peak-MB")
	listings := 0
	for _, fake := range all {
		listings += fake.Ledger().ByPath["GET api"]
	}
	b.ReportMetric(float64(listings)/5, "listings")
}

// life runs the process while something happens, and returns the most memory that it had.
func (o *outside) life(b *testing.B, binary string, happens func()) float64 {
	b.Helper()
	var log bytes.Buffer
	process := exec.CommandContext(b.Context(), binary, "serve", "-c", o.config)
	process.Stderr = &log
	if err := process.Start(); err != nil {
		b.Fatal(err)
	}
	o.eventually("it is ready", func() bool {
		status, err := probe(b.Context(), "http://"+o.address+"/readyz")
		return err == nil && status == http.StatusOK
	}, log.String)
	happens()
	_, peak := memory(b, process.Process.Pid)
	if err := process.Process.Signal(os.Interrupt); err != nil {
		b.Fatal(err)
	}
	if err := process.Wait(); err != nil {
		b.Fatalf("%v\n%s", err, log.String())
	}
	return peak
}

func teamApp(i int, label string) jenkinstest.Job {
	return jenkinstest.Job{
		FullName: fmt.Sprintf("deploy/team-%02d/app-%04d", i%40, i), DisplayName: fmt.Sprintf("%s %04d", label, i),
		Kind: jenkinstest.Freestyle, Parameters: jenkinstest.Company()[4].Parameters,
	}
}
