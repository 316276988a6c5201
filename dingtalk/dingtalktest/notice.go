package dingtalktest

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Limits of work notices.
const (
	maxNoticeUsers  = 100
	maxNoticeBytes  = 2048
	maxNoticesDaily = 500 // per user
	noticeResultAge = 24 * time.Hour
)

// Why a notice did not reach a user, as getsendresult says it.
const (
	droppedDailyLimit = "143105"
	droppedRepeat     = "143106"
)

// WorkNotice is one accepted asyncsend_v2 call.
type WorkNotice struct {
	UserIDs  []string  `json:"userIds"` // who got it
	Title    string    `json:"title"`
	Markdown string    `json:"markdown"`
	TaskID   int64     `json:"taskId"`
	At       time.Time `json:"at"`
	// Dropped are the users who got nothing although the call succeeded, with DingTalk's code: 143106 the same content on
	// the same day, 143105 more than 500 on one day.
	Dropped map[string]string `json:"dropped,omitempty"`
	Unknown []string          `json:"unknown,omitempty"` // user ids that do not exist
}

type noticeState struct {
	sent  []WorkNotice
	seen  map[string]bool // day, user, content
	daily map[string]int  // day, user
}

func newNoticeState() noticeState {
	return noticeState{seen: map[string]bool{}, daily: map[string]int{}}
}

type noticeRequest struct {
	AgentID  json.Number     `json:"agent_id"`
	UserIDs  string          `json:"userid_list"`
	ToAll    bool            `json:"to_all_user"`
	Msg      json.RawMessage `json:"msg"`
	TaskID   int64           `json:"task_id"`
	UserID   string          `json:"userid"`
	Language string          `json:"language"`
}

func (s *Server) sendNotice(c call) reply {
	var in noticeRequest
	if json.Unmarshal(c.body, &in) != nil || in.ToAll || in.UserIDs == "" {
		return s.old(40035, "不合法的参数", nil)
	}
	users := strings.Split(in.UserIDs, ",")
	title, text, ok := content(in.Msg)
	switch {
	case in.AgentID.String() != strconv.FormatInt(s.opts.AgentID, 10):
		return s.old(40056, "不合法的agentid", nil)
	case len(users) > maxNoticeUsers:
		return s.old(40032, "不合法的UserID列表长度", nil)
	case !ok:
		return s.old(34004, "无效的会话消息的类型", nil)
	case len(in.Msg) > maxNoticeBytes:
		return s.old(34016, "消息内容长度超过限制", nil)
	}
	n := s.deliver(users, in.Msg)
	n.Title, n.Markdown = title, text
	s.notices.sent = append(s.notices.sent, n)
	return s.old(0, "ok", map[string]any{"task_id": n.TaskID})
}

// deliver decides for each user, and takes note of who got what today.
func (s *Server) deliver(users []string, msg []byte) WorkNotice {
	now := s.opts.Now()
	n := WorkNotice{TaskID: 256271667000 + int64(len(s.notices.sent)) + 1, At: now, Dropped: map[string]string{}}
	for _, user := range users {
		key := now.In(beijing).Format(time.DateOnly) + "\x00" + user
		same := key + "\x00" + string(bytes.TrimSpace(msg))
		switch {
		case !s.userExists(user):
			n.Unknown = append(n.Unknown, user)
		case s.notices.seen[same]:
			n.Dropped[user] = droppedRepeat
		case s.notices.daily[key] >= maxNoticesDaily:
			n.Dropped[user] = droppedDailyLimit
		default:
			s.notices.seen[same] = true
			s.notices.daily[key]++
			n.UserIDs = append(n.UserIDs, user)
		}
	}
	return n
}

// noticeResult answers getsendresult, for a day.
func (s *Server) noticeResult(c call) reply {
	var in noticeRequest
	_ = json.Unmarshal(c.body, &in)
	if in.AgentID.String() != strconv.FormatInt(s.opts.AgentID, 10) {
		return s.old(40056, "不合法的agentid", nil)
	}
	i := slices.IndexFunc(s.notices.sent, func(n WorkNotice) bool { return n.TaskID == in.TaskID })
	if i < 0 {
		return s.old(40035, "不合法的参数", nil)
	}
	n := s.notices.sent[i]
	if s.opts.Now().Sub(n.At) > noticeResultAge {
		return s.old(40035, "任务已过期", nil)
	}
	forbidden, ids := []map[string]any{}, []string{}
	for user, code := range n.Dropped {
		forbidden = append(forbidden, map[string]any{"userid": user, "code": code, "count": 1})
		ids = append(ids, user)
	}
	return s.old(0, "ok", map[string]any{"send_result": map[string]any{
		"unread_user_id_list": orEmpty(n.UserIDs), "read_user_id_list": []string{}, "failed_user_id_list": []string{},
		"invalid_user_id_list": orEmpty(n.Unknown), "invalid_dept_id_list": []int64{},
		"forbidden_user_id_list": ids, "forbidden_list": forbidden,
	}})
}

// orEmpty keeps null out of the JSON.
func orEmpty(list []string) []string { return append([]string{}, list...) }
