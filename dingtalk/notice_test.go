package dingtalk

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/oabridge/oabridge/dingtalk/dingtalktest"
	"github.com/oabridge/oabridge/model"
)

func TestWorkNotice(t *testing.T) {
	for _, asStrings := range []bool{false, true} {
		t.Run(fmt.Sprintf("strings %v", asStrings), func(t *testing.T) {
			w := newWorld(t, func(o *dingtalktest.Options) { o.StringCodes = asStrings })
			id, err := w.client().WorkNotice(context.Background(), []string{"u1", "u2"}, "上线完成", "R-1042 <成功> & 全部")
			if err != nil || id == 0 {
				t.Fatalf("task %d, error %v", id, err)
			}
			got := w.Ledger().WorkNotices
			if len(got) != 1 || got[0].Title != "上线完成" || got[0].Markdown != "R-1042 <成功> & 全部" || got[0].TaskID != id ||
				strings.Join(got[0].UserIDs, " ") != "u1 u2" {
				t.Errorf("people got %+v", got)
			}
		})
	}
}

func TestWorkNoticeIsCutToItsLimit(t *testing.T) {
	w := newWorld(t)
	text := "R-1042 " + strings.Repeat("上线说明\n\"<&>\" 🚀", 500)
	if _, err := w.client().WorkNotice(context.Background(), []string{"u1"}, strings.Repeat("标题", 100)+"\n", text); err != nil {
		t.Fatal(err)
	}
	got := w.Ledger().WorkNotices[0]
	if !strings.HasSuffix(got.Markdown, cutMark) || !strings.HasPrefix(got.Markdown, "R-1042 上线说明") || len(got.Markdown) < 1400 {
		t.Errorf("text of %d bytes: %q", len(got.Markdown), got.Markdown)
	}
	if len([]rune(got.Title)) != 64 {
		t.Errorf("title of %d characters", len([]rune(got.Title)))
	}
}

func TestWorkNoticeRecipients(t *testing.T) {
	tests := []struct {
		name  string
		users []string
		want  model.Code
	}{
		{"none", nil, model.CodeDingTalkRejected},
		{"empty id", []string{"u1", ""}, model.CodeDingTalkRejected},
		{"an id that names two", []string{"u1,u2"}, model.CodeDingTalkRejected},
		{"an id with a line break", []string{"u1\n"}, model.CodeDingTalkRejected},
		{"101", strings.Split(strings.Repeat("u1,", 100)+"u1", ","), model.CodeDingTalkTooLarge},
		{"100", strings.Split(strings.Repeat("u1,", 99)+"u1", ","), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			_, err := w.client().WorkNotice(context.Background(), tt.users, "t", "x")
			wantCode(t, err, tt.want)
			if err != nil && w.Ledger().Requests != 0 {
				t.Error("asked DingTalk all the same")
			}
		})
	}
}

func TestWorkNoticeRenewsARefusedTokenOnce(t *testing.T) {
	w := newWorld(t)
	c := w.client()
	mustToken(t, c)
	w.ExpireTokens()
	if _, err := c.WorkNotice(context.Background(), []string{"u1"}, "t", "R-1"); err != nil {
		t.Fatal(err)
	}
	l := w.Ledger()
	if l.Tokens != 2 || l.Refused["42001"] != 1 || len(l.WorkNotices) != 1 {
		t.Errorf("%d tokens, refused %v, %d notices", l.Tokens, l.Refused, len(l.WorkNotices))
	}
}

// refusing issues tokens and never takes one.
func refusing(t *testing.T, status int, body string) (c *Client, calls map[string]int) {
	t.Helper()
	calls = map[string]int{}
	url := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls[r.URL.Path]++
		if r.URL.Path == "/v1.0/oauth2/accessToken" {
			_, _ = fmt.Fprintf(w, `{"accessToken":"t%d","expireIn":7200}`, calls[r.URL.Path])
			return
		}
		w.WriteHeader(status)
		_, _ = fmt.Fprint(w, body)
	}))
	return New(Options{HTTPClient: newHTTPClient(t), APIURL: url, OAPIURL: url, AppKey: "k", AppSecret: testAppSecret}), calls
}

