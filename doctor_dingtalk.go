package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/oabridge/oabridge/config"
	"github.com/oabridge/oabridge/model"
)

const (
	networkRemedy   = "check the network and proxy to dingtalk.api_url · 检查到 dingtalk.api_url 的网络与代理"
	throttledRemedy = "wait five minutes, then see what else calls DingTalk from this address, and any proxy between · " +
		"五分钟后再试，并查看同一出口 IP 上还有谁在调用钉钉，以及中间的代理"
)

func (d *examination) dingtalk(ctx context.Context, cfg config.DingTalk) {
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	if cfg.AppKey != "" {
		d.check(ctx, "dingtalk: token", func(ctx context.Context) finding { return checkToken(ctx, cfg, client) })
	}
	d.check(ctx, "dingtalk: work notices", func(context.Context) finding { return checkWorkNotices(cfg) })
	d.check(ctx, "dingtalk: robots", func(context.Context) finding { return checkRobots(cfg) })
	d.check(ctx, "dingtalk: connector", func(context.Context) finding { return checkConnector(cfg.Connector) })
	if streams(cfg) {
		d.check(ctx, "dingtalk: stream", func(ctx context.Context) finding { return checkStream(ctx, cfg, client) })
	}
	d.check(ctx, "dingtalk: clock", func(ctx context.Context) finding { return checkDingTalkClock(ctx, cfg.APIURL, client) })
}

func checkToken(ctx context.Context, cfg config.DingTalk, client *http.Client) finding {
	_, err := newDingTalk(cfg, client, nil).Token(ctx)
	switch model.CodeOf(err) {
	case "":
		return fine("an access token was given · 已取得 access token")
	case model.CodeDingTalkAuth:
		return broken(explain(err), "copy Client ID and Client Secret again from the app's page at open-dev.dingtalk.com · "+
			"从钉钉开发者后台的应用页面重新复制 AppKey 与 AppSecret")
	case model.CodeDingTalkForbidden:
		return broken(explain(err), "publish the app, and allow this server's outgoing IP in its security settings · "+
			"发布应用，并把本机出口 IP 加入服务器出口 IP 白名单")
	case model.CodeDingTalkThrottled:
		return broken(explain(err), throttledRemedy)
	case model.CodeDingTalkQuota:
		return broken(explain(err), "buy more calls, or wait for the next period · 购买额度，或等到下个周期")
	case model.CodeDingTalkRejected:
		return broken(explain(err), "check dingtalk.api_url, app_key and app_secret · 检查 dingtalk.api_url、app_key、app_secret")
	default:
		return broken(explain(err), remedyForSilence(err))
	}
}

// remedyForSilence tells a page instead of an answer, which mostly is a ban and says when to try again, from no answer.
func remedyForSilence(err error) string {
	if e, ok := errors.AsType[*model.Error](err); ok && e.RetryAfter > 0 {
		return throttledRemedy
	}
	return networkRemedy
}

func checkWorkNotices(cfg config.DingTalk) finding {
	const remedy = "set dingtalk.app_key, app_secret and agent_id from the app's page · 按应用页面填写 app_key、app_secret、agent_id"
	switch {
	case worksNotices(cfg):
		return fine(fmt.Sprintf("by agent %d (not tried: people would see it · 不发送测试消息)", cfg.AgentID))
	case cfg.AppKey == "":
		return doubtful("no app: initiators and approvers get no work notices · 未配置应用，无法发送工作通知", remedy)
	}
	return doubtful("no agent_id: initiators and approvers get no work notices · 未配置 agent_id，无法发送工作通知", remedy)
}

// checkRobots cannot try a robot: there is no way to do so that the group would not see.
func checkRobots(cfg config.DingTalk) finding {
	if len(cfg.Robots) == 0 && !worksNotices(cfg) {
		return doubtful("neither robots nor work notices: nobody is told anything · 没有任何通知渠道",
			"add a group robot to dingtalk.robots, or set up work notices · 添加群机器人，或配置工作通知")
	}
	if len(cfg.Robots) == 0 {
		return fine("none; people are told by work notices · 未配置，仅发送工作通知")
	}
	names := make([]string, len(cfg.Robots))
	for i, r := range cfg.Robots {
		names[i] = r.Name
	}
	return fine(strings.Join(names, ", ") + " (not tried: the group would see it · 不发送测试消息)")
}

func checkConnector(cfg config.Connector) finding {
	if cfg.Insecure {
		return doubtful("insecure: anybody who reaches the bridge can deploy · 未校验身份，任何人都能触发上线",
			"set dingtalk.connector.secret and remove insecure · 设置 dingtalk.connector.secret 并删除 insecure")
	}
	var ways []string
	if cfg.Secret != "" {
		ways = append(ways, "signature")
	}
	if cfg.Basic.Enabled() {
		ways = append(ways, "basic")
	}
	if cfg.Token != "" {
		ways = append(ways, "token")
	}
	if len(ways) == 0 {
		return fine("nobody gets in this way; forms come by events · 连接器未启用，表单由事件触发")
	}
	return fine("calls prove themselves by " + strings.Join(ways, " or ") + " · 已校验身份")
}

// checkDingTalkClock compares the clocks, because signatures carry the time. Any answer will do: all have a Date.
func checkDingTalkClock(ctx context.Context, url string, client *http.Client) finding {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return doubtful("not compared · 未比较："+err.Error(), networkRemedy)
	}
	before := time.Now()
	res, err := client.Transport.RoundTrip(req) // no redirect is followed: the first answer is DingTalk's
	if err != nil {
		return doubtful("DingTalk does not answer, so the clocks were not compared · 无法访问钉钉："+err.Error(), networkRemedy)
	}
	middle := before.Add(time.Since(before) / 2)
	_ = res.Body.Close() // only the header counts
	date, err := http.ParseTime(res.Header.Get("Date"))
	if err != nil {
		return doubtful("the answer has no date, so it is not DingTalk's · 应答没有日期，可能被代理改写", networkRemedy)
	}
	return clockFinding(date.Sub(middle.Truncate(time.Second)))
}

// How far clocks may differ. A Date header has whole seconds.
const (
	skewDoubtful = 5 * time.Second
	skewBroken   = time.Minute
)

// clockFinding judges how far another machine's clock is ahead of ours.
func clockFinding(ahead time.Duration) finding {
	if ahead.Abs() <= time.Second {
		ahead = 0 // a Date header has whole seconds: less than one more cannot be told from none
	}
	const remedy = "synchronise the clocks of both machines with NTP · 用 NTP 校准两端的时钟"
	detail := fmt.Sprintf("its clock differs from ours by %s · 时钟相差 %[1]s", ahead.Round(time.Second))
	switch apart := ahead.Abs(); {
	case apart > skewBroken:
		return broken(detail, remedy)
	case apart > skewDoubtful:
		return doubtful(detail, remedy)
	}
	return fine(detail)
}
