package dingtalktest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

const instances = "/v1.0/workflow/processInstances"

func (f *fake) withToken(method, target, body string) answer {
	f.t.Helper()
	return f.do(method, target, body, "x-acs-dingtalk-access-token: "+f.token())
}

// start returns the new instance's id.
func (f *fake) start() string {
	f.t.Helper()
	a := f.withToken("POST", instances, `{"processCode":"PROC-1","originatorUserId":"u1","deptId":-1,
		"formComponentValues":[{"name":"项目名称","value":"交易"}]}`)
	id, _ := a.json["instanceId"].(string)
	if id == "" {
		f.t.Fatal(a.text)
	}
	return id
}

func (f *fake) read(id string) map[string]any {
	f.t.Helper()
	result, _ := f.withToken("GET", instances+"?processInstanceId="+id, "").json["result"].(map[string]any)
	return result
}

func TestInstanceLife(t *testing.T) {
	for _, agree := range []bool{true, false} {
		f := newFake(t)
		id := f.start()
		running := f.read(id)
		if running["status"] != "RUNNING" || running["result"] != "" || running["finishTime"] != "" {
			t.Errorf("running: %v", running)
		}
		f.now = f.now.Add(90 * time.Second)
		if err := f.Decide(id, "u2", agree, "同意"); err != nil {
			t.Fatal(err)
		}
		done := f.read(id)
		want := map[bool]string{true: "agree", false: "refuse"}[agree]
		records, _ := done["operationRecords"].([]any)
		if done["status"] != "COMPLETED" || done["result"] != want || len(records) != 2 {
			t.Errorf("decided: %v", done)
		}
		if err := f.Decide(id, "u2", agree, ""); err == nil {
			t.Error("decided twice")
		}
	}
}

func TestTimesAreBeijingsWithAFalseZ(t *testing.T) {
	f := newFake(t) // 02:00 UTC
	got := f.read(f.start())
	number, _ := got["businessId"].(string)
	if got["createTime"] != "2026-11-22T10:00Z" || !strings.HasPrefix(number, "202611221000") {
		t.Errorf("created %v, number %v", got["createTime"], got["businessId"])
	}
}

func TestDecideNeedsAUserAndAnInstance(t *testing.T) {
	f := newFake(t)
	if f.Decide(f.start(), "u9", true, "") == nil || f.Decide("x", "u1", true, "") == nil {
		t.Error("decided by or on nobody")
	}
}

func TestStartRules(t *testing.T) {
	body := func(change ...string) string {
		return strings.NewReplacer(change...).Replace(
			`{"processCode":"P","originatorUserId":"u1","deptId":1,"formComponentValues":[{"name":"a","value":"b"}]}`)
	}
	many := strings.Repeat(`{"name":"a"},`, 150) + `{"name":"a"`
	tests := []struct{ name, body, want string }{
		{"no JSON", "x", "processCodeError"},
		{"no code", body(`"P"`, `""`), "processCodeError"},
		{"unknown user", body("u1", "u9"), "originatorUserIdError"},
		{"no department", body(`"deptId":1,`, ""), "deptIdError"},
		{"151 controls", body(`{"name":"a","value":"b"`, many), "formConverterError"},
		{"a control without name", body(`"a"`, `""`), "formConverterError"},
		{"a value too long", body(`"b"`, fmt.Sprintf("%q", strings.Repeat("x", 65536))), "formConverterError"},
		{"approvers instead of a department", body(`"deptId":1`, `"approvers":[{"userIds":["u2"]}]`), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFake(t)
			status := 400
			if tt.want == "" {
				status = 200
			}
			f.want(f.withToken("POST", instances, tt.body), status, tt.want)
		})
	}
	f := newFake(t)
	f.want(f.withToken("DELETE", instances, ""), 405, "UnsupportedHTTPMethod")
}

func TestComments(t *testing.T) {
	f := newFake(t)
	id := f.start()
	comment := func(id, user, text string) answer {
		return f.withToken("POST", instances+"/comments", fmt.Sprintf(`{"processInstanceId":%q,"commentUserId":%q,"text":%q}`, id, user, text))
	}
	f.want(comment(id, "u1", strings.Repeat("字", 1024)), 200, "")
	f.want(comment(id, "u1", strings.Repeat("字", 1025)), 400, "textError")
	f.want(comment(id, "u1", ""), 400, "textError")
	f.want(comment(id, "u9", "x"), 400, "commentUserIdError")
	f.want(comment("x", "u1", "x"), 400, "processInstanceNotExist")
	f.want(f.withToken("GET", instances+"/comments", ""), 405, "UnsupportedHTTPMethod")
	if got := f.Ledger().Comments; len(got) != 1 || got[0].InstanceID != id || got[0].UserID != "u1" || !got[0].At.Equal(f.now) {
		t.Errorf("%d comments", len(got))
	}
}
