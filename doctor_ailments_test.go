package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
)

func jenkinsAilments() []ailment {
	return []ailment{
		{name: "wrong token", infect: func(p *patient) { p.token = "hush-wrong-token" }, code: exitFailure,
			want: []string{"FAIL jenkins prod: login | API Token"}},
		{name: "Jenkins cuts connections", infect: func(p *patient) { p.jenkins.Down(true) }, code: exitFailure,
			want: []string{"FAIL jenkins prod: reachable | 连不上 → check jenkins[].url"}},
		{name: "nobody listens", infect: func(p *patient) { p.jenkinsURL = "http://" + closedAddress(p.t) }, code: exitFailure,
			want: []string{"FAIL jenkins prod: reachable | connection refused"}},
		{name: "Jenkins starts", infect: func(p *patient) { p.jenkins.Restart(time.Hour) }, code: exitFailure,
			want: []string{"FAIL jenkins prod: reachable | starting or in maintenance → wait until"}},
		{name: "Jenkins quiets down", infect: func(p *patient) { p.jenkins.QuietDown() },
			want: []string{"WARN jenkins prod: reachable | preparing for shutdown"}},
		{name: "Jenkins breaks", infect: func(p *patient) { p.jenkins.Fail(http.StatusInternalServerError, 2, "/api/json") }, code: exitFailure,
			want: []string{"FAIL jenkins prod: reachable | 500 → look into the log"}},
		{name: "a login page", infect: func(p *patient) {
			p.jenkinsURL = serveTest(p.t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) }))
		}, code: exitFailure, want: []string{"FAIL jenkins prod: reachable | 不是 JSON → whole address"}},
		{name: "not Jenkins at all", infect: func(p *patient) { p.jenkinsURL = serveTest(p.t, http.NotFoundHandler()) }, code: exitFailure,
			want: []string{"FAIL jenkins prod: reachable | the path prefix is missing → whole address"}},
		{name: "a proxy that hides the version", infect: func(p *patient) {
			p.jenkinsURL = serveTest(p.t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				p.jenkins.ServeHTTP(withoutVersion{w}, r)
			}))
		}, want: []string{"WARN jenkins prod: reachable | without Jenkins' version → whole address"}},
		{name: "anonymous", infect: func(p *patient) { p.jenkinsURL = pretend(p, `{"anonymous":true,"name":"anonymous"}`) }, code: exitFailure,
			want: []string{"FAIL jenkins prod: login | anonymous"}},
		{name: "another user name", infect: func(p *patient) { p.jenkinsURL = pretend(p, `{"anonymous":false,"name":"BRIDGE"}`) },
			want: []string{`WARN jenkins prod: login | "BRIDGE"`}},
		{name: "no Overall/Read", infect: func(p *patient) { p.jenkins.Fail(http.StatusForbidden, 2, "/api/json") }, code: exitFailure,
			want: []string{"FAIL jenkins prod: login | Overall/Read"}},
		{name: "folders", infect: func(p *patient) { p.user, p.folders = "payer", "[deploy/mall, deploy/pay, deploy/pay/pay-risk]" }, code: exitFailure,
			want: []string{"FAIL jenkins prod: folder deploy/mall | may not see it", "FAIL jenkins prod: folder deploy/pay/pay-risk | no folder"}},
		{name: "a folder that breaks", infect: func(p *patient) { p.jenkins.Fail(http.StatusInternalServerError, 2, "/job/deploy/") }, code: exitFailure,
			want: []string{"FAIL jenkins prod: folder deploy | 500"}},
		{name: "nothing on offer", infect: func(p *patient) { p.jenkins.AddFolder("empty", ""); p.folders = "[empty]" }, code: exitFailure,
			want: []string{"FAIL jenkins prod: apps | none among"}},
		{name: "projects of jobs that are gone", infect: func(p *patient) {
			p.dingtalkMore += "\nprojects: [{id: a, apps: [{job: \"prod:deploy/mall/mall-web\"}, {job: \"prod:deploy/web\"}, {job: \"prod:deploy/api\"}]}]"
		}, want: []string{"WARN jenkins prod: projects | 2 of 3 jobs that projects name are not listed: deploy/api, deploy/web"}},
		{name: "rules for input steps of no pipeline", infect: func(p *patient) {
			p.folders = `[deploy], inputs: [{id: "^Go$"}, {job: "^deploy/mal/", id: "^Go$"}, {job: "^deploy/mall/mall-web$", message: x}]`
		}, want: []string{"WARN jenkins prod: inputs | 2 of 3 rules for input steps name no pipeline: [1] ^deploy/mal/, [2] ^deploy/mall/mall-web$"}},
		{name: "migrations that are gone", infect: func(p *patient) {
			p.dingtalkMore += "\npolicies: [{projects: ^x$, db_change: second_app, db_app: \"prod:deploy/mall\"}," +
				" {projects: ^y$, db_change: second_app, db_app: \"prod:deploy/mall/mall-web\"}, {db_change: second_app, db_app: \"prod:deploy/mall/mall-legacy\"}]"
		}, code: exitFailure, want: []string{
			"FAIL jenkins prod: migrations | deploy/mall, deploy/mall/mall-legacy. Forms → correct policies",
			"WARN policies: projects | named by policies[0] (^x$), policies[1] (^y$) → ids",
		}},
		{name: "a migration without release parameter", infect: func(p *patient) {
			p.jenkins.SetJob("deploy/mall/mall-web", func(j *jenkinstest.Job) { j.Parameters = nil })
			p.dingtalkMore += "\npolicies: [{db_change: second_app, db_app: \"prod:deploy/mall/mall-web\"}]"
		}, want: []string{
			"WARN jenkins prod: release parameter | deploy/mall/mall-web", "WARN jenkins prod: migrations | no RELEASE_ID is declared by deploy/mall/mall-web",
		}},
		{name: "no release parameter", infect: undeclare, want: []string{
			"WARN jenkins prod: release parameter | 4 of 16 apps do not declare RELEASE_ID: deploy/new/a, deploy/new/b, deploy/new/c …."}},
		{name: "release parameter switched off", infect: func(p *patient) { p.parameter = "" },
			want: []string{"WARN jenkins prod: release parameter | release_parameter is empty"}},
		{name: "clocks a little apart", skew: -25 * time.Second, infect: func(*patient) {}, want: []string{
			"WARN jenkins prod: clock | -2", "WARN dingtalk: clock | -2"}},
		{name: "clocks far apart", skew: 3 * time.Minute, infect: func(*patient) {}, code: exitFailure, want: []string{
			"FAIL jenkins prod: clock | 3m0s", "FAIL dingtalk: clock | 3m0s"}},
	}
}

