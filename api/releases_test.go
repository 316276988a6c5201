package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/api"
	"github.com/oabridge/oabridge/model"
)

// submitted puts releases into the rig's database and returns their numbers.
func submitted(t *testing.T, r *rig, n int, more string) []string {
	t.Helper()
	numbers := make([]string, n)
	for i := range numbers {
		a := r.call("releases", fmt.Sprintf(`{"project":"交易平台","app":"订单服务","ENV":"uat","API_TOKEN":"parameter-secret","requestId":"r%d"%s}`, i, more))
		if a.body["success"] != true {
			t.Fatalf("submitting: %s", a.raw)
		}
		numbers[i] = fmt.Sprint(a.body["releaseId"])
	}
	return numbers
}

func listed(a answer) []string {
	numbers := []string{}
	releases, _ := a.body["releases"].([]any)
	for _, r := range releases {
		release, _ := r.(map[string]any)
		numbers = append(numbers, fmt.Sprint(release["number"]))
	}
	return numbers
}

func TestListPagesFromTheNewest(t *testing.T) {
	r, _ := newReal(t)
	n := submitted(t, r, 5, "")
	first := r.ops("GET", "/api/releases?limit=2", "")
	if diff := cmp.Diff([]string{n[4], n[3]}, listed(first)); diff != "" || first.body["next_before"] != n[3] {
		t.Errorf("first page: %s%s", diff, first.raw)
	}
	second := r.ops("GET", fmt.Sprintf("/api/releases?limit=2&before=%v", first.body["next_before"]), "")
	if diff := cmp.Diff([]string{n[2], n[1]}, listed(second)); diff != "" {
		t.Error(diff)
	}
	last := r.ops("GET", "/api/releases?limit=2&before="+n[1], "")
	if diff := cmp.Diff([]string{n[0]}, listed(last)); diff != "" || last.body["next_before"] != nil {
		t.Errorf("last page: %s%s", diff, last.raw)
	}
	if a := r.ops("GET", "/api/releases?state=succeeded", ""); a.status != http.StatusOK || len(listed(a)) > 0 {
		t.Errorf("no release succeeded: %s", a.raw)
	}
}

func TestListRefusesWhatItDoesNotKnow(t *testing.T) {
	f := &fake{}
	r := newRig(t, f)
	for _, query := range []string{
		"state=done", "limit=0", "limit=201", "limit=-1", "limit=x", "limit=1.5", "before=x", "before=R-0", "before=-5",
		"page=2", "state=active&state=done", "limit=%zz", "from=yesterday", "to=2026-13-01", "from=2026-11-02&to=2026-11-01",
		"from=2026-11-02T10:00&to=2026-11-02T10:00", "project=a&project=b", "deployment=done", "rollback_of=x", "format=csv",
	} {
		if a := r.ops("GET", "/api/releases?"+query, ""); a.status != http.StatusBadRequest || a.code() != "invalid_request" {
			t.Errorf("%s: %d %s", query, a.status, a.raw)
		}
	}
	if len(f.asked) > 0 {
		t.Errorf("asked: %v", f.asked)
	}
	if a := r.ops("GET", "/api/releases", ""); f.filter.Limit != 50 || a.raw != `{"releases":[],"next_before":null}` {
		t.Errorf("limit %d, %s", f.filter.Limit, a.raw)
	}
}

func TestOneReleaseWithItsHistory(t *testing.T) {
	r, _ := newReal(t)
	number := submitted(t, r, 1, `,"发起人":"u1","审批人":"u2,u3","上线说明":"修复"`)[0]
	for _, path := range []string{number, strings.ToLower(number), strings.TrimPrefix(number, "R-")} {
		a := r.ops("GET", "/api/releases/"+path, "")
		if a.status != http.StatusOK || a.body["number"] != number || a.body["state"] != "active" || a.body["reason"] != "修复" {
			t.Fatalf("%s: %d %s", path, a.status, a.raw)
		}
		if !cmp.Equal(a.body["approvers"], []any{map[string]any{"id": "u2"}, map[string]any{"id": "u3"}}) {
			t.Errorf("approvers: %v", a.body["approvers"])
		}
		if events, _ := a.body["events"].([]any); len(events) != 1 || !strings.Contains(a.raw, `"kind":"accepted"`) {
			t.Errorf("events: %v", events)
		}
		if strings.Contains(a.raw, "parameter-secret") || !strings.Contains(a.raw, `{"name":"API_TOKEN","value":"******","chosen":true,"secret":true}`) {
			t.Errorf("the secret parameter: %s", a.raw)
		}
	}
}

