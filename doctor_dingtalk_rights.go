package main

import (
	"cmp"
	"context"
	"fmt"
	"net/url"

	"github.com/oabridge/oabridge/config"
	"github.com/oabridge/oabridge/model"
)

// probeID names an approval and a member that do not exist: who may ask for them hears just that.
const probeID = "oabridge-doctor"

// The rights of DingTalk's 权限管理.
const (
	rightReadApprovals = "Workflow.Instance.Read"
	rightComment       = "Workflow.Instance.Write"
	rightReadForms     = "Workflow.Form.Read"
	rightReadMembers   = "qyapi_get_member"
	rightReadDepts     = "qyapi_get_department_list"
)

// grant is what to do about a right that is missing. DingTalk says in its own words which, and where to apply for it.
func grant(right string) string {
	return "apply for " + right + " on the app's page 权限管理, or by the link above, and publish a version; where an IP is named, " +
		"allow it in the app's security settings · 在“权限管理”申请 " + right + " 并发布版本；若提示 IP，则加入服务器出口 IP 白名单"
}

// checkProof judges the configuration: whether what is deployed was approved is known from DingTalk only.
func checkProof(d config.DingTalk, form config.Form) finding {
	switch {
	case d.VerifyApproval == config.VerifyOff:
		return doubtful("verify_approval is off: who knows the connector's secret can deploy without any approval · 未核对审批，只凭连接器的调用就会上线",
			"set dingtalk.verify_approval: auto or always · 将 dingtalk.verify_approval 设为 auto 或 always")
	case len(form.ProcessCodes) == 0:
		return doubtful("form.process_codes is empty: an approval by any template of the company counts · 未限定审批模板，任何模板的审批都算数",
			"list the process codes (PROC-…) of the release templates in form.process_codes · 在 form.process_codes 填写上线审批模板的 PROC-…")
	case d.VerifyApproval == config.VerifyAlways:
		return fine("every approval is read again from DingTalk before anything is deployed · 上线前都会核对审批")
	}
	return fine("approvals are read again from DingTalk before anything is deployed; a form without its instance id cannot be " +
		"(verify_approval: always refuses it) · 上线前核对审批；没有实例 ID 的表单无法核对")
}

// rights tries each right that is needed once, with calls that change nothing and tell nobody.
func (e *dingtalkExamination) rights(ctx context.Context) {
	d := e.cfg.DingTalk
	if d.VerifyApproval != config.VerifyOff || d.Events.Mode != config.EventsOff {
		e.check(ctx, "dingtalk: right to read approvals", func(ctx context.Context) finding {
			_, err := e.client.Approval(ctx, probeID)
			return rightFinding(err, rightReadApprovals)
		})
	}
	e.check(ctx, "dingtalk: right to comment", func(ctx context.Context) finding {
		err := e.client.Comment(ctx, probeID, cmp.Or(d.CommentUserID, probeID), "oabridge doctor")
		return withoutIt(rightFinding(err, rightComment), "nothing is written back into approvals · 无法回写审批评论")
	})
	e.check(ctx, "dingtalk: right to read names", e.members)
}

// rightFinding takes any answer about what does not exist as proof of the right.
func rightFinding(err error, right string) finding {
	switch model.CodeOf(err) {
	case "", model.CodeDingTalkNotFound, model.CodeDingTalkRejected:
		return fine(right + " · 已授权")
	default:
		return declined(err, grant(right))
	}
}

// withoutIt softens a failure without which the bridge still deploys, and says what is lost.
func withoutIt(f finding, lost string) finding {
	if f.status == statusFail {
		return doubtful(lost+"："+f.detail, f.remedy)
	}
	return f
}

func (e *dingtalkExamination) members(ctx context.Context) finding {
	const lost = "people are shown by their user ids · 只能显示用户 ID"
	author := e.cfg.DingTalk.CommentUserID
	if author == "" {
		_, err := e.client.UserName(ctx, probeID)
		return withoutIt(rightFinding(err, rightReadMembers), lost)
	}
	name, err := e.client.UserName(ctx, author)
	switch model.CodeOf(err) {
	case "":
		return fine(rightReadMembers + "; comments are written by " + name + " · 已授权，评论人为 " + name)
	case model.CodeDingTalkNotFound, model.CodeDingTalkRejected:
		return doubtful(fmt.Sprintf("nobody has the comment_user_id %q: no comments can be written · 没有此用户，无法写评论", author),
			"copy the member's UserId from the admin console into dingtalk.comment_user_id · 从管理后台复制成员的 UserId")
	default:
		return withoutIt(declined(err, grant(rightReadMembers)+"; its contact scope (通讯录权限范围) must hold everybody concerned"), lost)
	}
}

// callbackPath is where DingTalk pushes events to.
const callbackPath = "/dingtalk/callback"

// checkEvents says what only the console knows: where events are to be pushed.
func checkEvents(publicURL string) finding {
	const remedy = "set public_url to the https address under which DingTalk reaches the bridge · 将 public_url 设为钉钉可访问的 https 地址"
	address, err := url.JoinPath(publicURL, callbackPath)
	switch u, parseErr := url.Parse(publicURL); {
	case publicURL == "" || err != nil || parseErr != nil:
		return doubtful("public_url is not set; the subscription's page (事件订阅) needs https://…"+callbackPath+" · 未设置 public_url", remedy)
	case u.Scheme != "https":
		return doubtful("pushed without TLS to "+address+" · 事件推送地址不是 https", remedy)
	}
	return fine("by HTTP; the subscription's page (事件订阅) must have the address " + address +
		" and bpms_instance_change ticked; that cannot be asked · 请在事件订阅页面保存该地址并勾选审批实例事件，此项无法查询")
}