// pretend puts a proxy before Jenkins that answers for it who we are.
func pretend(p *patient, identity string) string {
	return serveTest(p.t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/whoAmI") {
			_, _ = w.Write([]byte(identity))
			return
		}
		p.jenkins.ServeHTTP(w, r)
	}))
}

// withoutVersion is an answer from which a proxy took the version.
type withoutVersion struct{ http.ResponseWriter }

// WriteHeader takes the version out at the last moment.
func (w withoutVersion) WriteHeader(status int) {
	w.Header().Del("X-Jenkins")
	w.ResponseWriter.WriteHeader(status)
}

func undeclare(p *patient) {
	for _, name := range []string{"deploy/new/a", "deploy/new/b", "deploy/new/c", "deploy/new/d"} {
		p.jenkins.AddJob(jenkinstest.Job{FullName: name, Kind: jenkinstest.Freestyle})
	}
}

func dingtalkAilments() []ailment {
	return []ailment{
		{name: "wrong app secret", infect: func(p *patient) { p.appSecret = "hush-wrong-secret" }, code: exitFailure,
			want: []string{"FAIL dingtalk: token | 无效的clientId或者clientSecret"}},
		{name: "address not allowed", infect: func(p *patient) {
			p.dingtalkURL = serveTest(p.t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(http.StatusForbidden)
				_, _ = w.Write([]byte(`{"code":"Forbidden.AccessDenied.IpNotInWhiteList","message":"ip 1.2.3.4 is not in whitelist"}`))
			}))
		}, code: exitFailure, want: []string{"FAIL dingtalk: token | ip 1.2.3.4 is not in whitelist"}},
		{name: "DingTalk is away", infect: func(p *patient) { p.dingtalk.Down(true) }, code: exitFailure,
			want: []string{"FAIL dingtalk: token | 无法连接 → check the network", "WARN dingtalk: clock | does not answer"}},
		{name: "too many calls", infect: func(p *patient) { p.dingtalk.RateLimit(3) }, code: exitFailure,
			want: []string{"FAIL dingtalk: token | 次数超过限制 → wait five minutes"}},
		{name: "an address that is banned", infect: func(p *patient) { p.dingtalk.BanPage(3) }, code: exitFailure,
			want: []string{"FAIL dingtalk: token | 封禁 → wait five minutes"}},
		{name: "an answer without a date", infect: func(p *patient) {
			p.dingtalkURL = serveTest(p.t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header()["Date"] = nil
				p.dingtalk.ServeHTTP(w, r)
			}))
		}, want: []string{"WARN dingtalk: clock | no date"}},
		{name: "no agent", infect: func(p *patient) { p.agentID = 0 },
			want: []string{"WARN dingtalk: work notices | no agent_id"}},
		{name: "no app", infect: func(p *patient) { p.appSecret, p.agentID = "", 0 },
			want: []string{"WARN dingtalk: work notices | no app"}},
		{name: "robots only missing", infect: func(p *patient) { p.robots = "[]" }},
		{name: "no way to tell anybody", infect: func(p *patient) { p.appSecret, p.agentID, p.robots = "", 0, "[]" },
			want: []string{"WARN dingtalk: work notices | no app", "WARN dingtalk: robots | nobody is told"}},
		{name: "insecure", infect: func(p *patient) { p.connector = "{insecure: true}" },
			want: []string{"WARN dingtalk: connector | insecure"}},
		{name: "a Stream that is refused", infect: func(p *patient) {
			p.connector = "{secret: hush-a, gateway: true}"
			p.dingtalkURL = serveTest(p.t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if strings.HasPrefix(r.URL.Path, "/v1.0/gateway") {
					w.WriteHeader(http.StatusUnauthorized)
					_, _ = w.Write([]byte(`{"code":"authFailed","message":"鉴权失败"}`))
					return
				}
				p.dingtalk.ServeHTTP(w, r)
			}))
		}, code: exitFailure, want: []string{"FAIL dingtalk: stream | 鉴权失败 → compare app_key"}},
		{name: "a Stream that breaks", infect: func(p *patient) {
			p.connector = "{secret: hush-a, gateway: true}"
			p.dingtalk.Fail(http.StatusInternalServerError, -1, "/v1.0/gateway")
		}, code: exitFailure, want: []string{"FAIL dingtalk: stream | 系统繁忙 → let this server reach"}},
		{name: "every way to authenticate", infect: func(p *patient) {
			p.connector = "{secret: hush-a, basic: {user: ding, password: hush-b}, token: hush-0123456789-c}"
		}},
	}
}

