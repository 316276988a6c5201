package jenkins_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oabridge/oabridge/jenkins"
	"github.com/oabridge/oabridge/jenkins/jenkinstest"
)

// site is the Jenkins a contract runs against: the fake, or a real one.
type site struct {
	*jenkins.Client
	url, user, token string
	folder           string              // ours, removed at the end
	fake             *jenkinstest.Server // nil for a real one
	clock            *clock
	patience         time.Duration
}

// clock is the fake's: it moves when somebody waits.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// fakeSite starts a fake on a clock of its own, with the user admin.
func fakeSite(t testing.TB) *site {
	t.Helper()
	return siteWith(t, &clock{now: time.Date(2026, 11, 22, 1, 0, 0, 0, time.UTC)}, nil)
}

func siteWith(t testing.TB, c *clock, users []jenkinstest.User) *site {
	t.Helper()
	fake := jenkinstest.New(jenkinstest.Options{Now: c.Now, Executors: 4, Users: users})
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	s := &site{url: server.URL, user: "admin", token: "admin-token", fake: fake, clock: c, patience: time.Minute}
	s.connect(t, jenkins.Options{})
	return s
}

// realSite uses the Jenkins of the environment; the user must be allowed to create and delete jobs there.
func realSite(t *testing.T) *site {
	t.Helper()
	s := &site{
		url: strings.TrimRight(os.Getenv("OABRIDGE_TEST_JENKINS_URL"), "/"), user: os.Getenv("OABRIDGE_TEST_JENKINS_USER"),
		token: os.Getenv("OABRIDGE_TEST_JENKINS_TOKEN"), patience: 2 * time.Minute,
	}
	if s.url == "" {
		t.Skip("no real Jenkins: set OABRIDGE_TEST_JENKINS_URL, OABRIDGE_TEST_JENKINS_USER and OABRIDGE_TEST_JENKINS_TOKEN")
	}
	s.connect(t, jenkins.Options{})
	return s
}

func (s *site) connect(t testing.TB, o jenkins.Options) {
	t.Helper()
	s.Client = s.as(t, s.user, s.token, o)
}

// as is a client of another login.
func (s *site) as(t testing.TB, user, token string, o jenkins.Options) *jenkins.Client {
	t.Helper()
	o.Name, o.URL, o.User, o.Token = "contract", s.url, user, token
	c, err := jenkins.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// furnish makes our folder with its jobs, and removes it when the test ends, however it ends.
func (s *site) furnish(t testing.TB) {
	t.Helper()
	s.folder = "oabridge-contract-" + strings.ToLower(rand.Text()[:10])
	t.Cleanup(func() {
		s.admin(t, "/job/"+s.folder+"/doDelete", "application/x-www-form-urlencoded", "")
	})
	s.create(t, "", s.folder, folderXML)
	for name, config := range contractJobs(s.folder) {
		s.create(t, "/job/"+s.folder, name, config)
	}
}

func (s *site) create(t testing.TB, in, name, config string) {
	t.Helper()
	s.admin(t, in+"/createItem?name="+url.QueryEscape(name), "application/xml; charset=utf-8", config)
}

// admin is a POST that only these tests make. It goes on after the test's context has ended.
func (s *site) admin(t testing.TB, path, contentType, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, s.url+path, bytes.NewBufferString(body))
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth(s.user, s.token)
	req.Header.Set("Content-Type", contentType)
	res, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode >= 400 {
		page, _ := io.ReadAll(io.LimitReader(res.Body, 500))
		t.Fatalf("POST %s: %d %s", path, res.StatusCode, page)
	}
}

func (s *site) job(name string) string { return s.folder + "/" + name }

// until waits for what comes true by itself.
func (s *site) until(t testing.TB, what string, done func() bool) {
	t.Helper()
	for waited := time.Duration(0); waited < s.patience; waited += 200 * time.Millisecond {
		if done() {
			return
		}
		if s.fake != nil {
			s.clock.advance(200 * time.Millisecond)
		} else {
			time.Sleep(200 * time.Millisecond)
		}
	}
	t.Fatalf("after %v still not: %s", s.patience, what)
}

