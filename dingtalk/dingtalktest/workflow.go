package dingtalktest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
	"unicode/utf8"
)

// Limits of the OA process interfaces.
const (
	maxComponents     = 150
	maxComponentChars = 65535
	maxCommentChars   = 1024
	maxFormBytes      = 64 << 10 // a larger form is shown without its values
)

// instance is one OA approval.
type instance struct {
	ID          string
	ProcessCode string
	Originator  string
	BusinessID  string // 审批编号; begins with the Beijing time of the start
	Values      []formValue
	Status      string // RUNNING, COMPLETED, TERMINATED
	Result      string // agree, refuse; empty while it runs
	Action      string // NONE, REVOKE
	Main        string // what a REVOKE takes back
	Created     time.Time
	Finished    time.Time // zero while it runs
	records     []map[string]any
	tasks       []map[string]any
}

// The statuses of an instance.
const (
	running    = "RUNNING"
	completed  = "COMPLETED"
	terminated = "TERMINATED"
)

// title is what people see in their list of approvals.
func (i *instance) title() string {
	if i.Action == "REVOKE" {
		return "撤销 " + i.ProcessCode
	}
	return i.ProcessCode
}

// asOf is the instance as it is read now: shortly after its end it still shows as running.
func (i *instance) asOf(now time.Time, lag time.Duration) instance {
	shown := *i
	if !i.Finished.IsZero() && now.Sub(i.Finished) < lag {
		shown.Status, shown.Result, shown.Finished = running, "", time.Time{}
	}
	return shown
}

// formValue is one control of the form as DingTalk returns it; value is always a string.
type formValue struct {
	ID            string `json:"id,omitempty"`
	Name          string `json:"name"`
	Value         string `json:"value,omitempty"`
	ExtValue      string `json:"extValue,omitempty"`
	ComponentType string `json:"componentType,omitempty"`
	BizAlias      string `json:"bizAlias,omitempty"`
}

// Comment is one comment that was written into an approval.
type Comment struct {
	InstanceID string    `json:"instanceId"`
	UserID     string    `json:"userId"`
	Text       string    `json:"text"`
	At         time.Time `json:"at"`
}

// wallClock is how DingTalk writes the times of instances: Beijing's, to the minute, with a Z that is wrong.
func wallClock(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(beijing).Format("2006-01-02T15:04Z")
}

func (s *Server) processInstances(c call) reply {
	switch c.Method {
	case http.MethodGet:
		return s.readInstance(c)
	case http.MethodPost:
		return s.startInstance(c)
	}
	return s.refuse(http.StatusMethodNotAllowed, "UnsupportedHTTPMethod", "method not allowed")
}

func (s *Server) readInstance(c call) reply {
	i, ok := s.instances[c.URL.Query().Get("processInstanceId")]
	if !ok {
		return s.refuse(http.StatusBadRequest, "processInstanceNotExist", "审批实例不存在")
	}
	shown := i.asOf(s.opts.Now(), s.lag)
	return jsonReply(http.StatusOK, map[string]any{"success": s.success(), "result": map[string]any{
		"title": i.title(), "createTime": wallClock(i.Created), "finishTime": wallClock(shown.Finished),
		"originatorUserId": i.Originator, "originatorDeptId": "-1", "businessId": i.BusinessID,
		"status": shown.Status, "result": shown.Result, "bizAction": i.Action, "mainProcessInstanceId": i.Main,
		"operationRecords": shown.records, "tasks": shown.tasks, "formComponentValues": i.shownForm(),
	}})
}

func (s *Server) startInstance(c call) reply {
	var in struct {
		ProcessCode         string
		OriginatorUserID    string
		DeptID              *int64
		Approvers           []any
		FormComponentValues []formValue
	}
	if json.Unmarshal(c.body, &in) != nil || !s.knows(in.ProcessCode) {
		return s.refuse(http.StatusBadRequest, "processCodeError", "processCode错误")
	}
	switch {
	case !s.userExists(in.OriginatorUserID):
		return s.refuse(http.StatusBadRequest, "originatorUserIdError", "发起人不存在")
	case in.DeptID == nil && len(in.Approvers) == 0:
		return s.refuse(http.StatusBadRequest, "deptIdError", "部门ID不能为空")
	case !validForm(in.FormComponentValues):
		return s.refuse(http.StatusBadRequest, "formConverterError", "表单数据错误")
	}
	i := &instance{
		ProcessCode: in.ProcessCode, Originator: in.OriginatorUserID, Action: "NONE",
		Values: filled(in.FormComponentValues, s.forms[in.ProcessCode]),
	}
	s.begin(i)
	return jsonReply(http.StatusOK, map[string]any{"instanceId": i.ID})
}

// AddInstance starts an approval with an id of the caller's choice.
func (s *Server) AddInstance(id, originator string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.begin(&instance{ID: id, Originator: originator, Action: "NONE"})
}

// begin starts an approval.
func (s *Server) begin(i *instance) {
	now := s.opts.Now()
	s.started++
	if i.ID == "" {
		i.ID = fmt.Sprintf("fake-instance-%d", s.started)
	}
	i.BusinessID = fmt.Sprintf("%s%09d", now.In(beijing).Format("200601021504"), s.started)
	i.Status, i.Created, i.tasks = running, now, []map[string]any{}
	i.record(i.Originator, "START_PROCESS_INSTANCE", "NONE", "", now)
	s.instances[i.ID] = i
	s.changed(i, "start")
}

func validForm(values []formValue) bool {
	for _, v := range values {
		if v.Name == "" || utf8.RuneCountInString(v.Value) > maxComponentChars {
			return false
		}
	}
	return len(values) <= maxComponents
}

func (s *Server) addComment(c call) reply {
	var in struct{ ProcessInstanceID, Text, CommentUserID string }
	_ = json.Unmarshal(c.body, &in)
	switch {
	case c.Method != http.MethodPost:
		return s.refuse(http.StatusMethodNotAllowed, "UnsupportedHTTPMethod", "method not allowed")
	case s.instances[in.ProcessInstanceID] == nil:
		return s.refuse(http.StatusBadRequest, "processInstanceNotExist", "审批实例不存在")
	case !s.userExists(in.CommentUserID):
		return s.refuse(http.StatusBadRequest, "commentUserIdError", "评论人不存在")
	case in.Text == "" || utf8.RuneCountInString(in.Text) > maxCommentChars:
		return s.refuse(http.StatusBadRequest, "textError", "评论内容为空或超过1024个字符")
	}
	s.comments = append(s.comments, Comment{in.ProcessInstanceID, in.CommentUserID, in.Text, s.opts.Now()})
	s.instances[in.ProcessInstanceID].record(in.CommentUserID, "ADD_REMARK", "NONE", in.Text, s.opts.Now())
	return jsonReply(http.StatusOK, map[string]any{"result": true, "success": s.success()})
}
