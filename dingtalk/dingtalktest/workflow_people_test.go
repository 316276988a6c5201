package dingtalktest_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oabridge/oabridge/dingtalk/dingtalktest"
)

func (f *fake) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

// recorded are the kinds of what was done in an approval, with its result.
func recorded(result map[string]any) []string {
	var kinds []string
	list, _ := result["operationRecords"].([]any)
	for _, r := range list {
		m, _ := r.(map[string]any)
		kinds = append(kinds, fmt.Sprint(m["userId"], " ", m["type"], " ", m["result"]))
	}
	return kinds
}

func TestWhatPeopleDo(t *testing.T) {
	f := newFake(t)
	f.AddUser(dingtalktest.User{ID: "u3"})
	id := f.start()
	f.must(f.Remark(id, "u1", "快一点"))
	f.must(f.Redirect(id, "u2", "u3", "请他看"))
	f.must(f.Endorse(id, "u3", ""))
	if got := f.read(id); got["status"] != "RUNNING" {
		t.Errorf("ended by what decides nothing: %v", got)
	}
	f.must(f.DecideBy("EXECUTE_TASK_AGENT", id, "u2", true, ""))
	got := f.read(id)
	want := []string{
		"u1 START_PROCESS_INSTANCE NONE", "u1 ADD_REMARK NONE", "u2 REDIRECT_TASK NONE", "u3 EXECUTE_TASK_NORMAL AGREE",
		"u2 EXECUTE_TASK_AGENT AGREE",
	}
	if !slices.Equal(recorded(got), want) {
		t.Errorf("recorded %q", recorded(got))
	}
	tasks := jsonText(got["tasks"])
	for _, part := range []string{`"result":"REDIRECTED"`, `"userId":"u3"`} {
		if !strings.Contains(tasks, part) {
			t.Errorf("tasks %s lack %s", tasks, part)
		}
	}
	for _, err := range []error{
		f.Remark(id, "u1", ""), f.Redirect(id, "u1", "u2", ""), f.Endorse(id, "u1", ""), f.Terminate(id, "u1", ""),
		f.Redirect(f.start(), "u1", "u9", ""), f.Delete("x"),
	} {
		if err == nil {
			t.Error("done to what has ended, or to nobody")
		}
	}
}

func TestTerminateNotAtOnce(t *testing.T) {
	f := newFake(t, func(o *dingtalktest.Options) { o.QPS = -1 })
	one, two, three := f.start(), f.start(), f.start()
	body := func(id, user, remark string, system bool) string {
		return fmt.Sprintf(`{"processInstanceId":%q,"operatingUserId":%q,"remark":%q,"isSystem":%v}`, id, user, remark, system)
	}
	const terminate = instances + "/terminate"
	f.now = f.now.Add(15*time.Second - 1)
	f.want(f.withToken("POST", terminate, body(one, "u1", "", false)), 400, "processInstanceTooYoung")
	if f.Terminate(one, "u1", "") == nil {
		t.Error("terminated within 15 seconds")
	}
	f.now = f.now.Add(1)
	f.want(f.withToken("POST", terminate, body(one, "u2", "", false)), 400, "operatingUserIdError")
	f.want(f.withToken("POST", terminate, body(one, "u1", strings.Repeat("字", 1025), false)), 400, "remarkError")
	f.want(f.withToken("POST", terminate, body("x", "u1", "", false)), 400, "processInstanceNotExist")
	f.want(f.withToken("GET", terminate, ""), 405, "UnsupportedHTTPMethod")
	f.want(f.withToken("POST", terminate, body(one, "u1", "不上了", false)), 200, "")
	f.want(f.withToken("POST", terminate, body(one, "u1", "", false)), 400, "processInstanceFinished")
	f.want(f.withToken("POST", terminate, body(two, "", "", true)), 200, "")
	f.must(f.Terminate(three, "u1", ""))
	for _, id := range []string{one, two, three} {
		if got := f.read(id); got["status"] != "TERMINATED" || got["result"] != "" {
			t.Errorf("%v", got)
		}
	}
}

func TestDeleteAndRevoke(t *testing.T) {
	f := newFake(t)
	main := f.start()
	if _, err := f.Revoke(main, "u1"); err == nil {
		t.Error("revoked what was not agreed")
	}
	f.must(f.Decide(main, "u2", true, ""))
	revoke, err := f.Revoke(main, "u1")
	f.must(err)
	if got := f.read(revoke); got["bizAction"] != "REVOKE" || got["mainProcessInstanceId"] != main || got["status"] != "RUNNING" {
		t.Errorf("%v", got)
	}
	f.must(f.Decide(revoke, "u2", true, ""))
	if _, err := f.Revoke(revoke, "u1"); err == nil {
		t.Error("revoked a revocation")
	}
	f.must(f.Delete(main))
	f.want(f.withToken("GET", instances+"?processInstanceId="+main, ""), 400, "processInstanceNotExist")
	if event, err := f.InstanceEvent(main, "delete"); err != nil || event["type"] != "delete" {
		t.Errorf("%v, %v", event, err)
	}
}

