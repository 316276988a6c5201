package dingtalk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/oabridge/oabridge/dingtalk/dingtalktest"
	"github.com/oabridge/oabridge/model"
)

func TestSignedURLVector(t *testing.T) {
	now := func() time.Time { return time.UnixMilli(1577262236757) }
	r, err := NewRobot("ops", "https://oapi.dingtalk.com/robot/send?access_token=T", "this is secret", nil, false, nil, now)
	if err != nil {
		t.Fatal(err)
	}
	const want = "https://oapi.dingtalk.com/robot/send?access_token=T" +
		"&sign=hmPWwU%2B7lVdm3ZZz0r9tSfx0L4Q26jWOZr9%2BGs6EZQM%3D&timestamp=1577262236757"
	if got, _ := r.signedURL(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestRobotBody(t *testing.T) {
	var body, contentType string
	url := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		body, contentType = string(raw), r.Header.Get("Content-Type")
		_, _ = fmt.Fprint(w, `{"errcode":"0","errmsg":"ok"}`)
	}))
	r, err := NewRobot("ops", url+"?access_token=T", "", []string{"13800000000", "13900000000"}, true, newHTTPClient(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Send(context.Background(), "uuid-1", "上线完成", "R-1 <ok>"); err != nil {
		t.Fatal(err)
	}
	const want = `{"msgtype":"markdown","markdown":{"title":"上线完成","text":"R-1 <ok>  \n  @13800000000 @13900000000"},` +
		`"at":{"atMobiles":["13800000000","13900000000"],"isAtAll":true},"msgUuid":"uuid-1"}`
	if body != want || contentType != "application/json" {
		t.Errorf("%s\ngot  %s\nwant %s", contentType, body, want)
	}
}

func TestRobotURLIsFreshForEveryMessage(t *testing.T) {
	w := newWorld(t)
	r := newTestRobot(t, w.url+"/robot/send?access_token=robot-token-7f3a%2F%2Bb&timestamp=1577262236757&sign=stale", w)
	for i := range 3 {
		if err := r.Send(context.Background(), fmt.Sprint(i), "t", "x"); err != nil {
			t.Fatal(err)
		}
		w.clock.Advance(2 * time.Hour)
	}
	if got := w.Ledger().Robots["ops"]; len(got) != 3 {
		t.Errorf("%d messages", len(got))
	}
}

func TestRobotMentions(t *testing.T) {
	w := newWorld(t)
	if err := w.robot(t, "13800000000").Send(context.Background(), "1", "t", "x"); err != nil {
		t.Fatal(err)
	}
	got := w.Ledger().Robots["ops"][0]
	if strings.Join(got.Mentioned, " ") != "13800000000" || got.AtAll {
		t.Errorf("highlights %v, all %v", got.Mentioned, got.AtAll)
	}
}

func TestRobotCutsAndKeepsMentions(t *testing.T) {
	w := newWorld(t)
	text := "R-1042 " + strings.Repeat("变更内容\n", 5000)
	if err := w.robot(t, "13800000000").Send(context.Background(), "1", "t", text); err != nil {
		t.Fatal(err)
	}
	got := w.Ledger().Robots["ops"][0]
	if len(got.Mentioned) != 1 || !strings.Contains(got.Text, cutMark) || len(got.Text) < 17000 {
		t.Errorf("%d bytes, highlights %v, ends %q", len(got.Text), got.Mentioned, got.Text[len(got.Text)-60:])
	}
}

func TestRobotShowsAUUIDOnce(t *testing.T) {
	w := newWorld(t)
	r := w.robot(t)
	w.CutAfter(1)
	wantCode(t, r.Send(context.Background(), "uuid-1", "t", "x"), model.CodeDingTalkUnavailable)
	wantCode(t, r.Send(context.Background(), "uuid-1", "t", "x"), "")
	wantCode(t, r.Send(context.Background(), "uuid-2", "t", "x"), "")
	if got := w.Ledger().Robots["ops"]; len(got) != 2 {
		t.Errorf("the group saw %d messages, want 2", len(got))
	}
}

func TestRobotBlock(t *testing.T) {
	w := newWorld(t)
	r := w.robot(t)
	for i := range 20 {
		wantCode(t, r.Send(context.Background(), fmt.Sprint(i), "t", "x"), "")
	}
	err := r.Send(context.Background(), "21", "t", "x")
	wantCode(t, err, model.CodeDingTalkThrottled)
	if got := retryAfterOf(t, err); got != 10*time.Minute {
		t.Errorf("RetryAfter %v", got)
	}
	w.clock.Advance(10*time.Minute - time.Second)
	wantCode(t, r.Send(context.Background(), "21", "t", "x"), model.CodeDingTalkThrottled)
	w.clock.Advance(time.Second)
	wantCode(t, r.Send(context.Background(), "21", "t", "x"), "")
}

func TestRobotSecurity(t *testing.T) {
	tests := []struct {
		name   string
		change func(*dingtalktest.Robot)
		fault  func(*world)
		want   model.Code
	}{
		{"keyword missing", func(r *dingtalktest.Robot) { r.Keywords = []string{"上线"} }, nil, model.CodeDingTalkRejected},
		{"keyword there", func(r *dingtalktest.Robot) { r.Keywords = []string{"no", "R-1"} }, nil, ""},
		{"another secret", func(r *dingtalktest.Robot) { r.Secret = "SECother" }, nil, model.CodeDingTalkAuth},
		{"no secret there", func(r *dingtalktest.Robot) { r.Secret = "" }, nil, ""},
		{"unknown token", func(r *dingtalktest.Robot) { r.AccessToken = "other" }, nil, model.CodeDingTalkAuth},
		{"wrong signature", nil, func(w *world) { w.WrongSignature(1) }, model.CodeDingTalkAuth},
		{"rate limit", nil, func(w *world) { w.RateLimit(1) }, model.CodeDingTalkThrottled},
		{"ban as JSON", nil, func(w *world) { w.BanPage(1) }, model.CodeDingTalkThrottled},
		{"server error", nil, func(w *world) { w.Fail(500, 1, "/robot") }, model.CodeDingTalkUnavailable},
		{"down", nil, func(w *world) { w.Down(true) }, model.CodeDingTalkUnavailable},
		{"clock wrong by 61 minutes", nil, nil, model.CodeDingTalkAuth},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, func(o *dingtalktest.Options) {
				if tt.change != nil {
					tt.change(&o.Robots[0])
				}
			})
			r := w.robot(t)
			if tt.fault != nil {
				tt.fault(w)
			}
			if strings.HasPrefix(tt.name, "clock") {
				r.now = func() time.Time { return w.clock.Now().Add(61 * time.Minute) }
			}
			err := r.Send(context.Background(), "1", "t", "R-1")
			wantCode(t, err, tt.want)
			if err != nil && !strings.Contains(model.MessageOf(err), "「ops」") {
				t.Errorf("message %q does not say which robot", model.MessageOf(err))
			}
		})
	}
}

