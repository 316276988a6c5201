package dingtalk

import (
	"context"

	"github.com/oabridge/oabridge/model"
)

// Notice is one message to one recipient.
type Notice struct {
	Channel   model.Channel
	Recipient string // user id or robot name
	UUID      string // the same on every try; robots show it once, work notices ignore it
	Title     string // shown in the list of chats, at most 64 characters
	Markdown  string
}

// Sender sends notices over the channels that are configured.
type Sender struct {
	client *Client
	robots map[string]*Robot
}

// NewSender takes a nil client when no app is configured. Robots' names must differ; the last of two wins.
func NewSender(client *Client, robots ...*Robot) *Sender {
	s := &Sender{client: client, robots: make(map[string]*Robot, len(robots))}
	for _, r := range robots {
		s.robots[r.Name()] = r
	}
	return s
}

// Deliver sends a message of the outbox; every try of it has the same UUID.
func (s *Sender) Deliver(ctx context.Context, m model.Message) error {
	return s.Send(ctx, Notice{
		Channel: m.Channel, Recipient: m.Recipient, UUID: m.UUID(), Title: m.Title, Markdown: m.Markdown,
	})
}

// Send sends once. It answers CodeDingTalkRejected for a channel or robot that is not configured; otherwise as
// Client.WorkNotice and Robot.Send do.
func (s *Sender) Send(ctx context.Context, n Notice) error {
	switch n.Channel {
	case model.ChannelWorkNotice:
		return s.sendWorkNotice(ctx, n)
	case model.ChannelRobot:
		robot, ok := s.robots[n.Recipient]
		if !ok {
			return model.Errorf(model.CodeDingTalkRejected, "没有配置名为「%s」的钉钉机器人", n.Recipient)
		}
		return robot.Send(ctx, n.UUID, n.Title, n.Markdown)
	default:
		return model.Errorf(model.CodeDingTalkRejected, "不支持的通知渠道「%s」", n.Channel)
	}
}

func (s *Sender) sendWorkNotice(ctx context.Context, n Notice) error {
	if s.client == nil {
		return model.Errorf(model.CodeDingTalkRejected, "没有配置钉钉应用(app_key、app_secret)，无法发送工作通知")
	}
	_, err := s.client.WorkNotice(ctx, []string{n.Recipient}, n.Title, n.Markdown)
	return err
}
