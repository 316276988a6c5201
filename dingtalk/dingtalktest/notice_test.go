package dingtalktest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/oabridge/oabridge/dingtalk/dingtalktest"
)

const (
	noticeSend   = "/topapi/message/corpconversation/asyncsend_v2?access_token="
	noticeResult = "/topapi/message/corpconversation/getsendresult?access_token="
)

func notice(users, text string) string {
	return fmt.Sprintf(`{"agent_id":42,"userid_list":%q,"to_all_user":false,"msg":{"msgtype":"markdown","markdown":{"title":"t","text":%q}}}`, users, text)
}

func TestNoticeRules(t *testing.T) {
	fits := strings.Repeat("x", 2048-len(`{"msgtype":"markdown","markdown":{"title":"t","text":""}}`))
	tests := []struct{ name, body, want string }{
		{"fine", notice("u1,u2", "x"), "0"},
		{"agent id as text", strings.Replace(notice("u1", "x"), "42", `"42"`, 1), "0"},
		{"another agent", strings.Replace(notice("u1", "x"), "42", "43", 1), "40056"},
		{"no users", notice("", "x"), "40035"},
		{"all users", strings.Replace(notice("u1", "x"), "false", "true", 1), "40035"},
		{"no JSON", "x", "40035"},
		{"100 users", notice(strings.Repeat("u1,", 99)+"u1", "x"), "0"},
		{"101 users", notice(strings.Repeat("u1,", 100)+"u1", "x"), "40032"},
		{"2048 bytes", notice("u1", fits), "0"},
		{"2049 bytes", notice("u1", fits+"x"), "34016"},
		{"unknown type", strings.ReplaceAll(notice("u1", "x"), "markdown", "video"), "34004"},
		{"no text", notice("u1", ""), "34004"},
		{"no title", strings.Replace(notice("u1", "x"), `"t"`, `""`, 1), "34004"},
		{"text", strings.Replace(notice("u1", "x"), `{"msgtype":"markdown","markdown":{"title":"t","text"`, `{"msgtype":"text","text":{"content"`, 1), "0"},
		{"part of another type", strings.Replace(notice("u1", "x"), `"markdown":{`, `"text":{`, 1), "34004"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFake(t)
			f.want(f.post(noticeSend+f.token(), tt.body), 200, tt.want)
			if n := len(f.Ledger().WorkNotices); (n == 1) != (tt.want == "0") {
				t.Errorf("%d notices", n)
			}
		})
	}
}

func TestSameNoticeOnceADay(t *testing.T) {
	f := newFake(t)
	send := noticeSend + f.token()
	f.want(f.post(send, notice("u1", "R-1")), 200, "0")
	f.want(f.post(send, notice("u1,u2,u9", "R-1")), 200, "0")
	f.want(f.post(send, notice("u1", "R-2")), 200, "0")
	got := f.Ledger().WorkNotices
	if got[1].Dropped["u1"] != "143106" || strings.Join(got[1].UserIDs, "") != "u2" || strings.Join(got[1].Unknown, "") != "u9" {
		t.Errorf("second notice %+v", got[1])
	}
	if len(got[2].Dropped) != 0 {
		t.Errorf("other content was dropped: %+v", got[2])
	}
	f.now = f.now.Add(14 * time.Hour) // midnight in Beijing
	f.want(f.post(noticeSend+f.token(), notice("u1", "R-1")), 200, "0")
	if last := f.Ledger().WorkNotices[3]; len(last.UserIDs) != 1 {
		t.Errorf("the next day it was dropped: %+v", last)
	}
}

func TestFiveHundredNoticesADay(t *testing.T) {
	f := newFake(t, func(o *dingtalktest.Options) { o.QPS = -1 })
	send := noticeSend + f.token()
	for i := range 501 {
		f.want(f.post(send, notice("u1", fmt.Sprint(i))), 200, "0")
	}
	got := f.Ledger().WorkNotices
	if len(got[499].UserIDs) != 1 || got[500].Dropped["u1"] != "143105" {
		t.Errorf("500th %+v, 501st %+v", got[499], got[500])
	}
}

func TestNoticeResult(t *testing.T) {
	f := newFake(t)
	token := f.token()
	f.post(noticeSend+token, notice("u1", "R-1"))
	id := f.post(noticeSend+token, notice("u1,u2,u9", "R-1")).json["task_id"]
	query := fmt.Sprintf(`{"agent_id":42,"task_id":%.0f}`, id)
	a := f.post(noticeResult+token, query)
	f.want(a, 200, "0")
	for _, want := range []string{
		`"unread_user_id_list":["u2"]`, `"invalid_user_id_list":["u9"]`, `"forbidden_user_id_list":["u1"]`,
		`"forbidden_list":[{"code":"143106","count":1,"userid":"u1"}]`, `"read_user_id_list":[]`,
	} {
		if !strings.Contains(a.text, want) {
			t.Errorf("%s lacks %s", a.text, want)
		}
	}
	f.want(f.post(noticeResult+token, `{"agent_id":42,"task_id":1}`), 200, "40035")
	f.want(f.post(noticeResult+token, strings.Replace(query, "42", "43", 1)), 200, "40056")
	f.now = f.now.Add(24*time.Hour + time.Second)
	f.want(f.post(noticeResult+f.token(), query), 200, "40035")
}
