package dingtalk

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/oabridge/oabridge/model"
)

const (
	// maxNotice is the limit of a work notice's msg object, in bytes of JSON.
	maxNotice = 2048
	// maxRecipients is how many users one call may name.
	maxRecipients = 100
)

// message is a Markdown message as both work notices and robots take it.
type message struct {
	MsgType  string   `json:"msgtype"`
	Markdown markdown `json:"markdown"`
}

type markdown struct {
	Title string `json:"title"`
	Text  string `json:"text"`
}

// WorkNotice sends a Markdown work notice (DingTalk docs: asynchronous-sending-of-enterprise-session-messages) to at
// most 100 users, cut to DingTalk's 2048 bytes. Success means that DingTalk queued it: it silently drops the same content
// for the same user on the same day, and more than 500 notices a user and day, so the text must name what is unique
// (release number, time). The task id asks for the fate within 24 hours.
func (c *Client) WorkNotice(ctx context.Context, userIDs []string, title, text string) (taskID int64, err error) {
	if err := checkRecipients(userIDs); err != nil {
		return 0, err
	}
	msg := fit(maxNotice, text, "", func(text string) []byte { return noticeBody(title, text) })
	var got struct {
		TaskID int64 `json:"task_id"`
	}
	send := endpoint{what: "钉钉工作通知", path: "/topapi/message/corpconversation/asyncsend_v2", counts: CallAPI}
	err = c.oapi(ctx, send, map[string]any{
		"agent_id":    c.opts.AgentID,
		"userid_list": strings.Join(userIDs, ","),
		"to_all_user": false,
		"msg":         json.RawMessage(msg),
	}, &got)
	return got.TaskID, err
}

func noticeBody(title, text string) []byte {
	return encode(message{MsgType: "markdown", Markdown: markdown{model.Cut(oneLine(title), maxTitle), text}})
}

// checkRecipients keeps one id from naming several users: the list is joined by commas.
func checkRecipients(userIDs []string) error {
	if len(userIDs) == 0 {
		return model.Errorf(model.CodeDingTalkRejected, "钉钉工作通知没有接收人")
	}
	if len(userIDs) > maxRecipients {
		return model.Errorf(model.CodeDingTalkTooLarge, "钉钉工作通知一次最多 %d 个接收人，现有 %d 个", maxRecipients, len(userIDs))
	}
	for _, id := range userIDs {
		if id == "" || strings.ContainsAny(id, ", \t\r\n") {
			return model.Errorf(model.CodeDingTalkRejected, "钉钉用户 ID %q 不合法", id)
		}
	}
	return nil
}