func TestRobotCodes(t *testing.T) {
	tests := []struct {
		codes, hint string
		want        model.Code
		wait        time.Duration
	}{
		{"-1", "系统繁忙", model.CodeDingTalkUnavailable, 0},
		{"310000", "keywords not in content", model.CodeDingTalkRejected, 0},
		{"310000", "description:关键词不匹配;solution:…", model.CodeDingTalkRejected, 0},
		{"310000", "invalid timestamp", model.CodeDingTalkAuth, 0},
		{"310000", "sign not match", model.CodeDingTalkAuth, 0},
		{"310000", "description:机器人发送签名不匹配;solution:…", model.CodeDingTalkAuth, 0},
		{"310000", "ip 1.2.3.4 not in whitelist", model.CodeDingTalkForbidden, 0},
		{"310000", "", model.CodeDingTalkAuth, 0},
		{"410100 130101 660026", "send too fast, exceed 20 times per minute", model.CodeDingTalkThrottled, 10 * time.Minute},
		{"300001 300005 400101", "token is not exist", model.CodeDingTalkAuth, 0},
		{"400013 400102 400106", "群已解散", model.CodeDingTalkForbidden, 0},
		{"400105 40035 43002 43004", "", model.CodeDingTalkRejected, 0},
		{"430101 430102 430103 430104", "不安全", model.CodeDingTalkRejected, 0},
		{"460101 101002", "too long", model.CodeDingTalkTooLarge, 0},
		{"90020", "", model.CodeDingTalkQuota, 0},
		{"90018", "", model.CodeDingTalkThrottled, time.Second},
		{"77777", "never seen", model.CodeDingTalkRejected, 0},
	}
	for _, tt := range tests {
		for _, code := range strings.Fields(tt.codes) {
			for _, format := range []string{`{"errcode":%s,"errmsg":%q}`, `{"errcode":"%s","errmsg":%q}`} {
				err := answering(t, robotVerdict, 200, nil, fmt.Sprintf(format, code, tt.hint))
				if model.CodeOf(err) != tt.want || retryAfterOf(t, err) != tt.wait {
					t.Errorf("%s %q: %v after %v", code, tt.hint, err, retryAfterOf(t, err))
				}
			}
		}
	}
}

