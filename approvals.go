package main

import (
	"net/http"
	"time"

	"github.com/oabridge/oabridge/api"
	"github.com/oabridge/oabridge/config"
	"github.com/oabridge/oabridge/dingtalk"
	"github.com/oabridge/oabridge/model/store/cache"
	"github.com/oabridge/oabridge/service"
)

// connectDingTalk prepares the client of the app, when one is configured. It asks DingTalk nothing.
func (a *app) connectDingTalk(metrics *api.Metrics) {
	if a.cfg.DingTalk.AppKey == "" {
		return
	}
	tokens := cache.NewTiered(a.redis, cache.NewMemory(tokenCacheBytes, processNow), metrics.CacheLooked)
	a.dingtalk = newDingTalk(a.cfg.DingTalk, &http.Client{Timeout: dingtalkTimeout}, tokens)
}

func newDingTalk(d config.DingTalk, client *http.Client, tokens dingtalk.TokenCache) *dingtalk.Client {
	return dingtalk.New(dingtalk.Options{
		HTTPClient: client, APIURL: d.APIURL, OAPIURL: d.OAPIURL, AppKey: d.AppKey, AppSecret: d.AppSecret.Reveal(),
		AgentID: d.AgentID, Tokens: tokens, Now: processNow, Timeout: dingtalkTimeout,
	})
}

// approvals reads approvals; nil without an app, which is not the same as an interface that holds a nil client.
func (a *app) approvals() service.Approvals {
	if a.dingtalk == nil {
		return nil
	}
	return a.dingtalk
}

func approvalPolicy(cfg *config.Config) service.ApprovalPolicy {
	d := cfg.DingTalk
	return service.ApprovalPolicy{
		Verify: d.VerifyApproval, Timeout: d.VerifyTimeout, ForbidSelf: d.ForbidSelfApproval,
		StopOnRevoke: d.OnRevoke == config.RevokeStop, ProcessCodes: cfg.Form.ProcessCodes,
	}
}

// eventsSeen tells until when events could reach this process: by HTTP as long as it lives, by Stream as long as that is
// heard.
func (a *app) eventsSeen() func() time.Time {
	switch a.cfg.DingTalk.Events.Mode {
	case config.EventsHTTP:
		return a.store.Now
	case config.EventsStream:
		return func() time.Time { return a.stream.State().Heard }
	}
	return nil
}
