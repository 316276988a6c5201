package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/config"
	"github.com/oabridge/oabridge/dingtalk/dingtalktest"
	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model/store/storetest/servers"
)

// patient is what the doctor looks at: a configuration, and fakes for everything that it names.
type patient struct {
	t        *testing.T
	jenkins  *jenkinstest.Server
	dingtalk *dingtalktest.Server
	// What the configuration says; tests change it before they ask the doctor.
	database, token, user, folders, project, appSecret, robots, redis, connector, parameter string
	dingtalkMore, form, publicURL                                                           string
	jenkinsURL, dingtalkURL                                                                 string
	agentID                                                                                 int
	instead                                                                                 map[string]string // what paths of DingTalk answer
}

const (
	patientJenkinsToken = "hush-jenkins-token"
	patientAppSecret    = "hush-app-secret"
)

// newPatient is in perfect health. Both fakes' clocks are ahead of ours by skew.
func newPatient(t *testing.T, skew time.Duration) *patient {
	t.Helper()
	p := &patient{
		t: t, token: patientJenkinsToken, user: "bridge", folders: "[deploy]", project: config.ProjectByFolder, appSecret: patientAppSecret, agentID: 7,
		database: filepath.Join(t.TempDir(), "patient.db"), connector: "{secret: hush-connector}", parameter: "RELEASE_ID",
		form: "{process_codes: [PROC-1]}",
	}
	now := func() time.Time { return time.Now().Add(skew) }
	p.jenkins = jenkinstest.New(jenkinstest.Options{Now: now, Users: []jenkinstest.User{
		{Name: "bridge", Token: patientJenkinsToken, Admin: true},
		{Name: "payer", Token: patientJenkinsToken, Permissions: []jenkinstest.Permission{jenkinstest.Read}, Folders: []string{"deploy/pay"}},
		{Name: "Bridge", Token: "hush-other-token", Admin: true},
	}})
	for _, job := range jenkinstest.Company() {
		p.jenkins.AddJob(job)
	}
	for _, undeclared := range []string{"deploy/data/data-sync", "deploy/data/data-cache-flush"} {
		p.jenkins.RemoveJob(undeclared)
	}
	p.dingtalk = dingtalktest.New(dingtalktest.Options{
		AppKey: "ding1", AppSecret: patientAppSecret, AgentID: 7, QPS: -1, Forms: map[string][]dingtalktest.Component{"PROC-1": healthyForm()},
		Robots: []dingtalktest.Robot{{Name: "ops", AccessToken: "hush-robot-token", Secret: "SEChush-robot"}},
		Users:  []dingtalktest.User{{ID: "zhangsan", Name: "张三"}},
	})
	p.jenkinsURL = serveTest(t, p.jenkins)
	p.dingtalkURL = serveTest(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", now().UTC().Format(http.TimeFormat))
		for path, body := range p.instead {
			if strings.HasPrefix(r.URL.Path, path) {
				if strings.HasPrefix(path, "/v1.0/") {
					w.WriteHeader(http.StatusForbidden)
				}
				_, _ = w.Write([]byte(body))
				return
			}
		}
		p.dingtalk.ServeHTTP(w, r)
	}))
	p.robots = `[{name: ops, webhook: "DINGTALK/robot/send?access_token=hush-robot-token", secret: SEChush-robot}]`
	if o := oabridge(t, "migrate", "-c", p.config()); o.code != 0 {
		t.Fatal(o)
	}
	return p
}

func serveTest(t *testing.T, h http.Handler) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

func (p *patient) config() string {
	app := "app_key: ding1\n  app_secret: " + p.appSecret
	if p.appSecret == "" {
		app = "app_key: ''"
	}
	driver := config.SQLite
	if strings.Contains(p.database, "@") {
		driver = config.MySQL
	}
	return written(p.t, fmt.Sprintf(`
public_url: %q
form: %s
database: {driver: %s, dsn: %q}
redis: {addr: %q, password: hush-redis}
jenkins: [{name: prod, url: %q, user: %s, token: %s, folders: %s, project: %q, release_parameter: %q}]
dingtalk:
  api_url: %q
  oapi_url: %q
  %s
  agent_id: %d
  connector: %s
  robots: %s
%s`, p.publicURL, p.form, driver, p.database, p.redis, p.jenkinsURL, p.user, p.token, p.folders, p.project, p.parameter, p.dingtalkURL, p.dingtalkURL, app, p.agentID, p.connector,
		strings.ReplaceAll(p.robots, "DINGTALK", p.dingtalkURL), p.dingtalkMore))
}