func TestFinishedIsReadAsRunningForAWhile(t *testing.T) {
	f := newFake(t)
	f.SetLag(3 * time.Second)
	id := f.start()
	f.must(f.Decide(id, "u2", true, ""))
	f.now = f.now.Add(3*time.Second - 1)
	if got := f.read(id); got["status"] != "RUNNING" || got["result"] != "" || got["finishTime"] != "" {
		t.Errorf("%v", got)
	}
	f.now = f.now.Add(1)
	if got := f.read(id); got["status"] != "COMPLETED" || got["result"] != "agree" {
		t.Errorf("%v", got)
	}
}

func TestChangesAreTold(t *testing.T) {
	f := newFake(t)
	var told []string
	f.Watch(func(c dingtalktest.InstanceChange) {
		told = append(told, c.Type+" "+c.Result+" "+c.StaffID)
		f.Ledger() // whoever is told may ask
	})
	one, two := f.start(), f.start()
	f.must(f.Decide(one, "u2", true, ""))
	f.now = f.now.Add(time.Minute)
	f.must(f.Terminate(two, "u1", ""))
	_, err := f.Revoke(one, "u2")
	f.must(err)
	f.must(f.Delete(two))
	want := []string{"start  u1", "start  u1", "finish agree u1", "terminate  u1", "start  u2", "delete  u1"}
	if !slices.Equal(told, want) {
		t.Errorf("told %q", told)
	}
}

func TestAStartIsToldAtOnce(t *testing.T) {
	f := newFake(t)
	var told []string
	f.Watch(func(c dingtalktest.InstanceChange) { told = append(told, c.Type+" "+c.InstanceID) })
	id, err := f.Start("PROC-1", "u1", map[string]any{"项目名称": "商城"})
	f.must(err)
	if !slices.Equal(told, []string{"start " + id}) {
		t.Errorf("told %q", told)
	}
}

func TestControlApprovals(t *testing.T) {
	f := newFake(t)
	id := f.start()
	for _, order := range []string{"lag?for=1m", "remark?user=u1&remark=x&instance=" + id, "redirect?user=u2&to=u1&instance=" + id,
		"endorse?user=u1&instance=" + id, "agree?user=u2&instance=" + id, "quota?kind=api&calls=100"} {
		if a := f.control("POST", "/_control/"+order); a.status != 204 {
			t.Errorf("%s: HTTP %d %s", order, a.status, a.text)
		}
	}
	if got := f.read(id); got["status"] != "RUNNING" || len(recorded(got)) != 5 {
		t.Errorf("%v", got)
	}
	a := f.control("POST", "/_control/revoke?user=u1&instance="+id)
	if a.status != 200 {
		t.Fatalf("HTTP %d", a.status)
	}
	if a := f.control("POST", "/_control/refuse?user=u2&instance="+strings.TrimSpace(a.text)); a.status != 204 {
		t.Errorf("HTTP %d %s", a.status, a.text)
	}
	if a := f.control("POST", "/_control/delete?instance="+id); a.status != 204 {
		t.Errorf("HTTP %d %s", a.status, a.text)
	}
	for _, order := range []string{"lag", "lag?for=-1s", "agree", "terminate?user=u1&instance=" + f.start(), "revoke", "delete",
		"quota?kind=x&calls=1", "quota?kind=api&calls=-1"} {
		if a := f.control("POST", "/_control/"+order); a.status != 400 {
			t.Errorf("%s: HTTP %d", order, a.status)
		}
	}
}