func TestRobotNeedsAnErrcode(t *testing.T) {
	url := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, `{"status":"ok"}`) }))
	w := newWorld(t)
	wantCode(t, newTestRobot(t, url+"?access_token=x", w).Send(context.Background(), "1", "t", "x"), model.CodeDingTalkUnavailable)
}

func TestNewRobotRefuses(t *testing.T) {
	for _, webhook := range []string{
		"", "oapi.dingtalk.com/robot/send?access_token=hidden", "ftp://h/robot/send?access_token=hidden", "https:///x?access_token=hidden",
		"https://oapi.dingtalk.com/robot/send", "https://oapi.dingtalk.com/robot/send?access_token=", "https://h:port/?access_token=hidden",
		"https://h/%zz?access_token=hidden",
	} {
		_, err := NewRobot("ops", webhook, "s", nil, false, nil, nil)
		if model.CodeOf(err) != model.CodeDingTalkRejected || strings.Contains(err.Error(), "hidden") {
			t.Errorf("%s: %v", webhook, err)
		}
	}
	_, err := NewRobot("ops", "https://h/?access_token=x", "s", make([]string, 51), false, nil, nil)
	wantCode(t, err, model.CodeDingTalkRejected)
}

func TestSender(t *testing.T) {
	w := newWorld(t)
	full := NewSender(w.client(), w.robot(t))
	tests := []struct {
		name   string
		sender *Sender
		notice Notice
		want   model.Code
	}{
		{"robot", full, Notice{Channel: model.ChannelRobot, Recipient: "ops", UUID: "1", Title: "t", Markdown: "R-1"}, ""},
		{"person", full, Notice{Channel: model.ChannelWorkNotice, Recipient: "u1", Title: "t", Markdown: "R-1"}, ""},
		{"unknown robot", full, Notice{Channel: model.ChannelRobot, Recipient: "dev"}, model.CodeDingTalkRejected},
		{"unknown channel", full, Notice{Channel: "sms", Recipient: "u1"}, model.CodeDingTalkRejected},
		{"no app", NewSender(nil), Notice{Channel: model.ChannelWorkNotice, Recipient: "u1"}, model.CodeDingTalkRejected},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { wantCode(t, tt.sender.Send(context.Background(), tt.notice), tt.want) })
	}
	if l := w.Ledger(); len(l.WorkNotices) != 1 || len(l.Robots["ops"]) != 1 {
		t.Errorf("sent %+v", l)
	}
}

func TestDeliverKeepsTheUUID(t *testing.T) {
	w := newWorld(t)
	s := NewSender(nil, w.robot(t))
	m := model.Message{Key: "R-1/finished/ops", Channel: model.ChannelRobot, Recipient: "ops", Title: "上线完成", Markdown: "R-1"}
	for range 2 {
		_, err := s.Deliver(context.Background(), m)
		wantCode(t, err, "")
	}
	got := w.Ledger().Robots["ops"]
	if len(got) != 1 || got[0].UUID != m.UUID() || got[0].Title != m.Title || got[0].Text != m.Markdown {
		t.Errorf("the group saw %+v", got)
	}
}

func TestCancelledSendSaysSo(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	err := w.robot(t).Send(ctx, "1", "t", "x")
	wantCode(t, err, model.CodeDingTalkUnavailable)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v hides the cancellation", err)
	}
}
