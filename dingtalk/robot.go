package dingtalk

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oabridge/oabridge/model"
)

const (
	// maxRobotBody is the limit of a robot message's whole body, in bytes.
	maxRobotBody = 20000
	// maxMentions is how many people one message may mention.
	maxMentions = 50
)

// Robot is a custom group robot (DingTalk docs: custom-robots-send-group-messages). It takes 20 messages a minute, then
// refuses all for 10 minutes; keeping below that is the caller's business.
type Robot struct {
	name    string
	webhook url.URL    // without its query
	query   url.Values // access_token, and whatever else the administrator pasted
	secret  string
	at      mention
	http    transport
	now     func() time.Time
}

// mention is whom a message is for. What is in the lists alone is not highlighted, it must be in the text, too.
type mention struct {
	AtMobiles []string `json:"atMobiles"`
	AtUserIDs []string `json:"atUserIds,omitempty"`
	IsAtAll   bool     `json:"isAtAll"`
}

type robotMessage struct {
	message
	At   mention `json:"at"`
	UUID string  `json:"msgUuid,omitempty"`
}

// NewRobot takes the webhook as DingTalk shows it; a timestamp and sign pasted with it are dropped, since they are made
// for every message. An empty secret sends unsigned, for robots secured by keywords or addresses. A nil client or clock
// is the usual one. The error, CodeDingTalkRejected, does not repeat the webhook.
func NewRobot(
	name, webhook, secret string, atMobiles []string, atAll bool, client *http.Client, now func() time.Time,
) (*Robot, error) {
	u, err := url.Parse(webhook)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || u.Query().Get("access_token") == "" {
		return nil, model.Errorf(model.CodeDingTalkRejected,
			"机器人「%s」的 webhook 不正确：应形如 https://oapi.dingtalk.com/robot/send?access_token=…", name)
	}
	at := mention{AtMobiles: append([]string{}, atMobiles...), IsAtAll: atAll}
	if err := at.check(name); err != nil {
		return nil, err
	}
	if now == nil {
		now = time.Now
	}
	query := u.Query()
	query.Del("timestamp")
	query.Del("sign")
	u.RawQuery, u.Fragment = "", ""
	return &Robot{name: name, webhook: *u, query: query, secret: secret, at: at, http: newTransport(client, 0), now: now}, nil
}

// Name is the robot's name in the configuration.
func (r *Robot) Name() string { return r.name }

// Counted makes the robot tell count of each message that it sends.
func (r *Robot) Counted(count func(kind string)) *Robot {
	r.http.count = count
	return r
}

// AtUsers makes every message mention these members, too. Errors: CodeDingTalkRejected (more than DingTalk takes).
func (r *Robot) AtUsers(userIDs []string) error {
	r.at.AtUserIDs = append([]string(nil), userIDs...)
	return r.at.check(r.name)
}

func (m mention) check(robot string) error {
	if n := len(m.AtMobiles) + len(m.AtUserIDs); n > maxMentions {
		return model.Errorf(model.CodeDingTalkRejected, "机器人「%s」最多 @ %d 人，现有 %d 人", robot, maxMentions, n)
	}
	return nil
}

// Format prints the name and nothing else, whatever the verb: a Robot in a log line gives no secret away.
func (r *Robot) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "dingtalk robot %s", r.name) }

// Send posts one Markdown message, cut to DingTalk's 20000 bytes with the mentions kept. The same uuid makes a repeated
// send show once, so every try of a message must carry the same one. It answers CodeDingTalkThrottled with a RetryAfter of
// 10 minutes when the robot is blocked, and the package's other codes.
func (r *Robot) Send(ctx context.Context, uuid, title, text string) error {
	body := fit(maxRobotBody, text, r.mentions(), func(text string) []byte {
		content := markdown{Title: model.Cut(oneLine(title), maxTitle), Text: text}
		return encode(robotMessage{message: message{"markdown", content}, At: r.at, UUID: uuid})
	})
	address, sign := r.signedURL()
	what := "钉钉机器人「" + r.name + "」"
	a, err := r.http.send(ctx, request{
		what: what, url: address, body: body, counts: CallWebhook, judge: robotVerdict,
		hide: secrets{r.query.Get("access_token"), r.secret, sign},
	})
	if err == nil && a.ErrCode == "" {
		return model.Errorf(model.CodeDingTalkUnavailable, "%s的应答缺少约定的字段", what)
	}
	return err
}

// mentions is what makes DingTalk highlight the people in the list.
func (r *Robot) mentions() string {
	people := slices.Concat(r.at.AtMobiles, r.at.AtUserIDs)
	if len(people) == 0 {
		return ""
	}
	// Two spaces on both sides of a line feed are DingTalk's advice for a line break in Markdown.
	return "  \n  @" + strings.Join(people, " @")
}

// signedURL is the address for one message sent now: the signature is
// Base64(HMAC-SHA256(secret, timestamp + "\n" + secret)), percent-encoded, and lives for an hour.
func (r *Robot) signedURL() (address, sign string) {
	query := url.Values{}
	for key, values := range r.query {
		query[key] = values
	}
	if r.secret != "" {
		timestamp := strconv.FormatInt(r.now().UnixMilli(), 10)
		sign = hmacBase64(r.secret, timestamp+"\n"+r.secret)
		query.Set("timestamp", timestamp)
		query.Set("sign", sign)
	}
	u := r.webhook
	u.RawQuery = query.Encode()
	return u.String(), sign
}