func TestTokenCodesAreRetriedExactlyOnce(t *testing.T) {
	tests := []struct {
		status int
		body   string
		want   model.Code
		tokens int
	}{
		{200, `{"errcode":40014,"errmsg":"x"}`, model.CodeDingTalkAuth, 2},
		{200, `{"errcode":42001,"errmsg":"x"}`, model.CodeDingTalkAuth, 2},
		{200, `{"errcode":"40001","errmsg":"x"}`, model.CodeDingTalkAuth, 2},
		{200, `{"errcode":88,"sub_code":"40014"}`, model.CodeDingTalkAuth, 2},
		{200, `{"errcode":88,"sub_code":42001}`, model.CodeDingTalkAuth, 2},
		{200, `{"errcode":88,"sub_code":"40001"}`, model.CodeDingTalkAuth, 2},
		{400, `{"code":"InvalidAuthentication","message":"x"}`, model.CodeDingTalkAuth, 2},
		{200, `{"errcode":88,"sub_code":"60011"}`, model.CodeDingTalkForbidden, 1},
		{200, `{"errcode":88}`, model.CodeDingTalkRejected, 1},
		{200, `{"errcode":90018}`, model.CodeDingTalkThrottled, 1},
		{200, `{"errcode":-1}`, model.CodeDingTalkUnavailable, 1},
		{200, `{"ok":true}`, model.CodeDingTalkUnavailable, 1},
		{500, `{}`, model.CodeDingTalkUnavailable, 1},
	}
	for _, tt := range tests {
		t.Run(tt.body, func(t *testing.T) {
			c, calls := refusing(t, tt.status, tt.body)
			_, err := c.WorkNotice(context.Background(), []string{"u1"}, "t", "x")
			wantCode(t, err, tt.want)
			if calls["/v1.0/oauth2/accessToken"] != tt.tokens || calls["/topapi/message/corpconversation/asyncsend_v2"] != tt.tokens {
				t.Errorf("calls %v, want %d of each", calls, tt.tokens)
			}
		})
	}
}

func TestWorkNoticeFailsWhenTheRenewalDoes(t *testing.T) {
	w := newWorld(t)
	c := w.client()
	mustToken(t, c)
	w.ExpireTokens()
	w.Fail(503, 1, "/v1.0/oauth2")
	_, err := c.WorkNotice(context.Background(), []string{"u1"}, "t", "x")
	wantCode(t, err, model.CodeDingTalkUnavailable)
}

func TestWorkNoticeFaults(t *testing.T) {
	const path = "/topapi/message"
	tests := []struct {
		name     string
		fault    func(*world)
		want     model.Code
		wait     time.Duration
		received int
	}{
		{"server error", func(w *world) { w.Fail(502, 1, path) }, model.CodeDingTalkUnavailable, 0, 0},
		{"not found", func(w *world) { w.Fail(404, 1, path) }, model.CodeDingTalkUnavailable, 0, 0},
		{"rate limit", func(w *world) { w.RateLimit(1) }, model.CodeDingTalkThrottled, time.Second, 0},
		{"ban as JSON", func(w *world) { w.BanPage(1) }, model.CodeDingTalkThrottled, 5 * time.Minute, 0},
		{"cut before", func(w *world) { w.CutBefore(1) }, model.CodeDingTalkUnavailable, 0, 0},
		{"cut after", func(w *world) { w.CutAfter(1) }, model.CodeDingTalkUnavailable, 0, 1},
		{"down", func(w *world) { w.Down(true) }, model.CodeDingTalkUnavailable, 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			c := w.client()
			mustToken(t, c)
			tt.fault(w)
			_, err := c.WorkNotice(context.Background(), []string{"u1"}, "t", "R-1")
			wantCode(t, err, tt.want)
			if got := retryAfterOf(t, err); got != tt.wait {
				t.Errorf("RetryAfter %v, want %v", got, tt.wait)
			}
			if l := w.Ledger(); l.Requests != 2 || len(l.WorkNotices) != tt.received {
				t.Errorf("%d requests, %d notices", l.Requests, len(l.WorkNotices))
			}
		})
	}
}

func TestOwnTimeout(t *testing.T) {
	w := newWorld(t)
	c := w.client(func(o *Options) { o.Timeout = 50 * time.Millisecond })
	mustToken(t, c)
	w.Slow(5*time.Second, 1)
	start := time.Now()
	_, err := c.WorkNotice(context.Background(), []string{"u1"}, "t", "x")
	wantCode(t, err, model.CodeDingTalkUnavailable)
	if !strings.Contains(model.MessageOf(err), "没有及时应答") || time.Since(start) > 3*time.Second {
		t.Errorf("after %v: %v", time.Since(start), err)
	}
}

func TestClientPrintsNoSecret(t *testing.T) {
	w := newWorld(t)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		if got := fmt.Sprintf(verb, w.client()); strings.Contains(got, testAppSecret) || !strings.Contains(got, "dingkey") {
			t.Errorf("%s prints %s", verb, got)
		}
	}
}

func TestDefaultHosts(t *testing.T) {
	c := New(Options{})
	if c.opts.APIURL != "https://api.dingtalk.com" || c.opts.OAPIURL != "https://oapi.dingtalk.com" || c.http.timeout != 10*time.Second {
		t.Errorf("defaults %+v", c.opts)
	}
}

func TestUnusableAddress(t *testing.T) {
	_, err := New(Options{APIURL: "http://bad host"}).Token(context.Background())
	wantCode(t, err, model.CodeDingTalkRejected)
}

func TestAnswerCutInTheMiddle(t *testing.T) {
	url := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = fmt.Fprint(w, `{"accessToken":"a"`)
	}))
	_, err := New(Options{HTTPClient: newHTTPClient(t), APIURL: url}).Token(context.Background())
	wantCode(t, err, model.CodeDingTalkUnavailable)
}
