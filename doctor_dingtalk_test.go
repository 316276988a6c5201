package main

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/config"
	"github.com/oabridge/oabridge/dingtalk/dingtalktest"
	"github.com/oabridge/oabridge/model"
)

// healthyForm is a template that fits the configuration's defaults.
func healthyForm() []dingtalktest.Component {
	return []dingtalktest.Component{
		{Type: "DDSelectField", ID: "DDSelectField_P", Label: "项目名称", Required: true},
		{Type: "DDSelectField", ID: "DDSelectField_M", Label: "执行方式", Options: []string{"立即", "定时", "手动"}},
		{Type: "DDDateField", ID: "DDDateField_T", Label: "执行时间"},
		{Type: "TableField", ID: "TableField_A", Label: "应用明细", Children: []dingtalktest.Component{
			{Type: "DDSelectField", ID: "DDSelectField_A", Label: "应用名称"},
		}},
		{Type: "TextNote", ID: "TextNote_1"},
	}
}

// reform lets somebody edit the template.
func (p *patient) reform(change func([]dingtalktest.Component) []dingtalktest.Component) {
	p.dingtalk.SetForm("PROC-1", change(healthyForm()))
}

func renamed(at int, label string) func([]dingtalktest.Component) []dingtalktest.Component {
	return func(form []dingtalktest.Component) []dingtalktest.Component {
		form[at].Label = label
		return form
	}
}

func with(more ...dingtalktest.Component) func([]dingtalktest.Component) []dingtalktest.Component {
	return func(form []dingtalktest.Component) []dingtalktest.Component { return append(form, more...) }
}

func text(label string) dingtalktest.Component {
	return dingtalktest.Component{Type: "TextField", ID: "TextField_" + label, Label: label}
}

// knowsParameters stores a listing, as the bridge does, with apps that declare VERSION and ENV.
func (p *patient) knowsParameters() {
	p.t.Helper()
	cfg, err := config.Load(p.config(), nil)
	if err != nil {
		p.t.Fatal(err)
	}
	s, err := openStore(p.t.Context(), cfg.Database, slog.New(slog.DiscardHandler))
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if err := s.SaveListing(p.t.Context(), model.Listing{Controller: "prod", At: time.Now(), Jobs: []model.Job{{
		FullName: "deploy/web", Buildable: true,
		Parameters: []model.ParameterDefinition{{Name: "VERSION", Kind: model.KindString}, {Name: "ENV", Kind: model.KindChoice}},
	}}}); err != nil {
		p.t.Fatal(err)
	}
}

const denied = `{"code":"Forbidden.AccessDenied.AccessTokenPermissionDenied","message":"应用尚未开通所需的权限：[%s]，点击链接申请：https://open-dev.dingtalk.com/apply"}`

