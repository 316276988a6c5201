package main

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/model/store"
)

// prints is a command of a person that goes on until it ends by itself.
func (o *outside) prints(args ...string) (printed func() string, ended <-chan int) {
	ctx, cancel := context.WithTimeout(o.t.Context(), time.Minute)
	o.t.Cleanup(cancel)
	var out lockedBuffer
	code := make(chan int, 1)
	go func() { code <- run(ctx, append(args, "-c", o.config, "--as", "ops"), nil, &out, &out) }()
	return out.String, code
}

// piecedTogether is the text of pieces as --json prints them; each has to begin where the one before ended.
func piecedTogether(t *testing.T, pieces string) string {
	t.Helper()
	var text strings.Builder
	for line := range strings.Lines(pieces) {
		var p logPiece
		if err := json.Unmarshal([]byte(line), &p); err != nil || p.Build != 1 || p.At != int64(text.Len()) {
			t.Fatalf("%q at %d: %v", line, text.Len(), err)
		}
		text.WriteString(p.Text)
	}
	return text.String()
}

// A log is followed to the build's end while the bridge is restarted in the middle: every line is printed exactly once.
func TestALogIsFollowedThroughARestart(t *testing.T) {
	file := filepath.Join(t.TempDir(), "oabridge.db")
	o := newOutside(t, fmt.Sprintf("{driver: sqlite, dsn: %q}", file))
	var log, want strings.Builder
	for i := range 400 {
		fmt.Fprintf(&log, "\x1b[3%dm第 %d 行\x1b[0m login hunter2hunter2\n", i%8, i)
		fmt.Fprintf(&want, "第 %d 行 login ******\n", i)
	}
	o.jenkins.SetJob("deploy/data/data-etl", func(j *jenkinstest.Job) {
		j.Duration, j.Log = 12*time.Second, log.String()
		j.Parameters = append(j.Parameters, jenkinstest.Parameter{Name: "DEPLOY_TOKEN"})
	})
	b := o.serve()
	o.call("releases", "项目名称", "数据平台", "应用名称", "离线任务", "VERSION", "v7", "DEPLOY_TOKEN", "hunter2hunter2", "实例ID", "proc-9", "发起人", "zhang")
	text, ended := o.prints("logs", "-f", "-n", "10000", "R-1001")
	pieces, endedToo := o.prints("logs", "-f", "-n", "10000", "R-1001", "--json")
	o.eventually("some lines are there", func() bool { return strings.Contains(text(), "第 20 行") && strings.Contains(pieces(), "第 20 行") }, text)
	if code, log := b.stop(); code != 0 {
		t.Fatalf("serve ended with %d\n%s", code, log)
	}
	if strings.Contains(text(), "第 399 行") {
		t.Fatal("the build ended too soon for this test")
	}
	b = o.serve()
	for _, ended := range []<-chan int{ended, endedToo} {
		if code := <-ended; code != 0 {
			t.Fatalf("it ended with %d: %s", code, text())
		}
	}
	for way, got := range map[string]string{"text": text(), "json": piecedTogether(t, pieces())} {
		head, rest, _ := strings.Cut(got, "第 0 行")
		lines, end, _ := strings.Cut("第 0 行"+rest, "Finished: ")
		if !strings.HasPrefix(head, "Started by user") || lines != want.String() || end != "SUCCESS\n" {
			t.Errorf("%s:\n%s", way, got)
		}
	}
	o.outlives(t, file, text())
	if code, log := b.stop(); code != 0 || strings.Contains(log, "hunter2") {
		t.Errorf("serve ended with %d\n%s", code, log)
	}
}

// outlives checks that the log of the release's first build is there when Jenkins has it no more.
func (o *outside) outlives(t *testing.T, file, text string) {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{Driver: store.DriverSQLite, DSN: file})
	if err != nil {
		t.Fatal(err)
	}
	o.eventually("the log is kept", func() bool {
		_, err = s.LogSize(t.Context(), model.LogRef{Deployment: 1, Build: 1})
		return err == nil
	}, func() string { return fmt.Sprint(err) })
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	o.jenkins.RemoveJob("deploy/data/data-etl")
	logs := func(args ...string) ending {
		return oabridge(t, append([]string{"logs", "R-1001", "-c", o.config, "--as", "ops"}, args...)...)
	}
	end := logs()
	if wantEnd(t, "a kept log", end, 0); end.stdout != text {
		t.Errorf("kept:\n%s", end.stdout)
	}
	wantEnd(t, "its end", logs("-n", "2", "--build", "1"), 0, "第 399 行", "Finished: SUCCESS")
	wantEnd(t, "another build", logs("--build", "9"), exitFailure, "没有保留", "#9")
}