func otherAilments() []ailment {
	return []ailment{
		{name: "no database yet", infect: func(p *patient) { p.database += ".new" },
			want: []string{"WARN database | does not exist yet"}},
		{name: "no folder", infect: func(p *patient) { p.database = filepath.Join(p.database+".none", "a.db") }, code: exitFailure,
			want: []string{"FAIL database folder | no such file or directory"}},
		{name: "not a database", infect: func(p *patient) {
			p.database = filepath.Join(p.t.TempDir(), "text.db")
			if err := os.WriteFile(p.database, []byte(strings.Repeat("this is no database\n", 100)), 0o600); err != nil {
				p.t.Fatal(err)
			}
		}, code: exitFailure, want: []string{"FAIL database | text.db is damaged → restore a backup or change database.dsn"}},
		{name: "no MySQL", infect: func(p *patient) { p.database = "bridge:hush-password@tcp(" + closedAddress(p.t) + ")/oabridge" },
			code: exitFailure, want: []string{"FAIL database | connection refused"}},
		{name: "an empty database", infect: func(p *patient) { execute(p.t, p.database, "DROP TABLE goose_db_version") },
			want: []string{"WARN database | schema version 0"}},
		{name: "a database that takes no writes", infect: func(p *patient) {
			execute(p.t, p.database, "CREATE TRIGGER no BEFORE INSERT ON installation BEGIN SELECT RAISE(ABORT, 'no'); END")
		}, code: exitFailure, want: []string{"FAIL database | cannot be read and written"}},
		{name: "a database of a newer program", infect: func(p *patient) {
			execute(p.t, p.database, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)")
		}, code: exitFailure, want: []string{"FAIL database | 9999 is newer"}},
		{name: "no Redis", infect: func(p *patient) { p.redis = closedAddress(p.t) },
			want: []string{"WARN redis | connection refused"}},
	}
}
