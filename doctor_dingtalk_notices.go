package main

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/oabridge/oabridge/config"
	"github.com/oabridge/oabridge/model"
)

// workNotices asks for the fate of a notice that was never sent: of a wrong agent DingTalk may say so, with the right one
// only a notice shows that it arrives.
func (e *dingtalkExamination) workNotices(ctx context.Context) finding {
	const remedy = "set dingtalk.app_key, app_secret and agent_id from the app's page · 按应用页面填写 app_key、app_secret、agent_id"
	d := e.cfg.DingTalk
	switch {
	case d.AppKey == "":
		return doubtful("no app: initiators and approvers get no work notices · 未配置应用，无法发送工作通知", remedy)
	case d.AgentID == 0:
		return doubtful("no agent_id: initiators and approvers get no work notices · 未配置 agent_id，无法发送工作通知", remedy)
	}
	by := fmt.Sprintf("by agent %d", d.AgentID)
	if e.client != nil {
		_, err := e.client.SendResult(ctx, 0)
		switch model.CodeOf(err) {
		case "", model.CodeDingTalkRejected:
			by += ", which DingTalk did not refuse"
		case model.CodeDingTalkNotFound:
			return broken(by+" · "+explain(err), remedy)
		default: // what DingTalk answers about no notice at all is not documented, so no answer proves anything
			return withoutIt(declined(err, grant("企业会话消息")), "agent_id was not compared · 未能核对 agent_id")
		}
	}
	return fine(by + " " + e.untried("people"))
}

// untried says that, or that this time a message is sent.
func (e *dingtalkExamination) untried(who string) string {
	if e.send {
		return "(tried below · 见下方测试)"
	}
	return "(not tried: " + who + " would see it; --send does · 不发送测试消息，可用 --send)"
}

func (e *dingtalkExamination) robots(ctx context.Context) {
	d := e.cfg.DingTalk
	if len(d.Robots) == 0 {
		e.check(ctx, "dingtalk: robots", func(context.Context) finding {
			if !worksNotices(d) {
				return doubtful("neither robots nor work notices: nobody is told anything · 没有任何通知渠道",
					"add a group robot to dingtalk.robots, or set up work notices · 添加群机器人，或配置工作通知")
			}
			return fine("none; people are told by work notices · 未配置，仅发送工作通知")
		})
	}
	for i, r := range d.Robots {
		e.check(ctx, "dingtalk: robot "+r.Name, func(context.Context) finding { return e.robot(r, d.Robots[:i]) })
	}
}

// robot judges what can be judged without the group seeing it. No detail repeats the webhook.
func (e *dingtalkExamination) robot(r config.Robot, others []config.Robot) finding {
	const again = "copy the whole webhook from the robot's page again: https://oapi.dingtalk.com/robot/send?access_token=… · 重新复制完整的 webhook"
	address, own := webhookOf(r)
	if address != strings.TrimRight(e.cfg.DingTalk.OAPIURL, "/")+"/robot/send" {
		return doubtful("the webhook does not lead to /robot/send of dingtalk.oapi_url · webhook 不是钉钉机器人的地址", again)
	}
	for _, other := range others {
		if _, token := webhookOf(other); token == own {
			return doubtful("the same webhook as robot "+other.Name+": together they may send more than DingTalk takes · 与另一个机器人重复",
				"give each group a robot of its own, or remove one of the two · 每个群使用自己的机器人，或删除其一")
		}
	}
	const choose = "choose 加签 as the robot's security setting and copy its SEC… key into secret · 安全设置选择“加签”，并把 SEC 开头的密钥填入 secret"
	switch {
	case r.Secret == "":
		return doubtful("no secret: works only where the robot's security setting is a keyword, which every message must have, or an IP · "+
			"未配置加签密钥", choose)
	case !strings.HasPrefix(r.Secret.Reveal(), "SEC"):
		return doubtful("the secret does not begin with SEC as those of 加签 do · 加签密钥应以 SEC 开头", choose)
	}
	return fine("the webhook is DingTalk's, messages are signed · 已加签 " + e.untried("the group"))
}

// webhookOf is where the webhook leads, and its access token.
func webhookOf(r config.Robot) (address, token string) {
	u, err := url.Parse(r.Webhook.Reveal())
	if err != nil {
		return "", ""
	}
	return u.Scheme + "://" + u.Host + u.Path, u.Query().Get("access_token")
}
