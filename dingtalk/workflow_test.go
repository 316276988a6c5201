package dingtalk

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/oabridge/oabridge/dingtalk/dingtalktest"
	"github.com/oabridge/oabridge/model"
)

var update = flag.Bool("update", false, "write the golden files anew")

// canned issues tokens and answers everything else the same; calls has the paths with their queries.
func canned(t *testing.T, status int, body string, change ...func(*Options)) (c *Client, calls *[]string) {
	t.Helper()
	calls = &[]string{}
	url := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*calls = append(*calls, r.Method+" "+r.URL.RequestURI())
		if r.URL.Path == "/v1.0/oauth2/accessToken" {
			_, _ = fmt.Fprint(w, `{"accessToken":"token-of-the-app","expireIn":7200}`)
			return
		}
		w.WriteHeader(status)
		_, _ = fmt.Fprint(w, body)
	}))
	o := Options{HTTPClient: newHTTPClient(t), APIURL: url, OAPIURL: url, AppKey: "k", AppSecret: testAppSecret}
	for _, f := range change {
		f(&o)
	}
	return New(o), calls
}

// wantGolden compares what was read of a recorded answer with the file beside it.
func wantGolden(t *testing.T, file string, got any) {
	t.Helper()
	text, err := json.MarshalIndent(got, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	text = append(text, '\n')
	golden := strings.TrimSuffix(file, ".json") + ".golden"
	if *update {
		if err := os.WriteFile(golden, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != string(text) {
		t.Errorf("%s is read as\n%s\nwant\n%s", file, text, want)
	}
}

func recorded(t *testing.T, folder string) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", folder, "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files in %s: %v", folder, err)
	}
	texts := map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		texts[file] = string(text)
	}
	return texts
}

func TestApprovalIsReadAsDocumented(t *testing.T) {
	for file, text := range recorded(t, "approvals") {
		t.Run(filepath.Base(file), func(t *testing.T) {
			c, calls := canned(t, 200, text)
			got, err := c.Approval(context.Background(), "id 1/ü")
			if err != nil {
				t.Fatal(err)
			}
			if (*calls)[1] != "GET /v1.0/workflow/processInstances?processInstanceId=id+1%2F%C3%BC" {
				t.Errorf("asked %s", (*calls)[1])
			}
			wantGolden(t, file, got)
		})
	}
}

func TestApprovalFromTheFake(t *testing.T) {
	w := newWorld(t)
	c := w.client()
	id := w.start(t, c, "u1", `[{"name":"项目名称","value":"交易","componentType":"DDSelectField"}]`)
	running, err := c.Approval(context.Background(), id)
	if err != nil || running.Status != model.ApprovalRunning || running.Agreed() {
		t.Fatalf("%+v, %v", running, err)
	}
	if err := w.Decide(id, "u2", true, "同意"); err != nil {
		t.Fatal(err)
	}
	done, err := c.Approval(context.Background(), id)
	if err != nil || !done.Agreed() || len(done.Records) != 2 || !done.Records[1].Decides() {
		t.Fatalf("%+v, %v", done, err)
	}
	if !done.CreatedAt.Equal(w.clock.Now()) {
		t.Errorf("created %v, DingTalk's clock said %v", done.CreatedAt, w.clock.Now())
	}
}

// start starts an approval as an app may, with the form as JSON.
func (w *world) start(t *testing.T, c *Client, userID, form string) string {
	t.Helper()
	var got struct{ InstanceID string }
	err := c.api(context.Background(), endpoint{what: "start", path: "/v1.0/workflow/processInstances"}, map[string]any{
		"processCode": "PROC-1", "originatorUserId": userID, "deptId": -1, "formComponentValues": json.RawMessage(form),
	}, &got)
	if err != nil || got.InstanceID == "" {
		t.Fatalf("not started: %v", err)
	}
	return got.InstanceID
}

