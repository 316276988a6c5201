package main

import (
	"context"
	"net/http"
	"time"

	"github.com/oabridge/oabridge/api"
	"github.com/oabridge/oabridge/config"
	"github.com/oabridge/oabridge/dingtalk"
	"github.com/oabridge/oabridge/model"
)

// streams tells whether something is to come over DingTalk's Stream.
func streams(d config.DingTalk) bool {
	return d.Connector.Gateway || d.Events.Mode == config.EventsStream
}

// connectStream prepares the Stream when something is to come over it; runStream connects it.
func (a *app) connectStream(metrics *api.Metrics) {
	if !streams(a.cfg.DingTalk) {
		return
	}
	o := streamOptions(a.cfg.DingTalk, &http.Client{Timeout: dingtalkTimeout})
	o.Logger, o.Now = a.log, a.store.Now
	o.Pushed = func(typ string, e *model.ApprovalEvent, code model.Code) {
		metrics.Pushed(model.ViaStream, typ, e, code)
		if dingtalk.EventCounts(typ) {
			a.meter.Count(dingtalk.CallWebhook)
		}
	}
	if a.cfg.DingTalk.Connector.Gateway {
		o.Connector = a.api
	}
	if a.cfg.DingTalk.Events.Mode == config.EventsStream {
		o.Events, o.Gap = a.service, a.service.Reconcile
	}
	a.stream = dingtalk.NewStream(o)
}

func streamOptions(d config.DingTalk, client *http.Client) dingtalk.StreamOptions {
	return dingtalk.StreamOptions{HTTPClient: client, APIURL: d.APIURL, AppKey: d.AppKey, AppSecret: d.AppSecret.Reveal()}
}

// runStream keeps the Stream connected until ctx ends, and answers what is in hand before it returns.
func (a *app) runStream(ctx context.Context) {
	if a.stream != nil {
		a.stream.Run(ctx)
	}
}

// streamState is what the gauges show; nil without a Stream.
func (a *app) streamState() func() (connected bool, lastFrame time.Time, reconnects int64) {
	if !streams(a.cfg.DingTalk) {
		return nil
	}
	return func() (bool, time.Time, int64) {
		s := a.stream.State()
		return s.Connected, s.LastFrame, s.Reconnects
	}
}
