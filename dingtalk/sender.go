package dingtalk

import (
	"context"
	"time"

	"github.com/oabridge/oabridge/model"
)

// Notice is one message to one recipient.
type Notice struct {
	Channel   model.Channel
	Recipient string // user id, robot name or process instance
	Author    string // of a comment: the user id that writes it
	UUID      string // the same on every try; robots show it once, work notices ignore it
	Title     string // shown in the list of chats, at most 64 characters
	Markdown  string
	Link      string    // where a work notice that had to be cut goes on; "" when nowhere
	At        time.Time // what makes a work notice unique; the zero time adds nothing
}

// Sender sends notices over the channels that are configured.
type Sender struct {
	client *Client
	robots map[string]*Robot
	zone   *time.Location
}

// NewSender takes a nil client when no app is configured. Robots' names must differ; the last of two wins.
func NewSender(client *Client, robots ...*Robot) *Sender {
	s := &Sender{client: client, robots: make(map[string]*Robot, len(robots)), zone: time.UTC}
	for _, r := range robots {
		s.robots[r.Name()] = r
	}
	return s
}

// In makes people read times of this zone.
func (s *Sender) In(zone *time.Location) *Sender {
	s.zone = zone
	return s
}

// Deliver sends a message of the outbox; every try of it has the same UUID. It returns the task of a work notice.
func (s *Sender) Deliver(ctx context.Context, m model.Message) (int64, error) {
	return s.send(ctx, Notice{
		Channel: m.Channel, Recipient: m.Recipient, Author: m.Author, UUID: m.UUID(), Title: m.Title, Markdown: m.Markdown,
		Link: m.Link, At: m.Told(),
	})
}

// Send sends once. It answers CodeDingTalkRejected for a channel or robot that is not configured; otherwise as
// Client.WorkNotice, Client.Comment and Robot.Send do.
func (s *Sender) Send(ctx context.Context, n Notice) error {
	_, err := s.send(ctx, n)
	return err
}

func (s *Sender) send(ctx context.Context, n Notice) (task int64, err error) {
	switch n.Channel {
	case model.ChannelWorkNotice:
		if s.client == nil {
			return 0, noApp("发送工作通知")
		}
		return s.client.WorkNotice(ctx, []string{n.Recipient}, n.Title, s.workNotice(n))
	case model.ChannelRobot:
		robot, ok := s.robots[n.Recipient]
		if !ok {
			return 0, model.Errorf(model.CodeDingTalkRejected, "没有配置名为「%s」的钉钉机器人", n.Recipient)
		}
		return 0, robot.Send(ctx, n.UUID, n.Title, n.Markdown)
	case model.ChannelComment:
		if s.client == nil {
			return 0, noApp("写审批评论")
		}
		return 0, s.client.Comment(ctx, n.Recipient, n.Author, n.Markdown)
	default:
		return 0, model.Errorf(model.CodeDingTalkRejected, "不支持的通知渠道「%s」", n.Channel)
	}
}

// SendResult tells what became of a work notice, as Client.SendResult.
func (s *Sender) SendResult(ctx context.Context, task int64) (model.NoticeFate, error) {
	if s.client == nil {
		return model.NoticeFate{}, noApp("查询工作通知的结果")
	}
	return s.client.SendResult(ctx, task)
}

func noApp(what string) error {
	return model.Errorf(model.CodeDingTalkRejected, "没有配置钉钉应用(app_key、app_secret)，无法%s", what)
}

// workNotice is the text of a work notice: with its time, since DingTalk silently drops what it has sent to the same user
// on the same day, and with a link to the rest when it has to be cut.
func (s *Sender) workNotice(n Notice) string {
	if n.At.IsZero() {
		return n.Markdown
	}
	stamp := "  \n  " + n.At.In(s.zone).Format("2006-01-02 15:04:05")
	size := func(text string) int { return len(noticeBody(n.Title, text)) }
	if whole := n.Markdown + stamp; size(whole) <= maxNotice {
		return whole
	}
	rest := ""
	if n.Link != "" {
		rest = "  \n  [查看全部](" + n.Link + ")"
	}
	return cutText(maxNotice, n.Markdown, rest+stamp, size)
}