func TestApprovalTimesHaveAZone(t *testing.T) {
	const text = `{"success":true,"result":{"status":"RUNNING","createTime":%q}}`
	for _, tt := range []struct {
		zone *time.Location
		text string
		want string
	}{
		{nil, "2026-11-22T10:00Z", "2026-11-22T02:00:00Z"},
		{time.UTC, "2026-11-22T10:00Z", "2026-11-22T10:00:00Z"},
		{nil, "2026-11-22T10:00:07Z", "2026-11-22T02:00:07Z"},
		{nil, "2026-11-22 10:00:07", "2026-11-22T02:00:07Z"},
		{nil, "", ""},
		{nil, "soon", ""},
	} {
		c, _ := canned(t, 200, fmt.Sprintf(text, tt.text), func(o *Options) { o.Location = tt.zone })
		a, err := c.Approval(context.Background(), "x")
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if a.CreatedAt != nil {
			got = a.CreatedAt.UTC().Format(time.RFC3339)
		}
		if got != tt.want {
			t.Errorf("%q in %v is %q, want %q", tt.text, tt.zone, got, tt.want)
		}
	}
}

func TestApprovalRefusals(t *testing.T) {
	const hint = "应用尚未开通所需的权限：[Workflow.Instance.Read]，点击链接申请并开通即可：https://open-dev.dingtalk.com/appscope/apply?content=ding%23Workflow.Instance.Read"
	tests := []struct {
		name   string
		status int
		body   string
		want   model.Code
		says   string
	}{
		{"unknown", 400, `{"code":"processInstanceNotExist","message":"实例不存在"}`, model.CodeDingTalkNotFound, "实例不存在"},
		{"bad id", 400, `{"code":"processInstanceIdError","message":"m"}`, model.CodeDingTalkNotFound, "m"},
		{"not ours", 400, `{"code":"needAuth","message":"m"}`, model.CodeDingTalkForbidden, "m"},
		{"permission", 403, `{"code":"Forbidden.AccessDenied.AccessTokenPermissionDenied","message":"` + hint + `"}`, model.CodeDingTalkForbidden, hint},
		{"address", 403, `{"code":"Forbidden.AccessDenied.IpNotInWhiteList","message":"203.0.113.7"}`, model.CodeDingTalkForbidden, "203.0.113.7"},
		{"quota", 403, `{"code":"Forbidden.AccessDenied.ApiCountLimitForOrg","message":"m"}`, model.CodeDingTalkQuota, "m"},
		{"pace", 403, `{"code":"Forbidden.AccessDenied.QpsLimitForAppkeyAndApi","message":"m"}`, model.CodeDingTalkThrottled, "m"},
		{"ban", 200, `{"status":1111,"punish":"deny"}`, model.CodeDingTalkThrottled, "封禁"},
		{"page", 403, `<html>`, model.CodeDingTalkUnavailable, "封禁"},
		{"failure", 200, `{"success":"false","result":{"status":"RUNNING"}}`, model.CodeDingTalkRejected, ""},
		{"nothing", 200, `{"success":true}`, model.CodeDingTalkUnavailable, "缺少约定的字段"},
		{"another kind", 200, `{"success":true,"result":"x"}`, model.CodeDingTalkUnavailable, "缺少约定的字段"},
		{"too long", 200, `{"success":true,"result":{"status":"RUNNING","title":"` + strings.Repeat("x", 1<<20) + `"}}`, model.CodeDingTalkUnavailable, ""},
		{"table", 200, `{"result":{"status":"RUNNING","formComponentValues":[{"name":"清单","componentType":"TableField","value":"[{\"rowValue\":"}]}}`, model.CodeDingTalkRejected, "清单"},
		{"row", 200, `{"result":{"status":"RUNNING","formComponentValues":[{"name":"清单","componentType":"TableField","value":"[7]"}]}}`, model.CodeDingTalkRejected, "清单"},
		{"row without cells", 200, `{"result":{"status":"RUNNING","formComponentValues":[{"name":"清单","componentType":"TableField","value":"[{}]"}]}}`, model.CodeDingTalkRejected, "清单"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, calls := canned(t, tt.status, tt.body)
			_, err := c.Approval(context.Background(), "x")
			wantCode(t, err, tt.want)
			if !strings.Contains(model.MessageOf(err), tt.says) {
				t.Errorf("message %q lacks %q", model.MessageOf(err), tt.says)
			}
			if len(*calls) != 2 {
				t.Errorf("asked again: %q", *calls)
			}
		})
	}
}

