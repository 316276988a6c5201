package dingtalk

import (
	"context"

	"github.com/oabridge/oabridge/model"
)

// SendResult tells what became of a work notice (DingTalk docs: getsendresult). DingTalk knows it for 24 hours, for up to 100 recipients; shortly after the sending it may not know yet.
func (c *Client) SendResult(ctx context.Context, taskID int64) (model.NoticeFate, error) {
	const what = "钉钉工作通知结果接口"
	var got struct {
		SendResult *struct {
			Read      []string `json:"read_user_id_list"`
			Unread    []string `json:"unread_user_id_list"`
			Failed    []string `json:"failed_user_id_list"`
			Invalid   []string `json:"invalid_user_id_list"`
			Forbidden []string `json:"forbidden_user_id_list"`
			Reasons   []struct {
				Code   loose
				UserID loose
			} `json:"forbidden_list"`
		} `json:"send_result"`
	}
	err := c.oapi(ctx, endpoint{what: what, path: "/topapi/message/corpconversation/getsendresult", counts: CallAPI},
		map[string]int64{"agent_id": c.opts.AgentID, "task_id": taskID}, &got)
	if err != nil {
		return model.NoticeFate{}, err
	}
	r := got.SendResult
	if r == nil {
		return model.NoticeFate{}, lacking(what)
	}
	fate := model.NoticeFate{Read: r.Read, Unread: r.Unread, Failed: r.Failed, Invalid: r.Invalid}
	for _, id := range r.Forbidden {
		fate.Drop(id, "")
	}
	for _, f := range r.Reasons {
		fate.Drop(string(f.UserID), string(f.Code))
	}
	return fate, nil
}
