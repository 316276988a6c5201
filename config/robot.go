package config

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// Robot is one group robot.
type Robot struct {
	Name string `yaml:"name"`
	// Webhook is the robot's address; its access_token is a secret.
	Webhook     Secret `yaml:"webhook"`
	WebhookFile string `yaml:"webhook_file,omitempty"`
	// Secret signs the messages of robots whose security setting is "signature" (加签).
	Secret     Secret `yaml:"secret"`
	SecretFile string `yaml:"secret_file,omitempty"`
	// AtMobiles and AtUserIDs are the people a message calls by @, AtAll calls everybody.
	AtMobiles []string `yaml:"at_mobiles"`
	AtUserIDs []string `yaml:"at_user_ids"`
	AtAll     bool     `yaml:"at_all" default:"false"`
	// PerMinute is how many messages the robot is given in a minute. DingTalk blocks it for ten minutes after the 20th.
	PerMinute int `yaml:"per_minute" default:"18"`
	// Fallback is the name of the robot that tells what this one cannot: it is blocked, or a message was given up.
	Fallback string `yaml:"fallback"`
}

// maxMentions is how many people a message may call.
const maxMentions = 50

var mobile = regexp.MustCompile(`^\+?[0-9-]{5,20}$`)

func (b Robot) check(r report) {
	b.checkWebhook(r.at("webhook"))
	r.at("per_minute").between(b.PerMinute, 1, 6000)
	for i, id := range b.AtUserIDs {
		if id == "" || strings.ContainsAny(id, " \t\r\n@") {
			r.at("at_user_ids").index(i).add(id, "not a user id", "copy the member's UserId (员工UserID) from the admin console")
		}
	}
	if n := len(b.AtMobiles) + len(b.AtUserIDs); n > maxMentions {
		r.at("at_mobiles").add(strconv.Itoa(n), "DingTalk takes at most 50 people, mobiles and user ids together", "name fewer people, or use at_all")
	}
	for i, number := range b.AtMobiles {
		if !mobile.MatchString(number) {
			r.at("at_mobiles").index(i).add(number, "not a mobile number", "write digits only, such as 13800138000")
		}
	}
}

func (b Robot) checkWebhook(r report) {
	const example = "https://oapi.dingtalk.com/robot/send?access_token=…"
	if !r.required(b.Webhook.Reveal(), "copy the robot's webhook, "+example) {
		return
	}
	parsed, err := url.Parse(b.Webhook.Reveal())
	switch {
	case err != nil || !isHTTP(parsed): // The parser's message would quote the address, so it stays out.
		r.add(redacted, "not a web address", "copy the robot's webhook, "+example)
	case parsed.Query().Get("access_token") == "":
		r.add(b.redactedWebhook(), "the webhook has no access_token", "copy the whole webhook, "+example)
	}
}

// redactedWebhook is the webhook without its access token.
func (b Robot) redactedWebhook() string {
	parsed, err := url.Parse(b.Webhook.Reveal())
	if err != nil || !isHTTP(parsed) {
		return b.Webhook.String()
	}
	shown := withoutUser(parsed)
	if parsed.RawQuery != "" {
		shown += "?access_token=" + redacted
	}
	return shown
}

func (b Robot) secrets() []string {
	list := []string{b.Secret.Reveal()}
	parsed, err := url.Parse(b.Webhook.Reveal())
	if err != nil || parsed.Query().Get("access_token") == "" {
		return append(list, b.Webhook.Reveal())
	}
	return append(list, parsed.Query().Get("access_token"))
}

func checkRobots(r report, list []Robot) {
	names := uniqueNames{what: "robot"}
	for i, robot := range list {
		names.check(r.index(i).at("name"), robot.Name)
		robot.check(r.index(i))
	}
	checkFallbacks(r, list)
}

// checkFallbacks wants that each fallback is there, and that none leads back to where it began.
func checkFallbacks(r report, list []Robot) {
	next := map[string]string{}
	for _, robot := range list {
		next[robot.Name] = robot.Fallback
	}
	for i, robot := range list {
		at, seen := r.index(i).at("fallback"), map[string]bool{robot.Name: true}
		for to := robot.Fallback; to != ""; to = next[to] {
			if _, known := next[to]; !known && to == robot.Fallback {
				at.add(to, "there is no robot of that name", "use a name of dingtalk.robots")
			}
			if seen[to] {
				at.add(robot.Fallback, "the fallbacks lead in a circle", "let the last robot have none")
				break
			}
			seen[to] = true
		}
	}
}