// ask runs the doctor in both forms, which must agree, and checks that neither shows a secret.
func (p *patient) ask() (code int, list []checked) {
	p.t.Helper()
	path := p.config()
	cfg, err := config.Load(path, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	text, asJSON := oabridge(p.t, "doctor", "-c", path), oabridge(p.t, "doctor", "--json", "-c", path)
	for _, o := range []ending{text, asJSON} {
		keepsSecrets(p.t, o, append(cfg.Secrets(), "hush", "fake-access-token")...)
	}
	decode(p.t, asJSON, &list)
	for _, c := range list {
		line := fmt.Sprintf("%-34s %-4s  %s\n", c.Check, c.Status, c.Detail)
		if c.Remedy != "" {
			line += "      → " + c.Remedy + "\n"
		}
		if !strings.Contains(uncounted(text.stdout), uncounted(line)) {
			p.t.Errorf("the text lacks %q:\n%s", line, text)
		}
		if c.Detail == "" || (c.Status == statusOK) != (c.Remedy == "") {
			p.t.Errorf("every check has a detail, and a remedy unless it is OK: %+v", c)
		}
	}
	if text.code != asJSON.code {
		p.t.Errorf("exit %d as text, %d as JSON", text.code, asJSON.code)
	}
	return asJSON.code, list
}

var (
	counted = regexp.MustCompile(`(api|webhook) \d+`)
	aged    = regexp.MustCompile(`listed \S+ ago · \S+ 之前`)
)

// uncounted leaves out how many calls there were, and how old something is: the second examination comes later and has
// spent more than the first.
func uncounted(text string) string {
	return aged.ReplaceAllString(counted.ReplaceAllString(text, "$1 N"), "listed N ago")
}

var wellChecks = []string{
	"configuration", "database folder", "database", "replicas",
	"jenkins prod: reachable", "jenkins prod: login", "jenkins prod: folder deploy", "jenkins prod: apps",
	"jenkins prod: release parameter", "jenkins prod: clock", "jenkins prod: saved catalogue",
	"dingtalk: token", "dingtalk: proof of approval", "dingtalk: right to read approvals", "dingtalk: right to comment",
	"dingtalk: right to read names", "dingtalk: form PROC-1",
	"dingtalk: work notices", "dingtalk: robot ops", "dingtalk: connector", "dingtalk: clock",
	"dingtalk: quota",
}

func TestDoctorFindsNothing(t *testing.T) {
	p := newPatient(t, 0)
	code, list := p.ask()
	var names []string
	for _, c := range list {
		names = append(names, c.Check)
		if c.Status != statusOK {
			t.Errorf("%+v", c)
		}
	}
	if diff := cmp.Diff(wellChecks, names); diff != "" || code != 0 {
		t.Errorf("exit %d, checks (-want +got):\n%s", code, diff)
	}
	if l := p.jenkins.Ledger(); len(l.Triggers) > 0 {
		t.Errorf("the doctor triggered %v", l.Triggers)
	}
	if l := p.dingtalk.Ledger(); len(l.Comments) > 0 || len(l.WorkNotices) > 0 || l.Paths["/robot/send"] > 0 {
		t.Errorf("the doctor sent something: %v", l)
	}
}

func TestDoctorSaysWhatItCannotAsk(t *testing.T) {
	p := newPatient(t, 0)
	_, list := p.ask()
	for check, words := range map[string]string{
		"jenkins prod: folder deploy": "Job/Build and Job/Cancel cannot be asked beforehand",
		"dingtalk: work notices":      "not tried",
		"dingtalk: robot ops":         "not tried",
		"dingtalk: form PROC-1":       "no catalogue is stored yet",
	} {
		i := slices.IndexFunc(list, func(c checked) bool { return c.Check == check })
		if i < 0 || !strings.Contains(list[i].Detail, words) {
			t.Errorf("%s does not say %q: %+v", check, words, list)
		}
	}
}

func TestDoctorTriesTheStream(t *testing.T) {
	p := newPatient(t, 0)
	p.connector = "{secret: hush-connector, gateway: true}"
	code, list := p.ask()
	i := slices.IndexFunc(list, func(c checked) bool { return c.Check == "dingtalk: stream" })
	if code != 0 || i < 0 || list[i].Status != statusOK {
		t.Errorf("exit %d: %+v", code, list)
	}
	if l := p.dingtalk.Ledger().Stream; len(l.Connections) != 2 || len(l.Connections[0].Subscriptions) != 1 {
		t.Errorf("the doctor connected as %+v, want once in each form", l.Connections)
	}
}

func TestDoctorCountsWhatTheProjectExpressionLeavesOut(t *testing.T) {
	p := newPatient(t, 0)
	p.project = `^deploy/(?P<project>mall)/(?P<app>.+)$`
	code, list := p.ask()
	i := slices.IndexFunc(list, func(c checked) bool { return c.Check == "jenkins prod: apps" })
	if code != 0 || i < 0 || !strings.Contains(list[i].Detail, "apps in 1 projects") ||
		!strings.Contains(list[i].Detail, "that project does not match left out") {
		t.Errorf("exit %d: %+v", code, list)
	}
}

func TestDoctorFindsTheJobsOfProjects(t *testing.T) {
	p := newPatient(t, 0)
	p.dingtalkMore += "\nprojects: [{id: a, apps: [{job: \"prod:deploy/mall/mall-web\"}]}]"
	code, list := p.ask()
	i := slices.IndexFunc(list, func(c checked) bool { return c.Check == "jenkins prod: projects" })
	if code != 0 || i < 0 || list[i].Status != statusOK || !strings.Contains(list[i].Detail, "all 1 jobs that projects name are there") {
		t.Errorf("exit %d: %+v", code, list)
	}
}

func TestDoctorWithServers(t *testing.T) {
	p := newPatient(t, 0)
	p.database = servers.MariaDB(t)
	code, list := p.ask()
	if i := slices.IndexFunc(list, func(c checked) bool { return c.Check == "database" }); code != 0 ||
		!strings.Contains(list[i].Detail, "mysql, schema version 0") || list[i].Status != statusWarn {
		t.Errorf("before the migration: exit %d, %+v", code, list[i])
	}
	if o := oabridge(t, "migrate", "-c", p.config()); o.code != 0 {
		t.Fatal(o)
	}
	p.redis = servers.Redis(t)
	code, list = p.ask()
	var found []string
	for _, c := range list[1:4] {
		found = append(found, c.Check+" "+c.Status)
	}
	if diff := cmp.Diff([]string{"database OK", "replicas OK", "redis OK"}, found); diff != "" || code != 0 {
		t.Errorf("after it: exit %d (-want +got):\n%s", code, diff)
	}
}

// ailment is one thing that is wrong, and what the doctor says of it.
type ailment struct {
	name   string
	skew   time.Duration
	infect func(p *patient)
	// Every check that is not OK, as "status check | words of the detail → words of the remedy".
	want []string
	code int
}

func TestDoctorFindsWhatIsWrong(t *testing.T) {
	for _, a := range slices.Concat(jenkinsAilments(), dingtalkAilments(), appAilments(), formAilments(), accessAilments(), otherAilments()) {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			p := newPatient(t, a.skew)
			a.infect(p)
			code, list := p.ask()
			list = slices.DeleteFunc(list, func(c checked) bool { return c.Status == statusOK })
			if code != a.code || len(list) != len(a.want) {
				t.Fatalf("exit %d, want %d with %d findings: %+v", code, a.code, len(a.want), list)
			}
			for i, c := range list {
				line, words, _ := strings.Cut(a.want[i], " | ")
				words, remedy, _ := strings.Cut(words, " → ")
				if c.Status+" "+c.Check != line || !strings.Contains(c.Detail, words) || !strings.Contains(c.Remedy, remedy) {
					t.Errorf("%+v, want %s", c, a.want[i])
				}
			}
		})
	}
}

func TestDoctorOnABrokenConfiguration(t *testing.T) {
	o := oabridge(t, "doctor", "--json", "-c", "testdata/config/broken.yaml")
	var list []checked
	decode(t, o, &list)
	if o.code != exitFailure || len(list) != 12 {
		t.Errorf("%d findings: %s", len(list), o)
	}
	for _, c := range list {
		if c.Check != "configuration" || c.Status != statusFail || c.Remedy == "" {
			t.Errorf("%+v", c)
		}
	}
	keepsSecrets(t, o, "hush")
}
