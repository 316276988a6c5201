package dingtalk

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
)

// answering posts once to a server that always answers the same.
func answering(t *testing.T, judge func(string, string) (verdict, bool), status int, header http.Header, body string) error {
	t.Helper()
	w := httptest.NewRecorder()
	for key := range header {
		w.Header().Set(key, header.Get(key))
	}
	w.WriteHeader(status)
	resp := w.Result()
	defer func() { _ = resp.Body.Close() }()
	_, err := request{what: "钉钉测试接口", judge: judge}.read(resp, []byte(body))
	return err
}

func retryAfterOf(t *testing.T, err error) time.Duration {
	t.Helper()
	e, ok := errors.AsType[*model.Error](err)
	if !ok {
		t.Fatalf("%T is no *model.Error: %v", err, err)
	}
	return e.RetryAfter
}

func TestAppCodes(t *testing.T) {
	tests := []struct {
		codes string
		want  model.Code
		wait  time.Duration
	}{
		{"-1", model.CodeDingTalkUnavailable, 0},
		{"40014 42001 40001 40089 40096", model.CodeDingTalkAuth, 0},
		{"60011 60020 50002", model.CodeDingTalkForbidden, 0},
		{"90020", model.CodeDingTalkQuota, 0},
		{"90018", model.CodeDingTalkThrottled, time.Second},
		{"90001 90002 90003 90004 90005 90006", model.CodeDingTalkThrottled, time.Minute},
		{"34016", model.CodeDingTalkTooLarge, 0},
		{"33012 12345 -2", model.CodeDingTalkRejected, 0},
	}
	for _, tt := range tests {
		for _, code := range strings.Fields(tt.codes) {
			for name, body := range map[string]string{
				"number":        fmt.Sprintf(`{"errcode":%s,"errmsg":"提示"}`, code),
				"string":        fmt.Sprintf(`{"errcode":"%s","errmsg":"提示"}`, code),
				"sub":           fmt.Sprintf(`{"errcode":88,"errmsg":"ding talk error","sub_code":"%s","sub_msg":"提示"}`, code),
				"sub as number": fmt.Sprintf(`{"errcode":"88","sub_code":%s,"sub_msg":"提示"}`, code),
			} {
				t.Run(code+" "+name, func(t *testing.T) {
					err := answering(t, apiVerdict, 200, nil, body)
					wantCode(t, err, tt.want)
					if got := retryAfterOf(t, err); got != tt.wait {
						t.Errorf("RetryAfter %v, want %v", got, tt.wait)
					}
					if m := model.MessageOf(err); !strings.Contains(m, "("+code+")") || !strings.HasSuffix(m, "提示") {
						t.Errorf("message %q lacks the code or DingTalk's words", m)
					}
				})
			}
		}
	}
}

func TestNewStyleCodes(t *testing.T) {
	for code, want := range map[string]model.Code{
		"InvalidAuthentication":                              model.CodeDingTalkAuth,
		"AuthenticationFailed.MissingParameter":              model.CodeDingTalkAuth,
		"invalidClientIdOrSecret":                            model.CodeDingTalkAuth,
		"Forbidden.AccessDenied.AccessTokenPermissionDenied": model.CodeDingTalkForbidden,
		"Forbidden.AccessDenied.IpNotInWhiteList":            model.CodeDingTalkForbidden,
		"Forbidden.AccessDenied.ApiCountLimitForOrg":         model.CodeDingTalkQuota,
		"Forbidden.AccessDenied.QpsLimitForAppkeyAndApi":     model.CodeDingTalkThrottled,
		"ServiceUnavailable":                                 model.CodeDingTalkUnavailable,
		"systemBusy":                                         model.CodeDingTalkUnavailable,
		"somethingElse":                                      model.CodeDingTalkRejected,
	} {
		err := answering(t, apiVerdict, 400, nil, fmt.Sprintf(`{"code":%q,"message":"m","requestid":"r"}`, code))
		if got := model.CodeOf(err); got != want {
			t.Errorf("%s is %s, want %s", code, got, want)
		}
	}
}

func TestPermissionHintIsKept(t *testing.T) {
	hint := "应用尚未开通所需的权限：[Workflow.Instance.Read]，点击链接申请并开通即可：https://open-dev.dingtalk.com/appscope/apply?content=ding%23Workflow"
	err := answering(t, apiVerdict, 403, nil,
		`{"code":"Forbidden.AccessDenied.AccessTokenPermissionDenied","message":"`+hint+`"}`)
	wantCode(t, err, model.CodeDingTalkForbidden)
	if !strings.Contains(model.MessageOf(err), hint) {
		t.Errorf("message %q lacks the scope or the link", model.MessageOf(err))
	}
}

func TestHostileHintIsTamed(t *testing.T) {
	err := answering(t, apiVerdict, 400, nil, `{"code":"x\ny","message":"a\u0000\r\nb`+strings.Repeat("字", 5000)+`"}`)
	message := model.MessageOf(err)
	if strings.ContainsAny(message, "\r\n\x00") || len([]rune(message)) > 350 {
		t.Errorf("message %q", message)
	}
}

