package main

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/oabridge/oabridge/config"
	"github.com/oabridge/oabridge/dingtalk"
	"github.com/oabridge/oabridge/model"
)

const (
	networkRemedy   = "check the network and proxy to dingtalk.api_url · 检查到 dingtalk.api_url 的网络与代理"
	throttledRemedy = "wait five minutes, then see what else calls DingTalk from this address, and any proxy between · " +
		"五分钟后再试，并查看同一出口 IP 上还有谁在调用钉钉，以及中间的代理"
)

// dingtalkExamination are the checks of the organisation's DingTalk.
type dingtalkExamination struct {
	*examination
	cfg    *config.Config
	stored bool // the database has what the bridge saved
	doctorOptions
	http   *http.Client
	client *dingtalk.Client // nil: no app is configured, or DingTalk gives it no token
	spent  map[string]int64 // calls that count against a quota
}

// dingtalk returns how many calls it spent of each quota.
func (d *examination) dingtalk(ctx context.Context, cfg *config.Config, stored bool, o doctorOptions) map[string]int64 {
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment}
	defer transport.CloseIdleConnections()
	e := &dingtalkExamination{
		examination: d, cfg: cfg, stored: stored, doctorOptions: o,
		http: &http.Client{Transport: transport}, spent: map[string]int64{},
	}
	e.app(ctx)
	e.check(ctx, "dingtalk: work notices", e.workNotices)
	e.robots(ctx)
	if o.send {
		e.sendTests(ctx)
	}
	e.check(ctx, "dingtalk: connector", func(context.Context) finding { return checkConnector(cfg.DingTalk.Connector) })
	if cfg.DingTalk.Events.Mode == config.EventsHTTP {
		e.check(ctx, "dingtalk: events", func(context.Context) finding { return checkEvents(cfg.PublicURL) })
	}
	if streams(cfg.DingTalk) {
		e.check(ctx, "dingtalk: stream", func(ctx context.Context) finding { return checkStream(ctx, cfg.DingTalk, e.http) })
	}
	e.check(ctx, "dingtalk: clock", func(ctx context.Context) finding { return checkDingTalkClock(ctx, cfg.DingTalk.APIURL, e.http) })
	return e.spent
}

// app looks at what the app may do. Without a token it may do nothing, for the same reason.
func (e *dingtalkExamination) app(ctx context.Context) {
	d := e.cfg.DingTalk
	if d.AppKey == "" {
		return
	}
	client := newDingTalk(d, e.http, nil)
	dingtalk.NewSender(client).Counted(e.count)
	f := e.check(ctx, "dingtalk: token", func(ctx context.Context) finding { return checkToken(ctx, client) })
	e.check(ctx, "dingtalk: proof of approval", func(context.Context) finding { return checkProof(d, e.cfg.Form) })
	if f.status == statusOK {
		e.client = client
		e.rights(ctx)
		e.access(ctx)
		e.forms(ctx)
	}
}

func (e *dingtalkExamination) count(kind string) { e.spent[kind]++ }

func checkToken(ctx context.Context, client *dingtalk.Client) finding {
	if _, err := client.Token(ctx); err != nil {
		return declined(err, "publish the app, and allow this server's outgoing IP in its security settings · "+
			"发布应用，并把本机出口 IP 加入服务器出口 IP 白名单")
	}
	return fine("an access token was given · 已取得 access token")
}

// declined is a call that failed, and what to do about it; forbidden is what to do about a right that is missing.
func declined(err error, forbidden string) finding {
	switch model.CodeOf(err) {
	case model.CodeDingTalkAuth:
		return broken(explain(err), "copy Client ID and Client Secret again from the app's page at open-dev.dingtalk.com · "+
			"从钉钉开发者后台的应用页面重新复制 AppKey 与 AppSecret")
	case model.CodeDingTalkForbidden:
		return broken(explain(err), forbidden)
	case model.CodeDingTalkThrottled:
		return broken(explain(err), throttledRemedy)
	case model.CodeDingTalkQuota:
		return broken(explain(err), "buy more calls, or wait for the next period · 购买额度，或等到下个周期")
	case model.CodeDingTalkRejected, model.CodeDingTalkNotFound:
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