func appAilments() []ailment {
	const instances, comments = "/v1.0/workflow/processInstances", "/v1.0/workflow/processInstances/comments"
	return []ailment{
		{name: "may not read approvals", infect: func(p *patient) {
			p.instead = map[string]string{instances: fmt.Sprintf(denied, "Workflow.Instance.Read")}
		}, code: exitFailure, want: []string{
			"FAIL dingtalk: right to read approvals | [Workflow.Instance.Read]，点击链接申请：https://open-dev.dingtalk.com/apply → apply for Workflow.Instance.Read",
			"WARN dingtalk: right to comment | nothing is written back",
		}},
		{name: "may not comment", infect: func(p *patient) {
			p.instead = map[string]string{comments: fmt.Sprintf(denied, "Workflow.Instance.Write")}
		}, want: []string{"WARN dingtalk: right to comment | [Workflow.Instance.Write] → apply for Workflow.Instance.Write"}},
		{name: "may not read forms", infect: func(p *patient) {
			p.instead = map[string]string{"/v1.0/workflow/forms": fmt.Sprintf(denied, "Workflow.Form.Read")}
		}, code: exitFailure, want: []string{"FAIL dingtalk: form PROC-1 | [Workflow.Form.Read] → apply for Workflow.Form.Read"}},
		{name: "may not list approvals", infect: func(p *patient) {
			p.instead = map[string]string{"/v1.0/workflow/processes": fmt.Sprintf(denied, "Workflow.Instance.Read")}
		}, code: exitFailure, want: []string{"FAIL dingtalk: form PROC-1 | 点击链接申请 → apply for Workflow.Instance.Read"}},
		{name: "may not read names", infect: func(p *patient) {
			p.instead = map[string]string{"/topapi/v2/user": `{"errcode":60011,"errmsg":"没有调用该接口的权限：qyapi_get_member"}`}
		}, want: []string{"WARN dingtalk: right to read names | qyapi_get_member → apply for qyapi_get_member"}},
		{name: "an address that one interface refuses", infect: func(p *patient) {
			p.instead = map[string]string{"/topapi/v2/user": `{"errcode":60020,"errmsg":"访问ip不在白名单之中，request ip=1.2.3.4"}`}
		}, want: []string{"WARN dingtalk: right to read names | request ip=1.2.3.4 → where an IP is named"}},
		{name: "somebody to comment who left", infect: func(p *patient) { p.dingtalkMore = "  comment_user_id: lisi\n" },
			want: []string{`WARN dingtalk: right to read names | "lisi": no comments → UserId`}},
		{name: "somebody to comment", infect: func(p *patient) { p.dingtalkMore = "  comment_user_id: zhangsan\n" }},
		{name: "another agent", infect: func(p *patient) { p.agentID = 8 }, code: exitFailure,
			want: []string{"FAIL dingtalk: work notices | agent 8 · 钉钉工作通知结果接口：没有这个 agent_id → set dingtalk.app_key"}},
		{name: "no word about the agent", infect: func(p *patient) {
			p.instead = map[string]string{"/topapi/message/corpconversation/getsendresult": `{"errcode":0,"errmsg":"ok"}`}
		}, want: []string{"WARN dingtalk: work notices | agent_id was not compared → "}},
		{name: "no proof", infect: func(p *patient) { p.dingtalkMore = "  verify_approval: 'off'\n" },
			want: []string{"WARN dingtalk: proof of approval | verify_approval is off → auto or always"}},
		{name: "any template", infect: func(p *patient) { p.form = "{}" },
			want: []string{"WARN dingtalk: proof of approval | form.process_codes is empty → PROC-"}},
		{name: "always proved", infect: func(p *patient) { p.dingtalkMore = "  verify_approval: always\n" }},
		{name: "quota nearly used up", infect: func(p *patient) { p.dingtalkMore = "  quota: {api: 6}\n" },
			want: []string{"WARN dingtalk: quota | of 6 → buy more"}},
		{name: "events without an address", infect: func(p *patient) { p.dingtalkMore = eventsByHTTP },
			want: []string{"WARN dingtalk: events | https://…/dingtalk/callback → set public_url"}},
		{name: "events without TLS", infect: func(p *patient) { p.publicURL, p.dingtalkMore = "http://bridge.example.com/x/", eventsByHTTP },
			want: []string{"WARN dingtalk: events | http://bridge.example.com/x/dingtalk/callback → https"}},
		{name: "events", infect: func(p *patient) { p.publicURL, p.dingtalkMore = "https://bridge.example.com", eventsByHTTP }},
		{name: "events by Stream", infect: func(p *patient) { p.dingtalkMore = "  events: {mode: stream}\n" }},
		{name: "no quota for the Stream", infect: func(p *patient) {
			p.dingtalkMore = "  events: {mode: stream}\n"
			p.instead = map[string]string{"/v1.0/gateway": `{"code":"Forbidden.AccessDenied.ApiCountLimitForOrg","message":"超出额度"}`}
		}, code: exitFailure, want: []string{"FAIL dingtalk: stream | 超出额度 → buy more"}},
		{name: "a Stream the app has no right to", infect: func(p *patient) {
			p.dingtalkMore = "  events: {mode: stream}\n"
			p.instead = map[string]string{"/v1.0/gateway": fmt.Sprintf(denied, "Stream")}
		}, code: exitFailure, want: []string{"FAIL dingtalk: stream | [Stream]，点击链接申请 → publish the app"}},
		{name: "a robot without a secret", infect: func(p *patient) {
			p.robots = `[{name: ops, webhook: "DINGTALK/robot/send?access_token=hush-robot-token"}]`
		}, want: []string{"WARN dingtalk: robot ops | no secret → 加签"}},
		{name: "a robot with another secret", infect: func(p *patient) {
			p.robots = `[{name: ops, webhook: "DINGTALK/robot/send?access_token=hush-robot-token", secret: hush-other}]`
		}, want: []string{"WARN dingtalk: robot ops | does not begin with SEC → 加签"}},
		{name: "a robot elsewhere", infect: func(p *patient) {
			p.robots = `[{name: ops, webhook: "https://example.com/robot/send?access_token=hush-robot-token", secret: SEChush}]`
		}, want: []string{"WARN dingtalk: robot ops | dingtalk.oapi_url → copy the whole webhook"}},
		{name: "one robot twice", infect: func(p *patient) {
			p.robots = strings.TrimSuffix(p.robots, "]") + `, {name: dev, webhook: "DINGTALK/robot/send?access_token=hush-robot-token", secret: SEChush-robot}]`
		}, want: []string{"WARN dingtalk: robot dev | robot ops → each group"}},
	}
}