func TestAReleaseIsShownInUTCAndWithoutSecrets(t *testing.T) {
	sent := time.Date(2026, 11, 22, 20, 0, 1, 0, time.FixedZone("CST", 8*3600))
	f := &fake{
		release: aRelease(),
		events:  []model.Event{{At: sent, Actor: "ops", Kind: "due", DeploymentID: 7, From: "waiting", To: "submitting"}},
		messages: []model.Message{{
			Kind: model.NoticeReceived, Channel: model.ChannelRobot, Recipient: "ops", Title: "R-1042 已登记", State: model.MessageSent,
			Markdown: "text-secret", Key: "key-secret", CreatedAt: sent, SentAt: &sent,
		}},
	}
	a := newRig(t, f).ops("GET", "/api/releases/R-1042", "")
	for _, secret := range []string{"parameter-secret", "form-secret", "text-secret", "key-secret"} {
		if strings.Contains(a.raw, secret) {
			t.Errorf("%s is in %s", secret, a.raw)
		}
	}
	for _, part := range []string{
		`"scheduled_at":"2026-11-22T12:00:00Z"`, `"started_at":"2026-11-22T12:00:00Z"`, `"finished_at":null`, `"sent_at":"2026-11-22T12:00:01Z"`,
		`"duration_ms":1500`, `"app":"prod:trade/order"`, `"name":"订单服务"`, `"stop":{"by":"ops"`, `"project":{"id":"prod:trade","name":"交易平台"}`,
		`"initiator":{"id":"u1","name":"张三"}`, `"approvers":[]`, `"deployment_id":7`,
	} {
		if !strings.Contains(a.raw, part) {
			t.Errorf("%s is not in %s", part, a.raw)
		}
	}
	if strings.Contains(a.raw, "+08:00") {
		t.Errorf("a time is not in UTC: %s", a.raw)
	}
}

func TestCancelAndStart(t *testing.T) {
	r, _ := newReal(t)
	number := submitted(t, r, 1, `,"执行方式":"手动"`)[0]
	if a := r.ops("POST", "/api/releases/"+number+"/start", `{"reason":"窗口已开"}`); a.status != http.StatusOK || a.body["number"] != number {
		t.Errorf("start: %d %s", a.status, a.raw)
	}
	if a := r.ops("POST", "/api/releases/"+number+"/start", ""); a.status != http.StatusConflict || a.code() != "conflict" {
		t.Errorf("start again: %d %s", a.status, a.raw)
	}
	if a := r.ops("POST", "/api/releases/"+number+"/cancel", `{"reason":"不发了"}`); a.status != http.StatusOK || a.body["state"] != "cancelled" {
		t.Errorf("cancel: %d %s", a.status, a.raw)
	}
	if a := r.ops("POST", "/api/releases/"+number+"/cancel", ""); a.status != http.StatusConflict {
		t.Errorf("cancel again: %d %s", a.status, a.raw)
	}
	a := r.ops("GET", "/api/releases/"+number, "")
	if !strings.Contains(a.raw, `"actor":"ops","kind":"stop"`) || !strings.Contains(a.raw, "不发了") ||
		!strings.Contains(a.raw, `"kind":"start","from":"","to":"","code":"","message":"窗口已开"`) {
		t.Errorf("who cancelled, and why, is not in %s", a.raw)
	}
}

