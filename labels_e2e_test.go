package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
)

// TestLabelsTellAndAreSentBack: a form shows what runs and who has the job, and deploys by the name that it was sent with,
// though that stopped being true.
func TestLabelsTellAndAreSentBack(t *testing.T) {
	o := newOutside(t, fmt.Sprintf("{driver: sqlite, dsn: %q}", filepath.Join(t.TempDir(), "oabridge.db")))
	o.configured("refresh: 5s,", "refresh: 1s, show: [running, holder, version], version_parameter: VERSION,")
	o.jenkins.SetJob("deploy/mall/mall-web", func(j *jenkinstest.Job) { j.Duration = 3 * time.Second })
	b := o.serve()
	name := func() string {
		return fmt.Sprint(o.call("apps", "项目名称", "商城", "关键字", "scqd")["names"])
	}
	if got := name(); got != "[商城前端]" {
		t.Errorf("offered %s before anything goes on", got)
	}
	o.call("releases", immediate()...)
	running := "商城前端 · 运行中 #1 · R-1001 上线中"
	o.eventually("the label tells of the build", func() bool { return name() == "["+running+"]" }, name)
	o.settled("R-1001", "succeeded")
	o.eventually("the label tells of the version", func() bool { return name() == "[商城前端 · 当前 v2.1.0]" }, name)
	got := o.call("releases", "项目名称", "商城", "应用名称", running, "VERSION", "v2.2.0", "实例ID", "proc-2", "发起人", "zhang")
	if got["releaseId"] != "R-1002" {
		t.Fatalf("releases answered %v", got)
	}
	o.settled("R-1002", "succeeded")
	o.eventually("the label tells of the next version", func() bool { return name() == "[商城前端 · 当前 v2.2.0]" }, name)
	if code, log := b.stop(); code != 0 {
		t.Fatalf("serve ended with %d\n%s", code, log)
	}
	for _, build := range o.jenkins.Ledger().Builds {
		if build.Job != "deploy/mall/mall-web" {
			t.Errorf("%s was built", build.Job)
		}
	}
}

// configured changes the configuration.
func (o *outside) configured(before, after string) {
	o.t.Helper()
	text, err := os.ReadFile(o.config)
	if err != nil {
		o.t.Fatal(err)
	}
	changed := strings.Replace(string(text), before, after, 1)
	if changed == string(text) {
		o.t.Fatalf("%q is not in the configuration", before)
	}
	if err := os.WriteFile(o.config, []byte(changed), 0o600); err != nil {
		o.t.Fatal(err)
	}
}