const eventsByHTTP = "  events: {mode: http, token: hushtoken123, aes_key: hushaum42yaptlz8alnhwikjd3jenzt9cb9wmzptgus}\n"

func formAilments() []ailment {
	return []ailment{
		{name: "a wrong process code", infect: func(p *patient) { p.form = "{process_codes: [PROC-1, PROC-2]}" }, code: exitFailure,
			want: []string{"FAIL dingtalk: form PROC-2 | processCodeError → copy the code PROC-…"}},
		{name: "a renamed project", infect: func(p *patient) { p.reform(renamed(0, "项目")) }, code: exitFailure,
			want: []string{"FAIL dingtalk: form PROC-1 | 表单缺少“项目名称”控件，只有“项目” → add 项目 to form.fields.project"}},
		{name: "a project known by its id", infect: func(p *patient) {
			p.form = "{process_codes: [PROC-1], fields: {project: [DDSelectField_P]}}"
			p.reform(renamed(0, "哪个项目"))
		}},
		{name: "no apps", infect: func(p *patient) {
			p.reform(func(form []dingtalktest.Component) []dingtalktest.Component { return form[:3] })
		}, code: exitFailure, want: []string{"FAIL dingtalk: form PROC-1 | field app (应用名称) → name a control 应用名称"}},
		{name: "no time", infect: func(p *patient) { p.knowsParameters(); p.reform(renamed(2, "何时")) }, want: []string{
			"WARN dingtalk: form PROC-1 | field scheduledAt → name a control 执行时间", "WARN dingtalk: form PROC-1 | “何时” → form.ignore"}},
		{name: "a parameter that is renamed", infect: func(p *patient) {
			p.knowsParameters()
			p.form = "{process_codes: [PROC-1], parameters: {BRANCH: 分支}, ignore: [预算]}"
			p.reform(with(text("代码分支"), text("预算"), text("ENV"), text("VERSIO")))
		}, want: []string{
			"WARN dingtalk: form PROC-1 | form.parameters.BRANCH reads “分支” → write form.parameters.BRANCH: 代码分支",
			"WARN dingtalk: form PROC-1 | the controls “VERSIO” (did you mean VERSION?); a form that brings → form.ignore",
		}},
		{name: "parameters cannot be known yet", infect: func(p *patient) { p.reform(with(text("VERSIO"))) }},
		{name: "a table with too much", infect: func(p *patient) {
			p.reform(func(form []dingtalktest.Component) []dingtalktest.Component {
				form[3].Children = append(form[3].Children, form[0])
				second := form[3]
				second.Label = "更多应用"
				return append(form[1:], second)
			})
		}, code: exitFailure, want: []string{
			"FAIL dingtalk: form PROC-1 | 应用明细, 更多应用 → keep one", "FAIL dingtalk: form PROC-1 | 项目名称 → above the table",
			"WARN dingtalk: form PROC-1 | field project → keep one",
		}},
		{name: "choices that are refused", infect: func(p *patient) {
			p.reform(func(form []dingtalktest.Component) []dingtalktest.Component {
				form[1].Options = []string{"立即", "下班后"}
				return form
			})
		}, want: []string{"WARN dingtalk: form PROC-1 | “执行方式” offers what is refused: 下班后 → offer 立即"}},
		{name: "two times", infect: func(p *patient) { p.reform(with(text("上线时间"))) },
			want: []string{"WARN dingtalk: form PROC-1 | field scheduledAt → keep one"}},
	}
}

// sends runs doctor --send, which must give no secret away, and returns its checks by name.
func (p *patient) sends(args ...string) (code int, found map[string]checked) {
	p.t.Helper()
	path := p.config()
	o := oabridge(p.t, append([]string{"doctor", "--send", "--json", "-c", path}, args...)...)
	keepsSecrets(p.t, o, "hush", "fake-access-token")
	var list []checked
	decode(p.t, o, &list)
	found = map[string]checked{}
	for _, c := range list {
		found[c.Check] = c
	}
	return o.code, found
}

