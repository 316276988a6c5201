package dingtalktest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/oabridge/oabridge/dingtalk/dingtalktest"
)

func TestTwentyCallsASecond(t *testing.T) {
	f := newFake(t)
	token := f.token()
	for range 19 {
		f.want(f.post(userGet+token, `{"userid":"u1"}`), 200, "0")
	}
	f.want(f.post(userGet+token, `{"userid":"u1"}`), 200, "90018")
	f.want(f.do("GET", instances+"?processInstanceId=x", "", "x-acs-dingtalk-access-token: "+token), 403,
		"Forbidden.AccessDenied.QpsLimitForAppkeyAndApi")
	f.want(f.post(openRobot, robotText("", "a robot belongs to no app")), 200, "0")
	f.now = f.now.Add(999 * time.Millisecond)
	f.want(f.post(userGet+token, `{"userid":"u1"}`), 200, "90018")
	f.now = f.now.Add(time.Millisecond)
	f.want(f.post(userGet+token, `{"userid":"u1"}`), 200, "0")
}

func TestEventsUseTheQuotaOfWebhooks(t *testing.T) {
	f := newFake(t, func(o *dingtalktest.Options) { o.WebhookQuota = 2 })
	f.SetCallback(dingtalktest.CallbackSettings{URL: "http://127.0.0.1:1/", Token: "t", AESKey: strings.Repeat("a", 43)})
	for range 3 {
		_, _ = f.PushCallback(t.Context(), dingtalktest.CallbackEvent{Type: "user_add_org"}) // exempt
	}
	if _, err := f.PushCallback(t.Context(), dingtalktest.CallbackEvent{}); err != nil {
		t.Error(err)
	}
	f.PushEvent(dingtalktest.StreamEvent{})
	if _, err := f.PushCallback(t.Context(), dingtalktest.CallbackEvent{}); err == nil {
		t.Error("pushed beyond the quota")
	}
	f.want(f.post(openRobot, robotText("", "1")), 200, "90020")
	if used := f.Ledger().Used; used["webhook"] != 2 {
		t.Errorf("used %v", used)
	}
}

func TestQuotasOfTheMonth(t *testing.T) {
	f := newFake(t, func(o *dingtalktest.Options) { o.APIQuota, o.WebhookQuota = 2, 1 })
	id := f.start()
	f.want(f.withToken("GET", instances+"?processInstanceId="+id, ""), 200, "")
	f.want(f.withToken("GET", instances+"?processInstanceId="+id, ""), 403, "Forbidden.AccessDenied.ApiCountLimitForOrg")
	f.want(f.post(noticeSend+f.token(), notice("u1", "x")), 200, "90020")
	f.want(f.post(userGet+f.token(), `{"userid":"u1"}`), 200, "0")
	f.want(f.post(openRobot, robotText("", "1")), 200, "0")
	f.want(f.post(openRobot, robotText("", "2")), 200, "90020")
	if used := f.Ledger().Used; used["api"] != 2 || used["webhook"] != 1 {
		t.Errorf("used %v", used)
	}
	f.SetQuota("webhook", 2)
	f.want(f.post(openRobot, robotText("", "3")), 200, "0")
	f.now = time.Date(2026, 11, 30, 16, 0, 0, 0, time.UTC) // December in Beijing
	f.want(f.withToken("GET", instances+"?processInstanceId="+id, ""), 200, "")
	if used := f.Ledger().Used; used["api"] != 1 || used["webhook"] != 0 {
		t.Errorf("used %v in the new month", used)
	}
}
