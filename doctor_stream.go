package main

import (
	"context"
	"net/http"

	"github.com/oabridge/oabridge/config"
	"github.com/oabridge/oabridge/dingtalk"
	"github.com/oabridge/oabridge/model"
)

// checkStream opens a connection and closes it. What DingTalk should push over it in between it pushes again.
func checkStream(ctx context.Context, cfg config.DingTalk, client *http.Client) finding {
	o := streamOptions(cfg, client)
	if cfg.Connector.Gateway {
		o.Connector = http.NotFoundHandler()
	}
	if cfg.Events.Mode == config.EventsStream {
		o.Events = nobody{}
	}
	err := dingtalk.NewStream(o).Try(ctx)
	switch model.CodeOf(err) {
	case "":
		if o.Events != nil {
			return fine("connected, and closed again; whether bpms_instance_change is ticked on the subscription's page (事件订阅) " +
				"cannot be asked · 已连接并断开；是否勾选审批实例事件无法查询")
		}
		return fine("connected, and closed again · 已连接并断开")
	case model.CodeDingTalkThrottled, model.CodeDingTalkQuota, model.CodeDingTalkRejected:
		return declined(err, "")
	case model.CodeDingTalkAuth, model.CodeDingTalkForbidden:
		return broken(explain(err), "compare app_key and app_secret with the app's page, choose the Stream mode there and publish the app · "+
			"核对 app_key 与 app_secret，在应用页面选择 Stream 模式并发布应用")
	default:
		return broken(explain(err), "let this server reach api.dingtalk.com:443 and wss-open-connection.dingtalk.com:443 · "+
			"放通到这两个地址的 443 端口，代理须支持 WebSocket")
	}
}

// nobody is there to take events: the doctor's connection is not read.
type nobody struct{}

// ReceiveEvent implements dingtalk.Events.
func (nobody) ReceiveEvent(context.Context, model.ApprovalEvent) error { return context.Canceled }
