package dingtalktest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Limits of custom robots.
const (
	maxRobotBytes     = 20000
	robotRate         = 20 // per minute, then:
	robotBlock        = 10 * time.Minute
	robotTimestampAge = time.Hour
)

// Message is one message that a group saw.
type Message struct {
	Title string    `json:"title"`
	Text  string    `json:"text"`
	UUID  string    `json:"uuid,omitempty"`
	At    time.Time `json:"at"`
	// Mentioned are the mobiles and user ids that were highlighted: in a list, and as @mobile or @userid in the text.
	Mentioned []string `json:"mentioned,omitempty"`
	AtAll     bool     `json:"atAll,omitempty"`
}

type robotState struct {
	Robot
	recent  []time.Time // accepted in the last minute
	blocked time.Time   // end of the block
	seen    map[string]bool
	sent    []Message
}

func (s *Server) sendRobot(c call) reply {
	robot, ok := s.robots[c.URL.Query().Get("access_token")]
	if !ok {
		return s.old(300005, "token is not exist", nil)
	}
	if message := s.robotSecurity(robot, c); message != "" {
		return s.old(310000, message, nil)
	}
	if code, message := robotFormat(c); code != 0 {
		return s.old(code, message, nil)
	}
	title, text, ok := content(c.body)
	if !ok {
		return s.old(400105, "不支持的消息类型", nil)
	}
	if !robot.hasKeyword(title + text) {
		return s.old(310000, "keywords not in content, more: [https://ding-doc.dingtalk.com/doc#/serverapi2/qf2nxq]", nil)
	}
	if !robot.admit(s.opts.Now(), s.robotRate) {
		return s.old(410100, "发送速度太快而限流", nil)
	}
	robot.show(title, text, c.body, s.opts.Now())
	return s.old(0, "ok", nil)
}

// robotSecurity checks timestamp and sign, for robots that have a secret. "" is fine.
func (s *Server) robotSecurity(robot *robotState, c call) string {
	if s.faults.wrongSignature.take() {
		return "description:机器人发送签名不匹配;solution:请确认签名和生成签名的时间戳必须都放在调用的网址中;"
	}
	if robot.Secret == "" {
		return ""
	}
	q := c.URL.Query()
	ms, err := strconv.ParseInt(q.Get("timestamp"), 10, 64)
	if err != nil || s.opts.Now().Sub(time.UnixMilli(ms)).Abs() > robotTimestampAge {
		return "invalid timestamp"
	}
	mac := hmac.New(sha256.New, []byte(robot.Secret))
	mac.Write([]byte(q.Get("timestamp") + "\n" + robot.Secret))
	if q.Get("sign") != base64.StdEncoding.EncodeToString(mac.Sum(nil)) {
		return "sign not match, more: [https://ding-doc.dingtalk.com/doc#/serverapi2/qf2nxq]"
	}
	return ""
}

func robotFormat(c call) (int, string) {
	switch {
	case c.Method != http.MethodPost:
		return 43002, "require http POST"
	case !strings.HasPrefix(c.Header.Get("Content-Type"), "application/json"):
		return 43004, "无效的HTTP HEADER Content-Type"
	case len(c.body) == 0:
		return 40035, "缺少参数 json"
	case len(c.body) > maxRobotBytes:
		return 460101, "message too long, exceed 20000 bytes"
	}
	return 0, ""
}

func (r *robotState) hasKeyword(text string) bool {
	return len(r.Keywords) == 0 || slices.ContainsFunc(r.Keywords, func(k string) bool { return strings.Contains(text, k) })
}

// SetRobotRate lets robots take another number of messages a minute than DingTalk's 20.
func (s *Server) SetRobotRate(perMinute int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.robotRate = perMinute
}

// admit counts a message; one more than the rate allows within a minute blocks the robot.
func (r *robotState) admit(now time.Time, rate int) bool {
	if now.Before(r.blocked) {
		return false
	}
	r.recent = slices.DeleteFunc(r.recent, func(t time.Time) bool { return now.Sub(t) >= time.Minute })
	if len(r.recent) >= rate {
		r.blocked = now.Add(robotBlock)
		return false
	}
	r.recent = append(r.recent, now)
	return true
}

// show puts a message into the group unless one with the same msgUuid is there.
func (r *robotState) show(title, text string, body []byte, now time.Time) {
	var in struct {
		UUID string `json:"msgUuid"`
		At   struct {
			AtMobiles []string
			AtUserIDs []string
			IsAtAll   bool
		}
	}
	_ = json.Unmarshal(body, &in)
	if r.seen[in.UUID] {
		return
	}
	r.seen[in.UUID] = in.UUID != ""
	m := Message{Title: title, Text: text, UUID: in.UUID, At: now, AtAll: in.At.IsAtAll}
	for _, who := range slices.Concat(in.At.AtMobiles, in.At.AtUserIDs) {
		if strings.Contains(text, "@"+who) {
			m.Mentioned = append(m.Mentioned, who)
		}
	}
	r.sent = append(r.sent, m)
}
