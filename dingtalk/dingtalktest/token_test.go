package dingtalktest_test

import (
	"testing"
	"time"

	"github.com/oabridge/oabridge/dingtalk/dingtalktest"
)

const userGet = "/topapi/v2/user/get?access_token="

func TestTokenLife(t *testing.T) {
	f := newFake(t)
	first := f.token()
	f.now = f.now.Add(2*time.Hour - time.Second)
	if f.token() != first {
		t.Error("a living token is not given again")
	}
	f.now = f.now.Add(2*time.Hour - time.Second)
	f.want(f.post(userGet+first, `{"userid":"u1"}`), 200, "0")
	f.now = f.now.Add(time.Second)
	f.want(f.post(userGet+first, `{"userid":"u1"}`), 200, "42001")
	if f.token() == first {
		t.Error("a dead token is given again")
	}
}

func TestBothTokenInterfaces(t *testing.T) {
	f := newFake(t)
	old := f.do("GET", "/gettoken?appkey=k&appsecret=s", "")
	f.want(old, 200, "0")
	if old.json["access_token"] != f.token() || old.json["expires_in"] != 7200.0 {
		t.Errorf("old interface answers %s", old.text)
	}
	f.want(f.do("GET", "/gettoken?appkey=k&appsecret=x", ""), 200, "40096")
	f.want(f.post("/v1.0/oauth2/accessToken", `{"appKey":"k","appSecret":"x"}`), 400, "invalidClientIdOrSecret")
	f.want(f.post("/v1.0/oauth2/accessToken", `no JSON`), 400, "MissingParameter")
	f.want(f.do("GET", "/v1.0/oauth2/accessToken", `{}`), 400, "MissingParameter")
	f.want(f.post("/nowhere", `{}`), 404, "InvalidAction.NotFound")
}

func TestTokenIsChecked(t *testing.T) {
	const instance = "/v1.0/workflow/processInstances?processInstanceId=x"
	f := newFake(t)
	token := f.token()
	f.want(f.post(userGet, `{}`), 200, "40014")
	f.want(f.do("GET", userGet+token, ``), 200, "43002")
	f.want(f.do("GET", instance, ""), 400, "AuthenticationFailed.MissingParameter")
	f.want(f.do("GET", instance, "", "x-acs-dingtalk-access-token: made-up"), 400, "InvalidAuthentication")
	f.want(f.do("GET", instance, "", "x-acs-dingtalk-access-token: "+token), 400, "processInstanceNotExist")
	f.ExpireTokens()
	f.want(f.do("GET", instance, "", "x-acs-dingtalk-access-token: "+token), 400, "InvalidAuthentication")
	f.want(f.post(userGet+token, `{}`), 200, "42001")
	if l := f.Ledger(); l.Refused["42001"] != 1 || l.Refused["InvalidAuthentication"] != 2 || l.Refused["88"] != 0 || l.Tokens != 1 {
		t.Errorf("ledger %+v", l)
	}
}

func TestStringCodes(t *testing.T) {
	f := newFake(t, func(o *dingtalktest.Options) { o.StringCodes = true })
	if got := f.post("/robot/send?access_token=open", `{"msgtype":"text","text":{"content":"x"}}`); got.json["errcode"] != "0" {
		t.Errorf("answers %s", got.text)
	}
	if got := f.withToken("GET", instances+"?processInstanceId="+f.start(), ""); got.json["success"] != "true" {
		t.Errorf("answers %s", got.text)
	}
}

func TestUser(t *testing.T) {
	f := newFake(t)
	token := f.token()
	result, _ := f.post(userGet+token, `{"userid":"u1","language":"zh_CN"}`).json["result"].(map[string]any)
	if result["name"] != "张三" || result["mobile"] != "13800000000" {
		t.Errorf("user %v", result)
	}
	f.want(f.post(userGet+token, `{"userid":"u9"}`), 200, "60121")
}
