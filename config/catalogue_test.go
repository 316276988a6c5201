package config

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Labels have keys with dots and slashes in them, which are no paths of keys.
func TestCatalogueKeys(t *testing.T) {
	cfg := load(t, `
jenkins:
  - name: prod
    url: https://jenkins.example.com
    user: bridge
    token: jenkins-token
    labels: {deploy/a.b: 甲, deploy: 发布, x.y: "0123"}
    label_from: description
projects: [{id: trade, apps: [{job: "prod:deploy/a.b", label: 订单}, {job: "prod:m/feature%2Fx:y"}]}]
dingtalk: {connector: {secret: connector-secret}}
`, "OABRIDGE_JENKINS_0_PROJECT_DEPTH=2", "OABRIDGE_JENKINS_0_BRANCH_PARAMETER=BRANCH", "OABRIDGE_PROJECTS_0_LABEL=交易",
		`OABRIDGE_PROJECTS_0_APPS_1_JOB=prod:m/feature%2Fx`)
	j := cfg.Jenkins[0]
	if diff := cmp.Diff(map[string]string{"deploy/a.b": "甲", "deploy": "发布", "x.y": "0123"}, j.Labels); diff != "" {
		t.Errorf("labels (-want +got):\n%s", diff)
	}
	if j.Project != ProjectByFolder || j.ProjectDepth != 2 || j.BranchParameter != "BRANCH" || !cmp.Equal(j.LabelFrom, []string{LabelDescription}) {
		t.Errorf("%+v", j)
	}
	want := []Project{{ID: "trade", Label: "交易", Apps: []ProjectApp{{Job: "prod:deploy/a.b", Label: "订单"}, {Job: "prod:m/feature%2Fx"}}}}
	if diff := cmp.Diff(want, cfg.Projects); diff != "" {
		t.Errorf("projects (-want +got):\n%s", diff)
	}
	if app := cfg.Projects[0].Apps[1]; app.Controller() != "prod" || app.FullName() != "m/feature%2Fx" {
		t.Errorf("%s of %s", app.FullName(), app.Controller())
	}
}