// contractJobs are the jobs of our folder by name, as config.xml.
func contractJobs(folder string) map[string]string {
	parameters := parametersXML(
		stringXML("VERSION", "v1"), booleanXML("DRY_RUN", true), choiceXML("ENV", "dev", "prod"), passwordXML("PIN", "0000"), textXML("NOTES", "a"))
	return map[string]string{
		"发布 网关":        freestyleXML(parameters, "sleep 1", false, ""),
		"kinds":        freestyleXML(kindsXML(folder+"/plain"), "true", false, ""),
		"plain":        freestyleXML("", "sleep 1", false, ""),
		"failing":      freestyleXML("", "exit 1", false, ""),
		"slow":         freestyleXML("", "sleep 300", false, ""),
		"disabled":     freestyleXML(parametersXML(stringXML("VERSION", "v1")), "true", true, ""),
		"homeless":     freestyleXML(parametersXML(stringXML("VERSION", "v1")), "true", false, "no-such-label-anywhere"),
		"confirming":   pipelineXML("input id: 'Confirm', message: '确认发布?', ok: '发布'"),
		"staged":       pipelineXML("stage('构建') { sleep 2 }\nstage('发布') { sleep 2 }"),
		"asking twice": pipelineXML("input id: 'First', message: '一?'\ninput id: 'Second', message: '二?'"),
		"asking in parallel": pipelineXML(`parallel first: {
  input id: 'Grey', message: '灰度?'
}, second: {
  def answer = input id: 'Full', message: '全量?', parameters: [
    text(name: 'NOTES', defaultValue: 'a', description: '说明'), booleanParam(name: 'FORCE', defaultValue: true, description: ''),
    password(name: 'PIN', defaultValue: 'hunter2', description: '口令')]
  assert answer.NOTES == '第一行\n第二行' && answer.FORCE == false
}, third: {
  input message: '没有编号?'
}`),
		"asking the same": pipelineXML("input id: 'Go', message: '继续?'\ninput id: 'Go', message: '继续?'"),
		"asking": pipelineXML(`def answer = input id: 'Ask', message: '发布参数', parameters: [
  choice(name: 'REGION', choices: ['cn-north', 'cn-east'], description: '地域'),
  booleanParam(name: 'FORCE', defaultValue: false, description: '强制'),
  string(name: 'TICKET', defaultValue: 'OPS-1', description: '工单')]
assert answer == [REGION: 'cn-east', FORCE: true, TICKET: '工单 7']`),
	}
}

const folderXML = `<?xml version='1.1' encoding='UTF-8'?>
<com.cloudbees.hudson.plugins.folder.Folder><description>oabridge contract suite</description></com.cloudbees.hudson.plugins.folder.Folder>`

func freestyleXML(properties, shell string, disabled bool, label string) string {
	node := "<canRoam>true</canRoam>"
	if label != "" {
		node = "<assignedNode>" + label + "</assignedNode><canRoam>false</canRoam>"
	}
	return fmt.Sprintf(`<?xml version='1.1' encoding='UTF-8'?>
<project><description>契约测试</description><properties>%s</properties>%s<disabled>%t</disabled>
<builders><hudson.tasks.Shell><command>%s</command></hudson.tasks.Shell></builders></project>`, properties, node, disabled, shell)
}

func pipelineXML(script string) string {
	return `<?xml version='1.1' encoding='UTF-8'?>
<flow-definition plugin="workflow-job"><description>契约测试</description><properties/>
<definition class="org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition" plugin="workflow-cps"><script>` + html.EscapeString(script) +
		`</script><sandbox>true</sandbox></definition></flow-definition>`
}

func parametersXML(definitions ...string) string {
	return "<hudson.model.ParametersDefinitionProperty><parameterDefinitions>" + strings.Join(definitions, "") +
		"</parameterDefinitions></hudson.model.ParametersDefinitionProperty>"
}

func definitionXML(kind, name, more string) string {
	class := "hudson.model." + kind + "ParameterDefinition"
	return "<" + class + "><name>" + name + "</name><description>参数 " + name + "</description>" + more + "</" + class + ">"
}

func defaultXML(value string) string { return "<defaultValue>" + value + "</defaultValue>" }

func stringXML(name, value string) string { return definitionXML("String", name, defaultXML(value)) }

func textXML(name, value string) string { return definitionXML("Text", name, defaultXML(value)) }

func passwordXML(name, value string) string {
	return definitionXML("Password", name, defaultXML(value))
}

func booleanXML(name string, value bool) string {
	return definitionXML("Boolean", name, defaultXML(fmt.Sprint(value)))
}

func choiceXML(name string, choices ...string) string {
	return definitionXML("Choice", name, `<choices class="java.util.Arrays$ArrayList"><a class="string-array"><string>`+
		strings.Join(choices, "</string><string>")+"</string></a></choices>")
}
