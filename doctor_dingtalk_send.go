package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"slices"
	"time"

	"github.com/oabridge/oabridge/config"
	"github.com/oabridge/oabridge/dingtalk"
	"github.com/oabridge/oabridge/model"
)

const (
	testTitle = "oabridge 测试消息 · test message"
	testText  = "oabridge doctor --send 发出的测试消息，无需处理。\n\n" +
		"A test message of oabridge doctor --send; there is nothing to do."
)

// fateTimeout bounds the check that sends a work notice and asks what became of it.
const fateTimeout = 20 * time.Second

// fatePauses are between the questions what became of a notice: DingTalk may not know at once, and each costs a call.
func fatePauses() []time.Duration {
	return []time.Duration{0, time.Second, 3 * time.Second, 5 * time.Second}
}

// sendTests sends one message to each robot, and one work notice.
func (e *dingtalkExamination) sendTests(ctx context.Context) {
	d := e.cfg.DingTalk
	for _, r := range d.Robots {
		e.check(ctx, "dingtalk: message to "+r.Name, func(ctx context.Context) finding { return e.sendToRobot(ctx, r) })
	}
	if worksNotices(d) || e.to != "" {
		e.checkWithin(ctx, fateTimeout, "dingtalk: work notice", func(ctx context.Context) finding {
			return e.sendWorkNotice(ctx, cmp.Or(e.to, d.CommentUserID))
		})
	}
}

// sendToRobot mentions nobody, whatever is configured: it is only a test.
func (e *dingtalkExamination) sendToRobot(ctx context.Context, r config.Robot) finding {
	robot, err := dingtalk.NewRobot(r.Name, r.Webhook.Reveal(), r.Secret.Reveal(), nil, false, e.http, processNow)
	if err == nil {
		err = robot.Counted(e.count).Send(ctx, rand.Text(), testTitle, testText+"\n\n"+e.stamp())
	}
	switch model.CodeOf(err) {
	case "":
		return fine("sent; look whether the group shows it · 已发送，请到群里确认")
	case model.CodeDingTalkAuth, model.CodeDingTalkForbidden, model.CodeDingTalkRejected:
		return broken(explain(err), "compare webhook, 加签 key, keywords and allowed IPs with the robot's page, and this machine's clock · "+
			"与机器人设置页面核对 webhook、加签密钥、关键词、IP 段，并检查本机时钟")
	default:
		return declined(err, "")
	}
}

// stamp makes a text unique: DingTalk drops a work notice that the user got the same day.
func (e *dingtalkExamination) stamp() string {
	return processNow().In(e.cfg.Location()).Format("2006-01-02 15:04:05")
}

func (e *dingtalkExamination) sendWorkNotice(ctx context.Context, user string) finding {
	switch {
	case !worksNotices(e.cfg.DingTalk):
		return doubtful("not sent: work notices are not set up · 未发送：未配置工作通知",
			"set dingtalk.app_key, app_secret and agent_id · 填写 dingtalk 的 app_key、app_secret、agent_id")
	case user == "":
		return doubtful("not sent: nobody is named to get it · 未发送：没有指定接收人",
			"add --to USERID, or set dingtalk.comment_user_id · 加上 --to 用户ID，或设置 dingtalk.comment_user_id")
	case e.client == nil:
		return doubtful("not sent: there is no access token, see above · 未发送：没有 access token", "put dingtalk: token right first · 先解决 token 问题")
	}
	task, err := e.client.WorkNotice(ctx, []string{user}, testTitle, testText+"\n\n"+e.stamp())
	if err != nil {
		return noticeDeclined(err)
	}
	for _, pause := range fatePauses() {
		if !waited(ctx, pause) {
			break
		}
		fate, err := e.client.SendResult(ctx, task)
		if err != nil {
			return noticeDeclined(err)
		}
		if f, known := fateFinding(fate, user); known {
			return f
		}
	}
	return doubtful("DingTalk took the notice to "+user+" and does not say yet what became of it · 已提交，钉钉尚未给出结果",
		"ask that member whether it arrived · 请向该成员确认是否收到")
}

func noticeDeclined(err error) finding {
	if code := model.CodeOf(err); code == model.CodeDingTalkNotFound || code == model.CodeDingTalkRejected {
		return broken(explain(err), "compare dingtalk.agent_id with the app's page, and the user id with the admin console · 核对 agent_id 与用户 ID")
	}
	return declined(err, grant("企业会话消息"))
}

// waited reports false when ctx ended first.
func waited(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}

// fateFinding is what became of a notice to one user; false as long as DingTalk does not know.
func fateFinding(fate model.NoticeFate, user string) (f finding, known bool) {
	const member = "use a member's UserId whom the app may see (可见范围) · 使用应用可见范围内成员的 UserId"
	reason, dropped := fate.Dropped[user]
	switch {
	case slices.Contains(fate.Read, user), slices.Contains(fate.Unread, user):
		return fine("arrived at " + user + " · 已送达"), true
	case dropped && reason == model.DropDailyLimit:
		return broken(user+" has got 500 notices today, this one not · 当天已达 500 条上限", "try tomorrow, or with another member · 明天再试，或换一位成员"), true
	case dropped:
		return broken("DingTalk dropped the notice to "+user+", its reason: "+cmp.Or(reason, "none")+" · 钉钉未送达", member), true
	case slices.Contains(fate.Invalid, user):
		return broken("nobody has the user id "+user+" · 组织里没有这个用户 ID", member), true
	case slices.Contains(fate.Failed, user):
		return broken("DingTalk could not deliver the notice to "+user+" · 钉钉发送失败", member), true
	}
	return finding{}, false
}