func TestHTTPStatuses(t *testing.T) {
	const json, page = `{"code":"unheardOf","message":"m"}`, `<html>oops</html>`
	tests := []struct {
		status     int
		json, page model.Code
	}{
		{200, model.CodeDingTalkRejected, model.CodeDingTalkUnavailable},
		{204, model.CodeDingTalkRejected, model.CodeDingTalkUnavailable},
		{302, model.CodeDingTalkUnavailable, model.CodeDingTalkUnavailable},
		{400, model.CodeDingTalkRejected, model.CodeDingTalkUnavailable},
		{401, model.CodeDingTalkAuth, model.CodeDingTalkUnavailable},
		{403, model.CodeDingTalkForbidden, model.CodeDingTalkUnavailable},
		{404, model.CodeDingTalkRejected, model.CodeDingTalkUnavailable},
		{429, model.CodeDingTalkThrottled, model.CodeDingTalkThrottled},
		{500, model.CodeDingTalkUnavailable, model.CodeDingTalkUnavailable},
		{502, model.CodeDingTalkUnavailable, model.CodeDingTalkUnavailable},
		{503, model.CodeDingTalkUnavailable, model.CodeDingTalkUnavailable},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.status), func(t *testing.T) {
			wantCode(t, answering(t, apiVerdict, tt.status, nil, json), tt.json)
			err := answering(t, apiVerdict, tt.status, nil, page)
			wantCode(t, err, tt.page)
			if strings.Contains(err.Error(), "oops") {
				t.Errorf("repeats the page: %v", err)
			}
		})
	}
}

func TestRetryAfterHeader(t *testing.T) {
	for value, want := range map[string]time.Duration{
		"": time.Second, "30": 30 * time.Second, "-5": time.Second, "soon": time.Second, "999999999": time.Second,
	} {
		err := answering(t, apiVerdict, 429, http.Header{"Retry-After": {value}}, `{}`)
		if got := retryAfterOf(t, err); got != want {
			t.Errorf("Retry-After %q gives %v, want %v", value, got, want)
		}
	}
}

func TestBanPages(t *testing.T) {
	banned := answering(t, apiVerdict, 200, nil, `{"status":1111,"punish":"deny"}`)
	wantCode(t, banned, model.CodeDingTalkThrottled)
	page := answering(t, apiVerdict, 403, nil, `<html>`)
	wantCode(t, page, model.CodeDingTalkUnavailable)
	for _, err := range []error{banned, page} {
		if got := retryAfterOf(t, err); got != 5*time.Minute {
			t.Errorf("RetryAfter %v: %v", got, err)
		}
	}
}

func TestUnreadableAnswers(t *testing.T) {
	for name, body := range map[string]string{
		"empty": "", "array": `[]`, "string": `"ok"`, "null": `null`, "cut": `{"errcode":0`, "two": `{} {}`,
		"too long": `{"errcode":0,"x":"` + strings.Repeat("x", maxAnswer) + `"}`,
	} {
		t.Run(name, func(t *testing.T) {
			wantCode(t, answering(t, apiVerdict, 200, nil, body), model.CodeDingTalkUnavailable)
		})
	}
}

func TestSuccessIsReadAsDingTalkLikes(t *testing.T) {
	for body, want := range map[string]model.Code{
		`{}`:                                  "",
		`{"errcode":0}`:                       "",
		`{"errcode":"0","errmsg":"ok"}`:       "",
		`{"errcode":null}`:                    "",
		`{"success":true,"result":{}}`:        "",
		`{"success":"true","result":[1,"x"]}`: "",
		`{"success":1}`:                       "",
		`{"success":false}`:                   model.CodeDingTalkRejected,
		`{"success":"false","errcode":0}`:     model.CodeDingTalkRejected,
		`{"errcode":0.5}`:                     model.CodeDingTalkRejected,
		`{"errcode":{"a":1}}`:                 model.CodeDingTalkRejected,
	} {
		if got := model.CodeOf(answering(t, apiVerdict, 200, nil, body)); got != want {
			t.Errorf("%s is %q, want %q", body, got, want)
		}
	}
}

func TestNoRedirectIsFollowed(t *testing.T) {
	followed := false
	mux := http.NewServeMux()
	mux.HandleFunc("/elsewhere", func(http.ResponseWriter, *http.Request) { followed = true })
	mux.Handle("/", http.RedirectHandler("/elsewhere", http.StatusTemporaryRedirect))
	w := newWorld(t)
	_, err := newTransport(w.http, 0).send(context.Background(), request{what: "x", url: serve(t, mux), judge: apiVerdict})
	wantCode(t, err, model.CodeDingTalkUnavailable)
	if followed {
		t.Error("the token went to another address")
	}
	if w.http.CheckRedirect != nil {
		t.Error("the caller's client was changed")
	}
}
