package dingtalk

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oabridge/oabridge/model"
)

const (
	// maxInstance bounds the answer that an approval is read from, in bytes: its form alone may have 150 controls.
	maxInstance = 1 << 20
	// maxComment is the limit of a comment, in characters.
	maxComment = 1024

	// The limits of a query for instances.
	maxQueryRange = 120 * 24 * time.Hour
	maxQueryUsers = 10
	queryPage     = 20
	maxQueryPages = 50 // ours: more is a question that was put wrong, and each page is a call
)

// Approval reads an approval (DingTalk docs: obtains-the-details-of-a-single-approval-instance-pop). It may still be
// running shortly after DingTalk told that it finished. People have ids only, and the process code is not told. Errors:
// dingtalk_not_found, and the package's other codes.
func (c *Client) Approval(ctx context.Context, id string) (model.Approval, error) {
	const what = "钉钉审批详情接口"
	if id == "" {
		return model.Approval{}, model.Errorf(model.CodeDingTalkNotFound, "%s：没有审批实例 ID", what)
	}
	var got struct{ Result instance }
	err := c.api(ctx, endpoint{
		what: what, method: http.MethodGet, limit: maxInstance, counts: CallAPI, urgent: true,
		path: "/v1.0/workflow/processInstances?processInstanceId=" + url.QueryEscape(id),
	}, nil, &got)
	if err != nil {
		return model.Approval{}, err
	}
	if got.Result.Status == "" {
		return model.Approval{}, lacking(what)
	}
	return got.Result.approval(id, c.opts.Location)
}

// InstanceIDs returns the ids of the approvals of a template that were started within the time, of everybody or of at
// most 10 initiators (DingTalk docs: obtain-an-approval-list-of-instance-ids). The time may span 120 days at most. Every
// 20 ids are one call; more than 1000 are dingtalk_too_large, with those found so far.
func (c *Client) InstanceIDs(
	ctx context.Context, processCode string, from, to time.Time, userIDs []string,
) ([]string, error) {
	const what = "钉钉审批列表接口"
	switch {
	case !from.Before(to) || to.Sub(from) > maxQueryRange:
		return nil, model.Errorf(model.CodeDingTalkRejected, "%s：时间范围必须在 0 到 120 天之间", what)
	case len(userIDs) > maxQueryUsers:
		return nil, model.Errorf(model.CodeDingTalkRejected, "%s：一次最多 %d 个发起人", what, maxQueryUsers)
	}
	query := instanceQuery{
		ProcessCode: processCode, StartTime: from.UnixMilli(), EndTime: to.UnixMilli(), MaxResults: queryPage, UserIDs: userIDs,
	}
	var ids []string
	for range maxQueryPages {
		page, next, err := c.instancePage(ctx, what, query)
		if err != nil {
			return ids, err
		}
		for _, id := range page {
			if !slices.Contains(ids, id) { // what is started meanwhile moves others to the next page
				ids = append(ids, id)
			}
		}
		if next <= query.NextToken {
			return ids, nil
		}
		query.NextToken = next
	}
	return ids, model.Errorf(model.CodeDingTalkTooLarge, "%s：超过 %d 条，请缩小时间范围", what, maxQueryPages*queryPage)
}

type instanceQuery struct {
	ProcessCode string   `json:"processCode"`
	StartTime   int64    `json:"startTime"` // milliseconds, as EndTime
	EndTime     int64    `json:"endTime"`
	NextToken   int64    `json:"nextToken"`
	MaxResults  int      `json:"maxResults"`
	UserIDs     []string `json:"userIds,omitempty"`
}

// instancePage is one page and the token of the next; 0 when there is none.
func (c *Client) instancePage(ctx context.Context, what string, q instanceQuery) (ids []string, next int64, err error) {
	var got struct {
		Result *struct {
			List      []string
			NextToken loose
		}
	}
	list := endpoint{what: what, path: "/v1.0/workflow/processes/instanceIds/query", counts: CallAPI, urgent: true}
	if err := c.api(ctx, list, q, &got); err != nil {
		return nil, 0, err
	}
	if got.Result == nil {
		return nil, 0, lacking(what)
	}
	if text := string(got.Result.NextToken); text != "" {
		if next, err = strconv.ParseInt(text, 10, 64); err != nil {
			return nil, 0, lacking(what)
		}
	}
	return got.Result.List, next, nil
}

// Comment writes a comment of a user into an approval, cut to DingTalk's 1024 characters (DingTalk docs:
// official-approval-adds-approval-comments). DingTalk does not know a repeat: one that is sent twice shows twice.
func (c *Client) Comment(ctx context.Context, id, userID, text string) error {
	const what = "钉钉审批评论接口"
	text = strings.TrimSpace(strings.ToValidUTF8(text, "�"))
	if text == "" || userID == "" {
		return model.Errorf(model.CodeDingTalkRejected, "%s：评论没有内容或没有评论人", what)
	}
	var got struct{ Result *loose }
	err := c.api(ctx, endpoint{what: what, path: "/v1.0/workflow/processInstances/comments", counts: CallAPI}, map[string]string{
		"processInstanceId": id, "commentUserId": userID, "text": model.Cut(text, maxComment),
	}, &got)
	if err == nil && got.Result != nil && *got.Result == "false" {
		return model.Errorf(model.CodeDingTalkRejected, "%s：钉钉没有写入评论", what)
	}
	return err
}

// instance is an approval as DingTalk tells it.
type instance struct {
	Title, CreateTime, FinishTime    loose
	OriginatorUserID                 loose
	Status, Result, BusinessID       loose
	BizAction, MainProcessInstanceID loose
	OperationRecords                 []operation
	FormComponentValues              []control
}

type operation struct{ UserID, Date, Type, Result, Remark loose }

func (i instance) approval(id string, zone *time.Location) (model.Approval, error) {
	fields, err := fieldsOf(i.FormComponentValues)
	if err != nil {
		return model.Approval{}, err
	}
	a := model.Approval{
		Instance: id, BusinessID: string(i.BusinessID), Title: string(i.Title),
		Status: model.ApprovalStatus(i.Status), Result: decision(i.Result), Action: string(i.BizAction),
		Main: string(i.MainProcessInstanceID), Originator: model.Person{ID: string(i.OriginatorUserID)},
		CreatedAt: wallClock(i.CreateTime, zone), FinishedAt: wallClock(i.FinishTime, zone), Fields: fields,
	}
	for _, o := range i.OperationRecords {
		a.Records = append(a.Records, model.ApprovalRecord{
			Who: model.Person{ID: string(o.UserID)}, Kind: string(o.Type), Result: decision(o.Result),
			Remark: string(o.Remark), At: wallClock(o.Date, zone),
		})
	}
	return a, nil
}

// decision is agree or refuse, however it is written, and nothing else.
func decision(result loose) string {
	switch word := strings.ToLower(string(result)); word {
	case model.ResultAgree, model.ResultRefuse:
		return word
	}
	return ""
}

// wallClock reads a time of an approval; nil when there is none. The Z behind it is false: the clock is that of the zone.
func wallClock(text loose, zone *time.Location) *time.Time {
	for _, layout := range []string{"2006-01-02T15:04Z", "2006-01-02T15:04:05Z", time.DateTime} {
		if t, err := time.ParseInLocation(layout, string(text), zone); err == nil {
			t = t.UTC()
			return &t
		}
	}
	return nil
}
