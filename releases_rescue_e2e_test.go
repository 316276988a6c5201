package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
)

// TestAnOperatorRetriesAndRollsBack by the commands, against the program and a fake Jenkins.
func TestAnOperatorRetriesAndRollsBack(t *testing.T) {
	const job = "deploy/data/data-etl"
	o := newOutside(t, fmt.Sprintf("{driver: sqlite, dsn: %q}", filepath.Join(t.TempDir(), "oabridge.db")))
	o.jenkins.SetJob(job, func(j *jenkinstest.Job) {
		j.Duration = 0
		j.ResultOf = func(b jenkinstest.Build) string {
			if b.Number == 2 {
				return "FAILURE"
			}
			return "SUCCESS"
		}
	})
	b := o.serve()
	defer b.stop()
	for i, version := range []string{"v1", "v2"} {
		o.call("releases", "项目名称", "数据平台", "应用名称", "离线任务", "VERSION", version, "实例ID", version, "发起人", "zhang")
		o.settled(fmt.Sprintf("R-100%d", i+1), []string{"succeeded", "failed"}[i])
	}
	wantEnd(t, "retry without --yes", o.operate(t, "retry R-1002 --reason 已修复"), exitConfiguration, "nothing was done", "失败 failed")
	wantEnd(t, "retry", o.operate(t, "retry R-1002 --reason 已修复 --app 离线任务 --yes"), 0, "done: retry", "此前的构建 a build before: #2 FAILURE")
	o.settled("R-1002", "succeeded")
	wantEnd(t, "retry of what succeeded", o.operate(t, "retry R-1002 --reason x --yes"), exitFailure, "没有可以重试的应用")
	wantEnd(t, "dry run", o.operate(t, "rollback R-1002 --reason 有问题 --dry-run"), 0, "离线任务 → R-1001 #1", "nothing was changed", "VERSION", "v1")
	wantEnd(t, "roll back", o.operate(t, "rollback R-1002 --reason 有问题 --user zhang"), 0, "开始回滚 · rolling back R-1002", "R-1003")
	o.settled("R-1003", "succeeded")
	wantEnd(t, "once more", o.operate(t, "rollback R-1002 --reason 有问题"), 0, "已经回滚过 · was rolled back already", "R-1003")
	wantEnd(t, "nothing before", o.operate(t, "rollback R-1001 --reason x"), exitFailure, "之前没有成功部署的记录", "(conflict, trace ")
	wantEnd(t, "history", o.operate(t, "show R-1002"), 0, "rolled_back", "由 R-1003 回滚：有问题", "构建 #2(FAILURE)之后第 1 次重试：已修复")
	var got []string
	for _, build := range o.jenkins.Ledger().Builds {
		got = append(got, build.Parameters["VERSION"]+"="+build.Parameters["RELEASE_ID"])
	}
	if all := strings.Join(got, " "); all != "v1=R-1001 v2=R-1002 v2=R-1002 v1=R-1003" {
		t.Error(all)
	}
}