func TestDoctorSends(t *testing.T) {
	p := newPatient(t, 0)
	p.robots = strings.TrimSuffix(p.robots, "}]") + ", at_all: true, at_mobiles: ['13800000000']}]"
	code, found := p.sends("--to", "zhangsan")
	for check, words := range map[string]string{
		"dingtalk: message to ops": "sent", "dingtalk: work notice": "arrived at zhangsan", "dingtalk: robot ops": "tried below",
		"dingtalk: work notices": "tried below",
	} {
		if c := found[check]; c.Status != statusOK || !strings.Contains(c.Detail, words) {
			t.Errorf("%s does not say %q: %+v", check, words, c)
		}
	}
	l := p.dingtalk.Ledger()
	if code != 0 || len(l.Robots["ops"]) != 1 || len(l.WorkNotices) != 1 || len(l.Comments) > 0 {
		t.Fatalf("exit %d, sent %+v and %+v", code, l.Robots, l.WorkNotices)
	}
	if m := l.Robots["ops"][0]; m.AtAll || len(m.Mentioned) > 0 || !strings.Contains(m.Text, "测试消息") || !slices.Equal(l.WorkNotices[0].UserIDs, []string{"zhangsan"}) {
		t.Errorf("the group saw %+v, people %+v", m, l.WorkNotices)
	}
	want := fmt.Sprintf("api %d of 5000, webhook 1 of 3000", l.Used["api"])
	if got := found["dingtalk: quota"].Detail; !strings.Contains(got, want) {
		t.Errorf("%q lacks %q", got, want)
	}
}

func TestDoctorSaysWhatDidNotArrive(t *testing.T) {
	tests := []struct {
		name   string
		infect func(p *patient)
		args   []string
		check  string
		want   string
	}{
		{"another secret", func(p *patient) { p.robots = strings.ReplaceAll(p.robots, "SEChush-robot", "SEChush-other") }, nil,
			"dingtalk: message to ops", "FAIL 加签校验失败 → keywords"},
		{"DingTalk is away", func(p *patient) { p.dingtalk.Down(true) }, nil, "dingtalk: message to ops", "FAIL 连接 → network"},
		{"a blocked robot", func(p *patient) { p.dingtalk.SetRobotRate(0) }, nil, "dingtalk: message to ops", "FAIL 限流 → wait"},
		{"nobody to send to", func(*patient) {}, nil, "dingtalk: work notice", "WARN nobody is named → --to USERID"},
		{"who comments", func(p *patient) { p.dingtalkMore = "  comment_user_id: zhangsan\n" }, nil, "dingtalk: work notice", "OK zhangsan → "},
		{"nobody of the organisation", func(*patient) {}, []string{"--to", "wangwu"}, "dingtalk: work notice", "FAIL nobody has the user id wangwu → UserId"},
		{"several at once", func(*patient) {}, []string{"--to", "zhangsan,lisi"}, "dingtalk: work notice", "FAIL 不合法 → user id"},
		{"another agent", func(p *patient) { p.agentID = 8 }, []string{"--to", "zhangsan"}, "dingtalk: work notice", "FAIL agent_id → agent_id"},
		{"no agent", func(p *patient) { p.agentID = 0 }, []string{"--to", "zhangsan"}, "dingtalk: work notice", "WARN not set up → agent_id"},
		{"no token", func(p *patient) { p.appSecret = "hush-wrong-secret" }, []string{"--to", "zhangsan"}, "dingtalk: work notice", "WARN no access token → token"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := newPatient(t, 0)
			test.infect(p)
			_, found := p.sends(test.args...)
			status, words, _ := strings.Cut(test.want, " ")
			words, remedy, _ := strings.Cut(words, " → ")
			if c := found[test.check]; c.Status != status || !strings.Contains(c.Detail, words) || !strings.Contains(c.Remedy, remedy) {
				t.Errorf("%+v, want %s", c, test.want)
			}
		})
	}
}

func TestDoctorToNeedsSend(t *testing.T) {
	o := oabridge(t, "doctor", "--to", "zhangsan", "-c", newPatient(t, 0).config())
	if o.code != exitConfiguration || !strings.Contains(o.stderr, "--send") {
		t.Error(o)
	}
}

func TestFateFinding(t *testing.T) {
	dropped := func(reason string) model.NoticeFate { return model.NoticeFate{Dropped: map[string]string{"u": reason}} }
	tests := map[string]struct {
		fate model.NoticeFate
		want string
	}{
		"not known":    {model.NoticeFate{Read: []string{"other"}}, "false "},
		"read":         {model.NoticeFate{Read: []string{"u"}}, "true OK"},
		"unread":       {model.NoticeFate{Unread: []string{"u"}}, "true OK"},
		"failed":       {model.NoticeFate{Failed: []string{"u"}}, "true FAIL"},
		"invalid":      {model.NoticeFate{Invalid: []string{"u"}}, "true FAIL"},
		"dropped":      {dropped(""), "true FAIL"},
		"a full day":   {dropped(model.DropDailyLimit), "true FAIL"},
		"other reason": {dropped("143999"), "true FAIL"},
	}
	for name, test := range tests {
		f, known := fateFinding(test.fate, "u")
		if diff := cmp.Diff(test.want, fmt.Sprint(known, " ", f.status)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
