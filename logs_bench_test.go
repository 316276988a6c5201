package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
)

// quietBuild is a bridge that knows of one build, which has run for all but a minute of its thousand hours, and has written that log.
func quietBuild(b *testing.B, log string) *following {
	b.Helper()
	f := newFollowing(b, buildBridge(b), 1, 1000*time.Hour-time.Minute, "1s", "15s")
	f.jenkins.SetJob(followedJob(0), func(j *jenkinstest.Job) { j.Log = log })
	return f
}

// readLog reads the log of the release as text or, when it is followed, as events.
func (f *following) readLog(ctx context.Context, query string, take func(io.Reader) error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+f.address+"/api/releases/R-1001/logs"+query, nil)
	if err != nil {
		f.b.Error(err)
		return
	}
	req.Header.Set("Authorization", "Bearer "+e2eAPIToken)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		f.b.Error(err)
		return
	}
	defer func() { _ = res.Body.Close() }()
	if err := take(res.Body); err != nil && ctx.Err() == nil || res.StatusCode != http.StatusOK {
		f.b.Errorf("%s: %v", res.Status, err)
	}
}

// BenchmarkLogOfFiftyMegabytes measures how much memory a bridge takes to pass on a log of 50 MB, beside what it takes anyway.
func BenchmarkLogOfFiftyMegabytes(b *testing.B) {
	const size = 50 << 20
	line := "[INFO] Downloading from central: https://repo.example.com/some/artifact-%08d.jar (12 kB at 1.1 MB/s)\n"
	var log strings.Builder
	for i := 0; log.Len() < size; i++ {
		fmt.Fprintf(&log, line, i)
	}
	f := quietBuild(b, log.String())
	_, before := memory(b, f.process.Process.Pid)
	var passed int64
	for b.Loop() {
		f.readLog(b.Context(), "", func(body io.Reader) (err error) { passed, err = io.Copy(io.Discard, body); return err })
	}
	_, peak := memory(b, f.process.Process.Pid)
	b.ReportMetric(peak-before, "more-MB-at-peak")
	b.ReportMetric(float64(passed)/1e6, "MB-passed-on")
	f.stop()
}

// BenchmarkLogFollowers measures what many who follow the log of one build cost Jenkins in ten seconds.
func BenchmarkLogFollowers(b *testing.B) {
	for _, followers := range []int{1, 200} {
		b.Run(fmt.Sprint(followers), func(b *testing.B) {
			f := quietBuild(b, strings.Repeat("a line of the build\n", 1000))
			for b.Loop() {
				ctx, leave := context.WithCancel(b.Context())
				var all sync.WaitGroup
				var there atomic.Int64
				for range followers {
					all.Go(func() {
						f.readLog(ctx, "?follow=true", func(body io.Reader) error {
							in := bufio.NewReader(body)
							_, err := in.ReadString('}')
							there.Add(1)
							_, _ = io.Copy(io.Discard, in) // until this one leaves
							return err
						})
					})
				}
				for there.Load() < int64(followers) && !b.Failed() {
					time.Sleep(10 * time.Millisecond)
				}
				before := f.jenkins.Ledger().ByPath["GET logText/progressiveText"]
				time.Sleep(10 * time.Second)
				b.ReportMetric(float64(f.jenkins.Ledger().ByPath["GET logText/progressiveText"]-before), "reads/10s")
				leave()
				all.Wait()
			}
			b.ReportMetric(0, "ns/op")
			resident, _ := memory(b, f.process.Process.Pid)
			b.ReportMetric(resident, "resident-MB")
			f.stop()
		})
	}
}