func TestLargeApproval(t *testing.T) {
	long := strings.Repeat("x", 700<<10)
	c, _ := canned(t, 200, `{"success":true,"result":{"status":"RUNNING","formComponentValues":[{"name":"a","value":"`+long+`"}]}}`)
	a, err := c.Approval(context.Background(), "x")
	if err != nil || a.Fields[0].Values[0] != long {
		t.Fatalf("%d fields, %v", len(a.Fields), err)
	}
}

func TestApprovalWithoutAnIDAsksNobody(t *testing.T) {
	c, calls := canned(t, 200, `{}`)
	_, err := c.Approval(context.Background(), "")
	wantCode(t, err, model.CodeDingTalkNotFound)
	if len(*calls) != 0 {
		t.Errorf("asked %q", *calls)
	}
}

func TestApprovalRenewsARefusedTokenOnce(t *testing.T) {
	w := newWorld(t)
	c := w.client()
	id := w.start(t, c, "u1", `[{"name":"a","value":"b"}]`)
	w.ExpireTokens()
	if _, err := c.Approval(context.Background(), id); err != nil {
		t.Fatal(err)
	}
	refusingAll, calls := refusing(t, 400, `{"code":"InvalidAuthentication","message":"m"}`)
	_, err := refusingAll.Approval(context.Background(), "x")
	wantCode(t, err, model.CodeDingTalkAuth)
	if calls["/v1.0/workflow/processInstances"] != 2 || calls["/v1.0/oauth2/accessToken"] != 2 {
		t.Errorf("calls %v, want two of each", calls)
	}
}

func TestComment(t *testing.T) {
	w := newWorld(t, func(o *dingtalktest.Options) { o.StringCodes = true })
	c := w.client()
	id := w.start(t, c, "u1", `[{"name":"a","value":"b"}]`)
	if err := c.Comment(context.Background(), id, "u2", " 上线单 R-1042 "+strings.Repeat("字🚀", 1000)); err != nil {
		t.Fatal(err)
	}
	got := w.Ledger().Comments
	if len(got) != 1 || len([]rune(got[0].Text)) != 1024 || !strings.HasPrefix(got[0].Text, "上线单") || got[0].UserID != "u2" {
		t.Errorf("comments %+v", got)
	}
	wantCode(t, c.Comment(context.Background(), "unknown", "u2", "x"), model.CodeDingTalkNotFound)
	wantCode(t, c.Comment(context.Background(), id, "", "x"), model.CodeDingTalkRejected)
	wantCode(t, c.Comment(context.Background(), id, "u2", " \n"), model.CodeDingTalkRejected)
	denied, _ := canned(t, 200, `{"success":true,"result":false}`)
	wantCode(t, denied.Comment(context.Background(), id, "u2", "x"), model.CodeDingTalkRejected)
}

func TestUserName(t *testing.T) {
	w := newWorld(t)
	c := w.client()
	name, err := c.UserName(context.Background(), "u1")
	if err != nil || name != "张三" {
		t.Errorf("%q, %v", name, err)
	}
	_, err = c.UserName(context.Background(), "nobody")
	wantCode(t, err, model.CodeDingTalkNotFound)
	hidden, _ := canned(t, 200, `{"errcode":50002,"errmsg":"不在应用的可见范围内"}`)
	_, err = hidden.UserName(context.Background(), "u1")
	wantCode(t, err, model.CodeDingTalkForbidden)
	empty, _ := canned(t, 200, `{"errcode":0,"result":{}}`)
	_, err = empty.UserName(context.Background(), "u1")
	wantCode(t, err, model.CodeDingTalkUnavailable)
	_, err = c.UserName(context.Background(), "u1,u2")
	wantCode(t, err, model.CodeDingTalkRejected)
}