// TestOneOfARelease is meant by its id, its key, its job or its name.
func TestOneOfARelease(t *testing.T) {
	f := &fake{release: aRelease()}
	d := f.release.Deployments[0]
	d.JobRef, d.AppName = model.JobRef{Controller: "prod", FullName: "trade/order"}, "订单服务"
	r := newRig(t, f)
	for _, action := range []string{"cancel", "retry", "abandon"} {
		for body, want := range map[string]int64{
			`"app":"prod:trade/order"`: d.ID, `"app":"trade/order"`: d.ID, `"app":"订单服务"`: d.ID, `"deployment":9`: 9, `"app":""`: 0,
		} {
			f.on = -1
			if a := r.ops("POST", "/api/releases/R-1042/"+action, `{"reason":"x",`+body+`}`); a.status != http.StatusOK || f.on != want {
				t.Errorf("%s %s: %d of %d, %s", action, body, a.status, f.on, a.raw)
			}
		}
		f.on = -1
		if a := r.ops("POST", "/api/releases/R-1042/"+action, `{"reason":"x","app":"火箭"}`); a.status != http.StatusNotFound || f.on != -1 {
			t.Errorf("%s: %d %s", action, a.status, a.raw)
		}
	}
}

func TestUnknownNumbers(t *testing.T) {
	r, _ := newReal(t)
	for _, number := range []string{"R-99", "99", "x", "R-", "R-0", "R--1", "R-99999999999999999999", "%2e%2e", "R-1%00"} {
		for _, route := range [][2]string{{"GET", ""}, {"GET", "/events"}, {"POST", "/cancel"}, {"POST", "/start"},
			{"POST", "/retry?reason=x"}, {"POST", "/abandon?reason=x"}, {"POST", "/replan?reason=x&at=now"}} {
			if a := r.ops(route[0], "/api/releases/"+number+route[1], ""); a.status != http.StatusNotFound || a.code() != "not_found" {
				t.Errorf("%s %s%s: %d %s", route[0], number, route[1], a.status, a.raw)
			}
		}
	}
}

func TestActionsRefuseWhatTheyDoNotKnow(t *testing.T) {
	f := &fake{release: aRelease()}
	r := newRig(t, f)
	for _, c := range [][3]string{
		{"POST", "/cancel", `{"grund":"x"}`},
		{"POST", "/cancel", `{"reason":["a","b"]}`},
		{"POST", "/cancel", `{"reason":"` + strings.Repeat("长", 501) + `"}`},
		{"POST", "/cancel", `{"reason":"a\u0000b"}`},
		{"POST", "/cancel", `{"reason":"a\u001b[31m"}`},
		{"POST", "/start", `{"why":"a"}`},
		{"POST", "/cancel", `{"deployment":0}`},
		{"POST", "/cancel", `{"deployment":1,"app":"订单服务"}`},
		{"GET", "?x=y", ""},
	} {
		if a := r.ops(c[0], "/api/releases/R-1"+c[1], c[2]); a.status != http.StatusBadRequest || a.code() != "invalid_request" {
			t.Errorf("%v: %d %s", c, a.status, a.raw)
		}
	}
	if len(f.asked) > 0 {
		t.Errorf("asked: %v", f.asked)
	}
	r.ops("POST", "/api/releases/R-1/cancel", `{"reason":"两行\n原因"}`)
	if f.on != 0 || f.reason != "两行\n原因" || f.by != "ops" {
		t.Errorf("reason %q by %q", f.reason, f.by)
	}
}

func TestCallersLearnTheTimeZone(t *testing.T) {
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	r := newRig(t, &fake{}, func(o *api.Options) { o.Zone = shanghai })
	for _, path := range []string{"/api/releases", "/api/releases/R-1", "/api/releases/R-1/events"} {
		if got := r.ops("GET", path, "").header.Get("X-Time-Zone"); got != "Asia/Shanghai" {
			t.Errorf("%s: %q", path, got)
		}
	}
	if a := newRig(t, &fake{}).ops("GET", "/api/releases", ""); a.header.Get("X-Time-Zone") != "UTC" {
		t.Errorf("without a zone: %v", a.header)
	}
	if a := r.do("GET", "/api/releases", "", ""); a.status != http.StatusUnauthorized || a.header.Get("X-Time-Zone") != "" {
		t.Errorf("without a token: %d %v", a.status, a.header)
	}
}
