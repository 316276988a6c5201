package jenkinstest

import (
	"net/http"
	"reflect"
	"testing"
	"time"
)

const folderXML = `<?xml version='1.1' encoding='UTF-8'?>
<com.cloudbees.hudson.plugins.folder.Folder plugin="cloudbees-folder@6.9">
  <description>合同测试</description><displayName>测试</displayName>
</com.cloudbees.hudson.plugins.folder.Folder>`

const freestyleXML = `<?xml version='1.1' encoding='UTF-8'?>
<project>
  <description>demo</description>
  <properties><hudson.model.ParametersDefinitionProperty><parameterDefinitions>
    <hudson.model.StringParameterDefinition><name>VERSION</name><defaultValue>v1</defaultValue></hudson.model.StringParameterDefinition>
    <hudson.model.ChoiceParameterDefinition><name>ENV</name><choices class="java.util.Arrays$ArrayList"><a class="string-array">
      <string>dev</string><string>prod</string></a></choices></hudson.model.ChoiceParameterDefinition>
    <hudson.model.BooleanParameterDefinition><name>DRY</name><defaultValue>true</defaultValue></hudson.model.BooleanParameterDefinition>
  </parameterDefinitions></hudson.model.ParametersDefinitionProperty></properties>
  <disabled>false</disabled><concurrentBuild>true</concurrentBuild><quietPeriod>0</quietPeriod>
  <builders><hudson.tasks.Shell><command>sleep 2
exit 1</command></hudson.tasks.Shell></builders>
</project>`

const pipelineXML = `<flow-definition>
  <definition class="org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition"><script>
properties([parameters([string(name: 'RELEASE_ID', defaultValue: '')])])
stage('build') { sleep 1 }
stage('ok') {
  input message: 'Go on?', id: 'Confirm', ok: '发布', submitter: 'approver,ops', parameters: [
    choice(name: 'REGION', choices: ['cn-north', 'cn-east'], description: '地域'),
    string(name: 'TICKET', defaultValue: 'OPS-1'), booleanParam(name: 'FORCE', defaultValue: true)]
}
error 'no'
</script></definition>
</flow-definition>`

var xmlHeader = http.Header{"Content-Type": {"application/xml"}}

func TestCreateAndDeleteItems(t *testing.T) {
	r := newRig(t)
	for _, step := range []struct {
		target, user, body string
		header             http.Header
		status             int
	}{
		{"/createItem?name=t", "reader", folderXML, xmlHeader, 403},
		{"/createItem?name=t", "admin", folderXML, http.Header{}, 400},
		{"/createItem", "admin", folderXML, xmlHeader, 400},
		{"/createItem?name=t", "admin", "<broken", xmlHeader, 500},
		{"/createItem?name=t", "admin", folderXML, xmlHeader, 200},
		{"/createItem?name=t", "admin", folderXML, xmlHeader, 400},
		{"/job/t/createItem?name=free", "admin", freestyleXML, xmlHeader, 200},
		{"/job/t/job/free/createItem?name=x", "admin", freestyleXML, xmlHeader, 404},
		{"/job/t/job/free/build?delay=0sec", "admin", "", nil, 400},
		{"/job/t/job/free/doDelete", "reader", "", nil, 403},
		{"/job/t/doDelete", "admin", "", nil, 302},
		{"/job/t/job/free/doDelete", "admin", "", nil, 404},
	} {
		if w := r.send("POST", step.target, step.user, step.body, step.header); w.Code != step.status {
			t.Errorf("%s by %s: %d, want %d", step.target, step.user, w.Code, step.status)
		}
	}
}

func TestConfigIsUnderstood(t *testing.T) {
	for name, test := range map[string]struct {
		xml  string
		want Job
	}{
		"folder": {folderXML, Job{Kind: Folder, DisplayName: "测试", Description: "合同测试"}},
		"freestyle": {freestyleXML, Job{
			Kind: Freestyle, Description: "demo", Concurrent: true, QuietPeriod: -1, Duration: 2 * time.Second, Result: "FAILURE",
			Parameters: []Parameter{
				{Name: "VERSION", Kind: String, Default: "v1"}, {Name: "ENV", Kind: Choice, Choices: []string{"dev", "prod"}},
				{Name: "DRY", Kind: Boolean, Default: "true"},
			},
		}},
		"pipeline": {pipelineXML, Job{
			Kind: Pipeline, Duration: time.Second, Result: "FAILURE", Error: "no", ParametersAfterFirstRun: true,
			Parameters: []Parameter{{Name: "RELEASE_ID", Kind: String}},
			Inputs: []Input{{
				ID: "Confirm", Message: "Go on?", Proceed: "发布", Submitters: []string{"approver", "ops"}, Parameters: []Parameter{
					{Name: "REGION", Kind: Choice, Choices: []string{"cn-north", "cn-east"}, Description: "地域"},
					{Name: "TICKET", Kind: String, Default: "OPS-1"}, {Name: "FORCE", Kind: Boolean, Default: "true"},
				},
			}},
		}},
	} {
		got, err := parseConfig(test.xml)
		if err != nil || !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: %v\ngot  %+v\nwant %+v", name, err, got, test.want)
		}
	}
}

func TestInputStepsAreUnderstood(t *testing.T) {
	for script, want := range map[string]Input{
		`input 'Go?'`:                            {Message: "Go?"},
		`input("Go?")`:                           {Message: "Go?"},
		`def a = input(id: "X", message: 'Go?')`: {ID: "X", Message: "Go?"},
		"stage('a') { input {\n message 'Go?'\n id 'Y'\n ok 'Yes'\n} }": {ID: "Y", Message: "Go?", Proceed: "Yes"},
		`input message: 'Go?', parameters: [string(name: 'id', defaultValue: '1')], submitterParameter: 'BY'`: {
			Message: "Go?", SubmitterParameter: "BY", Parameters: []Parameter{{Name: "id", Kind: String, Default: "1"}},
		},
	} {
		job := Job{}
		readScript(&job, script)
		if len(job.Inputs) != 1 || !reflect.DeepEqual(job.Inputs[0], want) {
			t.Errorf("%s: got %+v, want %+v", script, job.Inputs, want)
		}
	}
}
