package config

import (
	"testing"
)

// TestAccepted keeps what is right from being called wrong: every enum's values, the bounds themselves, and every way
// to write something. The broken ones are in testdata/broken.
func TestAccepted(t *testing.T) {
	const jenkins = "\njenkins: [{name: prod, url: https://jenkins.example.com, user: bridge, token: jenkins-token, "
	const aesKey43 = "o1w0aum42yaptlz8alnhwikjd3jenzt9cb9wmzptgus"
	const rest = "}]\ndingtalk: {connector: {secret: connector-secret}}\n"
	const controller = "\njenkins: [{name: prod, url: https://jenkins.example.com, user: bridge, token: jenkins-token}]\n"
	tests := map[string]string{
		"listening on one address":         minimal + `listen: "127.0.0.1:0"`,
		"listening on IPv6":                minimal + `listen: "[::1]:8080"`,
		"no public address":                minimal + `public_url: ""`,
		"a public address with a path":     minimal + `public_url: http://example.com/bridge`,
		"UTC":                              minimal + `timezone: UTC`,
		"another zone":                     minimal + `timezone: America/Argentina/Ushuaia`,
		"English notices":                  minimal + `notify: {language: en}`,
		"a folder of templates":            minimal + `notify: {templates: testdata}`,
		"debug as JSON":                    minimal + `log: {level: debug, format: json}`,
		"warnings":                         minimal + `log: {level: warn}`,
		"errors":                           minimal + `log: {level: error}`,
		"a token of 16 characters":         minimal + `api: {tokens: [{name: ops, token: 1234567890abcdef}]}`,
		"SQLite, a file of any name":       minimal + `database: {dsn: "/data/上线 a.db"}`,
		"releases kept for ever":           minimal + `retention: {keep: 0s}`,
		"releases kept for a day":          minimal + `retention: {keep: 1d}`,
		"releases kept for a century":      minimal + `retention: {keep: 36500d}`,
		"MySQL":                            minimal + `database: {driver: mysql, dsn: "u:p@tcp(db:3306)/oabridge?tls=true"}`,
		"MySQL without a password":         minimal + `database: {driver: mysql, dsn: "root@unix(/run/mysqld.sock)/oabridge"}`,
		"MySQL, a password with @ in":      minimal + `database: {driver: mysql, dsn: "u:p@ss@tcp(db:3306)/oabridge"}`,
		"one connection":                   minimal + `database: {max_open: 1}`,
		"a thousand connections":           minimal + `database: {max_open: 1000}`,
		"Redis on IPv6":                    minimal + `redis: {addr: "[::1]:6379", db: 15}`,
		"a Redis Cluster":                  minimal + `redis: {addr: "a:6379, b:6379,c:6379"}`,
		"Jenkins below a path":             `jenkins: [{name: a-1, url: "http://10.0.0.7:8080/jenkins/", user: u, token: t` + rest,
		"a project's expression":           jenkins + `project: '^(?P<project>[^-]+)-(?P<app>.+)$'` + rest,
		"projects by view":                 jenkins + `project: view, project_path: true, labels: {交易视图: 交易, "a/b": x}` + rest,
		"projects by folder, two deep":     jenkins + `folders: [/deploy/], project_depth: 2, project_path: true, labels: {deploy: 发布, deploy/a.b-c: 甲}` + rest,
		"labels by description":            jenkins + `label_from: [description]` + rest,
		"labels that tell":                 jenkins + `show: [running, holder, version], version_parameter: VERSION` + rest,
		"labels that tell a little":        jenkins + `show: [holder]` + rest,
		"branches chosen":                  jenkins + `branch_parameter: BRANCH` + rest,
		"branches chosen in Chinese":       jenkins + `branch_parameter: BRANCH` + rest + `form: {parameters: {BRANCH: 分支}}`,
		"branches by a field of its own":   jenkins + `branch_parameter: 分支` + rest,
		"a branch field that means more":   jenkins + `branch_parameter: 备注` + rest + `form: {parameters: {备注: 备注}}`,
		"only explicit projects":           jenkins + `project: explicit` + rest + `projects: [{id: 交易-1.x_, apps: [{job: "prod:a/feature%2Fx y"}, {job: "prod:b", label: 乙}]}]`,
		"a job in two projects":            minimal + `projects: [{id: a, label: 甲, apps: [{job: "prod:x"}]}, {id: b, apps: [{job: "prod:x"}]}]`,
		"a label that is the project's id": minimal + `projects: [{id: a, label: a, apps: [{job: "prod:x"}]}]`,
		"labels outside, for an explicit":  jenkins + `folders: [deploy], labels: {x: 甲}` + rest + `projects: [{id: a, apps: [{job: "prod:x"}]}]`,
		"Go's other way to name groups":    jenkins + `project: '^(?<project>[^-]+)-(?<app>.+)$'` + rest,
		"the shortest times":               jenkins + `refresh: 1s, refresh_max: 1s, stale_after: 2s, poll: 50ms, poll_max: 50ms, max_in_flight: 1` + rest,
		"everything may vanish":            jenkins + `max_loss: 1` + rest,
		"the longest times":                jenkins + `refresh: 24h, poll: 5m, max_in_flight: 100` + rest,
		"no release parameter":             jenkins + `release_parameter: ""` + rest,
		"an input by what it asks":         jenkins + `inputs: [{message: "灰度", limit: 1, fields: {VERSION: 版本}, build_parameters: {TAG: VERSION}}]` + rest,
		"inputs that wait for ever":        jenkins + `input_reminder: 0s, input_timeout: 0s` + rest,
		"inputs that are aborted":          jenkins + `input_reminder: 5m, input_timeout: 10m, on_input_timeout: abort` + rest,
		"aborting an input":                jenkins + `inputs: [{id: ".*", answer: abort}]` + rest,
		"answering an input":               jenkins + `inputs: [{job: "^prod/", id: Deploy, answer: proceed, parameters: {ENV: prod}}]` + rest,
		"Basic alone":                      controller + `dingtalk: {connector: {basic: {user: u, password: p}}}`,
		"a fixed token alone":              controller + `dingtalk: {connector: {token: 1234567890abcdef}}`,
		"nothing, on purpose":              controller + `dingtalk: {connector: {insecure: true}}`,
		"events by HTTP alone":             controller + `dingtalk: {app_key: k, app_secret: s, events: {mode: http, token: t, aes_key: ` + aesKey43 + `}}` + "\nform: {process_codes: [PROC-1]}",
		"events by Stream alone":           controller + `dingtalk: {app_key: k, app_secret: s, events: {mode: stream}}` + "\nform: {process_codes: [PROC-1]}",
		"events for a corp":                controller + `dingtalk: {app_key: k, app_secret: s, events: {mode: http, token: t, aes_key: ` + aesKey43 + `, owner: dingcorp}}` + "\nform: {process_codes: [PROC-1]}",
		"the least skew":                   controller + `dingtalk: {connector: {secret: s, max_skew: 10s}}`,
		"the most skew":                    controller + `dingtalk: {connector: {secret: s, max_skew: 1h}}`,
		"approvals never read again":       controller + `dingtalk: {connector: {secret: s}, verify_approval: off}`,
		"the connector's gateway":          controller + `dingtalk: {app_key: k, app_secret: s, connector: {secret: s, gateway: true}}`,
		"work notices":                     controller + `dingtalk: {app_key: k, app_secret: s, agent_id: 1234567890, connector: {secret: s}}`,
		"a robot without a secret":         controller + `dingtalk: {connector: {secret: s}, robots: [{name: 运维群, webhook: "https://o/robot/send?access_token=a"}]}`,
		"a mobile number with its prefix":  controller + `dingtalk: {connector: {secret: s}, robots: [{name: a, webhook: "https://o/?access_token=a", at_mobiles: ["+86-13800138000"]}]}`,
		"a parameter's rule":               minimal + `parameters: [{name: VERSION}]`,
		"all that a rule may say":          minimal + `parameters: [{job: "^prod:", name: VERSION, label: 版本, values: [v1, v2], pattern: "v[0-9]", min_length: 2, max_length: 2, strict: false, allow: [newline, leading_dash], last_successful: 20, required: true, default: v1}]`,
		"values with commas between them":  minimal + `parameters: [{name: HOSTS, values: [h1, h2], multiple: true, default: "h1,h2"}]`,
		"hidden and required":              minimal + `parameters: [{name: A, hidden: true, required: true, default: x}, {name: B, hidden: true, required: true, fixed: x}]`,
		"rules for fewer apps first":       minimal + `parameters: [{job: "^prod:a/", name: V, fixed: x}, {job: "^prod:b/", name: V}, {name: V}, {name: W}]`,
		"values by HTTPS":                  minimal + `parameters: [{name: V, http: {url: "https://cmdb.example.com/{controller}/{project}?job={job}&app={app}", token: t, field: a.b, timeout: 100ms, cache: 24h}}]`,
		"values by HTTP from here":         minimal + `parameters: [{name: V, http: {url: "http://127.0.0.1:8080/"}}, {name: W, http: {url: "http://localhost/"}}, {name: X, http: {url: "http://[::1]/"}}]`,
		"values by HTTP on purpose":        minimal + `parameters: [{name: V, http: {url: "http://cmdb.example.com/", insecure: true}}]`,
		"values that take minutes":         jenkins + `values_timeout: 5m` + rest,
		"rules for users, without an app":  minimal + `access: [{projects: "^prod:pay$", users: manager01}]`,
		"rules for departments and roles":  controller + `dingtalk: {app_key: k, app_secret: s, membership_cache: 24h, connector: {secret: s}}` + "\naccess: [{projects: [支付], departments: [1, 123456], roles: [7, 职务/主管]}]",
		"side by side":                     minimal + `form: {order: parallel}`,
		"a name that is known anyway":      minimal + `form: {fields: {app: [应用名称, app]}}`,
		"two parameters from one field":    minimal + `form: {parameters: {BRANCH: 分支, TAG: 分支}}`,
		"a parameter from a known field":   minimal + `form: {parameters: {DESCRIPTION: 上线说明}}`,
		"never late":                       minimal + `schedule: {run_if_late_by: 0s}`,
		"a week late":                      minimal + `schedule: {run_if_late_by: 168h}`,
		"one poll for all times":           jenkins + `poll: 5m, poll_max: 5m` + rest,
		"results of some jobs":             jenkins + `results: [{job: ^a/, unstable: success, not_built: success}, {unstable: failure}]` + rest,
		"a hook of Jenkins'":               minimal + `jenkins_hook: {secret: 1234567890abcdef}`,
		"never told of waiting":            minimal + `notify: {queued_after: 0s, slow_factor: 0}`,
		"told of waiting at once":          minimal + `notify: {queued_after: 1m, slow_factor: 1.1}`,
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			cfg := load(t, text)
			if err := cfg.Validate(); err != nil {
				t.Errorf("valid for Load, but not for Validate: %v", err)
			}
			if _, err := Load(write(t, "again.yaml", text), nil); err != nil {
				t.Errorf("the second time: %v", err)
			}
		})
	}
}

// TestRedactedLoadsAgain: what is printed is a configuration, so it can be taken as the start of another one.
func TestRedactedLoadsAgain(t *testing.T) {
	text := load(t, minimal).Redacted()
	if got := load(t, text).Redacted(); got != text {
		t.Errorf("printed again it became\n%s\nfrom\n%s", got, text)
	}
}
