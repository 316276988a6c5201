package dingtalktest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/oabridge/oabridge/dingtalk/dingtalktest"
)

const openRobot = "/robot/send?access_token=open"

func robotText(uuid, text string) string {
	return fmt.Sprintf(`{"msgtype":"markdown","markdown":{"title":"t","text":%q},"msgUuid":%q}`, text, uuid)
}

// The signature is the vector for the secret "this is secret" at 1577262236757.
const signedQuery = "/robot/send?access_token=signed&timestamp=1577262236757&sign=hmPWwU%2B7lVdm3ZZz0r9tSfx0L4Q26jWOZr9%2BGs6EZQM%3D"

func TestRobotSignature(t *testing.T) {
	signedAt := time.UnixMilli(1577262236757)
	tests := []struct {
		name, target string
		now          time.Time
		want         string
	}{
		{"vector", signedQuery, signedAt, "0"},
		{"an hour later", signedQuery, signedAt.Add(time.Hour), "0"},
		{"more than an hour later", signedQuery, signedAt.Add(time.Hour + time.Second), "310000"},
		{"more than an hour early", signedQuery, signedAt.Add(-time.Hour - time.Second), "310000"},
		{"not percent-encoded", strings.ReplaceAll(signedQuery, "%2B", "+"), signedAt, "310000"},
		{"no sign", "/robot/send?access_token=signed&timestamp=1577262236757", signedAt, "310000"},
		{"no timestamp", "/robot/send?access_token=signed&sign=x", signedAt, "310000"},
		{"unknown token", "/robot/send?access_token=other", signedAt, "300005"},
		{"no token", "/robot/send", signedAt, "300005"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFake(t)
			f.now = tt.now
			f.want(f.post(tt.target, robotText("1", "x")), 200, tt.want)
		})
	}
}

func TestRobotFormat(t *testing.T) {
	fits := strings.Repeat("x", 20000-len(robotText("1", "")))
	f := newFake(t)
	f.want(f.do("GET", openRobot, ""), 200, "43002")
	f.want(f.do("POST", openRobot, robotText("1", "x"), "Content-Type: text/plain"), 200, "43004")
	f.want(f.post(openRobot, ""), 200, "40035")
	f.want(f.post(openRobot, "no JSON"), 200, "400105")
	f.want(f.post(openRobot, `{"msgtype":"video"}`), 200, "400105")
	f.want(f.post(openRobot, `{"msgtype":"markdown","markdown":"x"}`), 200, "400105")
	f.want(f.post(openRobot, robotText("1", fits+"x")), 200, "460101")
	f.want(f.post(openRobot, robotText("1", fits)), 200, "0")
	f.want(f.post(openRobot, `{"msgtype":"actionCard","actionCard":{"title":"t","text":"x"}}`), 200, "0")
	if l := f.Ledger(); len(l.Robots["open"]) != 2 || l.Requests != 9 || l.Refused["460101"] != 1 {
		t.Errorf("ledger %+v", l)
	}
}

func TestRobotKeywords(t *testing.T) {
	f := newFake(t, func(o *dingtalktest.Options) { o.Robots[0].Keywords = []string{"上线", "发布"} })
	f.want(f.post(openRobot, robotText("1", "完成")), 200, "310000")
	f.want(f.post(openRobot, robotText("1", "发布完成")), 200, "0")
}

func TestRobotRate(t *testing.T) {
	f := newFake(t)
	for i := range 25 {
		f.want(f.post(openRobot, robotText(fmt.Sprint(i), "x")), 200, "0")
		f.now = f.now.Add(3 * time.Second)
	}
	f.now = f.now.Add(time.Minute)
	for i := range 20 {
		f.want(f.post(openRobot, robotText(fmt.Sprint("b", i), "x")), 200, "0")
	}
	f.want(f.post(openRobot, robotText("c", "x")), 200, "410100")
	f.now = f.now.Add(10*time.Minute - time.Second)
	f.want(f.post(openRobot, robotText("c", "x")), 200, "410100")
	f.now = f.now.Add(time.Second)
	f.want(f.post(openRobot, robotText("c", "x")), 200, "0")
	if n := f.Ledger().Refused["410100"]; n != 2 {
		t.Errorf("%d refusals", n)
	}
}

func TestRobotUUID(t *testing.T) {
	f := newFake(t)
	for _, uuid := range []string{"1", "1", "2", "", ""} {
		f.want(f.post(openRobot, robotText(uuid, "x")), 200, "0")
	}
	if n := len(f.Ledger().Robots["open"]); n != 4 {
		t.Errorf("the group saw %d, want 4: without a uuid each counts", n)
	}
}

func TestRobotMentionNeedsListAndText(t *testing.T) {
	f := newFake(t)
	f.post(openRobot, `{"msgtype":"text","text":{"content":"@1 @3"},"at":{"atMobiles":["1","2"],"isAtAll":true}}`)
	got := f.Ledger().Robots["open"][0]
	if strings.Join(got.Mentioned, "") != "1" || !got.AtAll || got.Text != "@1 @3" {
		t.Errorf("message %+v", got)
	}
}