func TestQueryRules(t *testing.T) {
	f := newFake(t, func(o *dingtalktest.Options) { o.QPS = -1 })
	const path = "/v1.0/workflow/processes/instanceIds/query"
	now := f.now
	var ids []string
	for range 25 {
		ids = append(ids, f.start())
		f.now = f.now.Add(time.Second)
	}
	ask := func(change ...string) answer {
		body := fmt.Sprintf(`{"processCode":"PROC-1","startTime":%d,"endTime":%d,"nextToken":0,"maxResults":20,"userIds":["u1"],"statuses":["RUNNING"]}`,
			now.UnixMilli(), now.Add(time.Hour).UnixMilli())
		return f.withToken("POST", path, strings.NewReplacer(change...).Replace(body))
	}
	list := func(a answer) (got []string, next any) {
		f.want(a, 200, "")
		result, _ := a.json["result"].(map[string]any)
		raw, _ := json.Marshal(result["list"])
		_ = json.Unmarshal(raw, &got)
		return got, result["nextToken"]
	}
	first, next := list(ask())
	if !slices.Equal(first, ids[:20]) || next != 20.0 {
		t.Errorf("%q then %v", first, next)
	}
	if rest, next := list(ask(`"nextToken":0`, `"nextToken":20`)); !slices.Equal(rest, ids[20:]) || next != nil {
		t.Errorf("%q then %v", rest, next)
	}
	for _, change := range [][]string{{"u1", "u2"}, {"RUNNING", "COMPLETED"}, {"PROC-1", "PROC-2"}} {
		if got, _ := list(ask(change...)); len(got) != 0 {
			t.Errorf("%q finds %q", change, got)
		}
	}
	start := fmt.Sprintf(`"startTime":%d`, now.UnixMilli())
	for code, change := range map[string][]string{
		"processCodeError": {"PROC-1", ""},
		"maxResultsError":  {`"maxResults":20`, `"maxResults":21`},
		"userIdsError":     {`"u1"`, `"1","2","3","4","5","6","7","8","9","10","11"`},
		"timeRangeError":   {start, fmt.Sprintf(`"startTime":%d`, now.Add(-120*24*time.Hour).UnixMilli())},
		"MissingParameter": {`{"`, `["`},
	} {
		f.want(ask(change...), 400, code)
	}
	f.now = f.now.Add(366 * 24 * time.Hour)
	f.want(ask(), 400, "startTimeError")
}

func TestForms(t *testing.T) {
	form := []dingtalktest.Component{
		{Type: "DDSelectField", ID: "DDSelectField_1", Label: "项目名称", Alias: "project", Required: true, Options: []string{"商城", "交易"}},
		{Type: "TableField", ID: "TableField_2", Label: "清单", Children: []dingtalktest.Component{{Type: "TextField", ID: "TextField_3", Label: "应用"}}},
	}
	f := newFake(t, func(o *dingtalktest.Options) { o.Forms = map[string][]dingtalktest.Component{"PROC-1": form} })
	const path = "/v1.0/workflow/forms/schemas/processCodes?processCode="
	a := f.withToken("GET", path+"PROC-1", "")
	f.want(a, 200, "")
	for _, part := range []string{`"componentName":"TableField"`, `"required":true`, `"bizAlias":"project"`, `{\"key\":\"option_1\",\"value\":\"交易\"}`, `"label":"应用"`} {
		if !strings.Contains(a.text, part) {
			t.Errorf("%s lacks %s", a.text, part)
		}
	}
	f.want(f.withToken("GET", path+"PROC-2", ""), 400, "processCodeError")
	f.want(f.withToken("POST", path+"PROC-1", ""), 405, "UnsupportedHTTPMethod")
	a = f.withToken("POST", instances, `{"processCode":"PROC-1","originatorUserId":"u1","deptId":-1,"formComponentValues":[
		{"name":"项目名称","value":"交易"},{"name":"清单","value":"[[{\"name\":\"应用\",\"value\":\"支付\"}]]"}]}`)
	id, _ := a.json["instanceId"].(string)
	values := jsonText(f.read(id)["formComponentValues"])
	for _, part := range []string{`"id":"DDSelectField_1"`, `\"key\":\"option_1\"`, `\"rowValue\":[{\"key\":\"TextField_3\",\"label\":\"应用\",\"value\":\"支付\"}]`} {
		if !strings.Contains(values, part) {
			t.Errorf("%s lacks %s", values, part)
		}
	}
	f.SetForm("PROC-2", nil)
	f.want(f.withToken("GET", path+"PROC-2", ""), 200, "")
	f.want(f.withToken("POST", instances, `{"processCode":"PROC-3","originatorUserId":"u1","deptId":-1}`), 400, "processCodeError")
}

func TestLargeFormIsReadWithoutValues(t *testing.T) {
	f := newFake(t)
	long := strings.Repeat("x", 40<<10)
	a := f.withToken("POST", instances, fmt.Sprintf(`{"processCode":"P","originatorUserId":"u1","deptId":-1,
		"formComponentValues":[{"name":"a","value":%q},{"name":"b","value":%q}]}`, long, long))
	id, _ := a.json["instanceId"].(string)
	if got := jsonText(f.read(id)["formComponentValues"]); got != `[{"name":"a"},{"name":"b"}]` {
		t.Errorf("%.200s", got)
	}
}
