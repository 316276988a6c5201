package dingtalktest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Limits of terminating and of listing.
const (
	terminateAfter  = 15 * time.Second
	maxRemarkChars  = 1024
	maxQueryResults = 20
	maxQueryUsers   = 10
	maxQueryRange   = 120 * 24 * time.Hour
	maxQueryAge     = 365 * 24 * time.Hour
)

// terminateInstance withdraws an approval for the app. DingTalk does not document the names of these refusals.
func (s *Server) terminateInstance(c call) reply {
	var in struct {
		ProcessInstanceID, Remark, OperatingUserID string
		IsSystem                                   bool
	}
	_ = json.Unmarshal(c.body, &in)
	i := s.instances[in.ProcessInstanceID]
	switch {
	case c.Method != http.MethodPost:
		return s.refuse(http.StatusMethodNotAllowed, "UnsupportedHTTPMethod", "method not allowed")
	case i == nil:
		return s.refuse(http.StatusBadRequest, "processInstanceNotExist", "审批实例不存在")
	case i.Status != running:
		return s.refuse(http.StatusBadRequest, "processInstanceFinished", "审批实例已结束")
	case s.opts.Now().Sub(i.Created) < terminateAfter:
		return s.refuse(http.StatusBadRequest, "processInstanceTooYoung", "发起后15秒内不能撤销")
	case utf8.RuneCountInString(in.Remark) > maxRemarkChars:
		return s.refuse(http.StatusBadRequest, "remarkError", "终止说明超过1024个字符")
	case !in.IsSystem && in.OperatingUserID != i.Originator:
		return s.refuse(http.StatusBadRequest, "operatingUserIdError", "只有发起人可以撤销")
	}
	s.terminate(i, in.OperatingUserID, in.Remark)
	return jsonReply(http.StatusOK, map[string]any{"result": true, "success": s.success()})
}

type instanceQuery struct {
	ProcessCode        string
	StartTime, EndTime int64
	NextToken          json.Number
	MaxResults         int
	UserIDs, Statuses  []string
}

// queryInstances lists ids, the oldest first, a page at a time.
func (s *Server) queryInstances(c call) reply {
	var in instanceQuery
	if c.Method != http.MethodPost || json.Unmarshal(c.body, &in) != nil {
		return s.refuse(http.StatusBadRequest, "MissingParameter", "body is missing")
	}
	if code, message := s.wrongQuery(in); code != "" {
		return s.refuse(http.StatusBadRequest, code, message)
	}
	var found []*instance
	for _, i := range s.instances {
		if i.matches(in) {
			found = append(found, i)
		}
	}
	slices.SortFunc(found, func(a, b *instance) int {
		if order := a.Created.Compare(b.Created); order != 0 {
			return order
		}
		return strings.Compare(a.BusinessID, b.BusinessID)
	})
	from, _ := strconv.Atoi(in.NextToken.String())
	from = max(0, min(from, len(found)))
	to := min(from+in.MaxResults, len(found))
	ids := []string{}
	for _, i := range found[from:to] {
		ids = append(ids, i.ID)
	}
	result := map[string]any{"list": ids}
	if to < len(found) {
		result["nextToken"] = s.number(to)
	}
	return jsonReply(http.StatusOK, map[string]any{"success": s.success(), "result": result})
}

// number is a number as this server writes them.
func (s *Server) number(n int) any {
	if s.opts.StringCodes {
		return strconv.Itoa(n)
	}
	return n
}

func (s *Server) wrongQuery(in instanceQuery) (code, message string) {
	start, end := time.UnixMilli(in.StartTime), time.UnixMilli(in.EndTime)
	switch {
	case !s.knows(in.ProcessCode):
		return "processCodeError", "processCode错误"
	case in.MaxResults < 1 || in.MaxResults > maxQueryResults:
		return "maxResultsError", "maxResults最大20"
	case len(in.UserIDs) > maxQueryUsers:
		return "userIdsError", "userIds最多10个"
	case in.StartTime <= 0 || !start.Before(end) || end.Sub(start) > maxQueryRange:
		return "timeRangeError", "时间范围不能超过120天"
	case s.opts.Now().Sub(start) > maxQueryAge:
		return "startTimeError", "只能查询365天以内的数据"
	}
	return "", ""
}

func (i *instance) matches(q instanceQuery) bool {
	created := i.Created.UnixMilli()
	return i.ProcessCode == q.ProcessCode && created >= q.StartTime && created <= q.EndTime &&
		(len(q.UserIDs) == 0 || slices.Contains(q.UserIDs, i.Originator)) &&
		(len(q.Statuses) == 0 || slices.Contains(q.Statuses, i.Status))
}
